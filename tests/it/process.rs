//! The real program, as operators run it: what each command prints, how it ends, what it never says.

mod commands;
mod connecting;
mod descriptors;
mod secrets;
mod serving;
mod starting;

use std::{collections::HashMap, path::Path};

use sandbox::{AccountView, Options, Sandbox};
use tempfile::TempDir;
use testing::Database;

use crate::support::{
    program::{Ended, Running},
    world,
};

/// A machine with a database and the gateway's program on it, and a Shopee within its reach.
pub(crate) struct Machine {
    pub(crate) shopee: Sandbox,
    pub(crate) variables: HashMap<String, String>,
    pub(crate) folder: TempDir,
}

impl Machine {
    pub(crate) async fn with(database: &Database) -> Self {
        let options = Options { frozen: true, seed: 7, ..Options::default() };
        let shopee = Sandbox::start(options).await.unwrap();
        let variables = world::variables(database, &shopee, &[("LOG_FORMAT", "json".to_owned())]);
        Self { shopee, variables, folder: tempfile::tempdir().unwrap() }
    }

    /// Sets an environment variable of what runs from now on.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.variables.insert(name.to_owned(), value.into());
    }

    fn start(&self, arguments: &[&str], input: &str) -> Running {
        let program = Path::new(env!("CARGO_BIN_EXE_live-gateway"));
        Running::start(program, arguments.iter().copied(), &self.variables, self.folder.path(), input)
    }

    /// Runs a command to its end.
    async fn run(&self, arguments: &[&str], input: &str) -> Ended {
        let ended = self.start(arguments, input).ended().await;
        self.assert_discreet(&ended);
        ended
    }

    /// Runs a command that has to work out, and returns what it printed.
    pub(crate) async fn succeed(&self, arguments: &[&str]) -> String {
        let ended = self.run(arguments, "").await;
        assert_eq!(ended.code, Some(0), "{ended:?}");
        ended.printed
    }

    /// Runs a command that has to fail, and returns its last words.
    pub(crate) async fn fail(&self, arguments: &[&str]) -> String {
        last_words(self.run(arguments, "").await)
    }

    pub(crate) async fn connect(&self, studio: &str, owner: &str, cookie: &str) -> Ended {
        let arguments = ["connect", "--studio", studio, "--owner", owner, "--region", "ID"];
        self.run(&arguments, cookie).await
    }

    /// Starts `serve`, and waits until it listens.
    pub(crate) async fn serve(&self) -> Serving {
        Self::listening(self.start(&["serve"], "")).await
    }

    /// The same below a shell, after something was done there.
    async fn serve_where(&self, done: &str) -> Serving {
        let script = format!("{done} && exec {} serve", env!("CARGO_BIN_EXE_live-gateway"));
        let shell = Path::new("/bin/sh");
        Self::listening(Running::start(shell, ["-c", &script], &self.variables, self.folder.path(), "")).await
    }

    async fn listening(mut running: Running) -> Serving {
        let address = running.logs(r#""message":"listening","address":""#).await;
        let url = format!("http://{}", address.split('"').next().unwrap());
        Serving { running, url, client: reqwest::Client::builder().build().unwrap() }
    }

    pub(crate) fn account(&self) -> AccountView {
        self.shopee.panel().accounts().remove(0)
    }

    /// No secret of the machine's, nobody's cookies, no place in the source and no crash.
    fn assert_discreet(&self, ended: &Ended) {
        let said = ended.said();
        let secrets =
            ["TOKEN_SECRET", "CREDENTIAL_KEY"].map(|name| self.variables.get(name).map_or("", String::as_str));
        let accounts = self.shopee.panel().accounts();
        let cookies =
            accounts.iter().flat_map(|account| account.cookie.split("; ")).map(|pair| pair.split_once('=').unwrap().1);
        // Short values, such as a user's id, are no secrets and turn up by chance.
        let secrets = secrets.into_iter().chain(cookies).filter(|secret| secret.len() >= 16);
        for canary in secrets.chain(["pass-word", "SPC_", "panicked", env!("CARGO_MANIFEST_DIR")]) {
            assert!(!said.contains(canary), "it says {canary}: {said}");
        }
    }
}

/// What a command that failed said at last, which is a sentence of its own.
fn last_words(ended: Ended) -> String {
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let words = ended.logged.rsplit_once("live-gateway: ").unwrap_or_else(|| panic!("no last words: {ended:?}")).1;
    assert_eq!(words.matches("live-gateway: ").count(), 0);
    words.trim().to_owned()
}

/// A gateway that serves.
pub(crate) struct Serving {
    pub(crate) running: Running,
    pub(crate) url: String,
    client: reqwest::Client,
}

impl Serving {
    pub(crate) async fn get(&self, path: &str) -> (u16, String) {
        let answer = self.client.get(format!("{}{path}", self.url)).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    pub(crate) async fn stop(self) -> Ended {
        self.running.signal("TERM").await;
        self.running.ended().await
    }

    /// Ends it without a word, in the middle of whatever it does.
    pub(crate) async fn kill(self) -> Ended {
        self.running.killed().await
    }
}
