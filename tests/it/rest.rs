//! The old REST routes: each answers what GraphQL does, to whom GraphQL does, with a status that says how it went.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod changes;
mod page;
mod reads;
mod refusals;

use live_gateway::rest;
use reqwest::{Method, Response};
use serde_json::{Map, Value, json};

use crate::support::{client, world::World};

const PREFIX: &str = "/api/live-streaming";

/// Sends a request to an old route.
async fn send(world: &World, token: Option<&str>, (method, path): (&str, &str), body: Value) -> Response {
    let url = format!("{}{PREFIX}/{path}", world.gateway.url());
    let mut request = client().request(method.parse::<Method>().unwrap(), url);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    if !body.is_null() {
        request = request.json(&body);
    }
    request.send().await.unwrap()
}

/// The status and the body of an answer to the owner.
async fn call(world: &World, route: (&str, &str), body: Value) -> (u16, Value) {
    call_as(world, &world.token, route, body).await
}

async fn call_as(world: &World, token: &str, route: (&str, &str), body: Value) -> (u16, Value) {
    let answer = send(world, Some(token), route, body).await;
    (answer.status().as_u16(), answer.json().await.unwrap())
}

/// The data of an answer that has nothing to complain of.
async fn data(world: &World, route: (&str, &str), body: Value) -> Value {
    let (status, mut answer) = call(world, route, body).await;
    assert!(
        status < 300 && answer["success"] == true && answer.get("errors").is_none(),
        "{route:?}: {status} {answer:#}"
    );
    answer["data"].take()
}

/// What is wrong with a request: the status, the code, and the field that is meant.
async fn refusal(world: &World, token: &str, route: (&str, &str), body: Value) -> (u16, String, Option<String>) {
    let (status, answer) = call_as(world, token, route, body).await;
    let text = |name: &str| answer["error"][name].as_str().map(str::to_owned);
    assert!(answer["success"] == false && text("request_id").is_some(), "{route:?}: {answer:#}");
    assert!(text("message").is_some_and(|message| !message.is_empty()), "{route:?}: {answer:#}");
    (status, text("code").unwrap(), text("field"))
}

/// What the stored operation of this name answers by GraphQL, written as the routes write it.
async fn stored(world: &World, name: &str, variables: Value) -> Value {
    let called = |text: &&&str| text.contains(&format!(" {name}(")) || text.contains(&format!(" {name} "));
    let document = rest::DOCUMENTS.iter().find(called).unwrap_or_else(|| panic!("no operation {name}"));
    snake(world.data(document, variables).await)
}

/// The same value in the spelling of the routes.
fn snake(value: Value) -> Value {
    let spelled = |name: String| {
        let letters = name.chars().flat_map(|letter| {
            letter.is_ascii_uppercase().then_some('_').into_iter().chain([letter.to_ascii_lowercase()])
        });
        letters.collect::<String>()
    };
    match value {
        Value::Object(members) => {
            members.into_iter().map(|(name, member)| (spelled(name), snake(member))).collect::<Map<_, _>>().into()
        }
        Value::Array(entries) => entries.into_iter().map(snake).collect(),
        plain => plain,
    }
}

/// A session as a row of the old table.
fn row(mut session: Value) -> Value {
    let members = session.as_object_mut().unwrap();
    for name in ["studio", "shopee_account"] {
        let id = members.remove(name).unwrap()["id"].take();
        members.insert(format!("{name}_id"), id);
    }
    session
}

/// Without when Shopee was asked, which may be a moment later.
fn timeless(mut value: Value) -> Value {
    match &mut value {
        Value::Object(members) => {
            members.remove("observed_at");
            members.values_mut().for_each(|member| *member = timeless(member.take()));
        }
        Value::Array(entries) => entries.iter_mut().for_each(|entry| *entry = timeless(entry.take())),
        _ => {}
    }
    value
}

/// What the routes are asked about.
struct Things {
    studio: String,
    account: String,
    /// The session on air, by our id and by Shopee's.
    session: String,
    session_id: String,
}

impl Things {
    async fn of(world: &World) -> Self {
        let session_id = world.on_air().session_id.to_string();
        let query = "query($id: ID!) { liveSession(sessionId: $id) { id studio { id } shopeeAccount { id } } }";
        let session = world.data(query, json!({ "id": session_id })).await["liveSession"].take();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Self {
            studio: text(&session["studio"]["id"]),
            account: text(&session["shopeeAccount"]["id"]),
            session: text(&session["id"]),
            session_id,
        }
    }
}
