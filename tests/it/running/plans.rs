//! What a gateway does by itself reads what it is about, and never a whole table that grows: PostgreSQL counts how often each was.

use chrono::TimeDelta;
use live_gateway::{alert, app::App, identity, session};
use sea_orm::{ConnectOptions, ConnectionTrait as _, DatabaseConnection, Statement};
use testing::Database;

use crate::support::{eventually, world::World};

/// Sessions of long ago, with as many of whatever belongs to one.
const PAST: i64 = 50_000;
const GROWING: [&str; 8] = [
    "live_sessions",
    "live_session_items",
    "metric_samples",
    "alerts",
    "intents",
    "coin_giveouts",
    "jobs",
    "audit_entries",
];

#[tokio::test]
async fn nothing_that_goes_on_by_itself_reads_a_whole_table() {
    testing::on_postgres(nothing_reads_a_whole_table).await;
}

async fn nothing_reads_a_whole_table(database: Database) {
    let world = World::start(&database).await;
    let connection = database.connect().await;
    fill(&connection).await;
    run(&connection, "SELECT pg_stat_reset()").await;
    let app = &world.gateway.app;
    look(app).await;
    tidy(app).await;
    // A connection tells what it has counted when it ends at the latest.
    world.stop().await;
    connection.close().await.unwrap();
    let connection = alone(&database).await;
    let others = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
        AND backend_type = 'client backend'";
    eventually("the gateway's connections ending", async || number(&connection, others).await == 0).await;
    for table in GROWING {
        let count = |column| format!("SELECT {column} FROM pg_stat_user_tables WHERE relname = '{table}'");
        let (whole, by_index) =
            (number(&connection, &count("seq_scan")).await, number(&connection, &count("idx_scan")).await);
        assert_eq!(whole, 0, "{table} was read as a whole, and {by_index} times by an index");
    }
    number(&connection, "SELECT COUNT(total_likes) FROM live_sessions").await;
    run(&connection, "SELECT pg_stat_force_next_flush()").await;
    let count = "SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'live_sessions'";
    eventually("the check noticing what does", async || number(&connection, count).await > 0).await;
}

/// A look at what alerts are about.
async fn look(app: &App) {
    let step = TimeDelta::minutes(1);
    alert::sample::take(app, step).await.unwrap();
    alert::stock::look(app).await.unwrap();
    alert::evaluate::write(app, step).await.unwrap();
}

async fn tidy(app: &App) {
    let now = app.clock.now();
    let tidied = session::housekeeping::tidy(app, now).await.unwrap();
    assert!(tidied.samples > 0, "some samples are old enough: {tidied:?}");
    alert::housekeeping::tidy(app, now).await.unwrap();
    identity::housekeeping::tidy(app, now).await.unwrap();
}

/// One connection and no other, so that all others are somebody else's.
async fn alone(database: &Database) -> DatabaseConnection {
    let options = ConnectOptions::new(&database.url).max_connections(1).to_owned();
    sea_orm::Database::connect(options).await.unwrap()
}

async fn run(connection: &DatabaseConnection, sql: &str) {
    connection.execute_unprepared(sql).await.unwrap();
}

async fn number(connection: &DatabaseConnection, sql: &str) -> i64 {
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    connection.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap()
}

/// Fifty of the sessions still have samples to thin.
async fn fill(connection: &DatabaseConnection) {
    let numbers = format!("generate_series(1::bigint, {PAST}) AS numbers (n)");
    let account = "(SELECT id, studio_id, region FROM shopee_accounts ORDER BY id LIMIT 1) AS account";
    let sessions = "(SELECT id, studio_id, shopee_account_id, session_id - 900000000 AS n FROM live_sessions
        WHERE session_id > 900000000 AND session_name = 'an old one') AS old";
    let long_ago = "now() - interval '800 days' + n * interval '5 minutes'";
    for sql in [
        format!(
            "INSERT INTO live_sessions (studio_id, shopee_account_id, region, session_id, session_name, status, started_at, ended_at,
                total_likes, samples_thinned, created_at, updated_at)
             SELECT studio_id, id, region, 900000000 + n, 'an old one', 'ENDED', {long_ago}, {long_ago}, n,
                CASE WHEN n % 2000 = 0 THEN 0 ELSE 2 END, now(), now()
             FROM {numbers}, {account}"
        ),
        format!(
            "INSERT INTO metric_samples (live_session_id, sampled_at, viewers)
             SELECT id, {long_ago} + part * interval '10 seconds', n FROM {sessions}, generate_series(0, 1) AS parts (part)"
        ),
        format!(
            "INSERT INTO live_session_items (live_session_id, item_id, product_name, quantity_sold, last_updated)
             SELECT id, n, 'a product', 1, now() FROM {sessions}"
        ),
        format!(
            "INSERT INTO alerts (studio_id, kind, subject, live_session_id, revision, raised_at, cleared_at)
             SELECT studio_id, 'VIEWERS_DROPPED', 'session/' || id, id, n, now(), now() FROM {sessions}"
        ),
        format!(
            "INSERT INTO intents (studio_id, shopee_account_id, requested_by, idempotency_key, kind, resource, input, state, attempts,
                revision, created_at, settled_at)
             SELECT studio_id, shopee_account_id, (SELECT MIN(id) FROM users), 'old-' || n, 'GIVE_OUT_COINS', 'session/' || id, '',
                'DONE', 1, n, {long_ago}, {long_ago}
             FROM {sessions}"
        ),
        "INSERT INTO coin_giveouts (id, studio_id, live_session_id, amount)
         SELECT intents.id, intents.studio_id, SUBSTR(resource, 9)::bigint, 1 FROM intents WHERE kind = 'GIVE_OUT_COINS'"
            .to_owned(),
        format!(
            "INSERT INTO jobs (kind, studio_id, shopee_account_id, state, done, failures, created_at, finished_at)
             SELECT 'an old one', studio_id, id, 'SUCCEEDED', 0, 0, now(), now() FROM {numbers}, {account}"
        ),
        format!(
            "INSERT INTO audit_entries (studio_id, action, subject_kind, occurred_at)
             SELECT studio_id, 'AN_OLD_ONE', 'studio', now() FROM {numbers}, {account}"
        ),
        "ANALYZE".to_owned(),
    ] {
        run(connection, &sql).await;
    }
}
