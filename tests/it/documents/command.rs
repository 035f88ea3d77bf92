//! `live-gateway documents`, which needs no configuration.

use std::{collections::HashMap, fs, path::Path};

use live_gateway::http::documents::hash;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{VIEWER, write, write_all};
use crate::support::program::{Ended, Running};

async fn documents(folder: &Path) -> Ended {
    let program = Path::new(env!("CARGO_BIN_EXE_live-gateway"));
    let arguments = ["documents", folder.to_str().unwrap()];
    Running::start(program, arguments, &HashMap::new(), folder.parent().unwrap(), "").ended().await
}

async fn manifest(folder: &Path) -> Value {
    let ended = documents(folder).await;
    assert_eq!((ended.code, ended.logged.as_str()), (Some(0), ""), "{ended:?}");
    serde_json::from_str(&ended.printed).unwrap()
}

/// What is told of a folder that has something wrong in it.
async fn problems(folder: &Path) -> Vec<String> {
    let ended = documents(folder).await;
    assert_eq!((ended.code, ended.printed.as_str()), (Some(1), ""), "{ended:?}");
    ended.logged.lines().filter_map(|line| line.strip_prefix("  - ")).map(str::to_owned).collect()
}

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("documents")).unwrap();
    folder
}

#[tokio::test]
async fn a_folder_becomes_a_manifest() {
    let place = folder();
    let folder = place.path().join("documents");
    write_all(&folder);
    let manifest = manifest(&folder).await;
    assert_eq!((&manifest["format"], &manifest["version"]), (&json!("apollo-persisted-query-manifest"), &json!(1)));
    let operations = manifest["operations"].as_array().unwrap();
    let names: Vec<Value> = operations.iter().map(|entry| json!([entry["name"], entry["type"]])).collect();
    let expected = [
        json!(["Count", "query"]),
        json!(["Types", "query"]),
        json!(["Viewer", "query"]),
        json!(["Watch", "subscription"]),
    ];
    assert_eq!(names, expected);
    assert_eq!(operations[2], json!({ "id": hash(VIEWER), "name": "Viewer", "type": "query", "body": VIEWER }));
    // What was made of a folder can be checked as the folder can, and comes out the same.
    let file = folder.join("manifest.json");
    fs::write(&file, documents(&folder).await.printed).unwrap();
    assert_eq!(self::manifest(&file).await, manifest);
}

#[tokio::test]
async fn what_the_schema_does_not_have_is_told_with_its_place() {
    let place = folder();
    let folder = place.path().join("documents");
    write(&folder, "a.graphql", "query A {\n  viewer { ...Person }\n}\n");
    write(&folder, "b.graphql", "# Below a comment.\nfragment Person on Viewer {\n  email\n  shoeSize\n}\n");
    write(&folder, "c.graphql", "query C($id: ID!) {\n  liveSession(id: $id, by: 1) { sessionName }\n  nowhere\n}\n");
    write(&folder, "d.graphql", "query D($days: [Weekday!] = []) {\n  viewer { email }\n}\n");
    let problems = problems(&folder).await;
    for (place, word) in [
        ("b.graphql:4:3: ", "shoeSize"),
        ("c.graphql:2:24: ", "by"),
        ("c.graphql:3:3: ", "nowhere"),
        ("d.graphql:1:9: ", "Weekday"),
    ] {
        let told = problems.iter().any(|problem| problem.starts_with(place) && problem.contains(word));
        assert!(told, "{place} {word} in {problems:#?}");
    }
    assert_eq!(problems.len(), 4, "{problems:#?}");
}

#[tokio::test]
async fn what_no_request_could_ask_for_is_told() {
    let place = folder();
    let folder = place.path().join("documents");
    let aliases: String = (0..40).map(|number| format!("a{number}: __typename ")).collect();
    write(&folder, "many.graphql", &format!("query Many {{ viewer {{ {aliases} }} }}"));
    write(&folder, "deep.graphql", &format!("query Deep {}", "{ a ".repeat(50_000)));
    let told = problems(&folder).await;
    let [deep, many] = &told[..] else { panic!("{told:#?}") };
    assert!(deep.starts_with("deep.graphql:1:1: ") && deep.contains("nesting"), "{deep}");
    assert!(many.starts_with("many.graphql:1:1: ") && many.contains("alias"), "{many}");
}

#[tokio::test]
async fn what_is_no_folder_of_documents_is_told() {
    let place = folder();
    let folder = place.path().join("documents");
    assert_eq!(problems(&folder).await, ["there is no document in it"]);
    let nowhere = problems(&folder.join("nowhere")).await;
    assert!(nowhere[0].contains("cannot be read"), "{nowhere:?}");
    write(&folder, "manifest.json", r#"{"format":"another","version":1,"operations":[]}"#);
    let other = problems(&folder.join("manifest.json")).await;
    assert!(other[0].starts_with("this is no manifest"), "{other:?}");
    // As code generators write it.
    write(&folder, "manifest.json", r#"{"abc":"query A { viewer { email } }"}"#);
    assert_eq!(manifest(&folder.join("manifest.json")).await["operations"][0]["id"], "abc");
}
