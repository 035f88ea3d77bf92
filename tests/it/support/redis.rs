//! A Redis of a test's own, which may be killed.

use std::process::Stdio;

use tempfile::TempDir;
use tokio::{
    net::{TcpListener, TcpStream},
    process::{Child, Command},
};

use super::{eventually, left_out};

pub(crate) struct Redis {
    server: Option<Child>,
    port: u16,
    folder: TempDir,
}

impl Redis {
    /// A server that keeps nothing; `None`, which the run's last words say, where there is no program for it.
    pub(crate) async fn start() -> Option<Self> {
        let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        let mut redis = Self { server: None, port, folder: tempfile::tempdir().unwrap() };
        if redis.start_again().await.is_none() {
            left_out("no redis-server to share polling through");
            return None;
        }
        Some(redis)
    }

    /// Starts it again, empty.
    pub(crate) async fn start_again(&mut self) -> Option<()> {
        let mut command = Command::new("redis-server");
        command.args(["--port", &self.port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
        command.current_dir(self.folder.path()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.server = Some(command.kill_on_drop(true).spawn().ok()?);
        let address = ("127.0.0.1", self.port);
        eventually("Redis listens", async || TcpStream::connect(address).await.is_ok()).await;
        Some(())
    }

    /// Ends it at once, with all that it knows.
    pub(crate) async fn kill(&mut self) {
        self.server.take().unwrap().kill().await.unwrap();
    }

    /// Forgets all, without any connection noticing.
    pub(crate) async fn forget_all(&self) {
        let client = redis::Client::open(self.url()).unwrap();
        let mut connection = client.get_multiplexed_async_connection().await.unwrap();
        redis::cmd("FLUSHALL").query_async::<()>(&mut connection).await.unwrap();
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// What a gateway needs to share this.
    pub(crate) fn variables(&self, lease_milliseconds: u64, interval_milliseconds: u64) -> Vec<(&'static str, String)> {
        vec![
            ("REDIS_URL", self.url()),
            ("LEASE_TTL_MS", lease_milliseconds.to_string()),
            ("POLL_INTERVAL_MS", interval_milliseconds.to_string()),
        ]
    }
}
