//! A crowd that comes at once, as after a restart or behind a proxy that has changed: everybody gets in.
//!
//! `CROWD` makes it larger.

use futures_util::future::join_all;
use serde_json::json;
use testing::{Database, on_both};
use tokio::time::Instant;

use super::told;
use crate::support::{
    from_environment,
    stream::Stream,
    tell,
    world::{Start, World},
};

on_both!(a_crowd_that_comes_at_once_gets_in);

async fn a_crowd_that_comes_at_once_gets_in(database: Database) {
    let count = from_environment("CROWD", 300);
    let world = World::start_with(&database, Start { accounts: 1, ..Start::default() }).await;
    let session = json!({ "id": world.on_air().session_id.to_string() });
    let query = "subscription($id: ID!) { viewerCount(sessionId: $id) { viewers } }";
    let begun = Instant::now();
    let come = (0..count).map(async |_| {
        let mut stream = Stream::open(&world.gateway.url(), Some(&world.token), query, session.clone()).await;
        assert!(told(&stream.data().await)["viewers"].is_u64());
        stream
    });
    let crowd = join_all(come).await;
    if count > 1_000 {
        tell(&format!("{count} sockets at once: all in and told after {:?}", begun.elapsed()));
    }
    assert_eq!(world.gateway.app.pollers.running(), 1, "one poll for all");
    drop(crowd);
    world.stop().await;
}
