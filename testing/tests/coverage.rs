//! The last words of `cargo test --workspace`: what the run could not cover, and why. With `CI` set, anything missing fails.
#![expect(clippy::print_stdout, reason = "the last words of a test run are for whoever reads its end")]

use std::process::{Command, ExitCode};

#[tokio::main]
async fn main() -> ExitCode {
    let server = testing::postgres_url();
    let missing: Vec<&str> = [
        (
            testing::postgres(&server).await.is_some(),
            "PostgreSQL (start one on 127.0.0.1:5432 or set TEST_POSTGRES_URL): databases were tested on SQLite only",
        ),
        (answers("node"), "Node: the npm clients and the GraphQL over HTTP audit were left out"),
        (answers(&chromium()), "Chromium (or set CHROMIUM): GraphiQL was not tested in a browser"),
    ]
    .into_iter()
    .filter_map(|(there, words)| (!there).then_some(words))
    .collect();

    if missing.is_empty() {
        println!("\nThis run covered everything: SQLite, PostgreSQL, the npm clients and a browser.");
        return ExitCode::SUCCESS;
    }
    println!("\nThis run did NOT cover everything. Missing:");
    missing.iter().for_each(|words| println!("  - {words}"));
    if std::env::var_os("CI").is_some() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn chromium() -> String {
    std::env::var("CHROMIUM").unwrap_or_else(|_| "/usr/bin/chromium".to_owned())
}

fn answers(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}
