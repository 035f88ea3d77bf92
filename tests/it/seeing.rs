//! What an operator sees: metrics, traces, lines of the log, and what is made of them; and that no secret is in any.

mod boards;
mod canaries;
mod collector;
mod counted;
mod lines;
mod scrape;
mod traces;

use serde_json::{Value, json};

use crate::{
    process::{Machine, Serving},
    support::world::OWNER,
};

/// A machine with an account connected, and its owner's token.
async fn connected(mut machine: Machine) -> (Machine, String) {
    machine.set("LOG", "debug");
    let told = machine.connect("First Studio", OWNER, &machine.account().cookie).await;
    assert_eq!(told.code, Some(0), "{told:?}");
    let token = machine.succeed(&["token", "--email", OWNER]).await.trim().to_owned();
    (machine, token)
}

/// What Shopee calls a session of the machine's account that is on air.
fn on_air(machine: &Machine) -> String {
    let (account, sessions) = (machine.account().user_id, machine.shopee.panel().on_air());
    sessions.into_iter().find(|session| session.user_id == account).unwrap().session_id.to_string()
}

/// Sends a request to a gateway that serves.
async fn send(
    serving: &Serving,
    token: &str,
    body: &Value,
    headers: &[(&'static str, &str)],
) -> (reqwest::StatusCode, Value) {
    let request = crate::support::client().post(format!("{}/graphql", serving.url)).bearer_auth(token).json(body);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    let answer = request.send().await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

/// An operation that asks the database and Shopee about a session.
fn overview(session: &str) -> Value {
    let query = "query Overview($id: ID!) { liveSession(sessionId: $id) { sessionName overview { currentViewers } } }";
    json!({ "query": query, "variables": { "id": session } })
}
