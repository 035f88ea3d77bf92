//! A gateway with trusted documents.

use std::{fs, path::Path};

use live_gateway::{http::documents::hash, rest, serve::Gateway};
use serde_json::{Value, json};
use tempfile::TempDir;
use testing::{Database, on_sqlite};

use super::{VIEWER, write, write_all};
use crate::support::{
    answer::code,
    client, eventually,
    world::{OWNER, Start, World, config},
};

/// A world whose gateway trusts the documents of a path.
async fn start(database: &Database, path: &Path, only: bool) -> World {
    let variables =
        vec![("TRUSTED_DOCUMENTS", path.to_str().unwrap().to_owned()), ("TRUSTED_DOCUMENTS_ONLY", only.to_string())];
    World::start_with(database, Start { accounts: 0, variables }).await
}

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    write_all(folder.path());
    folder
}

async fn post(world: &World, body: Value) -> (u16, Value) {
    let request = client().post(format!("{}/graphql", world.gateway.url())).bearer_auth(&world.token);
    let answer = request.json(&body).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

/// The e-mail address of whoever asks by this id.
async fn viewer(world: &World, id: &str) -> Value {
    post(world, json!({ "documentId": id })).await.1["data"]["viewer"]["email"].take()
}

#[tokio::test]
async fn a_folders_documents_answer_by_id() {
    on_sqlite(async |database| {
        let folder = folder();
        let world = start(&database, folder.path(), false).await;
        for id in [hash(VIEWER), format!("sha256:{}", hash(VIEWER))] {
            assert_eq!(viewer(&world, &id).await, OWNER);
        }
        // As Apollo's clients ask.
        let extension = json!({ "persistedQuery": { "version": 1, "sha256Hash": hash(VIEWER) } });
        let (_, answer) = post(&world, json!({ "extensions": extension })).await;
        assert_eq!(answer["data"]["viewer"]["email"], OWNER);
        assert_eq!(post(&world, json!({ "query": "{ __typename }" })).await.1["data"]["__typename"], "Query");
        world.stop().await;
    })
    .await;
}

#[tokio::test]
async fn nothing_else_is_executed_where_that_is_asked_for() {
    on_sqlite(async |database| {
        let folder = folder();
        let world = start(&database, folder.path(), true).await;
        assert_eq!(viewer(&world, &hash(VIEWER)).await, OWNER);
        let whole = post(&world, json!({ "query": VIEWER })).await.1;
        assert_eq!(whole["data"]["viewer"]["email"], OWNER, "a trusted document may be sent whole");
        let text = "{ __schema { types { name } } }";
        let hashed = json!({ "persistedQuery": { "version": 1, "sha256Hash": hash(text) } });
        for body in [
            json!({ "query": "{ __typename }" }),
            json!({ "query": text }),
            json!({ "query": text, "extensions": hashed }),
            json!({ "extensions": hashed }),
            json!({ "documentId": "nobody-knows-it" }),
            json!({ "query": format!("{VIEWER} ") }),
        ] {
            let (status, answer) = post(&world, body.clone()).await;
            assert_eq!((status, code(&answer)), (403, "DOCUMENT_NOT_TRUSTED"), "{body}");
        }
        // Introspection is as good as any other document.
        let types = "query Types { __schema { queryType { name } } }";
        let (_, answer) = post(&world, json!({ "documentId": hash(types) })).await;
        assert_eq!(answer["data"]["__schema"]["queryType"]["name"], "Query");
        let page = client().get(world.gateway.url()).send().await.unwrap();
        assert_eq!(page.status(), 404, "GraphiQL would have nothing to send");
        // The old routes run documents of the gateway's own.
        let sessions = format!("{}/api/live-streaming/sessions", world.gateway.url());
        let sessions = client().get(sessions).bearer_auth(&world.token).send().await.unwrap();
        assert_eq!(sessions.status(), 200);
        let own = rest::DOCUMENTS.map(hash);
        let (_, answer) = post(&world, json!({ "documentId": own[0] })).await;
        assert!(answer["data"]["viewer"]["memberships"].is_array(), "{answer}");
        world.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_socket_executes_nothing_else_either() {
    on_sqlite(async |database| {
        let folder = folder();
        let world = start(&database, folder.path(), true).await;
        let watch = "subscription Watch($id: ID!) {\n  viewerCount(sessionId: $id) { viewers }\n}";
        for (text, refusal) in [(watch, "NOT_FOUND"), ("subscription { alerts }", "DOCUMENT_NOT_TRUSTED")] {
            let mut stream = world.subscribe_with(text, json!({ "id": "1" })).await;
            let event = format!("{:?}", stream.event().await);
            assert!(event.contains(&format!(r#"String("{refusal}")"#)), "{event}");
        }
        world.stop().await;
    })
    .await;
}

#[tokio::test]
async fn what_is_written_anew_is_read_anew() {
    on_sqlite(async |database| {
        let folder = folder();
        let world = start(&database, folder.path(), true).await;
        let ask = async |text: &str| post(&world, json!({ "documentId": hash(text) })).await.0;
        let added = "query Added { viewer { displayName } }";
        assert_eq!((ask(VIEWER).await, ask(added).await), (200, 403));

        write(folder.path(), "added.graphql", added);
        eventually("the new document is trusted", async || ask(added).await == 200).await;

        // A file that is half written takes nothing away, and what is beside it waits.
        write(folder.path(), "broken.graphql", "query Broken { viewer {");
        write(folder.path(), "later.graphql", "query Later { viewer { email } }");
        let later = "query Later { viewer { email } }";
        let mut beats = tokio::time::interval(std::time::Duration::from_millis(100));
        for _ in 0..25 {
            beats.tick().await;
            assert_eq!((ask(VIEWER).await, ask(added).await, ask(later).await), (200, 200, 403));
        }
        write(folder.path(), "broken.graphql", "query Broken { viewer { email displayName } }");
        eventually("all of it is trusted", async || ask(later).await == 200).await;

        fs::remove_file(folder.path().join("added.graphql")).unwrap();
        eventually("what is gone is not trusted", async || ask(added).await == 403).await;
        assert_eq!(ask(VIEWER).await, 200);
        world.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_manifest_is_served_and_read_anew() {
    on_sqlite(async |database| {
        let folder = folder();
        let manifest = |text: &str| json!({ "one": text }).to_string();
        let file = folder.path().join("manifest.json");
        fs::write(&file, manifest("query One { viewer { email } }")).unwrap();
        let world = start(&database, &file, true).await;
        assert_eq!(viewer(&world, "one").await, OWNER);
        fs::write(&file, manifest("query One { viewer { name: displayName } }")).unwrap();
        eventually("the document is another", async || {
            post(&world, json!({ "documentId": "one" })).await.1["data"]["viewer"]["name"].is_string()
        })
        .await;
        world.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_gateway_does_not_start_with_documents_that_are_wrong() {
    on_sqlite(async |database| {
        let folder = folder();
        let world = start(&database, folder.path(), false).await;
        write(folder.path(), "wrong.graphql", "query Wrong {\n  shoeSize\n}");
        let path = folder.path().to_str().unwrap().to_owned();
        let config = config(&database, &world.sandbox, &[("TRUSTED_DOCUMENTS", path)]);
        let error = Gateway::start(config).await.err().unwrap().to_string();
        assert!(error.contains("have a problem") && error.contains("wrong.graphql:2:3: "), "{error}");
        world.stop().await;
    })
    .await;
}

/// The doors' own operations are held against the schema as an operator's are.
#[tokio::test]
async fn the_schema_has_what_the_old_routes_ask_for() {
    let folder = tempfile::tempdir().unwrap();
    let bodies: serde_json::Map<String, Value> =
        rest::DOCUMENTS.iter().map(|text| (hash(text), (*text).into())).collect();
    let file = folder.path().join("manifest.json");
    fs::write(&file, Value::from(bodies).to_string()).unwrap();
    let manifest = live_gateway::documents::read(&file).await.unwrap();
    assert_eq!(manifest.operations.len(), rest::DOCUMENTS.len());
}
