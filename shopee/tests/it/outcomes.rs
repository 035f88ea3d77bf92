//! Every call against everything that can come back.

use std::time::Duration;

use shopee::{Cause, Client, ClientConfig, Error};
use tokio::net::TcpListener;

use crate::calls::{self, NoData, Row};
use crate::fixtures::Fixture;
use crate::server::{Reaction, Server};

/// Stands in every faulty answer and must come out of none.
const CANARY: &str = "CANARY-upstream-text";
/// Answer nothing if the thing is another shop's, or is not there.
const ABOUT_ONE_THING: [&str; 9] = [
    "session_info",
    "overview",
    "live_detail",
    "session",
    "live_stream",
    "budget_for_edit",
    "ads_data",
    "coin_totals",
    "coin_reward_info",
];
/// The signed calls of the live hosts, and the one that asks who is signed in.
const SIGNED_OUT_BY_NUMBER: [&str; 9] = [
    "account_info",
    "session_items",
    "session",
    "item_promotions",
    "promotion_items",
    "coin_start",
    "coin_giveout",
    "coin_totals",
    "coin_reward_info",
];
const DATE: (&str, &str) = ("date", "Tue, 22 Sep 2026 10:00:00 GMT");
const IN_TWO_MINUTES: (&str, &str) = ("retry-after", "Tue, 22 Sep 2026 10:02:00 GMT");

/// A server and its clients.
struct Pair {
    server: Server,
    client: Client,
    impatient: Client,
}

impl Pair {
    async fn start() -> Pair {
        let server = Server::start([]).await;
        let (client, impatient) = (server.client(), Client::new(server.impatient()).unwrap());
        Pair { server, client, impatient }
    }

    async fn run(&self, row: &Row, reaction: Reaction) -> Result<String, Error> {
        let client = if matches!(reaction, Reaction::Hang) { &self.impatient } else { &self.client };
        self.server.answers(reaction);
        (row.run)(client.clone()).await
    }

    /// Makes the call, expects a failure, and looks at what every failure has to keep to.
    async fn failure(&self, row: &Row, reaction: Reaction) -> Error {
        let error = self.run(row, reaction).await.expect_err(row.name);
        check(row, &error);
        error
    }
}

fn check(row: &Row, error: &Error) {
    assert_eq!(error.call(), row.name);
    let printed = format!("{error} {error:?}");
    for forbidden in [CANARY, "synthetic", "127.0.0.1", "/api/", "http:"] {
        assert!(!printed.contains(forbidden), "{forbidden} in {printed}");
    }
    assert!(!(error.may_retry() && error.may_have_happened()), "{error}: doing it twice would do it twice");
    assert!(!error.may_have_happened() || row.writes(), "{error}: a read changes nothing");
}

/// A failure under the keys of all envelopes at once, so that one body serves all calls.
fn envelope(code: i64, message: &str) -> String {
    format!(r#"{{"code":{code},"err_code":{code},"error":{code},"msg":"{message}","err_msg":"{message}","data":null}}"#)
}

fn success(data: &str) -> String {
    format!(r#"{{"code":0,"err_code":0,"error":null,"data":{data}}}"#)
}

#[tokio::test]
async fn signed_out_and_forbidden() {
    let pair = Pair::start().await;
    for row in calls::all() {
        let expected = if row.signed { "SIGNED_OUT" } else { "NO_PERMISSION" };
        for status in [401, 403] {
            for body in ["", CANARY, &format!(r#"{{"errcode":2,"message":"{CANARY}"}}"#)] {
                assert_eq!(
                    pair.failure(&row, Reaction::json(status, body)).await.kind(),
                    expected,
                    "{}: {status}",
                    row.name
                );
            }
        }
        let error = pair.failure(&row, Reaction::json(403, &envelope(7, "no permission to use like item"))).await;
        assert!(
            matches!(&error, Error::NoPermission { message, .. } if message.as_str().contains("like item")),
            "{error}"
        );
    }
}

#[tokio::test]
async fn risk_control_under_either_status() {
    let pair = Pair::start().await;
    let body = format!(
        r#"{{"error":90309999,"is_login":false,"is_customized":true,"action_type":2,"tracking_id":"{CANARY}"}}"#
    );
    for row in calls::all() {
        for status in [403, 200] {
            let error = pair.failure(&row, Reaction::json(status, &body)).await;
            assert_eq!(error, Error::RiskControl { call: row.name }, "{status}");
        }
    }
}

#[tokio::test]
async fn throttled_with_what_shopee_wishes() {
    let pair = Pair::start().await;
    let cases: [(&[_], _); 5] = [
        (&[], None),
        (&[("retry-after", "7")], Some(Duration::from_secs(7))),
        (&[("retry-after", "99999999999")], Some(Duration::from_secs(86_400))),
        (&[IN_TWO_MINUTES, DATE], Some(Duration::from_secs(120))),
        (&[("retry-after", "soon")], None),
    ];
    for row in calls::all() {
        for (headers, after) in cases {
            let error = pair.failure(&row, Reaction::with(429, headers, CANARY)).await;
            assert_eq!(error, Error::Throttled { call: row.name, after });
            assert!(error.may_retry());
        }
    }
}

#[tokio::test]
async fn nothing_comes_or_too_little() {
    let pair = Pair::start().await;
    let cases = [
        (Reaction::json(500, CANARY), Cause::Status(500)),
        (Reaction::json(503, &envelope(0, CANARY)), Cause::Status(503)),
        (Reaction::Hang, Cause::Timeout),
        (Reaction::Break, Cause::Interrupted),
    ];
    for row in calls::all() {
        for (reaction, expected) in cases.clone() {
            let write = row.writes();
            let error = pair.failure(&row, reaction).await;
            assert_eq!(error, Error::Unreachable { call: row.name, cause: expected, maybe_done: write });
            assert_eq!((error.may_retry(), error.may_have_happened()), (!write, write), "{error}");
        }
    }
}

#[tokio::test]
async fn nobody_listens() {
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let hosts = shopee::Hosts::from_template(&format!("http://{gone}")).unwrap();
    let client = Client::new(ClientConfig { hosts, read_retries: 0, ..ClientConfig::default() }).unwrap();
    for row in calls::all() {
        let error = (row.run)(client.clone()).await.unwrap_err();
        assert_eq!(error, Error::Unreachable { call: row.name, cause: Cause::Connect, maybe_done: false });
    }
}

#[tokio::test]
async fn answers_of_another_kind() {
    let pair = Pair::start().await;
    let endless = vec![b' '; 4 * 1024 * 1024 + 1];
    for row in calls::all() {
        let whole = Fixture::read(row.name).response.body.to_string();
        let cut = whole[..whole.len() - 1].to_owned();
        let bodies: Vec<(&str, Vec<u8>)> = vec![
            ("cut", cut.into()),
            ("HTML", format!("<!doctype html><title>{CANARY}</title>").into()),
            ("nothing", Vec::new()),
            ("no envelope", b"{}".to_vec()),
            ("an array", b"[]".to_vec()),
            ("invalid UTF-8", b"{\"code\":0,\"err_code\":0,\"error\":0,\"data\":\"\xff\xfe\"}".to_vec()),
            ("a code in words", format!(r#"{{"code":"{CANARY}","err_code":"x","error":"x","data":{{"a":1}}}}"#).into()),
            ("a code that is an object", br#"{"code":{},"err_code":{},"error":{},"data":{"a":1}}"#.to_vec()),
            ("data in words", success(&format!("{CANARY:?}")).into()),
            ("two answers", format!("{whole}{whole}").into()),
            ("too long", endless.clone()),
        ];
        for (what, body) in bodies {
            let error = pair.failure(&row, Reaction::with(200, &[], body)).await;
            assert_eq!(error.kind(), "GARBLED", "{}: {what}", row.name);
            assert_eq!(error.may_have_happened(), row.writes());
        }
    }
}

#[tokio::test]
async fn another_envelope_than_the_call_has() {
    let pair = Pair::start().await;
    for row in calls::all() {
        let error = pair.failure(&row, Reaction::json(200, r#"{"errcode":0,"id":1}"#)).await;
        assert_eq!(error.kind(), "GARBLED", "{}", row.name);
        // A failure counts under any key, even beside a success under the expected one.
        for key in ["code", "errcode", "err_code", "error"] {
            let others = ["code", "err_code", "error"].into_iter().filter(|other| *other != key);
            let others: String = others.map(|other| format!(r#""{other}":0,"#)).collect();
            let body = format!(r#"{{{others}"{key}":5,"data":{{"userId":1,"userid":1}}}}"#);
            let expected = if row.name == "account_info" { "SIGNED_OUT" } else { "REFUSED" };
            assert_eq!(pair.failure(&row, Reaction::json(200, &body)).await.kind(), expected, "{}: {key}", row.name);
        }
    }
}

#[tokio::test]
async fn success_without_data() {
    let pair = Pair::start().await;
    for row in calls::all() {
        for data in ["null", "{}", "{ }", "[]"] {
            let outcome = pair.run(&row, Reaction::json(200, &success(data))).await;
            let seen = match &outcome {
                Ok(_) => NoData::Answer,
                Err(Error::SignedOut { .. }) => NoData::SignedOut,
                Err(Error::Garbled { .. }) => NoData::Garbled,
                Err(error) => panic!("{error}"),
            };
            assert_eq!(seen, row.no_data, "{}: {data}", row.name);
            if let (true, Ok(answer)) = (ABOUT_ONE_THING.contains(&row.name), &outcome) {
                assert_eq!(answer, "None", "{}: another shop's", row.name);
            }
        }
    }
}

#[tokio::test]
async fn refusals_keep_the_code_and_a_bounded_message() {
    let pair = Pair::start().await;
    let message = format!("{CANARY}\\n{}", "ê".repeat(300));
    for row in calls::all() {
        let refused = pair.failure(&row, Reaction::json(200, &envelope(2024, &message))).await;
        match &refused {
            Error::SignedOut { .. } => assert_eq!(row.name, "account_info"),
            Error::Refused { code, message, .. } => {
                assert_eq!((*code, message.as_str().chars().count()), (2024, 200));
                assert!(message.as_str().starts_with(CANARY) && !message.as_str().contains('\n'));
            }
            error => panic!("{error}"),
        }
        assert!(!refused.may_retry() && !refused.may_have_happened());

        let not_found = pair.failure(&row, Reaction::with(404, &[("content-type", "text/html")], CANARY)).await;
        assert!(matches!(not_found, Error::Refused { code: 404, .. }), "{not_found}");
    }
}

#[tokio::test]
async fn the_live_hosts_say_signed_out_with_a_number() {
    let pair = Pair::start().await;
    for row in calls::all() {
        let body = r#"{"err_code":3000002,"err_msg":"ErrorNotLogin","error":null,"data":null}"#;
        let error = pair.failure(&row, Reaction::json(200, body)).await;
        let expected = if SIGNED_OUT_BY_NUMBER.contains(&row.name) { "SIGNED_OUT" } else { "REFUSED" };
        assert_eq!(error.kind(), expected, "{}", row.name);
    }
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let pair = Pair::start().await;
    for row in calls::all() {
        let error = pair.failure(&row, Reaction::with(302, &[("location", "/id/mall/buyer/login")], "")).await;
        assert_eq!((error.kind(), pair.server.requests().len()), ("GARBLED", 1));
    }
}
