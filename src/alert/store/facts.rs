//! What a look reads, each for all studios in one statement. Conditions that have a partial index are written as that has them: with a
//! bound value it would not be used.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    alert_settings, coin_giveout, intent, live_session, live_session_item, metric_sample, shopee_account, studio,
};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait as _, DbBackend, EntityTrait as _, ExprTrait as _,
    FromQueryResult as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _, Select,
    sea_query::{Alias, Expr, Func, Order, OverStatement as _, Query, SimpleExpr, WindowStatement},
};

use crate::{
    alert::{
        course::Point,
        facts::{Budgets, OnAir, SignedOut, Stock, Unknown},
        settings::Settings,
    },
    database::Statements,
    error::Result,
    identity::scope::Scope,
};

fn is_on_air() -> SimpleExpr {
    Expr::cust("live_sessions.status = 'ON_AIR'")
}

pub async fn on_air(scope: &Scope, statements: &Statements) -> Result<Vec<OnAir>> {
    use live_session::Column;
    let query = scope.restrict(live_session::Entity::find(), Column::StudioId).filter(is_on_air());
    let query = query.inner_join(shopee_account::Entity).select_only().columns([
        Column::Id,
        Column::StudioId,
        Column::ShopeeAccountId,
        Column::SessionId,
        Column::StartedAt,
        Column::SyncedAt,
    ]);
    let query = query.column_as(shopee_account::Column::Status, "account_status");
    let query = query.column_as(last_sampled_at(), "sampled_at").order_by_asc(Column::Id);
    Ok(query.into_model().all(statements).await?)
}

/// When a session's numbers were last noted: one look at the end of an index, however long ago that was.
fn last_sampled_at() -> SimpleExpr {
    use metric_sample::{Column, Entity};
    let mut last = Query::select();
    last.expr(Expr::col((Entity, Column::SampledAt)).max())
        .from(Entity)
        .and_where(Expr::col((Entity, Column::LiveSessionId)).equals((live_session::Entity, live_session::Column::Id)));
    Expr::SubQuery(None, Box::new(last.into()))
}

/// What each session showed last in each step since an instant.
pub async fn courses(
    scope: &Scope,
    statements: &Statements,
    sessions: &[i64],
    from: DateTime<Utc>,
    step: TimeDelta,
) -> Result<HashMap<i64, Vec<Point>>> {
    use metric_sample::{Column, Entity};
    const POINT: [Column; 5] =
        [Column::LiveSessionId, Column::SampledAt, Column::Viewers, Column::Orders, Column::Likes];
    let samples = scope
        .restrict(Entity::find().inner_join(live_session::Entity), live_session::Column::StudioId)
        .filter(Column::LiveSessionId.is_in(sessions.iter().copied()))
        .filter(Column::SampledAt.gt(from));
    let mut samples = samples.select_only().columns(POINT).into_query();
    let mut of_step = WindowStatement::partition_by((Entity, Column::LiveSessionId));
    of_step.add_partition_by(step_number(statements.get_database_backend(), from, step));
    of_step.order_by((Entity, Column::SampledAt), Order::Desc);
    samples.expr_window_as(Expr::cust("ROW_NUMBER()"), of_step, Alias::new("place"));
    let mut wanted = Query::select();
    wanted
        .columns(POINT)
        .from_subquery(samples, Alias::new("numbered"))
        .and_where(Expr::col(Alias::new("place")).eq(1))
        .order_by(Column::LiveSessionId, Order::Asc)
        .order_by(Column::SampledAt, Order::Asc);
    let mut courses: HashMap<i64, Vec<Point>> = HashMap::new();
    for row in statements.query_all(&wanted).await? {
        let point = Point::from_query_result(&row, "")?;
        courses.entry(point.live_session_id).or_default().push(point);
    }
    Ok(courses)
}

/// Which step a sample is in, by whole seconds.
fn step_number(backend: DbBackend, from: DateTime<Utc>, step: TimeDelta) -> SimpleExpr {
    let sampled_at = Expr::col((metric_sample::Entity, metric_sample::Column::SampledAt));
    let seconds = match backend {
        DbBackend::Postgres => Expr::cust_with_expr("FLOOR(EXTRACT(EPOCH FROM $1))::BIGINT", sampled_at),
        _ => Expr::cust_with_expr("CAST(strftime('%s', ?) AS INTEGER)", sampled_at),
    };
    seconds.sub(from.timestamp()).div(std::cmp::max(step.num_seconds(), 1))
}

/// Those that still have a credential: of the others a person took it away.
pub async fn signed_out(scope: &Scope, statements: &Statements) -> Result<Vec<SignedOut>> {
    use shopee_account::{Column, Entity, Status};
    let query = scope.restrict(Entity::find(), Column::StudioId).filter(Column::Status.eq(Status::SignedOut));
    let query = query.filter(Column::Credential.is_not_null());
    Ok(query.select_only().columns([Column::Id, Column::StudioId]).into_model().all(statements).await?)
}

pub async fn unknown(scope: &Scope, statements: &Statements) -> Result<Vec<Unknown>> {
    use intent::{Column, Entity};
    let query = scope.restrict(Entity::find(), Column::StudioId).filter(Expr::cust("intents.state = 'UNKNOWN'"));
    let query = query.select_only().columns([Column::Id, Column::StudioId, Column::Kind]);
    Ok(query.into_model().all(statements).await?)
}

/// Of all products of these sessions, those of which no more is left than their studio wants to be told of.
pub async fn stock(scope: &Scope, statements: &Statements, sessions: &[i64]) -> Result<Vec<Stock>> {
    use live_session_item::{Column, Entity};
    let query = scope.restrict(Entity::find().inner_join(live_session::Entity), live_session::Column::StudioId);
    let mut query = query.filter(Column::LiveSessionId.is_in(sessions.iter().copied()));
    let settings_of_studio = Expr::col((alert_settings::Entity, alert_settings::Column::StudioId))
        .equals((live_session::Entity, live_session::Column::StudioId));
    sea_orm::QueryTrait::query(&mut query).left_join(alert_settings::Entity, settings_of_studio);
    let query = query.filter(Expr::col((Entity, Column::Stock)).lte(pieces_of_studio())).select_only();
    let query = query.columns([Column::Id, Column::Stock]).column(live_session::Column::StudioId);
    Ok(query.order_by_asc(Column::Id).into_model().all(statements).await?)
}

/// A studio that has never set thresholds has none stored; one that has switched this one off has a null there, below which is nothing.
fn pieces_of_studio() -> SimpleExpr {
    use alert_settings::{Column, Entity};
    let by_default = Expr::value(Settings::default().stock_low_pieces);
    let is_unset = Expr::col((Entity, Column::StudioId)).is_null();
    Expr::case(is_unset, by_default).finally(Expr::col((Entity, Column::StockLowPieces))).into()
}

/// Studios that have a bound for coins.
pub async fn budgets(scope: &Scope, statements: &Statements) -> Result<Vec<Budgets>> {
    use studio::{Column, Entity};
    let bounded =
        Condition::any().add(Column::CoinBudgetPerSession.is_not_null()).add(Column::CoinBudgetPerDay.is_not_null());
    let query = scope.restrict(Entity::find(), Column::Id).filter(bounded).select_only().columns([
        Column::Id,
        Column::TimeZone,
        Column::CoinBudgetPerSession,
        Column::CoinBudgetPerDay,
    ]);
    Ok(query.into_model().all(statements).await?)
}

/// Coins of each of these sessions that were not refused.
pub async fn given_in(scope: &Scope, statements: &Statements, sessions: &[i64]) -> Result<HashMap<i64, i64>> {
    let query = given(scope).filter(coin_giveout::Column::LiveSessionId.is_in(sessions.iter().copied()));
    sums(query, coin_giveout::Column::LiveSessionId, statements).await
}

/// The same for each of these studios, of what was asked for since an instant.
pub async fn given_since(
    scope: &Scope,
    statements: &Statements,
    studios: &[(i64, DateTime<Utc>)],
) -> Result<HashMap<i64, i64>> {
    use intent::Column;
    let since = |(studio_id, since): &(i64, DateTime<Utc>)| {
        Condition::all().add(Column::StudioId.eq(*studio_id)).add(Column::CreatedAt.gte(*since))
    };
    // An empty `any` is true.
    let none = Condition::any().add(Expr::value(false));
    let query = given(scope).filter(studios.iter().map(since).fold(none, Condition::add));
    sums(query, coin_giveout::Column::StudioId, statements).await
}

fn given(scope: &Scope) -> Select<coin_giveout::Entity> {
    let query = scope.restrict(coin_giveout::Entity::find(), coin_giveout::Column::StudioId);
    query.inner_join(intent::Entity).filter(intent::Column::State.ne(intent::State::Refused))
}

async fn sums(
    query: Select<coin_giveout::Entity>,
    by: coin_giveout::Column,
    statements: &Statements,
) -> Result<HashMap<i64, i64>> {
    // PostgreSQL would add up to a number of any size.
    let sum = Expr::col((coin_giveout::Entity, coin_giveout::Column::Amount)).sum();
    let sum = Func::cast_as(sum, Alias::new("bigint"));
    let query = query.select_only().column(by).column_as(Expr::expr(sum), "coins").group_by(by);
    Ok(query.into_tuple::<(i64, i64)>().all(statements).await?.into_iter().collect())
}
