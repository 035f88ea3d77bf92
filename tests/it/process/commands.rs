//! `migrate`, `schema`, `token` and `connect`.

use sandbox::{Options, Sandbox};
use testing::{Database, on_both};

use crate::support::program::{CANARY, Environment, Output};

on_both!(
    migrate_says_what_it_did,
    connect_and_token_sign_somebody_in,
    connect_refuses_what_is_not_the_studios,
    connects_at_once_all_succeed
);

const OWNER: &str = "owner@studio.example";

fn assert_failed(output: &Output, words: &str) {
    assert_eq!(output.code, Some(1), "{output:?}");
    assert!(output.stderr.contains(words), "{}", output.stderr);
    assert_eq!(output.stderr.lines().count(), 1, "{}", output.stderr);
}

async fn migrate_says_what_it_did(database: Database) {
    let environment = Environment::over(&database.url).with("LOG", "off");
    let first = environment.run(&["migrate"]).await;
    assert!(first.stdout.starts_with("applied 9: m20261122_000001_users_and_studios, "), "{first:?}");
    let second = environment.run(&["migrate"]).await;
    assert_eq!((second.code, second.stdout.as_str()), (Some(0), "the database was up to date\n"));
    assert_eq!(second.stderr, "");
}

#[tokio::test]
async fn schema_needs_no_configuration() {
    let output = Environment::empty().run(&["schema"]).await;
    assert_eq!((output.code, output.stdout), (Some(0), live_gateway::api::sdl()));
    assert_eq!(output.stderr, "");
}

/// A sandbox, and the environment of a gateway before it.
async fn before_a_sandbox(database: &Database) -> (Sandbox, Environment) {
    let sandbox = Sandbox::start(Options { frozen: true, seed: 7, ..Options::default() }).await.unwrap();
    let environment = Environment::over(&database.url).with("SHOPEE_BASE_URL", sandbox.base_url_template());
    (sandbox, environment.with("SHOPEE_CALLS_PER_SECOND", "1000").with("LOG", "off"))
}

fn connect<'a>(studio: &'a str, owner: &'a str) -> [&'a str; 7] {
    ["connect", "--studio", studio, "--owner", owner, "--region", "ID"]
}

async fn connect_and_token_sign_somebody_in(database: Database) {
    let (sandbox, environment) = before_a_sandbox(&database).await;
    let account = sandbox.panel().accounts().remove(0);
    let sessions = sandbox.panel().sessions().into_iter().filter(|session| session.user_id == account.user_id).count();
    for _ in 0..2 {
        let output = environment.run_with(&connect("First", OWNER), &format!("{}\n", account.cookie)).await;
        assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""), "{output:?}");
        let last = output.stdout.lines().last().unwrap().to_owned();
        let next = format!("Next: live-gateway token --email {OWNER}");
        assert_eq!(last, format!("connected; {sessions} sessions stored. {next}"));
    }
    for email in [OWNER, "Owner@Studio.Example"] {
        let output = environment.run(&["token", "--email", email]).await;
        assert_eq!(output.code, Some(0), "{output:?}");
        assert_eq!(output.stdout.trim().split('.').count(), 3, "a token and nothing else");
    }
    let output = environment.run(&["token", "--email", "nobody@studio.example"]).await;
    assert_failed(&output, "there is no user with this e-mail address; `live-gateway connect` makes one");
    assert_eq!(output.stdout, "");
}

async fn connect_refuses_what_is_not_the_studios(database: Database) {
    let (sandbox, environment) = before_a_sandbox(&database).await;
    let account = sandbox.panel().accounts().remove(0);
    for nothing in ["", "\n", CANARY, "SPC_ST=", "SPC_F=canary; SPC_U=canary", "SPC_ST=canary\u{1}"] {
        let output = environment.run_with(&connect("First", OWNER), nothing).await;
        assert_failed(&output, "standard input holds no Cookie header; copy it from a browser");
    }
    let output = environment.run_with(&connect("First", OWNER), "SPC_ST=canary; SPC_EC=canary").await;
    assert_failed(&output, "The account's Shopee sign-in is no longer valid; connect the account again.");

    let output = environment.run_with(&connect("First", OWNER), &account.cookie).await;
    assert_eq!(output.code, Some(0), "{output:?}");
    for (studio, owner) in [("Second", OWNER), ("First", "owner@second.example")] {
        let output = environment.run_with(&connect(studio, owner), &account.cookie).await;
        assert_failed(&output, "belongs to an account that another studio has connected");
        assert!(!output.stderr.contains(&account.username), "{}", output.stderr);
    }
}

async fn connects_at_once_all_succeed(database: Database) {
    let (sandbox, environment) = before_a_sandbox(&database).await;
    assert_eq!(environment.run(&["migrate"]).await.code, Some(0));
    let connecting = sandbox.panel().accounts().into_iter().map(|account| {
        let (environment, owner) = (environment.clone(), format!("{}@studio.example", account.username));
        async move {
            let region = account.region.to_string();
            let arguments = ["connect", "--studio", "S", "--owner", &owner, "--region", &region];
            environment.run_with(&arguments, &account.cookie).await
        }
    });
    for output in futures_util::future::join_all(connecting).await {
        assert_eq!(output.code, Some(0), "{output:?}");
    }
}

#[tokio::test]
async fn arguments_that_cannot_be_are_refused() {
    let wrong: [&[&str]; 7] = [
        &[],
        &["serve", "--port", "1"],
        &["token"],
        &["token", "--email", "a@b.example", "--hours", "0"],
        &["connect", "--studio", "S", "--owner", "a@b.example"],
        &["connect", "--studio", "S", "--owner", "a@b.example", "--region", "XX"],
        &["connect", "--studio", "S", "--owner", "a@b.example", "--region", "ID", "--time-zone", "Mars/Olympus"],
    ];
    for arguments in wrong {
        let output = Environment::empty().run(arguments).await;
        assert_eq!(output.code, Some(2), "{arguments:?}: {output:?}");
        assert!(output.stderr.contains("--help"), "{}", output.stderr);
    }
}
