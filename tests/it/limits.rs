//! How much one operation, and one viewer, may ask for: refused before anything is asked of the database or of Shopee.

mod attacks;
mod budget;
mod documents;
mod introspection;
mod marks;

use serde_json::{Value, json};

use crate::support::world::World;

/// Asks Shopee for one session's numbers: 1 call, 2 statements and a few values.
fn overview(world: &World) -> String {
    let id = world.on_air().session_id;
    format!("{{ liveSession(sessionId: \"{id}\") {{ overview {{ viewers }} }} }}")
}

/// What an answer says of the points that it took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Points {
    requested: u64,
    actual: u64,
    refunded: u64,
    available: u64,
}

impl Points {
    fn of(answer: &Value) -> Self {
        let part = |name: &str| {
            let part = answer["extensions"]["cost"][name].as_u64();
            part.unwrap_or_else(|| panic!("no {name}: {answer:#}"))
        };
        let [requested, actual, refunded, available] = ["requested", "actual", "refunded", "available"].map(part);
        Self { requested, actual, refunded, available }
    }
}

/// Sends an operation by POST; the status, the answer, and the seconds to wait that its headers tell.
async fn post(world: &World, accept: &str, body: String) -> (u16, Value, Option<u64>) {
    let request = crate::support::client().post(format!("{}/graphql", world.gateway.url()));
    let request = request.header("accept", accept).header("content-type", "application/json");
    let answer = request.bearer_auth(&world.token).body(body).send().await.unwrap();
    let status = answer.status().as_u16();
    let after = answer.headers().get("retry-after").map(|value| value.to_str().unwrap().parse().unwrap());
    (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap(), after)
}

fn body(query: &str) -> String {
    json!({ "query": query }).to_string()
}
