//! The rate limit, as the server sees it.

use std::num::NonZeroU32;
use std::time::Duration;

use shopee::{Account, Client, ClientConfig, Error, Region};
use tokio::join;

use crate::calls::{SESSION, TOKEN, account, credential};
use crate::fixtures::Fixture;
use crate::server::{Reaction, Server};

#[tokio::test]
async fn a_turn_that_would_come_too_late_is_refused_at_once_and_nothing_is_sent() {
    let (server, credential) = (Server::start([Fixture::read("overview").reaction()]).await, credential());
    let total_timeout = Duration::from_millis(300);
    let one = NonZeroU32::MIN;
    let config = ClientConfig { calls_per_second: one, burst: one, total_timeout, ..server.config() };
    let client = Client::new(config).unwrap();

    let (first, second) = (account(&credential), Account { key: 2, region: Region::Id, credential: &credential });
    // Answered or, on a busy machine, not: the turn is taken.
    let _outcome = client.overview(&first, SESSION).await;
    let sent = server.requests().len();
    let error = client.clone().overview(&first, SESSION).await.unwrap_err();
    let Error::Throttled { call: "overview", after: Some(after) } = error else { panic!("{error}") };
    assert!(after > total_timeout && after <= Duration::from_secs(1), "{after:?}");
    assert_eq!(server.requests().len(), sent);
    let other = client.overview(&second, SESSION).await;
    assert!(!matches!(other, Err(Error::Throttled { .. })), "another account has its own limit");
}

#[tokio::test]
async fn a_call_waits_for_its_turn() {
    let (server, credential) = (Server::start([Fixture::read("overview").reaction()]).await, credential());
    let (twenty, one) = (NonZeroU32::new(20).unwrap(), NonZeroU32::MIN);
    let client = Client::new(ClientConfig { calls_per_second: twenty, burst: one, ..server.config() }).unwrap();
    let started = std::time::Instant::now();
    for _ in 0..3 {
        client.overview(&account(&credential), SESSION).await.unwrap();
    }
    assert!(started.elapsed() >= Duration::from_millis(100), "three calls at twenty a second");
}

#[tokio::test]
async fn a_repetition_needs_a_turn_too_and_its_lack_does_not_hide_the_failure() {
    let (server, credential) = (Server::start([Reaction::json(500, "")]).await, credential());
    let one = NonZeroU32::MIN;
    let total_timeout = Duration::from_millis(900);
    let config = ClientConfig { calls_per_second: one, burst: one, total_timeout, read_retries: 2, ..server.config() };
    let error = Client::new(config).unwrap().overview(&account(&credential), SESSION).await.unwrap_err();
    assert_eq!((error.kind(), server.requests().len()), ("UNREACHABLE", 1));
}

/// Two calls a second, one at once; a read waits for 50 ms at most.
fn hurried(server: &Server) -> Client {
    let (two, one) = (NonZeroU32::new(2).unwrap(), NonZeroU32::MIN);
    let longest_wait = Duration::from_millis(50);
    Client::new(ClientConfig { calls_per_second: two, burst: one, longest_wait, ..server.config() }).unwrap()
}

#[tokio::test]
async fn reads_do_not_queue_for_long_and_a_patient_one_comes_after_them() {
    let (server, credential) = (Server::start([Fixture::read("overview").reaction()]).await, credential());
    let (client, account) = (hurried(&server), account(&credential));
    let patient = client.patient();
    let (first, second, third) = join!(
        client.overview(&account, SESSION),
        client.overview(&account, SESSION),
        patient.overview(&account, SESSION)
    );
    first.unwrap();
    let Err(Error::Throttled { after: Some(after), .. }) = second else { panic!("{second:?}") };
    assert!(after > Duration::from_millis(50) && after <= Duration::from_millis(500), "{after:?}");
    third.unwrap();
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_write_waits_longer_than_a_read() {
    let server = Server::start([Fixture::read("qrcode_login").reaction()]).await;
    let (client, token) = (hurried(&server), TOKEN.into());
    let (first, second, write) =
        join!(client.gen_qrcode(Region::Id), client.gen_qrcode(Region::Id), client.qrcode_login(Region::Id, &token));
    // It gets the answer to another call; all that counts is that it was sent.
    assert!(!matches!(first, Err(Error::Throttled { .. })), "{first:?}");
    assert!(matches!(second, Err(Error::Throttled { .. })), "{second:?}");
    write.unwrap();
    assert_eq!(server.requests().len(), 2);
}
