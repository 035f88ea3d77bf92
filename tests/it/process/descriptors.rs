//! Where few files may be open: those who open connections and say nothing lock nobody out.

use std::time::{Duration, Instant};

use testing::{Database, on_sqlite};
use tokio::net::TcpStream;

use super::Machine;
use crate::support::eventually;

#[tokio::test]
async fn silent_connections_do_not_use_up_the_descriptors() {
    on_sqlite(async |database: Database| {
        let machine = Machine::with(&database).await;
        let serving = machine.serve_where("ulimit -n 200").await;
        let address = serving.url.trim_start_matches("http://");
        let mut silent = Vec::new();
        for _ in 0..400 {
            silent.push(TcpStream::connect(address).await.unwrap());
        }
        let begun = Instant::now();
        assert_eq!(serving.get("/readyz").await, (200, "ready\n".to_owned()));
        assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
        let closed = |client: &TcpStream| matches!(client.try_read(&mut [0]), Ok(0));
        eventually("the oldest being closed", async || silent.iter().filter(|client| closed(client)).count() >= 350)
            .await;
        assert_eq!(serving.get("/readyz").await.0, 200);
        drop(silent);
        assert_eq!(serving.stop().await.code, Some(0));
    })
    .await;
}
