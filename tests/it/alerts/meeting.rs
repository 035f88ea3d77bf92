//! What many studios and many instances make of one look: nobody's alerts are cut off, and nobody clears what they know too little of.

use chrono::{DateTime, TimeDelta, Utc};
use entity::{alert, alert_settings, live_session, live_session_item, metric_sample, shopee_account};
use live_gateway::{alert::stock, clock::Clock};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait as _, DatabaseConnection,
    EntityTrait as _, IntoActiveModel as _, QueryFilter as _, TransactionTrait as _, sea_query::Expr,
};
use serde_json::json;
use testing::{Database, on_both, on_postgres};

use super::{look, open, session};
use crate::support::{until_somebody_waits, world::World};

on_both!(
    a_studio_that_wants_nothing_hides_nobodys_stock,
    a_source_is_silent_since_its_last_sample,
    alerts_are_forgotten
);

/// More than any look has ever read of products of which little is left.
const MANY: i64 = 10_100;

/// A session on air of the second studio, which wants to be told of no stock, with many products of which none is left.
async fn crowd(connection: &DatabaseConnection, like: &live_session::Model) {
    const STUDIO: i64 = 2;
    let account = shopee_account::Entity::find_by_id(like.shopee_account_id).one(connection).await.unwrap().unwrap();
    let account = shopee_account::ActiveModel {
        id: sea_orm::NotSet,
        studio_id: Set(STUDIO),
        shopee_user_id: Set(1),
        ..account.into_active_model().reset_all()
    };
    let account = account.insert(connection).await.unwrap();
    let row = live_session::ActiveModel {
        id: sea_orm::NotSet,
        studio_id: Set(STUDIO),
        shopee_account_id: Set(account.id),
        session_id: Set(1),
        ..like.clone().into_active_model().reset_all()
    };
    let row = row.insert(connection).await.unwrap();
    let settings = alert_settings::ActiveModel {
        studio_id: Set(STUDIO),
        stock_low_pieces: Set(None),
        updated_at: Set(Clock.now()),
        ..Default::default()
    };
    alert_settings::Entity::insert(settings).exec_without_returning(connection).await.unwrap();
    for items in (1..=MANY).collect::<Vec<_>>().chunks(1_000) {
        let items = items.iter().map(|item| live_session_item::ActiveModel {
            live_session_id: Set(row.id),
            item_id: Set(*item),
            product_name: Set("sold out".to_owned()),
            stock: Set(Some(0)),
            last_updated: Set(Clock.now()),
            ..Default::default()
        });
        live_session_item::Entity::insert_many(items).exec_without_returning(connection).await.unwrap();
    }
}

async fn a_studio_that_wants_nothing_hides_nobodys_stock(database: Database) {
    let world = World::start(&database).await;
    let connection = database.connect().await;
    let session = session(&connection, &world).await;
    stock::look(&world.gateway.app).await.unwrap();
    let of_session = live_session_item::Column::LiveSessionId.eq(session.id);
    let left = |pieces: i64| {
        live_session_item::Entity::update_many().col_expr(live_session_item::Column::Stock, Expr::value(pieces))
    };
    left(6).filter(of_session.clone()).exec(&connection).await.unwrap();
    crowd(&connection, &session).await;
    look(&world).await;
    assert_eq!(open(&world, "STOCK_LOW").await, [json!(null); 0], "one more than is told of by default");
    let item = live_session_item::Entity::find().filter(of_session).one(&connection).await.unwrap().unwrap();
    left(5).filter(live_session_item::Column::Id.eq(item.id)).exec(&connection).await.unwrap();
    for _ in 0..2 {
        look(&world).await;
        assert_eq!(open(&world, "STOCK_LOW").await.len(), 1);
    }
    let all =
        alert::Entity::find().filter(alert::Column::Kind.eq(alert::Kind::StockLow)).all(&connection).await.unwrap();
    assert_eq!(all.len(), 1, "the other studio is told nothing");
    world.stop().await;
}

async fn a_source_is_silent_since_its_last_sample(database: Database) {
    let world = World::start(&database).await;
    let connection = database.connect().await;
    let (session, now) = (session(&connection, &world).await, Clock.now());
    let synced = live_session::Entity::update_many()
        .col_expr(live_session::Column::SyncedAt, Expr::value(now - TimeDelta::hours(3)))
        .filter(live_session::Column::Id.eq(session.id));
    synced.exec(&connection).await.unwrap();
    let heard_at = now - TimeDelta::hours(2);
    let sample = metric_sample::ActiveModel {
        live_session_id: Set(session.id),
        sampled_at: Set(heard_at),
        viewers: Set(Some(7)),
        ..Default::default()
    };
    metric_sample::Entity::insert(sample).exec_without_returning(&connection).await.unwrap();
    look(&world).await;
    let told = open(&world, "SOURCE_STALE").await;
    let since: DateTime<Utc> = told[0]["staleSince"].as_str().unwrap().parse().unwrap();
    assert!((since - heard_at).abs() < TimeDelta::milliseconds(2), "{since} {heard_at}");
    world.stop().await;
}

async fn alerts_are_forgotten(database: Database) {
    let world = World::start(&database).await;
    let (app, connection) = (&world.gateway.app, database.connect().await);
    let account = shopee_account::Entity::find().one(&connection).await.unwrap().unwrap();
    let status_is = async |status| {
        let row = shopee_account::ActiveModel { id: Set(account.id), status: Set(status), ..Default::default() };
        row.update(&connection).await.unwrap();
        look(&world).await;
    };
    status_is(shopee_account::Status::SignedOut).await;
    status_is(shopee_account::Status::Active).await;
    status_is(shopee_account::Status::SignedOut).await;
    let over = alert::Entity::find().filter(alert::Column::ClearedAt.is_not_null());
    let cleared_at = over.one(&connection).await.unwrap().unwrap().cleared_at.unwrap();
    let tidy = live_gateway::alert::housekeeping::tidy;
    assert_eq!(tidy(app, cleared_at + TimeDelta::days(90)).await.unwrap(), 0);
    assert_eq!(tidy(app, cleared_at + TimeDelta::days(90) + TimeDelta::seconds(1)).await.unwrap(), 1);
    assert_eq!(tidy(app, cleared_at + TimeDelta::days(4_000)).await.unwrap(), 0, "what is open stays");
    assert_eq!(open(&world, "ACCOUNT_SIGNED_OUT").await.len(), 1);
    world.stop().await;
}

/// On SQLite nobody can be stopped between two statements that read.
#[tokio::test]
async fn what_another_instance_raises_meanwhile_is_left() {
    on_postgres(a_look_that_is_overtaken).await;
}

async fn a_look_that_is_overtaken(database: Database) {
    let world = World::start(&database).await;
    let connection = database.connect().await;
    let account = shopee_account::Entity::find().one(&connection).await.unwrap().unwrap();
    // The look has read which accounts are signed out when it comes to the stock.
    let other = connection.begin().await.unwrap();
    other.execute_unprepared("LOCK TABLE live_session_items IN ACCESS EXCLUSIVE MODE").await.unwrap();
    tokio::join!(look(&world), async {
        until_somebody_waits(&connection).await;
        let status = Set(shopee_account::Status::SignedOut);
        let row = shopee_account::ActiveModel { id: Set(account.id), status, ..Default::default() };
        row.update(&other).await.unwrap();
        let raised = alert::ActiveModel {
            studio_id: Set(account.studio_id),
            kind: Set(alert::Kind::AccountSignedOut),
            subject: Set(format!("ShopeeAccount:{}", account.id)),
            shopee_account_id: Set(Some(account.id)),
            revision: Set(Clock.now().timestamp_millis()),
            raised_at: Set(Clock.now()),
            ..Default::default()
        };
        raised.insert(&other).await.unwrap();
        other.commit().await.unwrap();
    });
    assert_eq!(open(&world, "ACCOUNT_SIGNED_OUT").await.len(), 1);
    look(&world).await;
    assert_eq!(alert::Entity::find().all(&connection).await.unwrap().len(), 1, "it is raised once");
    world.stop().await;
}
