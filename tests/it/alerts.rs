//! What somebody should look at: raised once, cleared when it is over, acknowledged by whom.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod changes;
mod drops;
mod kinds;
mod meeting;
mod settings;

use chrono::TimeDelta;
use entity::live_session;
use live_gateway::{
    alert::evaluate,
    graphql::id::{GlobalId, Kind},
};
use sea_orm::{ColumnTrait as _, DatabaseConnection, EntityTrait as _, QueryFilter as _};
use serde_json::{Value, json};

use crate::support::world::World;

/// The steps in which these tests let courses be judged.
const STEP: TimeDelta = TimeDelta::seconds(30);

const ALERTS: &str =
    "query ($id: ID!, $filter: AlertFilter) { alerts(studioId: $id, filter: $filter) { totalCount nodes {
    id kind usual observed threshold staleSince raisedAt clearedAt acknowledgedAt acknowledgedBy { email }
    about { __typename id ... on LiveSession { sessionId } } studio { name } } } }";

/// One look of the gateway's at what is stored.
async fn look(world: &World) {
    evaluate::write(&world.gateway.app, STEP).await.unwrap();
}

/// The studio's alerts that match, the newest first.
async fn alerts(world: &World, filter: Value) -> Vec<Value> {
    let variables = json!({ "id": world.studio_id().await, "filter": filter });
    // They are counted and listed by two statements, between which a look of the gateway's own may fall, but not each time.
    for _ in 0..10 {
        let mut page = world.data(ALERTS, variables.clone()).await["alerts"].take();
        let Value::Array(nodes) = page["nodes"].take() else { panic!("no nodes") };
        if page["totalCount"] == nodes.len() {
            return nodes;
        }
    }
    panic!("as many are never counted as are listed");
}

/// Those of one kind that are not over.
async fn open(world: &World, kind: &str) -> Vec<Value> {
    alerts(world, json!({ "isOpen": true, "kind": kind })).await
}

/// The stored session that is on air.
async fn session(connection: &DatabaseConnection, world: &World) -> live_session::Model {
    let of_shopee = live_session::Column::SessionId.eq(world.on_air().session_id);
    live_session::Entity::find().filter(of_shopee).one(connection).await.unwrap().unwrap()
}

fn id(kind: Kind, key: i64) -> String {
    GlobalId::new(kind, key).encode().0
}
