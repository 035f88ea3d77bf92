//! Runs a sandbox alone, for looking around and for trying a gateway against it.

#![expect(clippy::print_stdout, reason = "telling what to try is what this program is for")]

use std::net::SocketAddr;

use clap::Parser;
use sandbox::{Options, Sandbox};

/// A local Shopee over real HTTP.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:9100")]
    listen: SocketAddr,
    /// The same seed gives the same world.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Simulated seconds in a real one.
    #[arg(long, default_value_t = 1.0)]
    speed: f64,
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    tracing_subscriber::fmt::init();
    let Arguments { listen, seed, speed } = Arguments::parse();
    let sandbox = Sandbox::start(Options { listen, seed, speed, ..Options::default() }).await?;
    introduce(&sandbox);
    tokio::signal::ctrl_c().await?;
    sandbox.stop().await;
    Ok(())
}

fn introduce(sandbox: &Sandbox) {
    println!("base URLs  {}", sandbox.base_url_template());
    println!("panel      {}", sandbox.panel_url());
    for account in sandbox.panel().accounts() {
        println!("\n{} {} (user {})", account.region, account.username, account.user_id);
        println!("  cookie: {}", account.cookie);
    }
    for session in sandbox.panel().on_air() {
        println!(
            "\non air     {} session {} of user {}: {}",
            session.region, session.session_id, session.user_id, session.title
        );
    }
}
