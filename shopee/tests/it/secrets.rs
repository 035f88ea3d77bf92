//! What must not be printed is not printed.

use std::cell::RefCell;
use std::io;

use shopee::{QrState, Region};

use crate::calls::{self, COOKIES, TOKEN, account, credential};
use crate::fixtures::Fixture;
use crate::server::{Reaction, Server};

thread_local! {
    /// What this thread logged. The subscriber is everybody's, for one of a single thread would be deaf to events that
    /// another thread met first.
    static LOG: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

struct Log;

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.with_borrow_mut(|log| log.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn debug_hides_credentials() {
    let credential = credential();
    let printed = format!("{credential:?} {:?}", account(&credential));
    assert!(COOKIES.split("; ").all(|cookie| !printed.contains(cookie.split_once('=').unwrap().1)), "{printed}");

    let server = Server::start([Fixture::read("gen_qrcode").reaction()]).await;
    let code = server.client().gen_qrcode(Region::Id).await.unwrap();
    assert!(!format!("{code:?}").contains(&code.id), "whoever has the id may collect the sign-in");

    server.answers(Fixture::read("qrcode_status").reaction());
    let status = server.client().qrcode_status(Region::Id, &code.id).await.unwrap();
    assert!(status.state == QrState::Confirmed && !format!("{status:?}").contains(TOKEN));
}

#[tokio::test]
async fn the_log_has_one_line_a_call_without_urls_or_secrets() {
    tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(|| Log).with_ansi(false).init();
    let server = Server::start([]).await;
    let client = server.client();
    for row in calls::all() {
        for reaction in
            [Fixture::read(row.name).reaction(), Reaction::json(500, "CANARY"), Reaction::json(403, "CANARY")]
        {
            server.answers(reaction);
            let _outcome = (row.run)(client.clone()).await;
        }
    }
    let log = String::from_utf8(LOG.take()).unwrap();
    let lines: Vec<_> = log.lines().filter(|line| line.contains("shopee::")).collect();
    assert_eq!(lines.len(), calls::all().len() * 3);
    assert!(lines[0].contains("call=\"gen_qrcode\"") && lines[0].contains("outcome=\"OK\""), "{}", lines[0]);
    for secret in ["synthetic", "CANARY", "127.0.0.1", "/api", "/supply", "aZ9"] {
        assert!(lines.iter().all(|line| !line.contains(secret)), "{secret}");
    }
}
