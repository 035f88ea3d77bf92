//! One bad field never fails an answer, and a number may come as a string.

use serde_json::{Value, json};

use crate::calls;
use crate::fixtures::Fixture;
use crate::server::{Reaction, Server};

/// Without these there is no answer.
const REQUIRED: [&str; 6] = ["qrcode_id", "qrcode_base64", "status", "userid", "userId", "session_id"];

/// Paths of all values below `data` that are neither objects nor arrays.
fn leaves(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| leaves(value, &format!("{path}/{key}"), found)),
        Value::Array(rows) => {
            rows.iter().enumerate().for_each(|(row, value)| leaves(value, &format!("{path}/{row}"), found));
        }
        _ => found.push(path.to_owned()),
    }
}

fn data_leaves(body: &Value) -> Vec<String> {
    let mut found = Vec::new();
    leaves(&body["data"], "/data", &mut found);
    found
}

#[tokio::test]
async fn any_field_may_be_anything() {
    let bad =
        [json!(null), json!("text"), json!(""), json!([1]), json!({"a": 1}), json!(true), json!(-1), json!(1.5e300)];
    let server = Server::start([]).await;
    let client = server.client();
    for row in calls::all() {
        let fixture = Fixture::read(row.name);
        let whole = &fixture.response.body;
        for path in data_leaves(whole) {
            for value in &bad {
                let mut body = whole.clone();
                *body.pointer_mut(&path).unwrap() = value.clone();
                server.answers(fixture.reaction_with(&body));
                if let Err(error) = (row.run)(client.clone()).await {
                    let field = path.rsplit('/').next().unwrap();
                    assert!(REQUIRED.contains(&field), "{}: {path} = {value}: {error}", row.name);
                    assert_eq!(error.kind(), "GARBLED");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_bad_field_becomes_none_and_spoils_nothing_beside_it() {
    let fixture = Fixture::read("overview");
    let server = Server::start([fixture.reaction()]).await;
    let row = calls::all().into_iter().find(|row| row.name == "overview").unwrap();
    let whole = (row.run)(server.client()).await.unwrap();
    assert!(whole.contains("current_viewers: Some(35)"));
    let mut body = fixture.response.body.clone();
    body["data"]["ccu"] = json!([35]);
    server.answers(fixture.reaction_with(&body));
    let spoiled = (row.run)(server.client()).await.unwrap();
    assert_eq!(spoiled, whole.replace("current_viewers: Some(35)", "current_viewers: None"));
}

#[tokio::test]
async fn numbers_may_come_as_strings() {
    let server = Server::start([]).await;
    let client = server.client();
    for row in calls::all() {
        let fixture = Fixture::read(row.name);
        server.answers(fixture.reaction());
        let expected = (row.run)(client.clone()).await.unwrap();
        let mut body = fixture.response.body.clone();
        for path in data_leaves(&body) {
            let leaf = body.pointer_mut(&path).unwrap();
            if leaf.is_number() {
                *leaf = json!(format!(" {leaf} "));
            }
        }
        server.answers(fixture.reaction_with(&body));
        assert_eq!((row.run)(client.clone()).await.unwrap(), expected, "{}", row.name);
    }
}

#[tokio::test]
async fn rows_without_an_id_are_left_out_and_counted() {
    let lists = [
        ("session_list", "/data/list", "sessionId"),
        ("session_items", "/data/items", "item_id"),
        ("item_promotions", "/data/promotions", "promotion_id"),
        ("promotion_items", "/data/items", "item_id"),
        ("streamers", "/data/streamers", "user_id"),
        ("promotions_today", "/data/promotions", "campaign_id"),
        ("campaigns", "/data/entry_list", "campaign"),
        ("campaign_expense_today", "/data/campaign_list", "campaign_id"),
    ];
    for (name, list, id) in lists {
        let fixture = Fixture::read(name);
        let row = calls::all().into_iter().find(|row| row.name == name).unwrap();
        let mut body = fixture.response.body.clone();
        body.pointer_mut(&format!("{list}/0")).unwrap()[id] = Value::Null;
        let server = Server::start([fixture.reaction_with(&body)]).await;
        assert!((row.run)(server.client()).await.unwrap().contains("unreadable: 1"));
        body.pointer_mut(&format!("{list}/1")).unwrap()[id] = Value::Null;
        server.answers(fixture.reaction_with(&body));
        assert_eq!((row.run)(server.client()).await.unwrap_err().kind(), "GARBLED", "not a single row has one");
        *body.pointer_mut(list).unwrap() = Value::Null;
        server.answers(fixture.reaction_with(&body));
        assert!((row.run)(server.client()).await.unwrap().contains("unreadable: 0"), "no list is an empty list");
        *body.pointer_mut(list).unwrap() = json!({"0": {}});
        server.answers(fixture.reaction_with(&body));
        assert_eq!((row.run)(server.client()).await.unwrap_err().kind(), "GARBLED");
    }
}

#[tokio::test]
async fn depth_overflows_nothing() {
    let deep = format!("{}{}", "[".repeat(1_000_000), "]".repeat(1_000_000));
    let server =
        Server::start([Reaction::json(200, &format!(r#"{{"code":0,"data":{{"ccu":{deep},"pcu":58}}}}"#))]).await;
    let row = calls::all().into_iter().find(|row| row.name == "overview").unwrap();
    let answer = (row.run)(server.client()).await.unwrap();
    assert!(answer.contains("current_viewers: None, peak_viewers: Some(58)"), "{answer}");
    server.answers(Reaction::json(200, &format!(r#"{{"code":0,"data":{deep}}}"#)));
    assert_eq!((row.run)(server.client()).await.unwrap_err().kind(), "GARBLED");
    server.answers(Reaction::json(200, &deep));
    assert_eq!((row.run)(server.client()).await.unwrap_err().kind(), "GARBLED");
}
