//! A Shopee that does not answer, as it sees us: little is repeated, a host that fails is left alone, and a shop that hangs takes no place
//! from the others.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use shopee::{Account, Cause, Client, ClientConfig, Error, Region};
use tokio::time::{sleep, timeout};

use crate::calls::{SESSION, account, credential};
use crate::fixtures::Fixture;
use crate::server::{Reaction, Server};

const PATIENCE: Duration = Duration::from_secs(20);

/// How the circuits of the default configuration rest, with repetitions.
fn usual(server: &Server) -> ClientConfig {
    ClientConfig { read_retries: 2, circuit_rest: ClientConfig::default().circuit_rest, ..server.config() }
}

fn is_refused_by_circuit(error: &Error) -> bool {
    matches!(error, Error::Unreachable { cause: Cause::CircuitOpen(_), maybe_done: false, .. })
}

async fn fail(client: &Client, account: &Account<'_>, times: usize) -> Vec<Error> {
    let mut errors = Vec::new();
    for _ in 0..times {
        errors.push(client.overview(account, SESSION).await.unwrap_err());
    }
    errors
}

#[tokio::test]
async fn an_outage_is_not_made_worse() {
    let (server, credential) = (Server::start([Reaction::json(503, "")]).await, credential());
    let client = Client::new(usual(&server)).unwrap();
    let errors = fail(&client, &account(&credential), 200).await;
    assert!(server.requests().len() <= 30, "{} requests", server.requests().len());
    assert!(errors.iter().all(|error| error.kind() == "UNREACHABLE" && error.may_retry()));
    let refused = errors.last().unwrap();
    assert!(is_refused_by_circuit(refused), "{refused}");
    assert!(refused.retry_after().unwrap() <= Duration::from_secs(5), "{refused}");
    assert!(refused.to_string().starts_with("overview: nothing was sent"), "{refused}");
}

#[tokio::test]
async fn no_more_than_a_tenth_is_repeated() {
    let (good, bad) = (Fixture::read("overview").reaction(), Reaction::json(500, ""));
    let reactions: Vec<_> = (0..2_000).map(|number| if number % 3 == 0 { bad.clone() } else { good.clone() }).collect();
    let (server, credential) = (Server::start(reactions).await, credential());
    let client = Client::new(usual(&server)).unwrap();
    let mut failed = 0;
    for _ in 0..300 {
        failed += u32::from(client.overview(&account(&credential), SESSION).await.is_err());
    }
    let requests = server.requests().len();
    assert!(requests > 300 && requests <= 330, "{requests} requests for 300 calls");
    assert!(failed > 0, "the rest is told instead");
}

#[tokio::test]
async fn one_probe_finds_out_whether_it_is_over() {
    let (server, credential) = (Server::start([Reaction::json(500, "")]).await, credential());
    let rest = Duration::from_millis(200);
    let client = Client::new(ClientConfig { circuit_rest: rest, ..server.impatient() }).unwrap();
    let account = account(&credential);
    fail(&client, &account, 20).await;
    assert!(is_refused_by_circuit(&fail(&client, &account, 1).await[0]));

    server.answers(Reaction::Hang);
    sleep(rest).await;
    let crowd = join_all((0..50).map(|_| client.overview(&account, SESSION))).await;
    assert_eq!(server.requests().len(), 1, "one of the crowd is let through");
    assert_eq!(crowd.iter().filter(|outcome| is_refused_by_circuit(outcome.as_ref().unwrap_err())).count(), 49);

    server.answers(Fixture::read("overview").reaction());
    let answers_again = async { while client.overview(&account, SESSION).await.is_err() {} };
    timeout(PATIENCE, answers_again).await.expect("the circuit closes");
    assert_eq!(server.requests().len(), 1, "nothing else was sent before it closed");
    for outcome in join_all((0..10).map(|_| client.overview(&account, SESSION))).await {
        outcome.unwrap();
    }
}

#[tokio::test]
async fn a_write_is_refused_before_it_is_sent() {
    let (server, credential) = (Server::start([Reaction::json(500, "")]).await, credential());
    let client = Client::new(usual(&server)).unwrap();
    let account = account(&credential);
    for _ in 0..20 {
        client.coin_totals(&account, SESSION).await.unwrap_err();
    }
    server.answers(Reaction::json(500, ""));
    let error = client.coin_start(&account, SESSION, Some(100)).await.unwrap_err();
    assert!(is_refused_by_circuit(&error) && !error.may_have_happened(), "{error}");
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn other_accounts_and_hosts_are_asked_all_the_same() {
    let (server, credential) = (Server::start([Reaction::json(500, "")]).await, credential());
    let client = Client::new(usual(&server)).unwrap();
    fail(&client, &account(&credential), 25).await;
    let other = Account { key: 2, region: Region::Id, credential: &credential };
    server.answers(Reaction::json(500, ""));
    client.overview(&other, SESSION).await.unwrap_err();
    assert!(!server.requests().is_empty(), "another account");
    server.answers(Reaction::json(500, ""));
    client.coin_totals(&account(&credential), SESSION).await.unwrap_err();
    assert!(!server.requests().is_empty(), "another host");
}

#[tokio::test]
async fn an_answer_of_any_kind_opens_nothing() {
    let answers = [
        Reaction::json(429, ""),
        Reaction::json(401, ""),
        Reaction::json(404, ""),
        Reaction::json(403, r#"{"error":90309999}"#),
        Reaction::json(200, r#"{"code":1,"msg":"no"}"#),
        Reaction::json(200, "<html>"),
    ];
    for reaction in answers {
        let (server, credential) = (Server::start([reaction]).await, credential());
        let client = Client::new(usual(&server)).unwrap();
        let errors = fail(&client, &account(&credential), 30).await;
        assert_eq!(server.requests().len(), 30, "{}", errors[0]);
    }
}

#[tokio::test]
async fn a_shop_that_hangs_takes_no_place_from_another() {
    let good = Fixture::read("overview").reaction();
    let server = Server::start([Reaction::HangFor("synthetic-st", Box::new(good))]).await;
    let (slow, quick) = (credential(), shopee::Credential::from_cookie_header("SPC_ST=another").unwrap());
    let total_timeout = Duration::from_secs(2);
    let client = Client::new(ClientConfig { total_timeout, ..server.config() }).unwrap();
    let quick = Account { key: 2, region: Region::Id, credential: &quick };
    let slow = account(&slow);
    let crowd = join_all((0..100).map(|_| client.overview(&slow, SESSION)));
    let others = async {
        let started = Instant::now();
        for _ in 0..20 {
            client.overview(&quick, SESSION).await.unwrap();
        }
        started.elapsed()
    };
    // It stands apart from the crowd, so it is sent, though nothing comes of it.
    let write = client.coin_start(&slow, SESSION, Some(100));
    let (crowd, others, write) = tokio::join!(crowd, others, write);
    assert!(others < total_timeout, "{others:?}");
    for outcome in crowd {
        let expected = Error::Unreachable { call: "overview", cause: Cause::Timeout, maybe_done: false };
        assert_eq!(outcome.unwrap_err(), expected);
    }
    assert!(write.unwrap_err().may_have_happened());
    let sent = server.requests().iter().filter(|request| request.is_of("synthetic-st")).count();
    assert!(
        (13..30).contains(&sent),
        "{sent} requests: twelve reads and the write, and few get a place before it is too late"
    );
}
