//! The live side: what the watchers of a session see, how often Shopee is asked for it, and what they see while Shopee fails.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod crowd;
mod ending;
mod failing;
mod gateways;
mod history;
mod pollers;
mod refusing;
mod resuming;
mod sharing;
mod signed_out;
mod studio;
mod watching;

use std::fmt::Display;

use serde_json::Value;

use crate::support::{eventually, world::World};

/// Longer than any test waits: the poller asks once, and what comes after that has another cause.
const ONCE: (&str, &str) = ("POLL_INTERVAL_MS", "60000");

/// The operation that watches how many people watch.
fn viewer_count<S: Display>(session: S) -> String {
    format!(
        r#"subscription {{
            viewerCount(sessionId: "{session}") {{ viewers peakViewers isOnAir observedAt staleSince }}
        }}"#
    )
}

/// The operation that watches all numbers.
fn live_metrics<S: Display>(session: S) -> String {
    format!(
        r#"subscription {{
            liveMetrics(sessionId: "{session}") {{
                viewers peakViewers totalViewers likes comments orders revenue {{ amount currencyCode }}
                isOnAir observedAt staleSince
            }}
        }}"#
    )
}

/// What an event of either subscription says.
fn told(data: &Value) -> &Value {
    data.get("viewerCount").or_else(|| data.get("liveMetrics")).expect("an event of a subscription")
}

/// Whether the event says that its numbers are old.
fn is_stale(data: &Value) -> bool {
    told(data)["staleSince"].is_string()
}

/// How often Shopee was asked for the numbers of a session.
fn polls(world: &World, session_id: i64) -> usize {
    let calls = world.shopee().call_log();
    calls.iter().filter(|call| call.call == "overview" && call.session_id == Some(session_id)).count()
}

/// Waits until no poller runs.
async fn nothing_is_polled(world: &World) {
    eventually("all pollers have ended", async || world.gateway.app.pollers.running() == 0).await;
}
