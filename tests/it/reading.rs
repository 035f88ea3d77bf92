//! Reading what is stored, and what Shopee says of it.

mod arguments;
mod catalog;
mod coins;
mod cost;
mod dashboard;
mod ended;
mod exact;
mod fields;
mod filters;
mod from_shopee;
mod key_order;
mod links;
pub(crate) mod money;
mod nodes;
mod paging;
mod promotions;
mod session_figures;
mod statements;

use serde_json::json;
use testing::{Database, on_both};

use crate::support::world::World;

on_both!(a_session_is_one_object);

async fn a_session_is_one_object(database: Database) {
    let world = World::start(&database).await;
    let on_air = world.on_air();
    let data = world
        .data(
            "query($id: ID!) { liveSession(sessionId: $id) { sessionId sessionName overview { currentViewers } } }",
            json!({ "id": on_air.session_id.to_string() }),
        )
        .await;
    assert_eq!(data["liveSession"]["sessionName"], on_air.title);
    assert_eq!(data["liveSession"]["overview"]["currentViewers"], on_air.viewers);
    world.stop().await;
}
