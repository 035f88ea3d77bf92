//! Documents that a request only names: automatic persisted queries, and ids of trusted documents, over every transport.

use live_gateway::http::documents::hash;
use serde_json::{Value, json};

use super::{
    gateway::Gateway,
    socket::{Socket, upgrade},
};

const QUERY: &str = "{ hello }";
const SUBSCRIPTION: &str = "subscription { count(to: 2) }";

fn extension(text: &str) -> Value {
    json!({ "persistedQuery": { "version": 1, "sha256Hash": hash(text) } })
}

/// Only the hash, or the document with it.
fn payload(text: &str, whole: bool) -> Value {
    match whole {
        true => json!({ "query": text, "extensions": extension(text) }),
        false => json!({ "extensions": extension(text) }),
    }
}

async fn post(gateway: &Gateway, payload: &Value) -> (u16, Value) {
    let answer = gateway.post(payload.to_string()).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn get(gateway: &Gateway, parameters: &[(&str, &str)]) -> (u16, Value) {
    let answer = gateway.request("GET").query(parameters).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

fn code(answer: &Value) -> &str {
    answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default()
}

#[tokio::test]
async fn a_client_of_apollos_gets_through_by_post() {
    let gateway = Gateway::start().await;
    let (status, answer) = post(&gateway, &payload(QUERY, false)).await;
    // Its clients look for this very text, or for the code.
    assert_eq!((status, &answer["errors"][0]["message"]), (200, &json!("PersistedQueryNotFound")));
    assert_eq!((code(&answer), answer.get("data")), ("PERSISTED_QUERY_NOT_FOUND", None));
    for whole in [true, false, false] {
        assert_eq!(post(&gateway, &payload(QUERY, whole)).await, (200, json!({ "data": { "hello": "world" } })));
    }
}

#[tokio::test]
async fn a_client_of_apollos_gets_through_by_get() {
    let gateway = Gateway::start().await;
    let extensions = extension(QUERY).to_string();
    let hashed = [("extensions", extensions.as_str())];
    assert_eq!(code(&get(&gateway, &hashed).await.1), "PERSISTED_QUERY_NOT_FOUND");
    let whole = [("query", QUERY), ("extensions", extensions.as_str())];
    for parameters in [&whole[..], &hashed, &hashed] {
        assert_eq!(get(&gateway, parameters).await, (200, json!({ "data": { "hello": "world" } })));
    }
    // What was left by one way is found by another; a mutation changes nothing by GET, whatever it is called.
    assert_eq!(post(&gateway, &payload(QUERY, false)).await.0, 200);
    gateway.controls.allow_add.add_permits(1);
    assert_eq!(post(&gateway, &payload("mutation { add }", true)).await.1["data"]["add"], 1);
    let mutation = extension("mutation { add }").to_string();
    assert_eq!(get(&gateway, &[("extensions", &mutation)]).await.0, 405);
}

async fn socket(gateway: &Gateway, protocol: &str) -> Socket {
    let mut request = upgrade(gateway.address, &[]);
    request.headers_mut().insert("sec-websocket-protocol", protocol.parse().unwrap());
    let mut socket = Socket::try_open(request).await.unwrap();
    socket.send(json!({ "type": "connection_init", "payload": {} })).await;
    assert_eq!(socket.next().await["type"], "connection_ack");
    socket
}

/// The messages of one operation, pings left out.
async fn told(socket: &mut Socket, kind: &str, id: &str, payload: Value) -> Vec<Value> {
    socket.send(json!({ "type": kind, "id": id, "payload": payload })).await;
    let mut messages = Vec::new();
    loop {
        let message = socket.next().await;
        if message["id"] == id {
            let is_last = message["type"] == "complete" || message["type"] == "error";
            messages.push(message);
            if is_last {
                return messages;
            }
        }
    }
}

#[tokio::test]
async fn operations_of_websockets_may_be_named() {
    let gateway = Gateway::start().await;
    for (protocol, kind, next) in [("graphql-transport-ws", "subscribe", "next"), ("graphql-ws", "start", "data")] {
        let text = format!("{SUBSCRIPTION} # {protocol}");
        let mut socket = socket(&gateway, protocol).await;
        let unknown = told(&mut socket, kind, "1", payload(&text, false)).await;
        assert_eq!(unknown[0]["type"], "error", "{unknown:?}");
        assert!(unknown[0]["payload"].to_string().contains("PERSISTED_QUERY_NOT_FOUND"), "{unknown:?}");
        let data = |id: &str, count: i32| json!({ "type": next, "id": id, "payload": { "data": { "count": count } } });
        for (id, whole) in [("2", true), ("3", false)] {
            let complete = json!({ "type": "complete", "id": id });
            let events = told(&mut socket, kind, id, payload(&text, whole)).await;
            assert_eq!(events, [data(id, 1), data(id, 2), complete]);
        }
        let greeting = told(&mut socket, kind, "4", json!({ "documentId": "greeting" })).await;
        assert_eq!(greeting[0]["payload"]["data"], json!({ "hello": "world" }));
    }
}

#[tokio::test]
async fn streams_of_events_may_be_named() {
    let gateway = Gateway::start().await;
    let ask = async |payload: Value| {
        let request = gateway.post(payload.to_string()).header("accept", "text/event-stream");
        request.send().await.unwrap().text().await.unwrap()
    };
    assert!(ask(payload(SUBSCRIPTION, false)).await.contains("PersistedQueryNotFound"));
    let (whole, hashed) = (ask(payload(SUBSCRIPTION, true)).await, ask(payload(SUBSCRIPTION, false)).await);
    assert_eq!(whole, hashed);
    assert!(whole.contains(r#"{"data":{"count":2}}"#), "{whole}");
    assert!(ask(json!({ "documentId": "greeting" })).await.contains(r#"{"data":{"hello":"world"}}"#));
}

#[tokio::test]
async fn a_hash_of_something_else_leaves_nothing_behind() {
    let gateway = Gateway::start().await;
    let forged = json!({ "query": "{ forged: hello }", "extensions": extension(QUERY) });
    let (status, answer) = post(&gateway, &forged).await;
    assert_eq!((status, code(&answer)), (400, "PERSISTED_QUERY_MISMATCH"));
    assert_eq!(code(&post(&gateway, &payload(QUERY, false)).await.1), "PERSISTED_QUERY_NOT_FOUND");
}

#[tokio::test]
async fn a_name_is_no_way_around_the_guard() {
    let gateway = Gateway::with(|limits| limits.document.aliases = 1).await;
    let bomb = "{ a: hello b: hello }";
    for whole in [true, true] {
        let (status, answer) = post(&gateway, &payload(bomb, whole)).await;
        assert_eq!((status, code(&answer)), (400, "TOO_MANY_ALIASES"));
    }
    assert_eq!(code(&post(&gateway, &payload(bomb, false)).await.1), "PERSISTED_QUERY_NOT_FOUND", "it is not kept");
    let broken = "{ hello";
    assert_eq!(code(&post(&gateway, &payload(broken, true)).await.1), "GRAPHQL_PARSE_FAILED");
    assert_eq!(code(&post(&gateway, &payload(broken, false)).await.1), "PERSISTED_QUERY_NOT_FOUND");
}

#[tokio::test]
async fn an_id_names_a_trusted_document() {
    let gateway = Gateway::start().await;
    let hello = (200, json!({ "data": { "hello": "world" } }));
    assert_eq!(post(&gateway, &json!({ "documentId": "greeting" })).await, hello);
    assert_eq!(get(&gateway, &[("documentId", "greeting")]).await, hello);
    assert_eq!(post(&gateway, &json!({ "documentId": format!("sha256:{}", hash("x")) })).await.0, 200);
    let (status, answer) = get(&gateway, &[("documentId", "farewell")]).await;
    assert_eq!((status, code(&answer)), (200, "PERSISTED_QUERY_NOT_FOUND"));
    let both = json!({ "documentId": "greeting", "query": QUERY });
    assert_eq!(post(&gateway, &both).await.0, 400);
}
