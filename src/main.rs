//! The command line: parses, calls, exits.

use std::{
    io::{Write as _, stderr},
    process::ExitCode,
};

use clap::Parser;
use live_gateway::{
    commands::{self, Command},
    config::reference,
    error::chain,
    serve::runtime,
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// One GraphQL schema over a studio's database and Shopee live streaming
///
/// Configured by environment variables. Ends with 0 when all went well, 1 when something failed, 2 when the command line is wrong.
#[derive(Parser)]
#[command(version, after_help = "The environment variables: live-gateway --help", after_long_help = reference::terminal())]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

fn main() -> ExitCode {
    let command = Arguments::parse().command;
    let outcome = runtime().map_err(Into::into).and_then(|runtime| runtime.block_on(commands::run(command)));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The last word to the operator, also when no log is set up.
            let _ = writeln!(stderr(), "live-gateway: {}", chain(&*error));
            ExitCode::FAILURE
        }
    }
}
