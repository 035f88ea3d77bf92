//! What tests are written in: a world with a Shopee and a gateway, and a client of it.

pub(crate) mod answer;
pub(crate) mod introspection;
pub(crate) mod large_shopee;
pub(crate) mod npm;
pub(crate) mod postgres;
pub(crate) mod program;
pub(crate) mod redis;
pub(crate) mod stream;
pub(crate) mod wire;
pub(crate) mod world;

use std::{
    env,
    io::{Write as _, stderr},
    time::Duration,
};

use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend, Statement};

/// Long enough for a loaded machine; whoever waits longer is stuck.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// An HTTP client that gives up in time.
pub(crate) fn client() -> reqwest::Client {
    reqwest::Client::builder().timeout(PATIENCE).build().unwrap()
}

/// Waits until something holds, for as long as [`PATIENCE`] lasts.
pub(crate) async fn eventually<F: Future<Output = bool>>(what: &str, holds: impl Fn() -> F) {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while !holds().await {
        assert!(tokio::time::Instant::now() < deadline, "never: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Waits until a transaction in this PostgreSQL database waits for another one.
pub(crate) async fn until_somebody_waits(connection: &DatabaseConnection) {
    let waits = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    eventually("somebody waits", async || {
        let statement = Statement::from_string(DbBackend::Postgres, waits);
        connection.query_one_raw(statement).await.unwrap().is_some()
    })
    .await;
}

/// A number that whoever runs the tests may choose.
pub(crate) fn from_environment(name: &str, default: u64) -> u64 {
    env::var(name).map_or(default, |text| text.parse().unwrap())
}

/// Says something past the test program's capture, which hides what a test says that passes.
pub(crate) fn tell(text: &str) {
    drop(writeln!(stderr(), "{text}"));
}

/// Says that a test cannot run here; where `CI` is set that is a failure.
pub(crate) fn left_out(why: &str) {
    assert!(env::var_os("CI").is_none(), "{why}");
    tell(&format!("LEFT OUT: {why}"));
}
