//! How the databases read for the statements of this room, when there are a hundred thousand sessions: by an index, whatever the
//! period, and never a whole table that grows.

use std::time::Instant;

use chrono::NaiveDate;
use live_gateway::{
    analytics::{
        period::{Period, Span},
        series::Interval,
        store::{self, Wanted, products, recounts, streamers},
    },
    identity::scope::Scope,
};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, Statement, StatementBuilder, sea_query::SelectStatement,
};
use testing::{Database, on_both};

on_both!(nothing_reads_a_table_that_grows);

/// Sessions, a quarter of them the studio's that asks; over three years, and stored in no order of time.
const SESSIONS: i64 = 100_000;
const ITEMS_OF_EACH: i64 = 3;
const STUDIO: i64 = 1;
const GROWING: [&str; 3] = ["live_sessions", "live_session_items", "recounts"];

async fn nothing_reads_a_table_that_grows(database: Database) {
    let connection = database.migrated().await;
    fill(&connection).await;
    let (mut table, backend) = (String::new(), connection.get_database_backend());
    for (name, query) in queries(backend) {
        let plan = plan(&connection, StatementBuilder::build(&query, &backend)).await;
        assert!(!reads_a_whole_table(&plan), "{name}\n{plan}");
        assert!(plan.contains("live_sessions_studio_id"), "{name}\n{plan}");
        let begun = Instant::now();
        let rows = connection.query_all(&query).await.unwrap().len();
        table += &format!("{name:<40} {:>6} ms {rows:>6} rows\n", begun.elapsed().as_millis());
    }
    let everything = Statement::from_string(backend, "SELECT SUM(total_likes) FROM live_sessions");
    assert!(reads_a_whole_table(&plan(&connection, everything).await), "the check can tell");
    #[expect(clippy::print_stdout, reason = "the figures are for whoever asks for them with --nocapture")]
    {
        println!("{table}");
    }
}

/// Every statement of the room, for a day, a month and the longest period.
fn queries(backend: DbBackend) -> Vec<(String, SelectStatement)> {
    let (scope, all) = (Scope::job_runner(), Wanted { commission: true, top_product: true, top_streamer: true });
    let mut queries = Vec::new();
    for days in [1, 31, 366] {
        let period = Period::last_days(days, NaiveDate::from_ymd_opt(2025, 10, 31).unwrap()).unwrap();
        let zone = chrono_tz::America::New_York;
        let (whole, before) = (period.whole(zone), period.before().whole(zone));
        let mut cuts: Vec<(&str, Vec<Span>)> =
            vec![("whole", vec![whole]), ("with the one before", vec![before, whole])];
        for (name, interval) in [("by hour", Interval::Hour), ("by day", Interval::Day), ("by month", Interval::Month)]
        {
            cuts.extend(period.pieces(interval, zone).ok().map(|pieces| (name, pieces)));
        }
        for (name, pieces) in cuts {
            let mut add = |of: &str, query| queries.push((format!("{of}, {days} days, {name}"), query));
            add("figures", store::figures_query(&scope, STUDIO, &pieces, Wanted::default()).unwrap());
            add("commission", store::figures_query(&scope, STUDIO, &pieces, all).unwrap());
            add("top products", products::top_of_each_query(&scope, backend, STUDIO, &pieces).unwrap());
            add("top streamers", streamers::top_of_each_query(&scope, STUDIO, &pieces).unwrap());
        }
        queries.push((format!("waiting, {days} days"), recounts::waiting_query(&scope, STUDIO, whole).unwrap()));
        let region = Some(shopee::Region::Id);
        let products = products::top_query(&scope, backend, STUDIO, whole, region, 50).unwrap();
        queries.push((format!("fifty products, {days} days"), products));
        let streamers = streamers::top_query(&scope, STUDIO, whole, None, 50).unwrap();
        queries.push((format!("fifty streamers, {days} days"), streamers));
    }
    queries
}

async fn plan(connection: &DatabaseConnection, mut statement: Statement) -> String {
    let (explain, column) = match connection.get_database_backend() {
        DbBackend::Sqlite => ("EXPLAIN QUERY PLAN", 3),
        _ => ("EXPLAIN (COSTS OFF)", 0),
    };
    statement.sql = format!("{explain} {}", statement.sql);
    let rows = connection.query_all_raw(statement).await.unwrap();
    let lines: Vec<String> = rows.iter().map(|row| row.try_get_by_index(column).unwrap()).collect();
    lines.join("\n")
}

/// PostgreSQL says `Seq Scan on` a table and SQLite `SCAN` with its name; both read subqueries so too, which are as long as what was
/// asked for.
fn reads_a_whole_table(plan: &str) -> bool {
    plan.lines().any(|line| {
        GROWING
            .iter()
            .any(|table| line.contains(&format!("Seq Scan on {table}")) || line.contains(&format!("SCAN {table}")))
    })
}

async fn fill(connection: &DatabaseConnection) {
    let numbers = |last: i64| match connection.get_database_backend() {
        DbBackend::Sqlite => format!(
            "(WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {last}) SELECT n FROM numbers) AS numbers"
        ),
        _ => format!("(SELECT n FROM generate_series(1::bigint, {last}) AS numbers (n)) AS numbers"),
    };
    // Fifteen minutes apart, in an order that has nothing to do with that of the rows.
    let started_at = match connection.get_database_backend() {
        DbBackend::Sqlite => "strftime('%Y-%m-%dT%H:%M:%S+00:00', 1672531200 + n * 7919 % 100000 * 900, 'unixepoch')",
        _ => "to_timestamp(1672531200 + n * 7919 % 100000 * 900)",
    };
    let studio = "CASE WHEN n % 4 = 0 THEN 1 ELSE 2 + n % 19 END";
    let now = "'2026-01-01T00:00:00+00:00'";
    for sql in [
        format!("INSERT INTO studios (id, name, time_zone, created_at, updated_at) SELECT n, 'studio', 'UTC', {now}, {now} FROM {}", numbers(20)),
        format!(
            "INSERT INTO shopee_accounts (id, studio_id, region, shopee_user_id, username, status, created_at, updated_at)
             SELECT n, n, 'ID', n, 'account', 'ACTIVE', {now}, {now} FROM {}", numbers(20)
        ),
        format!(
            "INSERT INTO live_sessions (id, studio_id, shopee_account_id, region, session_id, session_name, streamer_id, status,
                started_at, total_viewers, total_orders, total_revenue, total_likes, created_at, updated_at)
             SELECT n, {studio}, {studio}, 'ID', n, 'a session with a name', n % 10, 'ENDED', {started_at}, n, n, n, n, {now}, {now}
             FROM {}", numbers(SESSIONS)
        ),
        format!(
            "INSERT INTO live_session_items (live_session_id, item_id, product_name, quantity_sold, total_sales_amount,
                total_commission, last_updated)
             SELECT 1 + n % {SESSIONS}, n / {SESSIONS} + n % 40 * 10, 'a product with a name', 1, n, n, {now} FROM {}",
            numbers(SESSIONS * ITEMS_OF_EACH)
        ),
        format!(
            "INSERT INTO recounts (live_session_id, studio_id, requested_at, due_at, attempts)
             SELECT n, {studio}, {now}, {now}, 0 FROM {}",
            numbers(SESSIONS)
        ),
        "ANALYZE".to_owned(),
    ] {
        connection.execute_unprepared(&sql).await.unwrap();
    }
}
