//! The program as its operator meets it: a process with an environment, arguments, output and an exit status.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::{
    collections::BTreeMap,
    process::{ExitStatus, Stdio},
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, AsyncWriteExt as _, BufReader},
    process::{Child, Command},
    task::JoinHandle,
    time::timeout,
};

use super::{PATIENCE, eventually};

/// Secrets that the program is given and must keep to itself.
const TOKEN_SECRET: &str = "canary-that-signs-tokens-and-is-long-enough";
const CREDENTIAL_KEY: &str = "Y2FuYXJ5IHRoYXQgZW5jcnlwdHMgY3JlZGVudGlhbHM=";
/// The same for whatever else a test tells it.
pub(crate) const CANARY: &str = "canary";

/// The environment of a process; nothing is inherited.
#[derive(Clone)]
pub(crate) struct Environment(BTreeMap<String, String>);

/// What a command said and how it ended.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Environment {
    /// Everything a gateway needs, over a database and with nobody at Shopee's address.
    pub(crate) fn over(database_url: &str) -> Self {
        Self::empty()
            .with("LISTEN_ADDR", "127.0.0.1:0")
            .with("DATABASE_URL", database_url)
            .with("TOKEN_SECRET", TOKEN_SECRET)
            .with("CREDENTIAL_KEY", CREDENTIAL_KEY)
            .with("SHOPEE_BASE_URL", "http://127.0.0.1:9/{region}/{role}")
            .with("SYNC_INTERVAL_SECONDS", "0")
    }

    pub(crate) fn empty() -> Self {
        Self(BTreeMap::new())
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.0.insert(name.to_owned(), value.into());
        self
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_live-gateway"));
        command.args(arguments).env_clear().envs(&self.0).kill_on_drop(true);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs a command to its end.
    pub(crate) async fn run(&self, arguments: &[&str]) -> Output {
        self.run_with(arguments, "").await
    }

    /// The same with something on standard input.
    pub(crate) async fn run_with(&self, arguments: &[&str], input: &str) -> Output {
        let mut child = self.command(arguments).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // A command that ends before it has read everything is none of our business.
        stdin.write_all(input.as_bytes()).await.ok();
        drop(stdin);
        let output = timeout(PATIENCE, child.wait_with_output()).await.expect("the command ends in time").unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let output = Output { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) };
        assert_discreet(&output.stderr);
        output
    }

    /// Starts `serve` and waits until it listens.
    pub(crate) async fn serve(&self) -> Server {
        let mut child = self.command(&["serve"]).spawn().unwrap();
        let (log, written) = Log::of(child.stderr.take().unwrap());
        eventually("the server listens", async || log.address().is_some()).await;
        let url = format!("http://{}", log.address().unwrap());
        Server { url, log, child, written }
    }
}

/// No secret is told, whatever happens; nor where the program was built, nor how a terminal would colour it.
pub(crate) fn assert_discreet(text: &str) {
    for told in [CANARY, TOKEN_SECRET, CREDENTIAL_KEY, env!("CARGO_MANIFEST_DIR"), "\u{1b}"] {
        assert!(!text.contains(told), "{told:?} in: {text}");
    }
}

/// A server at work in a process of its own; killed if it is dropped.
pub(crate) struct Server {
    pub(crate) url: String,
    pub(crate) log: Log,
    child: Child,
    written: JoinHandle<()>,
}

impl Server {
    /// Status and text of a page.
    pub(crate) async fn get(&self, path: &str) -> (u16, String) {
        let client = reqwest::Client::builder().timeout(PATIENCE).build().unwrap();
        let response = client.get(format!("{}{path}", self.url)).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }

    /// Waits until it is ready for requests.
    pub(crate) async fn is_ready(&self) {
        eventually("the server is ready", async || self.get("/readyz").await == (200, "ready\n".to_owned())).await;
    }

    /// Sends a signal by its name, such as `TERM`.
    pub(crate) async fn signal(&self, name: &str) {
        signal(&self.child, name).await;
    }

    /// Waits for its end, and gives the exit status and all that it logged.
    pub(crate) async fn ends(mut self) -> (ExitStatus, String) {
        let status = timeout(PATIENCE, self.child.wait()).await.expect("the server ends in time").unwrap();
        self.written.await.unwrap();
        let log = self.log.text();
        assert_discreet(&log);
        (status, log)
    }
}

/// Sends a signal by its name to a child that is still running.
pub(crate) async fn signal(child: &Child, name: &str) {
    let id = child.id().expect("the process is running").to_string();
    let sent = Command::new("kill").args([&format!("-{name}"), &id]).status().await.unwrap();
    assert!(sent.success());
}

/// What a process writes, as far as it has.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<String>>);

impl Log {
    /// Collects lines until the stream ends, which the task does with it.
    pub(crate) fn of(stream: impl AsyncRead + Unpin + Send + 'static) -> (Self, JoinHandle<()>) {
        let log = Self::default();
        let (collected, mut lines) = (log.clone(), BufReader::new(stream).lines());
        let task = tokio::spawn(async move {
            while let Some(line) = lines.next_line().await.unwrap() {
                let mut text = collected.0.lock().unwrap();
                text.push_str(&line);
                text.push('\n');
            }
        });
        (log, task)
    }

    pub(crate) fn text(&self) -> String {
        self.0.lock().unwrap().clone()
    }

    /// Where the server says that it listens.
    fn address(&self) -> Option<String> {
        let text = self.text();
        let line = text.lines().find(|line| line.contains("listening"))?;
        Some(line.split("address=").nth(1)?.trim().to_owned())
    }
}
