//! What an operator meets: commands that leave nothing half done, and a gateway that ends when it is told to.

use std::{
    process::{Output, Stdio},
    time::Duration,
};

use entity::{shopee_account, studio, user};
use live_gateway::serve::{Gateway, StartError};
use sandbox::{Fault, FaultKind, Options, Sandbox};
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use serde_json::json;
use testing::{Database, on_both};
use tokio::{io::AsyncWriteExt as _, process::Command, time::timeout};

use crate::support::{
    PATIENCE, eventually,
    world::{OWNER, Start, World, config},
};

on_both!(a_credential_that_shopee_refuses_leaves_nothing, a_token_needs_a_database_that_is_there);

async fn a_credential_that_shopee_refuses_leaves_nothing(database: Database) {
    let sandbox = Sandbox::start(Options { frozen: true, seed: 7, ..Options::default() }).await.unwrap();
    let arguments = ["connect", "--studio", "First Studio", "--owner", OWNER, "--region", "ID"];
    let account = sandbox.panel().accounts().remove(0);

    let refused = run(&arguments, &database, &sandbox.base_url_template(), "SPC_ST=nobody; SPC_EC=nobody").await;
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("Shopee does not accept this Cookie header in region ID"), "{refused:?}");
    assert_eq!(rows(&database).await, (0, 0, 0));

    let connected = run(&arguments, &database, &sandbox.base_url_template(), &account.cookie).await;
    assert_eq!(connected.status.code(), Some(0), "{connected:?}");
    assert_eq!(rows(&database).await, (1, 1, 1));

    let taken = ["connect", "--studio", "Second Studio", "--owner", "other@example.com", "--region", "ID"];
    let taken = run(&taken, &database, &sandbox.base_url_template(), &account.cookie).await;
    assert!(text(&taken.stderr).contains("another studio has connected"), "{taken:?}");
    assert_eq!(rows(&database).await, (1, 1, 1));
    sandbox.stop().await;
}

async fn a_token_needs_a_database_that_is_there(database: Database) {
    let token = run(&["token", "--email", OWNER], &database, "", "").await;
    assert_eq!((token.status.code(), text(&token.stdout)), (Some(1), ""));
    assert!(text(&token.stderr).contains("run `live-gateway migrate`"), "{token:?}");
    assert!(!text(&token.stderr).contains("no such table"), "{token:?}");
    if let Some(path) = database.url.strip_prefix("sqlite://") {
        let path = path.split('?').next().unwrap();
        assert!(!std::path::Path::new(path).exists(), "a file was made");
    }
}

#[tokio::test]
async fn a_stop_ends_in_time_whatever_hangs() {
    testing::on_sqlite(async |database| {
        let forever = || "60000".to_owned();
        let variables = vec![("SHOPEE_TIMEOUT_MS", forever()), ("OPERATION_TIMEOUT_MS", forever())];
        let world = World::start_with(&database, Start { accounts: 1, variables }).await;
        world.shopee().inject(Fault::new(FaultKind::Hang));
        let query = json!({ "query": "{ liveSessions(first: 1) { nodes { overview { currentViewers } } } }" });
        let client = crate::support::client();
        let request = client.post(format!("{}/graphql", world.gateway.url()));
        let request = tokio::spawn(request.bearer_auth(&world.token).json(&query).send());
        eventually("Shopee is asked", async || world.shopee().calls("overview") > 0).await;
        let _held = world.gateway.app.database.write().await.unwrap();

        // All of the second is used, since nothing here ends by itself.
        timeout(PATIENCE, world.gateway.stop_within(Duration::from_secs(1))).await.expect("a bounded stop");
        assert_eq!(request.await.unwrap().unwrap().status(), 503, "let go, not cut off");
    })
    .await;
}

#[tokio::test]
async fn a_token_is_not_given_to_the_network() {
    testing::on_sqlite(async |database| {
        let sandbox = Sandbox::start(Options { frozen: true, seed: 7, ..Options::default() }).await.unwrap();
        let mut config = config(&database, &sandbox, &[("LISTEN_ADDR", "0.0.0.0:0".to_owned())]);
        config.graphiql_token = Some("canary".into());
        assert!(matches!(Gateway::start(config).await, Err(StartError::TokenGivenAway)));
        sandbox.stop().await;
    })
    .await;
}

/// Runs the program with these words and this input.
async fn run(arguments: &[&str], database: &Database, shopee: &str, input: &str) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_live-gateway"));
    program.args(arguments).env_clear().kill_on_drop(true);
    program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    program.env("DATABASE_URL", &database.url).env("SHOPEE_BASE_URL", shopee);
    program.env("TOKEN_SECRET", "a-secret-for-tests-that-is-long-enough");
    program.env("CREDENTIAL_KEY", "dGVzdCB0ZXN0IHRlc3QgdGVzdCB0ZXN0IHRlc3QgISE=");
    program.env("SHOPEE_CALLS_PER_SECOND", "1000").env("LOG", "warn");
    let mut child = program.spawn().unwrap();
    // A program that fails before it reads is no failure of the test.
    child.stdin.take().unwrap().write_all(input.as_bytes()).await.ok();
    timeout(PATIENCE, child.wait_with_output()).await.expect("an answer").unwrap()
}

fn text(output: &[u8]) -> &str {
    std::str::from_utf8(output).unwrap()
}

/// How many users, studios and accounts there are.
async fn rows(database: &Database) -> (u64, u64, u64) {
    let connection = database.connect().await;
    let users = user::Entity::find().count(&connection).await.unwrap();
    let studios = studio::Entity::find().count(&connection).await.unwrap();
    let accounts = shopee_account::Entity::find().count(&connection).await.unwrap();
    connection.close().await.unwrap();
    (users, studios, accounts)
}
