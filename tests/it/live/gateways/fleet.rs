//! Gateways that come and go over one database and one Redis.

use futures_util::future::join_all;
use live_gateway::serve::Gateway;
use serde_json::{Value, json};
use testing::Database;

use super::told;
use crate::support::{
    redis::Redis,
    stream::Stream,
    world::{Start, World},
};

/// How often a session is asked for its numbers, in milliseconds.
pub(super) const INTERVAL: u64 = 200;

pub(super) struct Fleet {
    /// Its own gateway has no watchers.
    pub(super) world: World,
    pub(super) redis: Redis,
    database: Database,
    variables: Vec<(&'static str, String)>,
}

impl Fleet {
    /// No gateways yet; `None` where there is no Redis.
    pub(super) async fn start(database: &Database, lease_milliseconds: u64) -> Option<Self> {
        let redis = Redis::start().await?;
        let variables = redis.variables(lease_milliseconds, INTERVAL);
        let world = World::start_with(database, Start { accounts: 1, ..Start::default() }).await;
        Some(Self { world, redis, database: Database { url: database.url.clone() }, variables })
    }

    pub(super) async fn gateway(&self) -> Gateway {
        self.world.another_gateway(&self.database, &self.variables).await
    }

    pub(super) fn session_id(&self) -> i64 {
        self.world.on_air().session_id
    }

    /// Watches the session through a gateway, from after a place on.
    pub(super) async fn watch(&self, gateway: &Gateway, after: Option<i64>) -> Stream {
        watch(&gateway.url(), &self.world.token, self.session_id(), after).await
    }

    pub(super) async fn stop(self, gateways: impl IntoIterator<Item = Gateway>) {
        join_all(gateways.into_iter().map(Gateway::stop)).await;
        self.world.stop().await;
    }
}

/// Watches a session at this address.
pub(super) async fn watch(url: &str, token: &str, session_id: i64, after: Option<i64>) -> Stream {
    let query = "subscription($id: ID!, $after: Long) { viewerCount(sessionId: $id, after: $after) {
        sequence previousSequence gap viewers staleSince } }";
    Stream::open(url, Some(token), query, json!({ "id": session_id.to_string(), "after": after })).await
}

pub(super) fn sequence(event: &Value) -> i64 {
    told(event)["sequence"].as_i64().unwrap()
}
