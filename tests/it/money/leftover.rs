//! What was left over, looked at too late or by somebody who is behind.

use chrono::TimeDelta;
use entity::intent::{Column, Entity, Model, State};
use live_gateway::{clock::Clock, identity::actor::Actor, ledger::advance::advance, session::coins::HANDLER};
use sandbox::{Fault, FaultKind};
use sea_orm::{ColumnTrait as _, DatabaseConnection, EntityTrait as _, QueryFilter as _, sea_query::Expr};
use serde_json::json;
use testing::{Database, on_both};

use super::{assert_books, give, giveout, offers, room, start};
use crate::support::world::World;

on_both!(
    what_was_sent_again_meanwhile_is_not_overdue,
    what_nobody_waits_for_any_more_is_not_sent,
    what_was_answered_unintelligibly_is_not_sent_again,
);

async fn row(connection: &DatabaseConnection) -> Model {
    Entity::find().one(connection).await.unwrap().unwrap()
}

async fn set(connection: &DatabaseConnection, column: Column, value: impl Into<sea_orm::Value>) {
    let query =
        Entity::update_many().col_expr(column, Expr::value(value.into())).filter(Column::State.eq(State::Pending));
    query.exec(connection).await.unwrap();
}

/// An intent whose first call did not arrive, and nobody knows.
async fn lost(world: &World, session: &str, kind: FaultKind) {
    world.shopee().inject(Fault::new(kind).on("coin_giveout").times(1));
    let payload = give(world, "giveOutCoins", &giveout(session, "lost", 100, 10)).await;
    assert_eq!(payload["coinGiveout"]["state"], "PENDING", "{payload:#}");
}

async fn look(world: &World, id: i64, overdue: Option<i64>) {
    advance(world.gateway.app.clone(), HANDLER, id, overdue, Actor::gateway()).await;
}

async fn what_was_sent_again_meanwhile_is_not_overdue(database: Database) {
    let (world, connection) = (start(&database).await, database.connect().await);
    let (session_id, session) = room(&database, &world).await;
    lost(&world, &session, FaultKind::ServerError(502)).await;
    // Somebody else has just sent it a second time.
    set(&connection, Column::Attempts, 2).await;
    let id = row(&connection).await.id;
    look(&world, id, Some(1)).await;
    assert_eq!((world.shopee().calls("coin_giveout"), row(&connection).await.attempts), (1, 2));
    look(&world, id, Some(2)).await;
    assert_eq!(offers(world.shopee(), session_id), [(100, 10)]);
    assert_books(&database, &world, session_id).await;
    world.stop().await;
}

async fn what_nobody_waits_for_any_more_is_not_sent(database: Database) {
    for attempts in [0, 1] {
        let (world, connection) = (start(&database).await, database.connect().await);
        let (session_id, session) = room(&database, &world).await;
        lost(&world, &session, FaultKind::ServerError(502)).await;
        set(&connection, Column::CreatedAt, Clock.now() - TimeDelta::minutes(3)).await;
        set(&connection, Column::Attempts, attempts).await;
        look(&world, row(&connection).await.id, Some(attempts)).await;
        let payload = give(&world, "giveOutCoins", &giveout(&session, "lost", 100, 10)).await;
        assert_eq!(payload["coinGiveout"]["refusal"], json!("EXPIRED"), "{payload:#}");
        assert_eq!((world.shopee().calls("coin_giveout"), offers(world.shopee(), session_id)), (1, vec![]));
        Entity::delete_many().exec(&connection).await.unwrap();
        world.stop().await;
    }
}

async fn what_was_answered_unintelligibly_is_not_sent_again(database: Database) {
    let (world, connection) = (start(&database).await, database.connect().await);
    let (session_id, session) = room(&database, &world).await;
    // As after an answer that nobody understood, while Shopee shows nothing of what it did.
    lost(&world, &session, FaultKind::ServerError(502)).await;
    set(&connection, Column::AcceptedAt, Clock.now()).await;
    let id = row(&connection).await.id;
    look(&world, id, Some(1)).await;
    assert_eq!((world.shopee().calls("coin_giveout"), offers(world.shopee(), session_id)), (1, vec![]));
    set(&connection, Column::CreatedAt, Clock.now() - TimeDelta::minutes(11)).await;
    look(&world, id, None).await;
    assert_eq!(row(&connection).await.settled_at, None, "not before it is overdue");
    look(&world, id, Some(1)).await;
    let payload = give(&world, "giveOutCoins", &giveout(&session, "lost", 100, 10)).await;
    assert_eq!(payload["coinGiveout"]["state"], "UNKNOWN", "{payload:#}");
    world.stop().await;
}
