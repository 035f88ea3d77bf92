//! The queries of the lists, as the rooms write them, read an index from its end: nothing is sorted and nothing read
//! in vain. Checked on some thousand rows and with their statistics, which is when a database may prefer to read the
//! whole table; on SQLite also without statistics, since nobody need ever have asked for them.

use chrono::{DateTime, TimeDelta, Utc};
use entity::*;
use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait,
    IntoActiveModel, Order, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select, Value,
    sea_query::{Expr, ExprTrait, Func},
};

use testing::{Database, on_both};

use crate::sample::{self, insert, moment};

const ROWS: i64 = 5_000;

on_both!(lists_read_an_index);

async fn lists_read_an_index(database: Database) {
    let db = &database.migrated().await;
    fill(db).await;
    if db.get_database_backend() == DbBackend::Sqlite {
        check(db).await;
    }
    db.execute_unprepared("ANALYZE").await.unwrap();
    check(db).await;
}

async fn check(db: &DatabaseConnection) {
    check_days(db).await;
    for order in [Order::Desc, Order::Asc] {
        check_sessions_by_start(db, &order).await;
        check_sessions_by_metric(db, &order).await;
        check_other_lists(db, &order).await;
    }
}

async fn check_sessions_by_start(db: &DatabaseConnection, order: &Order) {
    use live_session::{Column, Entity, Status};
    let studio = || Entity::find().filter(Column::StudioId.eq(2));
    let on_air = || studio().filter(Column::Status.eq(Status::OnAir));
    let account = || Entity::find().filter(Column::ShopeeAccountId.eq(4));
    for (indexes, list) in [
        (["live_sessions_started_at_id_idx"].as_slice(), Entity::find()),
        (&["live_sessions_studio_id_started_at_id_idx"], studio()),
        (&["live_sessions_studio_id_status_started_at_id_idx", "live_sessions_on_air_idx"], on_air()),
        (&["live_sessions_shopee_account_id_started_at_id_idx"], account()),
    ] {
        let by = || Expr::col((Entity, Column::StartedAt));
        check_pages(db, list, by, middle().into(), Column::Id, order, indexes).await;
    }
}

async fn check_sessions_by_metric(db: &DatabaseConnection, order: &Order) {
    use live_session::{Column, Entity};
    for (index, metric) in [
        ("live_sessions_studio_id_total_viewers_id_idx", Column::TotalViewers),
        ("live_sessions_studio_id_peak_viewers_id_idx", Column::PeakViewers),
        ("live_sessions_studio_id_total_orders_id_idx", Column::TotalOrders),
        ("live_sessions_studio_id_total_revenue_id_idx", Column::TotalRevenue),
    ] {
        // Written out and not bound, or it would be another expression than that of the index.
        let unknown = Expr::Constant(Value::BigInt(Some(-1)));
        let by = || Func::coalesce([Expr::col((Entity, metric)), unknown.clone()]).into();
        let list = Entity::find().filter(Column::StudioId.eq(2));
        check_pages(db, list, by, (ROWS_PER_STUDIO * 5 / 2).into(), Column::Id, order, &[index]).await;
    }
}

async fn check_other_lists(db: &DatabaseConnection, order: &Order) {
    let items = live_session_item::Entity::find().filter(live_session_item::Column::LiveSessionId.eq(7));
    let by_id = items.order_by(live_session_item::Column::Id, order.clone());
    check_plan(db, by_id.limit(51), &["live_session_items_live_session_id_id_idx"]).await;

    let giveouts = coin_giveout::Entity::find().filter(coin_giveout::Column::LiveSessionId.eq(7));
    let by_id = giveouts.order_by(coin_giveout::Column::Id, order.clone());
    check_plan(db, by_id.limit(51), &["coin_giveouts_live_session_id_id_idx"]).await;

    let edits = promotion_edit::Entity::find().filter(promotion_edit::Column::StudioId.eq(2));
    let by_id = edits.order_by(promotion_edit::Column::Id, order.clone());
    check_plan(db, by_id.limit(51), &["promotion_edits_studio_id_id_idx"]).await;

    let changes = intent::Entity::find().filter(intent::Column::Resource.eq("coins/7"));
    let by_revision = changes.order_by(intent::Column::Revision, order.clone());
    check_plan(db, by_revision.limit(51), &["intents_resource_revision_idx"]).await;

    let queued = job::Entity::find().filter(job::Column::State.eq(job::State::Queued));
    check_plan(db, queued.order_by(job::Column::Id, order.clone()).limit(1), &["jobs_state_id_idx"]).await;

    let due = recount::Entity::find().filter(recount::Column::DueAt.lte(middle()));
    let by_id =
        due.order_by(recount::Column::DueAt, order.clone()).order_by(recount::Column::LiveSessionId, order.clone());
    check_plan(db, by_id.limit(20), &["recounts_due_at_live_session_id_idx"]).await;

    let readings = campaign_reading::Entity::find().filter(campaign_reading::Column::StudioId.eq(2));
    let readings = readings.filter(campaign_reading::Column::ReadAt.gte(moment()));
    let by_campaign = readings
        .order_by(campaign_reading::Column::ShopeeAccountId, order.clone())
        .order_by(campaign_reading::Column::CampaignId, order.clone())
        .order_by(campaign_reading::Column::ReadAt, order.clone());
    let index = "campaign_readings_studio_id_account_campaign_read_at_idx";
    check_plan(db, by_campaign.limit(51), &[index]).await;

    let entries = audit_entry::Entity::find().filter(audit_entry::Column::StudioId.eq(2));
    let by_id = entries.clone().order_by(audit_entry::Column::Id, order.clone());
    check_plan(db, by_id.limit(51), &["audit_entries_studio_id_id_idx"]).await;
    let by = || Expr::col((audit_entry::Entity, audit_entry::Column::OccurredAt));
    let index = "audit_entries_studio_id_occurred_at_id_idx";
    check_pages(db, entries, by, middle().into(), audit_entry::Column::Id, order, &[index]).await;
}

/// A stretch of days is all read, so only its finding is checked; sorting a month costs nothing.
async fn check_days(db: &DatabaseConnection) {
    use live_analytics::{Column, Entity};
    let since = moment().date_naive() + TimeDelta::days(2 * ROWS_PER_STUDIO + 100);
    let month = Column::Date.between(since, since + TimeDelta::days(30));
    let all = Entity::find().filter(Column::StudioId.eq(2)).filter(month);
    let of_studio = all.clone().filter(Column::LiveSessionId.is_null());
    check_plan(db, all, &["live_analytics_studio_id_date_idx"]).await;
    check_plan(db, of_studio, &["live_analytics_studio_id_date_idx", "live_analytics_studio_id_date_key"]).await;
}

/// The first page, and one from the middle: rows beyond a given pair of value and id.
async fn check_pages<E: EntityTrait>(
    db: &DatabaseConnection,
    list: Select<E>,
    by: impl Fn() -> Expr,
    value: Value,
    id: E::Column,
    order: &Order,
    indexes: &[&str],
) {
    let pair = || Expr::tuple([by(), Expr::col((E::default(), id))]);
    let cursor = Expr::tuple([Expr::value(value), Expr::value(ROWS_PER_STUDIO * 5 / 2)]);
    let beyond = if *order == Order::Desc { pair().lt(cursor) } else { pair().gt(cursor) };
    for page in [list.clone(), list.filter(beyond)] {
        let ordered = page.order_by(by(), order.clone()).order_by(id, order.clone());
        check_plan(db, ordered.limit(51), indexes).await;
    }
}

async fn check_plan<E: EntityTrait>(db: &DatabaseConnection, select: Select<E>, indexes: &[&str]) {
    let backend = db.get_database_backend();
    let mut statement = select.build(backend);
    let (explain, column) = match backend {
        DbBackend::Sqlite => ("EXPLAIN QUERY PLAN", 3),
        _ => ("EXPLAIN (COSTS OFF)", 0),
    };
    statement.sql = format!("{explain} {}", statement.sql);
    let rows = db.query_all_raw(statement.clone()).await.unwrap();
    let plan: Vec<String> = rows.iter().map(|row| row.try_get_by_index(column).unwrap()).collect();
    let plan = plan.join("\n");
    let reads_index = plan.split_whitespace().any(|word| indexes.contains(&word));
    assert!(reads_index && !plan.contains("Sort") && !plan.contains("TEMP B-TREE"), "{indexes:?}\n{statement}\n{plan}");
}

/// Moments at which the studios act one after the other, again and again.
fn taken_in_turns(n: i64) -> DateTime<Utc> {
    moment() + TimeDelta::minutes(n % ROWS_PER_STUDIO * STUDIOS + n / ROWS_PER_STUDIO)
}

fn middle() -> DateTime<Utc> {
    moment() + TimeDelta::minutes(ROWS / 2)
}

/// A studio's rows lie together, as they do when its history is fetched account by account. PostgreSQL looks at how
/// rows lie: were they in order of time, it would rather read the newest sessions of all and pass over those of other
/// studios.
const STUDIOS: i64 = 20;
const ROWS_PER_STUDIO: i64 = ROWS / STUDIOS;

/// In each studio every tenth session is on air; every third metric is unknown.
async fn fill(db: &DatabaseConnection) {
    insert(db, sample::user(1)).await.unwrap();
    insert_all(db, (0..STUDIOS).map(sample::studio)).await;
    insert_all(db, (0..STUDIOS * 2).map(|n| sample::shopee_account(n, n / 2))).await;
    insert_all(db, (0..ROWS).map(session)).await;
    insert_all(db, (0..ROWS).map(|n| sample::live_session_item(n, n / 500))).await;
    insert_all(db, (0..ROWS).map(analytics)).await;
    insert_all(db, (0..ROWS).map(|n| sample::recount(n, n / ROWS_PER_STUDIO))).await;
    insert_all(db, (0..ROWS).map(intent)).await;
    insert_all(db, (0..ROWS).map(|n| sample::coin_giveout(n, n / ROWS_PER_STUDIO, n / 500))).await;
    insert_all(db, (0..ROWS).map(|n| sample::promotion_edit(n, n / ROWS_PER_STUDIO, 1))).await;
    insert_all(db, (0..ROWS).map(reading)).await;
    insert_all(db, (0..ROWS).map(job)).await;
    insert_all(db, (0..ROWS).map(entry)).await;
}

fn session(n: i64) -> live_session::Model {
    let metric = (n % 3 > 0).then_some(n);
    live_session::Model {
        status: if n % 10 == 0 { live_session::Status::OnAir } else { live_session::Status::Ended },
        started_at: taken_in_turns(n),
        total_viewers: metric,
        peak_viewers: metric,
        total_orders: metric,
        total_revenue: metric,
        ..sample::live_session(n, n / ROWS_PER_STUDIO, n / (ROWS_PER_STUDIO / 2))
    }
}

fn analytics(n: i64) -> live_analytics::Model {
    live_analytics::Model {
        live_session_id: (n / STUDIOS % 2 == 0).then_some(n),
        ..sample::live_analytics(n, n % STUDIOS)
    }
}

fn intent(n: i64) -> intent::Model {
    intent::Model {
        resource: format!("coins/{}", n / 500),
        state: intent::State::Done,
        revision: n,
        ..sample::intent(n, n / ROWS_PER_STUDIO, 1, 1)
    }
}

fn reading(n: i64) -> campaign_reading::Model {
    campaign_reading::Model {
        campaign_id: n / 25,
        read_at: taken_in_turns(n),
        ..sample::campaign_reading(n, n / ROWS_PER_STUDIO, n / (ROWS_PER_STUDIO / 2))
    }
}

fn job(n: i64) -> job::Model {
    job::Model {
        state: if n % 10 == 0 { job::State::Queued } else { job::State::Succeeded },
        studio_id: Some(n / ROWS_PER_STUDIO),
        ..sample::job(n)
    }
}

fn entry(n: i64) -> audit_entry::Model {
    audit_entry::Model {
        studio_id: Some(n / ROWS_PER_STUDIO),
        occurred_at: taken_in_turns(n),
        ..sample::audit_entry(n)
    }
}

/// In parts, since a statement may bind no more than 32,766 values on SQLite.
async fn insert_all<M, A>(db: &DatabaseConnection, rows: impl Iterator<Item = M>)
where
    M: IntoActiveModel<A>,
    A: ActiveModelTrait + ActiveModelBehavior + Send,
    A::Entity: EntityTrait<Model = M>,
{
    let rows: Vec<A> = rows.map(|row| row.into_active_model().reset_all()).collect();
    for part in rows.chunks(500) {
        A::Entity::insert_many(part.to_vec()).exec_without_returning(db).await.unwrap();
    }
}
