//! GraphiQL in a real browser, with every host but the gateway's blocked.

use std::{env, path::Path, time::Duration};

use serde_json::Value;
use testing::on_sqlite;
use tokio::{process::Command, time::timeout};

use crate::support::{eventually, left_out, npm, world::World};

/// A browser takes its time to start on a busy machine; the script gives up by itself before that.
const BROWSER_PATIENCE: Duration = Duration::from_secs(150);

#[tokio::test]
async fn graphiql_asks_and_watches() {
    let Some(script) = browser().await else { return };
    on_sqlite(async |database| {
        let world = World::start(&database).await;
        let session = world.on_air().session_id;
        world.shopee().set_viewers(session, 4321).unwrap();

        let seen = explore(script, &[&world.gateway.url(), &world.token, &session.to_string()]).await;
        assert_eq!(seen["tabs"], examples(), "one tab an example");
        let viewers = seen["ticks"].as_array().unwrap().iter().map(|tick| &tick["viewers"]);
        assert!(viewers.eq([4321, 4321, 4321].iter()), "{seen}");
        eventually("the closed page stops watching", async || world.gateway.app.pollers.running() == 0).await;
        world.stop().await;
    })
    .await;
}

/// The script that drives the browser; `None` if there is no Node or no Chromium.
async fn browser() -> Option<Command> {
    let chromium = env::var("CHROMIUM").unwrap_or_else(|_| "/usr/bin/chromium".to_owned());
    if !Path::new(&chromium).exists() {
        left_out(&format!("browser.mjs needs Chromium; {chromium} is not there, CHROMIUM says where else"));
        return None;
    }
    npm::script("browser.mjs").await
}

/// What the script saw; it fails by itself on a blocked request, an error in the console, a violated content policy, a token
/// that stays in the browser.
async fn explore(mut script: Command, arguments: &[&str]) -> Value {
    let output = timeout(BROWSER_PATIENCE, script.args(arguments).output()).await.unwrap().unwrap();
    let (seen, complaint) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{complaint}{seen}");
    serde_json::from_str(&seen).unwrap()
}

fn examples() -> usize {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("web/examples");
    let names = folder.read_dir().unwrap().map(|entry| entry.unwrap().path());
    names.filter(|name| name.extension().is_some_and(|extension| extension == "graphql")).count()
}
