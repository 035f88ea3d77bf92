//! The commands that `docs/operations.md` gives for a backup, as they stand there: what was backed up while the gateway served is served again.

use std::{fs, path::Path, process::Command};

use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};
use tempfile::TempDir;
use testing::{Database, on_both};

use super::{Client, SESSIONS};
use crate::{process::Machine, support::world::OWNER};

/// What a gateway calls its file if nothing else is said.
const FILE: &str = "live-gateway.db";

const LIVE: &str = "query ($id: ID!) { liveSession(sessionId: $id) { overview { currentViewers } } }";

/// The commands below a heading of the page.
fn commands(heading: &str) -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/operations.md");
    let page = fs::read_to_string(page).unwrap();
    let (_, below) = page.split_once(&format!("\n### {heading}\n")).unwrap_or_else(|| panic!("no heading {heading}"));
    let (_, block) = below.split_once("```sh\n").unwrap();
    block.split_once("```").unwrap().0.to_owned()
}

/// Runs them as somebody would who copies them.
fn run(commands: &str, database_url: &str, folder: &Path) {
    let mut shell = Command::new("bash");
    shell.args(["-euo", "pipefail", "-c", commands]).current_dir(folder).env("DATABASE_URL", database_url);
    let output = shell.output().unwrap();
    assert!(output.status.success(), "{commands}: {output:?}");
}

on_both!(what_was_backed_up_is_served_again);

/// A database that is lost, and where its backup lies.
struct Kept<'a> {
    database: &'a Database,
    folder: TempDir,
}

impl Kept<'_> {
    fn is_postgres(&self) -> bool {
        self.database.url.starts_with("postgres")
    }

    fn follow(&self, what: &str) {
        let system = if self.is_postgres() { "PostgreSQL" } else { "SQLite" };
        run(&commands(&format!("{what} {system}")), &self.database.url, self.folder.path());
    }

    async fn lose(&self) {
        if !self.is_postgres() {
            return fs::write(self.folder.path().join(FILE), "what a broken disk leaves").unwrap();
        }
        let connection = self.database.connect().await;
        connection.execute_unprepared("DROP SCHEMA public CASCADE; CREATE SCHEMA public").await.unwrap();
        connection.close().await.unwrap();
    }
}

async fn what_was_backed_up_is_served_again(database: Database) {
    let folder = tempfile::tempdir().unwrap();
    let database = match database.url.starts_with("postgres") {
        true => database,
        // The commands name the file that the gateway makes by default.
        false => Database { url: format!("sqlite://{}", folder.path().join(FILE).display()) },
    };
    backed_up_and_restored(&database, &Kept { database: &database, folder }).await;
}

async fn backed_up_and_restored(database: &Database, kept: &Kept<'_>) {
    let mut machine = Machine::with(database).await;
    let connected = machine.connect("First Studio", OWNER, &machine.account().cookie).await;
    assert_eq!(connected.code, Some(0), "{connected:?}");
    let token = machine.succeed(&["token", "--email", OWNER]).await.trim().to_owned();
    let account = machine.account().user_id;
    let on_air = machine.shopee.panel().on_air().into_iter().find(|session| session.user_id == account);
    let id = json!({ "id": on_air.unwrap().session_id.to_string() });

    let serving = machine.serve().await;
    let before = stored(&serving.url, &token).await;
    assert!(before["liveSessions"]["nodes"].as_array().is_some_and(|nodes| !nodes.is_empty()), "{before}");
    kept.follow("Back up");
    assert_eq!(serving.stop().await.code, Some(0));
    kept.lose().await;
    kept.follow("Restore");

    let serving = machine.serve().await;
    assert_eq!(stored(&serving.url, &token).await, before);
    let live = Client::new(&serving.url, Some(&token)).ask(LIVE, id.clone()).await;
    assert!(live.body["data"]["liveSession"]["overview"].is_object(), "the credential opens: {live:?}");
    assert_eq!(serving.stop().await.code, Some(0));

    machine.set("CREDENTIAL_KEY", "YW5vdGhlciBrZXkgdGhhbiB0aGUgb25lIGJlZm9yZSE=");
    let serving = machine.serve().await;
    assert_eq!(stored(&serving.url, &token).await, before, "nothing that is shown is encrypted");
    let live = Client::new(&serving.url, Some(&token)).ask(LIVE, id).await;
    assert!(live.body["data"]["liveSession"]["overview"].is_null(), "the key belongs to the backup: {live:?}");
    serving.stop().await;
}

async fn stored(url: &str, token: &str) -> Value {
    let told = Client::new(url, Some(token)).ask(SESSIONS, json!({})).await;
    assert_eq!(told.outcome(), "200 data", "{told:?}");
    told.body["data"].clone()
}
