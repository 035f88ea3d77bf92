//! What clients see of a Shopee that is slow or away, and what Shopee sees of us meanwhile.

mod circuits;
mod deadlines;
mod shared_pace;
mod stale;

use serde_json::{Value, json};
use testing::Database;

use crate::support::world::{Start, World};

/// A world with two accounts whose sessions are stored.
async fn two_accounts(database: &Database) -> World {
    World::start_with(database, Start { accounts: 2, ..Start::default() }).await
}

/// Products of a session that have this number in their titles: each number makes a call of its own.
const PRODUCTS: &str = "query($id: ID!, $keyword: String) { liveSession(sessionId: $id) { sessionName products(keyword: $keyword) { total } } }";

fn numbered(session_id: i64, number: usize) -> Value {
    json!({ "id": session_id.to_string(), "keyword": format!("number {number}") })
}

async fn products(world: &World, session_id: i64, number: usize) -> Value {
    world.ask(PRODUCTS, numbered(session_id, number)).await
}

/// What the answer's first error says beside its message.
fn extensions(answer: &Value) -> &Value {
    &answer["errors"][0]["extensions"]
}
