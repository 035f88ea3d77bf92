//! What binds the client, the sandbox and the documented exchanges (`shopee/fixtures/*.json`) to one another.
//!
//! The client talks to the sandbox through a tap, call by call. Each exchange has to be the documented one, but for the ids:
//! so neither the client nor the sandbox can move away from the documents, nor the two of them from each other.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod calls;
mod shape;
mod tap;
mod truth;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use serde_json::Value;

use self::{
    shape::Shape,
    tap::{Exchange, Tap},
};

/// Where the sandbox's answers have another shape than the documented ones, each for its reason.
const DIFFERENCES: [&str; 2] = [
    // Clients have seen it both ways.
    r#"overview: .data.commentsRate is decimal, not {"text"}"#,
    // The document shows a session without orders, which leaves out the metric.
    "trends: .data.trends.order is not documented",
];

#[derive(Deserialize)]
struct Fixture {
    call: String,
    request: Sent,
    response: Received,
}

#[derive(Deserialize)]
struct Sent {
    method: String,
    host: String,
    path: String,
    query: BTreeMap<String, String>,
    headers: Vec<(String, String)>,
    body: Value,
}

#[derive(Deserialize)]
struct Received {
    status: u16,
    headers: Vec<(String, String)>,
    body: Value,
}

fn of_the_client(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("shopee").join(path)
}

fn fixtures() -> BTreeMap<String, Fixture> {
    let files = fs::read_dir(of_the_client("fixtures")).unwrap().map(|entry| entry.unwrap().path());
    let read = |path: PathBuf| {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let fixture: Fixture = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        assert_eq!(fixture.call, name);
        (name, fixture)
    };
    files.map(read).collect()
}

/// The client's methods that make a call, as its sources declare them.
fn methods() -> BTreeSet<String> {
    let mut folders = vec![of_the_client("src")];
    let mut methods = BTreeSet::new();
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let source = fs::read_to_string(path).unwrap();
            let declared = source.split("pub async fn ").skip(1);
            methods.extend(declared.map(|rest| rest.split('(').next().unwrap().to_owned()));
        }
    }
    methods
}

#[tokio::test]
async fn every_method_has_its_document_and_its_place_in_the_sandbox() {
    let (tap, documented) = (Tap::start().await, fixtures());
    assert_eq!(methods(), documented.keys().cloned().collect());
    for call in documented.keys() {
        tap.exchange(call).await;
        assert_eq!(tap.panel().calls_by_name().into_iter().collect::<Vec<_>>(), [(call.clone(), 1)]);
    }
}

#[tokio::test]
async fn every_exchange_is_the_documented_one() {
    let tap = Tap::start().await;
    let mut differences = BTreeSet::new();
    for (call, fixture) in fixtures() {
        let exchange = tap.exchange(&call).await;
        assert_request(&call, &exchange, &fixture.request);
        assert_eq!(exchange.status, fixture.response.status, "{call}");
        assert!(cookies(&exchange.response_headers).is_superset(&cookies(&fixture.response.headers)), "{call}");
        let (sent, documented) = (Shape::of(&exchange.response), Shape::of(&fixture.response.body));
        differences.extend(sent.differences(&documented).into_iter().map(|difference| format!("{call}: {difference}")));
    }
    assert_eq!(differences, DIFFERENCES.map(str::to_owned).into());
}

fn assert_request(call: &str, sent: &Exchange, documented: &Sent) {
    assert_eq!(sent.method, documented.method, "{call}");
    assert_eq!(sent.path, format!("/id/{}{}", documented.host, documented.path), "{call}");
    assert_eq!(sent.query, documented.query, "{call}");
    assert_eq!(sent.body, documented.body, "{call}");
    for (name, value) in &documented.headers {
        let header = sent.header(name).unwrap_or_else(|| panic!("{call} goes without {name}"));
        assert!(header == value || name == "cookie", "{call}: {name}: {header}");
    }
    let signed = documented.headers.iter().any(|(name, _)| name == "cookie");
    assert_eq!(sent.header("cookie").is_some(), signed, "{call}: cookies go with signed calls only");
}

/// The names of the cookies that are set.
fn cookies(headers: &[(String, String)]) -> BTreeSet<&str> {
    let set = headers.iter().filter(|(name, _)| name == "set-cookie");
    set.map(|(_, value)| value.split('=').next().unwrap()).collect()
}
