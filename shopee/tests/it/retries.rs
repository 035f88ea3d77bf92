//! What is tried again, how often, and for how long.

use std::time::{Duration, Instant};

use shopee::{Cause, Client, ClientConfig, Error};

use crate::calls::{self, Row, SESSION, account, credential};
use crate::fixtures::Fixture;
use crate::server::{Reaction, Server};

fn patient(server: &Server) -> Client {
    Client::new(ClientConfig { read_retries: 2, ..server.config() }).unwrap()
}

#[tokio::test]
async fn a_read_is_repeated_until_it_succeeds() {
    let (fixture, credential) = (Fixture::read("overview"), credential());
    let server = Server::start([Reaction::json(502, ""), Reaction::Break, fixture.reaction()]).await;
    let overview = patient(&server).overview(&account(&credential), SESSION).await.unwrap().unwrap();
    assert_eq!(overview.current_viewers, Some(35));
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn every_read_is_repeated_twice_and_what_makes_something_is_not() {
    let server = Server::start([]).await;
    for row in calls::all() {
        server.answers(Reaction::json(500, ""));
        // A client of its own: there is a limit to how much one repeats.
        let error = (row.run)(patient(&server)).await.unwrap_err();
        assert_eq!(error.kind(), "UNREACHABLE");
        let expected = if row.writes() || row.name == "gen_qrcode" { 1 } else { 3 };
        assert_eq!(server.requests().len(), expected, "{}", row.name);
    }
}

#[tokio::test]
async fn a_write_is_sent_once_whatever_happens() {
    for reaction in [Reaction::Hang, Reaction::Break, Reaction::json(503, ""), Reaction::json(429, "")] {
        let server = Server::start([]).await;
        let client = Client::new(ClientConfig { read_retries: 2, ..server.impatient() }).unwrap();
        for row in calls::all().into_iter().filter(Row::writes) {
            server.answers(reaction.clone());
            (row.run)(client.clone()).await.unwrap_err();
            assert_eq!(server.requests().len(), 1, "{}", row.name);
        }
    }
}

#[tokio::test]
async fn an_answer_is_not_asked_for_again() {
    let answers = [
        Reaction::json(429, ""),
        Reaction::json(401, ""),
        Reaction::json(403, r#"{"error":90309999}"#),
        Reaction::json(200, r#"{"code":1,"msg":"no"}"#),
        Reaction::json(200, "<html>"),
    ];
    for reaction in answers {
        let (server, credential) = (Server::start([reaction]).await, credential());
        patient(&server).overview(&account(&credential), SESSION).await.unwrap_err();
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_call_ends_within_its_total_timeout() {
    let (server, credential) = (Server::start([Reaction::Hang]).await, credential());
    let config = ClientConfig {
        read_retries: 1000,
        read_timeout: Duration::from_secs(30),
        total_timeout: Duration::from_millis(300),
        ..server.config()
    };
    let started = Instant::now();
    let error = Client::new(config).unwrap().overview(&account(&credential), SESSION).await.unwrap_err();
    assert_eq!(error, Error::Unreachable { call: "overview", cause: Cause::Timeout, maybe_done: false });
    assert!(started.elapsed() >= Duration::from_millis(300));
    assert!(started.elapsed() < Duration::from_secs(10), "not the read timeout, and not a thousand times");
}
