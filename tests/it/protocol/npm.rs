//! The gateway before other people's judges: the audit of graphql-http, and the clients of graphql-ws, graphql-sse,
//! subscriptions-transport-ws and Apollo.

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader, Lines},
    net::TcpListener,
    process::{Child, ChildStdout},
    time::{Duration, timeout},
};

use super::gateway::{Gateway, PATIENCE, eventually};
use crate::support::npm;

/// Node takes its time to start on a busy machine.
const NODE_PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn the_audit_of_graphql_over_http_finds_nothing() {
    let Some(mut audit) = npm::script("audit.mjs").await else { return };
    let gateway = Gateway::start().await;
    let output = timeout(NODE_PATIENCE, audit.args([&gateway.url(), "good"]).output()).await.unwrap().unwrap();
    let report = String::from_utf8_lossy(&output.stdout);
    assert!(report.contains("MUST failed: 0, SHOULD failed: 0, MAY failed: 0 of "), "{report}");
    assert!(output.status.success());
}

#[tokio::test]
async fn the_client_of_apollo_leaves_a_document_and_names_it() {
    let gateway = Gateway::start().await;
    for method in ["POST", "GET"] {
        let Some(mut client) = npm::script("apollo_client.mjs").await else { return };
        // Its own text for each, so that neither finds what the other has left.
        let query = format!("query {method} {{ hello }}");
        let output = client.args([gateway.url().as_str(), query.as_str(), method]).output();
        let output = timeout(NODE_PATIENCE, output).await.unwrap().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        let (hash, data) = (format!("{method} hash"), r#"{"hello":"world"}"#);
        let lines: Vec<&str> = said.lines().collect();
        // It leaves documents by POST, however it asks otherwise.
        assert_eq!(lines, [&hash, "POST whole", data, &hash, data], "{}", String::from_utf8_lossy(&output.stderr));
    }
}

/// Starts a script that subscribes to the ticks.
async fn subscriber(script: &str, url: &str) -> Option<Client> {
    let mut command = npm::script(script).await?;
    let mut child = command.args([url, "subscription { ticks }", "good"]).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    Some(Client { lines, child })
}

/// Such a subscriber sees ticks, before a restart and after it.
async fn survives_a_restart(script: &str, scheme: &str) {
    let gateway = Gateway::start().await;
    let address = gateway.address;
    let Some(mut client) = subscriber(script, &format!("{scheme}://{address}/graphql")).await else { return };
    assert_eq!(client.next().await, "connected");
    client.sees_a_tick(&gateway).await;
    gateway.stop().await;
    let listener = TcpListener::bind(address).await.expect("the port is free again");
    let gateway = Gateway::on(listener, |_| {}).await;
    while client.next().await != "reconnected" {}
    client.sees_a_tick(&gateway).await;
    drop(client.child.stdin.take());
    assert!(timeout(PATIENCE, client.child.wait()).await.unwrap().unwrap().success());
    eventually("the end of the subscription", || gateway.controls.alive() == 0).await;
}

#[tokio::test]
async fn the_client_of_graphql_sse_survives_a_restart() {
    survives_a_restart("graphql_sse.mjs", "http").await;
}

#[tokio::test]
async fn the_client_of_subscriptions_transport_ws_survives_a_restart() {
    survives_a_restart("transport_ws.mjs", "ws").await;
}

/// What the script says, line by line.
struct Client {
    lines: Lines<BufReader<ChildStdout>>,
    child: Child,
}

impl Client {
    async fn next(&mut self) -> String {
        let line = timeout(NODE_PATIENCE, self.lines.next_line()).await.expect("the client says something in time");
        line.unwrap().expect("the client is still running")
    }

    /// Ticks until the client has seen one: it subscribes a moment after it connected.
    async fn sees_a_tick(&mut self, gateway: &Gateway) {
        eventually("the subscription", || gateway.controls.alive() == 1).await;
        gateway.controls.ticks.send(7).unwrap();
        let line = self.next().await;
        let event: Value = serde_json::from_str(line.strip_prefix("tick ").expect(&line)).unwrap();
        assert_eq!(event["data"]["ticks"], 7);
    }
}

#[tokio::test]
async fn the_client_of_graphql_ws_survives_a_restart() {
    let Some(mut script) = npm::script("graphql_ws.mjs").await else { return };
    let gateway = Gateway::start().await;
    let address = gateway.address;
    let mut child =
        script.args([&format!("ws://{address}/graphql"), "subscription { ticks }", "good"]).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut client = Client { lines, child };
    assert_eq!(client.next().await, "connected");
    client.sees_a_tick(&gateway).await;

    gateway.stop().await;
    assert_eq!(client.next().await, "closed 1012");
    let listener = TcpListener::bind(address).await.expect("the port is free again");
    let gateway = Gateway::on(listener, |_| {}).await;
    while client.next().await != "reconnected" {}
    client.sees_a_tick(&gateway).await;

    drop(client.child.stdin.take());
    assert!(timeout(PATIENCE, client.child.wait()).await.unwrap().unwrap().success());
    eventually("the end of the subscription", || gateway.controls.alive() == 0).await;
}
