//! A server from its first request to its last.

use sandbox::{Options, Sandbox};
use serde_json::{Value, json};
use testing::{Database, on_both};

use crate::support::{PATIENCE, program::Environment, stream::Stream};

on_both!(a_server_answers_until_it_is_told_to_stop);

const OWNER: &str = "owner@studio.example";

async fn a_server_answers_until_it_is_told_to_stop(database: Database) {
    let sandbox = Sandbox::start(Options { seed: 7, ..Options::default() }).await.unwrap();
    let environment = Environment::over(&database.url)
        .with("SHOPEE_BASE_URL", sandbox.base_url_template())
        .with("SHOPEE_CALLS_PER_SECOND", "1000")
        .with("POLL_INTERVAL_MS", "100");
    let (cookie, arguments) = (sandbox.panel().accounts().remove(0).cookie, ["--studio", "First", "--owner", OWNER]);
    let connect = [&["connect", "--region", "ID"][..], &arguments].concat();
    assert_eq!(environment.run_with(&connect, &cookie).await.code, Some(0));
    let token = environment.run(&["token", "--email", OWNER]).await.stdout.trim().to_owned();

    let server = environment.serve().await;
    server.is_ready().await;
    assert_eq!(server.get("/livez").await, (200, "live\n".to_owned()));
    let session = sandbox.panel().on_air().remove(0);
    let query = "query($id: ID!) { liveSession(sessionId: $id) { sessionName overview { status } } }";
    let answer = ask(&server.url, &token, query, json!({ "id": session.session_id.to_string() })).await;
    let expected = json!({ "sessionName": session.title, "overview": { "status": "ON_AIR" } });
    assert_eq!(answer["data"]["liveSession"], expected, "{answer}");

    let watch = format!(r#"subscription {{ viewerCount(sessionId: "{}") {{ viewers }} }}"#, session.session_id);
    let mut stream = Stream::open(&server.url, &token, &watch).await;
    assert!(stream.data().await["viewerCount"]["viewers"].is_u64());
    server.signal("TERM").await;
    assert_eq!(stream.close_code().await, 1012);
    let (url, (status, log)) = (server.url.clone(), server.ends().await);
    assert_eq!(status.code(), Some(0), "{log}");
    assert!(log.trim_end().ends_with("stopped"), "{log}");
    assert!(!log.contains(&cookie) && !log.contains(&token), "{log}");
    assert!(reqwest::Client::builder().build().unwrap().get(url).send().await.is_err(), "nobody listens any more");
}

async fn ask(url: &str, token: &str, query: &str, variables: Value) -> Value {
    let client = reqwest::Client::builder().timeout(PATIENCE).build().unwrap();
    let request = client.post(format!("{url}/graphql")).bearer_auth(token);
    request.json(&json!({ "query": query, "variables": variables })).send().await.unwrap().json().await.unwrap()
}
