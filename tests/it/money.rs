//! What costs money: one effect at Shopee for each intent, whatever is lost on the way.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod budgets;
mod changes;
mod crash;
mod edits;
mod faults;
mod keys;
mod leftover;
mod unknown;

use entity::{intent, live_session};
use live_gateway::graphql::id::{GlobalId, Kind};
use sandbox::{CoinOfferView, Panel};
use sea_orm::{ColumnTrait as _, DatabaseConnection, EntityTrait as _, QueryFilter as _};
use serde_json::{Value, json};
use testing::Database;

use crate::support::world::{Start, World};

/// What every giveout here is asked for.
const GIVEOUT: &str = "id kind state amount recipients refusal toCheck attempts idempotencyKey createdAt settledAt
    requestedBy { email } liveSession { sessionId coinsDistributed }";

/// A world with one account.
async fn start(database: &Database) -> World {
    World::start(database).await
}

/// One that finds out soon what became of a call.
async fn start_hurried(database: &Database) -> World {
    let variables = vec![("SHOPEE_TIMEOUT_MS", "1000".to_owned()), ("INTENT_SETTLE_MS", "2000".to_owned())];
    World::start_with(database, Start { accounts: 1, variables }).await
}

/// The session that is on air, as the schema names it.
async fn room(database: &Database, world: &World) -> (i64, String) {
    let connection = database.connect().await;
    let (session_id, row) = (world.on_air().session_id, live_session::Column::SessionId);
    let row = live_session::Entity::find().filter(row.eq(session_id)).one(&connection).await.unwrap().unwrap();
    (session_id, GlobalId::new(Kind::LiveSession, row.id).encode().0)
}

fn giveout(session: &str, key: &str, amount: i64, recipients: i64) -> Value {
    json!({ "idempotencyKey": key, "liveSessionId": session, "amount": amount, "recipients": recipients })
}

fn document(mutation: &str) -> String {
    let input = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
    format!(
        "mutation ($input: {input}!) {{
            {mutation}(input: $input) {{ coinGiveout {{ {GIVEOUT} }} userErrors {{ code field message }} }}
        }}"
    )
}

/// The payload of a mutation that the owner sends.
async fn give(world: &World, mutation: &str, input: &Value) -> Value {
    world.data(&document(mutation), json!({ "input": input })).await[mutation].take()
}

/// Sends it again with the same key until it is settled.
async fn settled(world: &World, mutation: &str, input: &Value) -> Value {
    let found = tokio::time::timeout(crate::support::PATIENCE, async {
        loop {
            let payload = give(world, mutation, input).await;
            if payload["coinGiveout"]["state"] != "PENDING" {
                return payload;
            }
        }
    });
    found.await.unwrap()
}

/// Codes and fields of the payload's errors.
fn refusals(payload: &Value) -> Vec<(&str, Option<&str>)> {
    let errors = payload["userErrors"].as_array().unwrap_or_else(|| panic!("no userErrors: {payload:#}"));
    errors.iter().map(|error| (error["code"].as_str().unwrap(), error["field"].as_str())).collect()
}

/// What happened at Shopee in a session: coins and claims of each offer, the oldest first.
fn offers(panel: &Panel, session_id: i64) -> Vec<(u64, u64)> {
    let offers = panel.coin_offers().into_iter().filter(|offer| offer.session_id == session_id);
    offers.map(|CoinOfferView { coins, claims, .. }| (coins, claims)).collect()
}

/// Coins that the ledger says were given, and those that the session's own total says.
async fn books(connection: &DatabaseConnection, session_id: i64) -> (i64, Option<i64>) {
    use entity::coin_giveout;
    let of_session = live_session::Column::SessionId.eq(session_id);
    let session = live_session::Entity::find().filter(of_session).one(connection).await.unwrap().unwrap();
    let rows = coin_giveout::Entity::find().find_also_related(intent::Entity);
    let rows = rows.filter(coin_giveout::Column::LiveSessionId.eq(session.id)).all(connection).await.unwrap();
    let done = rows.iter().filter(|(_, intent)| intent.as_ref().unwrap().state == intent::State::Done);
    (done.map(|(giveout, _)| giveout.amount).sum(), session.coins_distributed)
}

/// Everybody agrees what was given: Shopee, the ledger, the session's total.
async fn assert_books(database: &Database, world: &World, session_id: i64) {
    let given: u64 = offers(world.shopee(), session_id).iter().map(|(coins, _)| coins).sum();
    let (ledger, total) = books(&database.connect().await, session_id).await;
    assert_eq!((ledger, total.unwrap_or(0)), (given as i64, given as i64));
}
