//! The command line: parses, calls, exits.

use std::process::ExitCode;

use clap::Parser;
use live_gateway::commands::{self, Command};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// One GraphQL schema over a studio's database and Shopee live streaming. Configured by environment variables; see .env.example.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[tokio::main]
async fn main() -> ExitCode {
    match commands::run(Arguments::parse().command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&*error);
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stderr, reason = "the last word to the operator, also when no log is set up")]
fn complain(error: &dyn std::error::Error) {
    eprintln!("live-gateway: {}", sentence(error));
}

/// An error and its causes. Some errors quote their cause: nothing is said twice.
fn sentence(error: &dyn std::error::Error) -> String {
    let errors = std::iter::successors(Some(error), |error| error.source());
    let join = |said: String, cause: String| if said.contains(&cause) { said } else { format!("{said}: {cause}") };
    errors.map(ToString::to_string).reduce(join).unwrap_or_default()
}
