//! Serving: from the first connection to the last, and several at once.

use futures_util::future::join_all;
use serde_json::{Value, json};
use testing::{Database, on_both};
use tokio::net::TcpStream;

use super::{Machine, OWNER, Serving};
use crate::support::{eventually, stream::Stream};

on_both!(a_gateway_serves_until_told_to_stop, instances_may_start_at_once, not_ready_before_the_database_is);

async fn a_gateway_serves_until_told_to_stop(database: Database) {
    let mut machine = Machine::with(&database).await;
    machine.set("LOG", "debug");
    let connected = machine.connect("First Studio", &machine.account().cookie).await;
    assert_eq!(connected.code, Some(0), "{connected:?}");
    let token = machine.succeed(&["token", "--email", OWNER]).await.trim().to_owned();

    let serving = machine.serve().await;
    assert_eq!(serving.get("/livez").await, (200, "live\n".to_owned()));
    assert_eq!(serving.get("/readyz").await, (200, "ready\n".to_owned()));
    let mut stream = a_session_is_read_and_watched(&machine, &serving, &token).await;

    serving.running.signal("TERM").await;
    assert_eq!(stream.closed().await, 1012, "come back, to another instance or to this one after its restart");
    let address = serving.url.trim_start_matches("http://").to_owned();
    let ended = serving.running.ended().await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(
        !ended.logged.contains(r#""level":"WARN""#) && ended.logged.contains(r#""message":"stopped""#),
        "{ended:?}"
    );
    assert!(!ended.said().contains(&token), "the token is not logged");
    machine.assert_discreet(&ended);
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
}

async fn a_session_is_read_and_watched(machine: &Machine, serving: &Serving, token: &str) -> Stream {
    let sessions = machine.shopee.panel().on_air();
    let session = sessions.iter().find(|session| session.user_id == machine.account().user_id).unwrap();
    let id = json!({ "id": session.session_id.to_string() });
    let query = "query($id: ID!) { liveSession(sessionId: $id) { sessionName overview { currentViewers } } }";
    let request = serving.client.post(format!("{}/graphql", serving.url)).bearer_auth(token);
    let answer = request.json(&json!({ "query": query, "variables": id })).send().await.unwrap();
    let answer: Value = answer.json().await.unwrap();
    let read = json!({ "sessionName": session.title, "overview": { "currentViewers": session.viewers } });
    assert_eq!(answer["data"]["liveSession"], read, "{answer}");

    let query = "subscription($id: ID!) { viewerCount(sessionId: $id) { viewers } }";
    let mut stream = Stream::open(&serving.url, Some(token), query, id).await;
    assert_eq!(stream.data().await["viewerCount"]["viewers"], session.viewers);
    stream
}

async fn instances_may_start_at_once(database: Database) {
    let machine = Machine::with(&database).await;
    let instances = join_all((0..3).map(|_| machine.serve())).await;
    for instance in &instances {
        assert_eq!(instance.get("/readyz").await, (200, "ready\n".to_owned()));
    }
    for ended in join_all(instances.into_iter().map(Serving::stop)).await {
        assert_eq!(ended.code, Some(0), "{ended:?}");
    }
}

async fn not_ready_before_the_database_is(database: Database) {
    let mut machine = Machine::with(&database).await;
    machine.set("MIGRATE_ON_START", "false");
    let serving = machine.serve().await;
    assert_eq!(serving.get("/livez").await.0, 200);
    let (status, reason) = serving.get("/readyz").await;
    assert_eq!(status, 503);
    assert!(reason.contains("run `live-gateway migrate`"), "{reason}");

    machine.succeed(&["migrate"]).await;
    eventually("ready without a restart", async || serving.get("/readyz").await.0 == 200).await;
    assert_eq!(serving.stop().await.code, Some(0));
}
