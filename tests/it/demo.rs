//! The demo as people meet it: a program that needs nothing, says where it is, and leaves nothing behind.
//!
//! `cargo test` builds it along with the tests; whoever names this test program with `--test` builds it before
//! (`cargo build --example demo`).

use std::{
    collections::HashMap,
    env, fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use crate::support::{program::Running, stream::Stream};

/// Where a page of somebody's own comes from.
const PAGE: &str = "http://localhost:5173";

/// A demo that is running, and what its last line says.
struct Demo {
    running: Running,
    client: reqwest::Client,
    url: String,
    token: String,
    panel: String,
}

impl Demo {
    async fn start(folder: &Path) -> Self {
        let variables = [("LISTEN_ADDR", "127.0.0.1:0"), ("ALLOWED_ORIGINS", PAGE)];
        let variables = HashMap::from(variables.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let mut running = Running::start(&program(), [], &variables, folder, "");
        let ready = running.prints("ready ").await;
        let said: HashMap<&str, &str> = ready.split(' ').map(|pair| pair.split_once('=').unwrap()).collect();
        let client = reqwest::Client::builder().timeout(crate::support::PATIENCE).build().unwrap();
        let [url, token, panel] = ["url", "token", "panel"].map(|name| said[name].to_owned());
        Self { running, client, url, token, panel }
    }

    async fn data(&self, query: &str) -> Value {
        let request = self.client.post(format!("{}/graphql", self.url)).bearer_auth(&self.token);
        let mut answer: Value = request.json(&json!({ "query": query })).send().await.unwrap().json().await.unwrap();
        assert!(answer.get("errors").is_none(), "{answer:#}");
        answer["data"].take()
    }

    /// Does something on the control panel.
    async fn act(&self, path: &str, words: Value) {
        let answer = self.client.post(format!("{}/{path}", self.panel)).json(&words).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(answer["ok"], true, "{answer}");
    }

    async fn page(&self, url: &str) -> String {
        self.client.get(url).send().await.unwrap().error_for_status().unwrap().text().await.unwrap()
    }
}

/// Beside this test program, where cargo puts it.
fn program() -> PathBuf {
    let tests = env::current_exe().unwrap();
    tests.parent().and_then(Path::parent).unwrap().join("examples/demo")
}

fn left_behind(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

#[tokio::test]
async fn the_demo_is_alive_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Demo::start(folder.path()).await;
    assert_eq!(left_behind(folder.path()).len(), 1, "all it keeps is in one folder");
    three_sessions_are_on_air(&demo).await;
    viewers_move_and_follow_the_panel(&demo).await;
    assert!(demo.page(&demo.url).await.contains("GraphiQL"));
    assert!(demo.page(&demo.panel).await.contains("<html"));

    a_page_of_ones_own_signs_in(&demo).await;

    demo.running.signal("INT").await;
    let ended = demo.running.ended().await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(ended.logged, "", "nothing to complain of");
    assert_eq!(left_behind(folder.path()), <[PathBuf; 0]>::default());
}

const ON_AIR: &str = "{ liveSessions(first: 20, filter: { status: [ON_AIR] }) { nodes { sessionId } } }";

async fn three_sessions_are_on_air(demo: &Demo) {
    let data = demo.data(ON_AIR).await;
    assert_eq!(data["liveSessions"]["nodes"].as_array().unwrap().len(), 3, "{data}");
}

const VIEWERS: &str =
    "subscription($id: ID!) { viewerCount(sessionId: $id) { viewers isOnAir observedAt staleSince } }";

async fn viewers_move_and_follow_the_panel(demo: &Demo) {
    let data = demo.data(ON_AIR).await;
    let id = data["liveSessions"]["nodes"][0]["sessionId"].as_str().unwrap();
    let mut stream = Stream::open(&demo.url, Some(&demo.token), VIEWERS, json!({ "id": id })).await;
    let first = stream.data().await["viewerCount"].take();
    assert_eq!((&first["isOnAir"], &first["staleSince"]), (&json!(true), &Value::Null), "{first}");
    let moved = |now: &Value| now["viewerCount"]["viewers"] != first["viewers"];
    stream.until("viewers that move by themselves", moved).await;

    let session_id: i64 = id.parse().expect("Shopee's id");
    demo.act("viewers", json!({ "session_id": session_id, "viewers": 4321 })).await;
    stream.until("the viewers set at the panel", |now| now["viewerCount"]["viewers"] == 4321).await;
}

/// With what the demo prints for that.
async fn a_page_of_ones_own_signs_in(demo: &Demo) {
    let printed = demo.running.printed();
    let told = printed.split_once("signIn: ").unwrap().1;
    let (email, told) = told.split_once(", password \"").unwrap();
    let input = json!({ "email": email, "password": told.split_once('"').unwrap().0 });
    let query = "mutation($input: SignInInput!) { signIn(input: $input) { accessToken userErrors { code } } }";
    let request = demo.client.post(format!("{}/graphql", demo.url)).header("origin", PAGE);
    let answer = request.json(&json!({ "query": query, "variables": { "input": input } })).send().await.unwrap();
    assert_eq!(answer.headers()["access-control-allow-origin"], PAGE);
    let answer: Value = answer.json().await.unwrap();
    assert!(answer["data"]["signIn"]["accessToken"].is_string(), "{answer:#}");
}
