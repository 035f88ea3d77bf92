//! How fast an account is synced, beside its limit: a bare loop that inserts the same rows, page by page, and asks nobody. With the calls
//! and statements that a session takes, and the memory that 1,000, 4,000 and 10,000 sessions take.
//!
//! `just bench-sync`; `SYNC_SESSIONS` makes the largest number another one. Fails if a run did not store everything.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a measurement prints, and fails by panicking")]

#[path = "../tests/it/support/large_shopee.rs"]
mod large_shopee;
#[path = "../tests/it/support/wire.rs"]
mod wire;

use std::{
    env, fs,
    num::NonZeroU32,
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};
use entity::{live_session, live_session_item};
use live_gateway::{
    account::connect,
    app::App,
    commands::ensure_studio,
    config::Config,
    identity::scope::Scope,
    serve::runtime,
    session::sync::{Reach, sync_account},
};
use sea_orm::{
    ActiveValue::Set, ConnectionTrait as _, DatabaseConnection, EntityTrait as _, PaginatorTrait as _,
    TransactionTrait as _,
};
use shopee::{Credential, Region};
use testing::Database;

use self::{large_shopee::LargeShopee, wire::Wire};

/// As the gateway has.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const FEW: u64 = 1_000;
const MORE: u64 = 4_000;
const MANY: u64 = 10_000;
const ITEMS: u64 = 20;
/// As many as a sync stores in one transaction.
const PAGE: u64 = 50;
/// How often the memory is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// What a run took.
struct Taken {
    sessions: u64,
    time: Duration,
    bare_loop: Duration,
    calls: u64,
    statements: Option<u64>,
    /// In MiB: before the run, and the most while it lasted.
    memory: (f64, f64),
}

fn main() {
    let runtime = runtime().unwrap();
    println!("An account with {ITEMS} products a session, stored from nothing\n");
    println!(
        "{:12}{:>10}{:>14}{:>14}{:>8}{:>16}{:>20}{:>14}{:>12}",
        "",
        "sessions",
        "sessions/s",
        "bare loop",
        "ratio",
        "calls/session",
        "statements/session",
        "MiB before",
        "MiB most"
    );
    runtime.block_on(testing::on_sqlite(|database| measure("SQLite", database)));
    runtime.block_on(testing::on_postgres(|database| measure("PostgreSQL", database)));
}

async fn measure(name: &'static str, database: Database) {
    let many = env::var("SYNC_SESSIONS").map_or(MANY, |text| text.parse().unwrap());
    database.migrated().await.close().await.unwrap();
    let wire = if database.url.starts_with("postgres") { Some(Wire::before(&database.url).await) } else { None };
    let connection = database.connect().await;
    for sessions in [FEW, MORE, many] {
        let taken = run(wire.as_ref(), &database, &connection, sessions).await;
        report(name, &taken);
    }
}

async fn run(wire: Option<&Wire>, database: &Database, connection: &DatabaseConnection, sessions: u64) -> Taken {
    let shopee = LargeShopee::start(sessions, ITEMS, Duration::ZERO).await;
    let app = App::build(config(wire.map_or(&database.url, |wire| &wire.url), &shopee)).await.unwrap();
    let studio = ensure_studio(&app, "A studio", "owner@studio.example", chrono_tz::UTC).await.unwrap();
    let credential = Credential::from_cookie_header("SPC_ST=a; SPC_EC=b").unwrap();
    let account = connect::connect(&app, &Scope::job_runner(), studio, Region::Id, &credential).await.unwrap();
    let bare_loop = bare_loop(connection, studio, account, sessions).await;

    let (calls, statements, before) = (shopee.calls(), wire.map(Wire::executed), resident());
    let started = Instant::now();
    let (synced, most) =
        tokio::join!(sync_account(&app, account, Reach::All), most_resident_until_stored(connection, sessions));
    let time = started.elapsed();
    assert_eq!(synced.unwrap(), sessions);
    let stored = live_session_item::Entity::find().count(connection).await.unwrap();
    assert_eq!(stored, sessions * ITEMS);
    let statements = wire.zip(statements).map(|(wire, before)| wire.executed() - before);
    let taken = Taken { sessions, time, bare_loop, calls: shopee.calls() - calls, statements, memory: (before, most) };
    forget(connection).await;
    app.database.clone().close().await;
    taken
}

fn config(url: &str, shopee: &LargeShopee) -> Config {
    let variables = [
        ("LISTEN_ADDR", "127.0.0.1:0"),
        ("DATABASE_URL", url),
        ("TOKEN_SECRET", "a-secret-for-tests-that-is-long-enough"),
        ("CREDENTIAL_KEY", "dGVzdCB0ZXN0IHRlc3QgdGVzdCB0ZXN0IHRlc3QgISE="),
        ("SHOPEE_BASE_URL", &shopee.base_url_template()),
    ];
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let config = Config::from_variables(variables.into()).unwrap();
    // What is measured is not the pace that is kept for Shopee's sake.
    let unbounded = NonZeroU32::new(1_000_000).unwrap();
    Config { shopee_calls_per_second: unbounded, shopee_call_burst: unbounded, ..config }
}

/// The same rows, without Shopee and without a job.
async fn bare_loop(connection: &DatabaseConnection, studio: i64, account: i64, sessions: u64) -> Duration {
    let started = Instant::now();
    let now = DateTime::<Utc>::UNIX_EPOCH;
    for first in (1..=sessions).step_by(PAGE as usize) {
        let ids = first..(first + PAGE).min(sessions + 1);
        let transaction = connection.begin().await.unwrap();
        let rows: Vec<_> = ids.clone().map(|id| session(studio, account, id as i64, now)).collect();
        live_session::Entity::insert_many(rows).exec_without_returning(&transaction).await.unwrap();
        let rows: Vec<_> = ids.flat_map(|id| (1..=ITEMS).map(move |item| (id as i64, item as i64))).collect();
        let rows = rows.into_iter().map(|(session, item)| product(session, item, now));
        live_session_item::Entity::insert_many(rows).exec_without_returning(&transaction).await.unwrap();
        transaction.commit().await.unwrap();
    }
    let taken = started.elapsed();
    forget(connection).await;
    taken
}

fn session(studio: i64, account: i64, id: i64, now: DateTime<Utc>) -> live_session::ActiveModel {
    live_session::ActiveModel {
        id: Set(id),
        studio_id: Set(studio),
        shopee_account_id: Set(account),
        region: Set("ID".to_owned()),
        session_id: Set(id),
        session_name: Set(format!("Session {id}")),
        streamer_id: Set(Some(7)),
        streamer_name: Set(Some("large".to_owned())),
        status: Set(live_session::Status::Ended),
        started_at: Set(now),
        ended_at: Set(Some(now + TimeDelta::hours(1))),
        duration_seconds: Set(Some(3_600)),
        total_viewers: Set(Some(id)),
        peak_viewers: Set(Some(id)),
        total_orders: Set(Some(id)),
        total_revenue: Set(Some(id)),
        total_comments: Set(Some(id)),
        total_likes: Set(Some(id)),
        total_shares: Set(Some(id)),
        products_count: Set(Some(ITEMS as i64)),
        created_at: Set(now),
        updated_at: Set(now),
        synced_at: Set(Some(now)),
        items_synced_at: Set(Some(now)),
        ..Default::default()
    }
}

fn product(session: i64, item: i64, now: DateTime<Utc>) -> live_session_item::ActiveModel {
    live_session_item::ActiveModel {
        live_session_id: Set(session),
        item_id: Set(item),
        shop_id: Set(Some(1)),
        product_name: Set(format!("Product {item}")),
        product_image_url: Set(Some("https://cf.shopee.co.id/file/id-1".to_owned())),
        live_price: Set(Some(item)),
        quantity_sold: Set(Some(item)),
        total_sales_amount: Set(Some(item)),
        last_updated: Set(now),
        ..Default::default()
    }
}

async fn forget(connection: &DatabaseConnection) {
    for table in ["live_sessions", "jobs"] {
        connection.execute_unprepared(&format!("DELETE FROM {table}")).await.unwrap();
    }
}

/// The most memory of this process until the run is over, as its own table of jobs tells.
async fn most_resident_until_stored(connection: &DatabaseConnection, sessions: u64) -> f64 {
    let mut most = resident();
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        most = most.max(resident());
        let jobs = entity::job::Entity::find().all(connection).await.unwrap();
        if jobs.iter().any(|job| job.finished_at.is_some() && job.done as u64 == sessions) {
            return most;
        }
    }
}

/// In MiB.
fn resident() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() / 1024.0
}

fn report(name: &str, taken: &Taken) {
    let Taken { sessions, time, bare_loop, calls, statements, memory: (before, most) } = taken;
    let rate = |time: &Duration| *sessions as f64 / time.as_secs_f64();
    let a_session = |count: u64| format!("{:.3}", count as f64 / *sessions as f64);
    let statements = statements.map_or_else(|| "-".to_owned(), a_session);
    println!(
        "{name:12}{sessions:10}{:14.0}{:14.0}{:8.2}{:>16}{statements:>20}{before:14.1}{most:12.1}",
        rate(time),
        rate(bare_loop),
        time.as_secs_f64() / bare_loop.as_secs_f64(),
        a_session(*calls),
    );
}
