//! The log as JSON: every line is read by a machine, and every line of a request has the request's id.

use serde_json::{Value, json};
use testing::{Database, on_both};

use sandbox::{Fault, FaultKind};

use super::{connected, on_air, overview, send};
use crate::{
    process::Machine,
    support::stream::{Event, Stream},
};

on_both!(each_line_of_a_request_has_its_id);

const CHOSEN: &str = "request-of-a-test-0001";

async fn each_line_of_a_request_has_its_id(database: Database) {
    let (machine, token) = connected(Machine::with(&database).await).await;
    let serving = machine.serve().await;
    let session = on_air(&machine);
    send(&serving, &token, &overview(&session), &[("x-request-id", CHOSEN)]).await;
    machine.shopee.panel().inject(Fault::new(FaultKind::ServerError(500)).on("session_info"));
    let info = "query($id: ID!) { liveSession(sessionId: $id) { info { title } } }";
    let mut stream = Stream::open(&serving.url, Some(&token), info, json!({ "id": session })).await;
    let Event::Next(answer) = stream.event().await else { panic!("no answer") };
    let theirs = answer["errors"][0]["extensions"]["requestId"].as_str().expect("an error has its id").to_owned();
    drop(stream);
    let ended = serving.stop().await;

    let lines: Vec<Value> = ended.logged.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    for line in &lines {
        assert!(line["timestamp"].is_string() && line["level"].is_string() && line["target"].is_string(), "{line}");
    }
    let calls: Vec<(&str, Option<&str>)> = lines
        .iter()
        .filter(|line| line["fields"]["message"] == "shopee call")
        .map(|line| (line["fields"]["call"].as_str().unwrap(), line["span"]["request_id"].as_str()))
        .collect();
    assert_eq!(calls, [("overview", Some(CHOSEN)), ("session_info", Some(&*theirs))], "{lines:#?}");
}
