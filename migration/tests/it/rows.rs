//! Every table takes and gives back a row with everything set, and one with everything null that may be.

use std::fmt::Debug;

use entity::*;
use sea_orm::{
    ActiveEnum, ActiveModelBehavior, ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseConnection, EntityName,
    EntityTrait, IdenStatic, IntoActiveModel, Iterable, ModelTrait, NotSet, Set, Statement,
};

use testing::{Database, on_both};

use crate::sample::{self, insert, moment, world};

on_both!(
    full_and_bare_rows_come_back_as_written,
    ids_are_given_by_the_database,
    the_version_before_still_writes_users,
    related_rows_are_found,
);

async fn full_and_bare_rows_come_back_as_written(database: Database) {
    let connection = database.migrated().await;
    come_back(&connection, [full_user(), sample::user(2)]).await;
    come_back(&connection, [full_sign_in(), sample::sign_in(2, 1)]).await;
    come_back(&connection, [full_refresh_token(), sample::refresh_token(2, 1)]).await;
    come_back(&connection, [sample::external_identity(1, 1)]).await;
    come_back(&connection, [full_studio(), sample::studio(2)]).await;
    come_back(&connection, [sample::membership(1, 1, 1)]).await;
    come_back(&connection, [full_invitation(), sample::invitation(2, 1)]).await;
    come_back(&connection, [full_account(), sample::shopee_account(2, 1)]).await;
    come_back(&connection, [full_login(), sample::shopee_login(2, 1)]).await;
    come_back(&connection, [full_session(), sample::live_session(2, 1, 1)]).await;
    come_back(&connection, [sample::deleted_live_session(1, 1)]).await;
    come_back(&connection, [full_item(), sample::live_session_item(2, 1)]).await;
    come_back(&connection, [sample::recount(1, 1)]).await;
    come_back(&connection, [full_analytics(), sample::live_analytics(2, 1)]).await;
    come_back(&connection, [full_sample(), sample::metric_sample(2)]).await;
    come_back(&connection, [full_intent(), sample::intent(2, 1, 1, 1)]).await;
    let full = coin_giveout::Model { recipients: Some(10), ..sample::coin_giveout(1, 1, 1) };
    come_back(&connection, [full, sample::coin_giveout(2, 1, 1)]).await;
    come_back(&connection, [full_edit(), sample::promotion_edit(2, 1, 1)]).await;
    come_back(&connection, [full_reading(), sample::campaign_reading(2, 1, 1)]).await;
    come_back(&connection, [sample::campaign_look(1)]).await;
    let full = campaign_rule::Model { changed_by: Some(1), is_enabled: true, ..sample::campaign_rule(1) };
    come_back(&connection, [full, sample::campaign_rule(2)]).await;
    come_back(&connection, [full_alert(), sample::alert(2, 1)]).await;
    come_back(&connection, [full_settings(), sample::alert_settings(2)]).await;
    come_back(&connection, [full_job(), sample::job(2)]).await;
    let full =
        job_failure::Model { call: Some("overview".to_owned()), resolved_at: Some(moment()), ..sample::job_failure(1) };
    come_back(&connection, [full, sample::job_failure(2)]).await;
    come_back(&connection, [full_entry(), sample::audit_entry(2)]).await;
}

/// Also checks that of two rows one really has every nullable column set, and the other none.
async fn come_back<const N: usize, M, A>(connection: &DatabaseConnection, rows: [M; N])
where
    M: IntoActiveModel<A> + Clone + PartialEq + Debug,
    A: ActiveModelTrait + ActiveModelBehavior + Send,
    A::Entity: EntityTrait<Model = M>,
{
    for row in &rows {
        assert_eq!(&insert(connection, row.clone()).await.unwrap(), row);
    }
    let found = A::Entity::find().all(connection).await.unwrap();
    assert_eq!(found.len(), N);
    assert!(rows.iter().all(|row| found.contains(row)), "written: {rows:#?}\nread: {found:#?}");

    for column in <A::Entity as EntityTrait>::Column::iter() {
        if column.def().is_null() {
            let (table, column) = (A::Entity::default().table_name().to_owned(), column.as_str());
            let query = format!("SELECT count({column}) FROM {table}");
            assert_eq!(number(connection, &query).await, 1, "{table}.{column} set in one row, null in the other");
        }
    }
}

async fn number(connection: &DatabaseConnection, query: &str) -> i64 {
    let statement = Statement::from_string(connection.get_database_backend(), query);
    connection.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap()
}

fn full_user() -> user::Model {
    user::Model {
        password_hash: Some(user::PasswordHash("$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA".to_owned())),
        access_revision: i64::MAX,
        ..sample::user(1)
    }
}

fn full_sign_in() -> sign_in::Model {
    sign_in::Model {
        kind: sign_in::Kind::Operator,
        remote_address: Some("2001:db8::1".to_owned()),
        ended_at: Some(moment()),
        ..sample::sign_in(1, 1)
    }
}

fn full_refresh_token() -> refresh_token::Model {
    refresh_token::Model { token_hash: (0..=255).collect(), used_at: Some(moment()), ..sample::refresh_token(1, 1) }
}

fn full_invitation() -> invitation::Model {
    invitation::Model {
        invited_by: Some(1),
        accepted_at: Some(moment()),
        revoked_at: Some(moment()),
        ..sample::invitation(1, 1)
    }
}

fn full_login() -> shopee_login::Model {
    shopee_login::Model {
        started_by: Some(1),
        status: shopee_login::Status::Failed,
        sealed_code: Some(shopee_login::SealedQrCode((0..=255).collect())),
        sealed_key_id: Some("2026-11".to_owned()),
        claimed_until: Some(moment()),
        shopee_account_id: Some(1),
        failure: Some("ACCOUNT_OF_ANOTHER_STUDIO".to_owned()),
        ..sample::shopee_login(1, 1)
    }
}

fn full_account() -> shopee_account::Model {
    shopee_account::Model {
        shopee_user_id: i64::MAX,
        display_name: Some("Toko Sari ☕".to_owned()),
        avatar: Some("ab12".to_owned()),
        status: shopee_account::Status::SignedOut,
        credential: Some(shopee_account::SealedCredential((0..=255).collect())),
        credential_key_id: Some("2026-11".to_owned()),
        signed_out_at: Some(moment()),
        synced_at: Some(moment()),
        ..sample::shopee_account(1, 1)
    }
}

fn full_session() -> live_session::Model {
    live_session::Model {
        session_id: i64::MAX,
        streamer_id: Some(i64::MAX),
        streamer_name: Some("Sari".to_owned()),
        status: live_session::Status::Ended,
        ended_at: Some(moment()),
        duration_seconds: Some(3_600),
        total_viewers: Some(120),
        peak_viewers: Some(60),
        total_orders: Some(7),
        total_revenue: Some(i64::MAX),
        confirmed_orders: Some(5),
        confirmed_revenue: Some(i64::MAX),
        total_comments: Some(1),
        total_likes: Some(2),
        total_shares: Some(3),
        products_count: Some(4),
        campaign_id: Some(i64::MAX),
        campaign_budget: Some(i64::MAX),
        campaign_spent: Some(i64::MAX - 1),
        coins_distributed: Some(5),
        coin_total_value: Some(i64::MAX),
        synced_at: Some(moment()),
        items_synced_at: Some(moment()),
        items_confirmed_revenue: Some(i64::MAX),
        edited_name: Some("Flash sale of the year".to_owned()),
        edited_at: Some(moment()),
        samples_thinned: 2,
        ..sample::live_session(1, 1, 1)
    }
}

fn full_item() -> live_session_item::Model {
    live_session_item::Model {
        item_id: i64::MAX,
        shop_id: Some(i64::MAX),
        product_image_url: Some("https://example.com/kopi.jpg".to_owned()),
        regular_price: Some(i64::MAX),
        live_price: Some(i64::MAX - 1),
        discount_millionths: Some(125_000),
        quantity_sold: Some(9),
        total_sales_amount: Some(i64::MAX),
        confirmed_sales_amount: Some(i64::MAX),
        commission_millionths: Some(100_000),
        total_commission: Some(i64::MAX),
        promotion_type: Some("flash".to_owned()),
        is_featured: Some(true),
        promoted_at: Some(moment()),
        stock: Some(3),
        stock_seen_at: Some(moment()),
        ..sample::live_session_item(1, 1)
    }
}

fn full_alert() -> alert::Model {
    alert::Model {
        live_session_id: Some(1),
        live_session_item_id: Some(1),
        shopee_account_id: Some(1),
        intent_id: Some(1),
        usual_millionths: Some(i64::MAX),
        observed_millionths: Some(1),
        threshold: Some(40),
        stale_since: Some(moment()),
        cleared_at: Some(moment()),
        acknowledged_at: Some(moment()),
        acknowledged_by: Some(1),
        ..sample::alert(1, 1)
    }
}

fn full_edit() -> promotion_edit::Model {
    promotion_edit::Model {
        daily_budget: Some(i64::MAX),
        undoes: Some(2),
        rule_spent: Some(1),
        rule_sales: Some(0),
        rule_pauses_below_millionths: Some(1_000_000),
        ..sample::promotion_edit(1, 1, 1)
    }
}

fn full_reading() -> campaign_reading::Model {
    campaign_reading::Model {
        name: Some("Flash sale".to_owned()),
        daily_budget: Some(i64::MAX),
        orders: Some(3),
        ..sample::campaign_reading(1, 1, 1)
    }
}

fn full_settings() -> alert_settings::Model {
    alert_settings::Model {
        viewers_drop_percent: Some(40),
        orders_drop_percent: Some(60),
        likes_drop_percent: Some(70),
        stock_low_pieces: Some(0),
        coins_low_percent: Some(10),
        source_stale_minutes: Some(15),
        ..sample::alert_settings(1)
    }
}

fn full_analytics() -> live_analytics::Model {
    live_analytics::Model {
        live_session_id: Some(1),
        total_orders: Some(7),
        total_revenue: Some(i64::MAX),
        total_viewers: Some(120),
        average_viewers: Some(30),
        peak_viewers: Some(60),
        average_order_value: Some(i64::MAX),
        conversion_rate_millionths: Some(58_333),
        total_comments: Some(1),
        total_likes: Some(2),
        total_shares: Some(3),
        roi_millionths: Some(-1_000_000),
        total_ad_spend: Some(i64::MAX),
        total_commission: Some(i64::MAX),
        top_product: Some("Kopi".to_owned()),
        ..sample::live_analytics(1, 1)
    }
}

fn full_sample() -> metric_sample::Model {
    metric_sample::Model {
        viewers: Some(30),
        peak_viewers: Some(60),
        total_viewers: Some(120),
        likes: Some(2),
        comments: Some(1),
        shares: Some(3),
        orders: Some(7),
        revenue: Some(i64::MAX),
        ..sample::metric_sample(1)
    }
}

fn full_studio() -> studio::Model {
    let (coin_budget_per_session, coin_budget_per_day) = (Some(1_000), Some(i64::MAX));
    studio::Model { coin_budget_per_session, coin_budget_per_day, ..sample::studio(1) }
}

fn full_intent() -> intent::Model {
    intent::Model {
        state: intent::State::Refused,
        refusal_code: Some("NOT_ON_AIR".to_owned()),
        seen_before: Some("{}".to_owned()),
        sent_at: Some(moment()),
        accepted_at: Some(moment()),
        settled_at: Some(moment()),
        ..sample::intent(1, 1, 1, 1)
    }
}

fn full_job() -> job::Model {
    job::Model {
        studio_id: Some(1),
        shopee_account_id: Some(1),
        state: job::State::Failed,
        position: Some("page 3".to_owned()),
        total: Some(60),
        last_error: Some("no answer".to_owned()),
        started_at: Some(moment()),
        finished_at: Some(moment()),
        heartbeat_at: Some(moment()),
        holder: Some("somebody".to_owned()),
        since: Some(moment()),
        current: Some("Flash sale".to_owned()),
        ..sample::job(1)
    }
}

fn full_entry() -> audit_entry::Model {
    audit_entry::Model {
        studio_id: Some(1),
        user_id: Some(1),
        subject_id: Some("1".to_owned()),
        remote_address: Some("192.0.2.1".to_owned()),
        request_id: Some("r-1".to_owned()),
        before: Some("{}".to_owned()),
        after: Some(r#"{"sessionName":"Flash sale"}"#.to_owned()),
        ..sample::audit_entry(1)
    }
}

async fn ids_are_given_by_the_database(database: Database) {
    let connection = &database.migrated().await;
    let next = async |email: &str| {
        let row = user::ActiveModel { id: NotSet, ..sample::user(0).into_active_model().reset_all() };
        user::ActiveModel { email: Set(email.to_owned()), ..row }.insert(connection).await.unwrap().id
    };
    assert_eq!([next("a").await, next("b").await, next("c").await], [1, 2, 3]);
    // An id that is gone is never given again: a stale reference must not come to mean another row.
    user::Entity::delete_by_id(3).exec(connection).await.unwrap();
    assert_eq!(next("d").await, 4);
}

/// It names the columns that it knows.
async fn the_version_before_still_writes_users(database: Database) {
    let connection = database.migrated().await;
    let row = "INSERT INTO users (email, display_name, created_at) VALUES ('a', 'Sari', '2026-11-22 00:00:00+00:00')";
    connection.execute_unprepared(row).await.unwrap();
    let user = user::Entity::find_by_id(1).one(&connection).await.unwrap().unwrap();
    assert_eq!((user.password_hash, user.access_revision), (None, 0));
}

#[test]
fn closed_sets_are_stored_in_screaming_snake_case() {
    fn stored<E: ActiveEnum<Value = String> + Iterable>() -> Vec<String> {
        E::iter().map(|value| value.to_value()).collect()
    }
    assert_eq!(stored::<membership::Role>(), ["OWNER", "OPERATOR", "ANALYST"]);
    assert_eq!(stored::<shopee_account::Status>(), ["ACTIVE", "SIGNED_OUT"]);
    assert_eq!(stored::<sign_in::Kind>(), ["PASSWORD", "OPERATOR"]);
    let logins = ["NEW", "SCANNED", "CONFIRMED", "EXPIRED", "CANCELED", "FAILED"];
    assert_eq!(stored::<shopee_login::Status>(), logins);
    assert_eq!(stored::<live_session::Status>(), ["UPCOMING", "ON_AIR", "ENDED"]);
    assert_eq!(stored::<intent::State>(), ["PENDING", "DONE", "REFUSED", "UNKNOWN"]);
    assert_eq!(stored::<intent::Kind>(), ["START_COINS", "GIVE_OUT_COINS", "EDIT_PROMOTION"]);
    assert_eq!(stored::<promotion_edit::Action>(), ["PAUSE", "RESUME", "STOP", "CHANGE_BUDGET"]);
    let campaigns = ["ONGOING", "PAUSED", "ENDED", "CLOSED", "SCHEDULED", "UNKNOWN"];
    assert_eq!(stored::<campaign_reading::State>(), campaigns);
    assert_eq!(stored::<job::State>(), ["QUEUED", "RUNNING", "SUCCEEDED", "FAILED"]);
}

async fn related_rows_are_found(database: Database) {
    let connection = &database.migrated().await;
    world(connection).await;
    let of_studio = sample::studio(1).find_related(user::Entity).all(connection).await.unwrap();
    assert_eq!(of_studio, [sample::user(1)]);
    let of_user = sample::user(1).find_related(studio::Entity).all(connection).await.unwrap();
    assert_eq!(of_user, [sample::studio(1)]);
    let session = sample::live_session(1, 1, 1);
    let items = session.find_related(live_session_item::Entity).all(connection).await.unwrap();
    assert_eq!(items, [sample::live_session_item(1, 1)]);
    let account = session.find_related(shopee_account::Entity).one(connection).await.unwrap();
    assert_eq!(account, Some(sample::shopee_account(1, 1)));
    let sign_ins = sample::user(1).find_related(sign_in::Entity).all(connection).await.unwrap();
    assert_eq!(sign_ins, [sample::sign_in(1, 1)]);
    let tokens = sign_ins[0].find_related(refresh_token::Entity).all(connection).await.unwrap();
    assert_eq!(tokens, [sample::refresh_token(1, 1)]);
    let invited = sample::studio(1).find_related(invitation::Entity).one(connection).await.unwrap().unwrap();
    assert_eq!(invited.find_related(user::Entity).one(connection).await.unwrap(), Some(sample::user(1)));
    let login = sample::shopee_account(1, 1).find_related(shopee_login::Entity).one(connection).await.unwrap().unwrap();
    assert_eq!(login.find_related(studio::Entity).one(connection).await.unwrap(), Some(sample::studio(1)));
}
