//! What the database itself refuses, and what goes with its parent.

use entity::*;
use sea_orm::{
    ActiveModelTrait, DatabaseConnection, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait, SqlErr,
    sea_query::{Expr, ExprTrait, OnConflict},
};

use testing::{Database, on_both};

use crate::sample::*;

on_both!(
    duplicates_are_refused,
    near_duplicates_are_taken,
    orphans_are_refused,
    a_studio_takes_its_rows_along,
    an_account_takes_its_sessions_along,
    a_session_takes_its_rows_along,
    a_user_leaves_the_books_intact,
    a_day_is_upserted,
);

#[track_caller]
fn assert_duplicate<T>(outcome: Result<T, DbErr>) {
    let error = outcome.err().expect("a duplicate was taken");
    assert!(matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))), "{error:?}");
}

#[track_caller]
fn assert_orphan<T>(outcome: Result<T, DbErr>) {
    let error = outcome.err().expect("a row without its parent was taken");
    assert!(matches!(error.sql_err(), Some(SqlErr::ForeignKeyConstraintViolation(_))), "{error:?}");
}

async fn duplicates_are_refused(database: Database) {
    let db = &database.migrated().await;
    world(db).await;
    assert_duplicate(insert(db, user::Model { email: user(1).email, ..user(9) }).await);
    let token_hash = refresh_token(1, 1).token_hash;
    assert_duplicate(insert(db, refresh_token::Model { token_hash, ..refresh_token(9, 1) }).await);
    assert_duplicate(insert(db, external_identity::Model { id: 9, ..external_identity(1, 1) }).await);
    assert_duplicate(insert(db, membership(9, 1, 1)).await);
    let token_hash = invitation(1, 1).token_hash;
    assert_duplicate(insert(db, invitation::Model { token_hash, ..invitation(9, 2) }).await);
    let shopee_user_id = shopee_account(1, 1).shopee_user_id;
    assert_duplicate(insert(db, shopee_account::Model { shopee_user_id, ..shopee_account(9, 2) }).await);
    let session_id = live_session(1, 1, 1).session_id;
    assert_duplicate(insert(db, live_session::Model { session_id, ..live_session(9, 2, 2) }).await);
    let item_id = live_session_item(1, 1).item_id;
    assert_duplicate(insert(db, live_session_item::Model { item_id, ..live_session_item(9, 1) }).await);
    assert_duplicate(insert(db, deleted_live_session(1, 1)).await);
    assert_duplicate(insert(db, recount(1, 1)).await);
    assert_duplicate(insert(db, live_analytics::Model { id: 9, ..live_analytics(1, 1) }).await);
    let of_session = live_analytics::Model { id: 9, live_session_id: Some(1), ..live_analytics(2, 1) };
    assert_duplicate(insert(db, of_session).await);
    assert_duplicate(insert(db, metric_sample(1)).await);
    assert_duplicate(insert(db, job::Model { shopee_account_id: Some(1), ..job(9) }).await);
    assert_duplicate(insert(db, job_failure(1)).await);
    let idempotency_key = intent(1, 1, 1, 1).idempotency_key;
    assert_duplicate(insert(db, intent::Model { idempotency_key, ..intent(9, 1, 1, 1) }).await);
    let resource = intent(1, 1, 1, 1).resource;
    assert_duplicate(insert(db, intent::Model { resource, ..intent(9, 1, 1, 1) }).await);
    assert_duplicate(insert(db, coin_giveout(1, 1, 1)).await);
    assert_duplicate(insert(db, promotion_edit(2, 1, 1)).await);
    assert_duplicate(insert(db, alert::Model { subject: alert(1, 1).subject, ..alert(9, 1) }).await);
    assert_duplicate(insert(db, alert_settings(1)).await);
    assert_duplicate(insert(db, campaign_reading::Model { id: 9, ..campaign_reading(1, 1, 1) }).await);
    assert_duplicate(insert(db, campaign_look(1)).await);
    assert_duplicate(insert(db, campaign_rule(1)).await);
}

async fn near_duplicates_are_taken(database: Database) {
    let db = &database.migrated().await;
    world(db).await;
    let other = "https://other.example.com".to_owned();
    insert(db, external_identity::Model { id: 9, issuer: other, ..external_identity(1, 1) }).await.unwrap();
    insert(db, external_identity(10, 1)).await.unwrap();
    let vn = || "VN".to_owned();
    let account = shopee_account(1, 1);
    insert(db, shopee_account::Model { id: 9, region: vn(), ..account }).await.unwrap();
    let session = live_session(1, 1, 1);
    insert(db, live_session::Model { id: 9, region: vn(), ..session }).await.unwrap();
    insert(db, live_session_item::Model { id: 9, live_session_id: 2, ..live_session_item(1, 1) }).await.unwrap();
    insert(db, deleted_live_session(1, 2)).await.unwrap();
    insert(db, deleted_live_session::Model { region: vn(), ..deleted_live_session(1, 1) }).await.unwrap();
    // The same day for the studio, for session 1 and for session 9.
    for (id, live_session_id) in [(9, Some(1)), (10, Some(9))] {
        insert(db, live_analytics::Model { id, live_session_id, ..live_analytics(1, 1) }).await.unwrap();
    }
    let over = job::Model { state: job::State::Succeeded, shopee_account_id: Some(1), ..job(9) };
    insert(db, over).await.unwrap();
    insert(db, job::Model { shopee_account_id: Some(1), kind: "another".to_owned(), ..job(10) }).await.unwrap();
    let (of_another, resource) = (intent(1, 2, 2, 1), || "coins/9".to_owned());
    insert(db, intent::Model { id: 9, resource: resource(), ..of_another }).await.unwrap();
    // What is settled leaves its resource to the next.
    let settled = intent::Model { state: intent::State::Done, resource: resource(), ..intent(10, 1, 1, 1) };
    insert(db, settled).await.unwrap();
    // What is over may come again, and another kind beside it.
    let subject = || alert(1, 1).subject;
    let over = alert::Model { cleared_at: Some(moment()), subject: subject(), ..alert(9, 1) };
    insert(db, over).await.unwrap();
    insert(db, alert::Model { kind: alert::Kind::SourceStale, subject: subject(), ..alert(10, 1) }).await.unwrap();
}

async fn orphans_are_refused(database: Database) {
    let db = &database.migrated().await;
    world(db).await;
    assert_orphan(insert(db, sign_in(9, 404)).await);
    assert_orphan(insert(db, refresh_token(9, 404)).await);
    assert_orphan(insert(db, external_identity(9, 404)).await);
    assert_orphan(insert(db, invitation(9, 404)).await);
    assert_orphan(insert(db, invitation::Model { invited_by: Some(404), ..invitation(9, 1) }).await);
    assert_orphan(insert(db, shopee_login(9, 404)).await);
    assert_orphan(insert(db, shopee_login::Model { started_by: Some(404), ..shopee_login(9, 1) }).await);
    assert_orphan(insert(db, shopee_login::Model { shopee_account_id: Some(404), ..shopee_login(9, 1) }).await);
    assert_orphan(insert(db, membership(9, 404, 1)).await);
    assert_orphan(insert(db, membership(9, 1, 404)).await);
    assert_orphan(insert(db, shopee_account(9, 404)).await);
    assert_orphan(insert(db, live_session(9, 404, 1)).await);
    assert_orphan(insert(db, live_session(9, 1, 404)).await);
    assert_orphan(insert(db, live_session_item(9, 404)).await);
    assert_orphan(insert(db, deleted_live_session(9, 404)).await);
    assert_orphan(insert(db, recount(404, 1)).await);
    assert_orphan(insert(db, recount(2, 404)).await);
    assert_orphan(insert(db, live_analytics(9, 404)).await);
    assert_orphan(insert(db, live_analytics::Model { live_session_id: Some(404), ..live_analytics(9, 1) }).await);
    assert_orphan(insert(db, metric_sample(404)).await);
    assert_orphan(insert(db, intent(9, 404, 1, 1)).await);
    assert_orphan(insert(db, intent(9, 1, 404, 1)).await);
    assert_orphan(insert(db, intent(9, 1, 1, 404)).await);
    assert_orphan(insert(db, coin_giveout(404, 1, 1)).await);
    assert_orphan(insert(db, coin_giveout(2, 404, 1)).await);
    assert_orphan(insert(db, coin_giveout(2, 1, 404)).await);
    assert_orphan(insert(db, promotion_edit(404, 1, 1)).await);
    assert_orphan(insert(db, promotion_edit(1, 404, 1)).await);
    assert_orphan(insert(db, promotion_edit(1, 1, 404)).await);
    assert_orphan(insert(db, alert(9, 404)).await);
    assert_orphan(insert(db, alert::Model { live_session_id: Some(404), ..alert(9, 1) }).await);
    assert_orphan(insert(db, alert::Model { live_session_item_id: Some(404), ..alert(9, 1) }).await);
    assert_orphan(insert(db, alert::Model { shopee_account_id: Some(404), ..alert(9, 1) }).await);
    assert_orphan(insert(db, alert::Model { intent_id: Some(404), ..alert(9, 1) }).await);
    assert_orphan(insert(db, alert::Model { acknowledged_by: Some(404), ..alert(9, 1) }).await);
    assert_orphan(insert(db, alert_settings(404)).await);
    assert_orphan(insert(db, campaign_reading(9, 404, 1)).await);
    assert_orphan(insert(db, campaign_reading(9, 1, 404)).await);
    assert_orphan(insert(db, campaign_look(404)).await);
    assert_orphan(insert(db, campaign_rule(404)).await);
    assert_orphan(insert(db, campaign_rule::Model { changed_by: Some(404), ..campaign_rule(2) }).await);
    assert_orphan(insert(db, job::Model { studio_id: Some(404), ..job(9) }).await);
    assert_orphan(insert(db, job::Model { shopee_account_id: Some(404), ..job(9) }).await);
    assert_orphan(insert(db, job_failure(404)).await);
    assert_orphan(insert(db, audit_entry::Model { studio_id: Some(404), ..audit_entry(9) }).await);
    assert_orphan(insert(db, audit_entry::Model { user_id: Some(404), ..audit_entry(9) }).await);
}

/// Rows of: users, studios, memberships, shopee_accounts, live_sessions, live_session_items, live_analytics,
/// metric_samples, coin_giveouts, jobs, audit_entries, sign_ins, refresh_tokens, external_identities, invitations,
/// shopee_logins, deleted_live_sessions, intents, promotion_edits, recounts, alerts, alert_settings,
/// job_failures, campaign_readings, campaign_looks, campaign_rules.
async fn counts(db: &DatabaseConnection) -> [u64; 26] {
    [
        user::Entity::find().count(db).await.unwrap(),
        studio::Entity::find().count(db).await.unwrap(),
        membership::Entity::find().count(db).await.unwrap(),
        shopee_account::Entity::find().count(db).await.unwrap(),
        live_session::Entity::find().count(db).await.unwrap(),
        live_session_item::Entity::find().count(db).await.unwrap(),
        live_analytics::Entity::find().count(db).await.unwrap(),
        metric_sample::Entity::find().count(db).await.unwrap(),
        coin_giveout::Entity::find().count(db).await.unwrap(),
        job::Entity::find().count(db).await.unwrap(),
        audit_entry::Entity::find().count(db).await.unwrap(),
        sign_in::Entity::find().count(db).await.unwrap(),
        refresh_token::Entity::find().count(db).await.unwrap(),
        external_identity::Entity::find().count(db).await.unwrap(),
        invitation::Entity::find().count(db).await.unwrap(),
        shopee_login::Entity::find().count(db).await.unwrap(),
        deleted_live_session::Entity::find().count(db).await.unwrap(),
        intent::Entity::find().count(db).await.unwrap(),
        promotion_edit::Entity::find().count(db).await.unwrap(),
        recount::Entity::find().count(db).await.unwrap(),
        alert::Entity::find().count(db).await.unwrap(),
        alert_settings::Entity::find().count(db).await.unwrap(),
        job_failure::Entity::find().count(db).await.unwrap(),
        campaign_reading::Entity::find().count(db).await.unwrap(),
        campaign_look::Entity::find().count(db).await.unwrap(),
        campaign_rule::Entity::find().count(db).await.unwrap(),
    ]
}

async fn a_studio_takes_its_rows_along(database: Database) {
    let db = &database.migrated().await;
    world(db).await;
    assert_eq!(counts(db).await, [1, 2, 1, 2, 2, 1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 1, 1, 2, 1, 1, 1, 1, 1]);
    studio::Entity::delete_by_id(1).exec(db).await.unwrap();
    assert_eq!(counts(db).await, [1, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
}

async fn an_account_takes_its_sessions_along(database: Database) {
    let db = &database.migrated().await;
    world(db).await;
    shopee_account::Entity::delete_by_id(1).exec(db).await.unwrap();
    let login = shopee_login::Entity::find_by_id(1).one(db).await.unwrap().unwrap();
    assert_eq!(login.shopee_account_id, None);
    assert_eq!(counts(db).await, [1, 2, 1, 1, 1, 0, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1]);
}

async fn a_session_takes_its_rows_along(database: Database) {
    let db = &database.migrated().await;
    world(db).await;
    live_session::Entity::delete_by_id(1).exec(db).await.unwrap();
    assert_eq!(counts(db).await, [1, 2, 1, 2, 1, 0, 1, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 1, 0, 1, 1, 1, 1, 1, 1]);
}

async fn a_user_leaves_the_books_intact(database: Database) {
    let db = &database.migrated().await;
    world(db).await;
    assert_orphan(user::Entity::delete_by_id(1).exec(db).await);
    intent::Entity::delete_many().exec(db).await.unwrap();
    user::Entity::delete_by_id(1).exec(db).await.unwrap();
    assert_eq!(counts(db).await, [0, 2, 0, 2, 2, 1, 2, 1, 0, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 1, 2, 1, 1, 1, 1, 1]);
    let entry = audit_entry::Entity::find_by_id(1).one(db).await.unwrap().unwrap();
    assert_eq!((entry.user_id, entry.studio_id), (None, Some(1)));
    let invitation = invitation::Entity::find_by_id(1).one(db).await.unwrap().unwrap();
    assert_eq!(invitation.invited_by, None);
    let login = shopee_login::Entity::find_by_id(1).one(db).await.unwrap().unwrap();
    assert_eq!((login.started_by, login.shopee_account_id), (None, Some(1)));
    let alert = alert::Entity::find_by_id(1).one(db).await.unwrap().unwrap();
    assert_eq!((alert.acknowledged_at, alert.acknowledged_by), (Some(moment()), None));
}

/// The conflict target repeats the condition of the partial key; written so, a second run changes a row and adds none.
async fn a_day_is_upserted(database: Database) {
    use live_analytics::{ActiveModel, Column, Entity};
    let db = &database.migrated().await;
    world(db).await;
    let session = Expr::col(Column::LiveSessionId);
    let keys = [
        (1, None, [Column::StudioId, Column::Date], session.clone().is_null()),
        (2, Some(1), [Column::LiveSessionId, Column::Date], session.is_not_null()),
    ];
    for (id, live_session_id, columns, condition) in keys {
        let again = live_analytics::Model { live_session_id, total_orders: Some(8), ..live_analytics(id, 1) };
        let row = ActiveModel { id: sea_orm::NotSet, ..again.into_active_model().reset_all() };
        let target =
            OnConflict::columns(columns).target_and_where(condition).update_column(Column::TotalOrders).to_owned();
        Entity::insert(row).on_conflict(target).exec(db).await.unwrap();
        assert_eq!(Entity::find_by_id(id).one(db).await.unwrap().unwrap().total_orders, Some(8));
    }
    assert_eq!(Entity::find().count(db).await.unwrap(), 2);
}
