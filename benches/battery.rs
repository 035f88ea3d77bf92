//! What OWASP's cheat sheet for GraphQL lists against a server, and more of the kind, one attack after the other beside usual traffic:
//! what each is answered with and how soon, what the others notice of it, and whether the memory that it took comes back.
//!
//! `just bench-battery`. The gateway is a process of its own, in front of a real Shopee and SQLite; usual traffic is requests of signed-in
//! members at a steady rate, whether answered or not, and watchers of a number. Each attack is made in rounds, a quiet one before each, so
//! that what drifts is in both. It comes from other addresses and other users, at the rate that stands in its line: the machine that
//! attacks is the one that is attacked. `BATTERY_PERCENT=20` takes that part of the time, which tries the measurement out;
//! `BATTERY_ONLY=gzip` takes the attacks whose names have that in them.
//!
//! The program fails when an attack is not refused as it should be or not in time, or when usual requests are not answered. Times of
//! others and memory are printed beside their limits.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a measurement prints, and fails by panicking"
)]

#[path = "battery/attack.rs"]
mod attack;
#[path = "battery/attacks.rs"]
mod attacks;
#[path = "shared/client.rs"]
mod client;
#[path = "battery/connection.rs"]
mod connection;
#[path = "shared/figures.rs"]
mod figures;
#[path = "battery/normal.rs"]
mod normal;
#[expect(dead_code, reason = "`fanout` does more with it")]
#[path = "shared/process.rs"]
mod process;
#[path = "battery/report.rs"]
mod report;
#[path = "battery/rounds.rs"]
mod rounds;
#[expect(dead_code, reason = "tests can do more with it")]
#[path = "../tests/it/support/stream.rs"]
mod stream;
#[expect(dead_code, reason = "tests can do more with it")]
#[path = "../tests/it/support/world.rs"]
mod world;

use std::{
    process::ExitCode,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use live_gateway::serve::runtime;
use tempfile::TempDir;
use testing::Database;

use self::{
    attack::{Attack, Target},
    normal::Normal,
    process::Server,
    world::{Start, World},
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const PATIENCE: Duration = Duration::from_secs(30);

fn main() -> ExitCode {
    static HELD: AtomicBool = AtomicBool::new(true);
    runtime().unwrap().block_on(testing::on_sqlite(async |database| {
        HELD.store(measure(database).await, Ordering::Relaxed);
    }));
    if HELD.load(Ordering::Relaxed) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// For the world, which is that of the tests.
fn client() -> reqwest::Client {
    reqwest::Client::builder().timeout(PATIENCE).build().unwrap()
}

/// Whether every attack was refused as it should be, and every usual request answered.
async fn measure(database: Database) -> bool {
    let world = World::start_with(&database, Start { accounts: 1, ..Start::default() }).await;
    let members = normal::members(&world).await;
    let attacker = normal::member(&world, "attacker@first.example").await;
    let folder = tempfile::tempdir().unwrap();
    report::head();
    let mut held = true;
    for (variables, attacks) in attacks::all(&world, &attacker) {
        let attacks: Vec<Attack> = attacks.into_iter().filter(wanted).collect();
        if attacks.is_empty() {
            continue;
        }
        let server = gateway(&database, &world, &variables, &folder).await;
        let normal = Normal::begin(server.address, &members, world.on_air().session_id).await;
        for attack in attacks {
            let row = rounds::measure(&attack, &Target { address: server.address }, &server, &normal).await;
            held &= row.holds(&attack);
            report::line(&attack, &row);
        }
    }
    world.stop().await;
    held
}

fn wanted(attack: &Attack) -> bool {
    std::env::var("BATTERY_ONLY").map_or(true, |part| attack.name.contains(&part))
}

/// A gateway with what a viewer may spend as it is by default.
async fn gateway(database: &Database, world: &World, variables: &[(&'static str, String)], folder: &TempDir) -> Server {
    let usual = [("COST_BUCKET", "4000"), ("COST_REFILL_PER_SECOND", "200"), ("POLL_INTERVAL_MS", "250")];
    let usual = usual.map(|(name, value)| (name, value.to_owned()));
    let mut variables = world::variables(database, &world.sandbox, &[&usual, variables].concat());
    variables.insert("TMPDIR".to_owned(), folder.path().display().to_string());
    Server::gateway(&variables).await
}
