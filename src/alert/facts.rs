//! What is stored of everything that an alert may be about, read by so many statements however much there is.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use entity::{alert, intent, shopee_account};
use sea_orm::FromQueryResult;

use super::{
    course::Point,
    drop::STEPS,
    settings::Settings,
    store::{self, facts},
};
use crate::{clock::start_of_day, database::Statements, error::Result, identity::scope::Scope};

/// A session on air, beside what has to be known of its account.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct OnAir {
    pub id: i64,
    pub studio_id: i64,
    pub shopee_account_id: i64,
    /// Shopee's.
    pub session_id: i64,
    pub started_at: DateTime<Utc>,
    /// When its numbers were last noted.
    pub sampled_at: Option<DateTime<Utc>>,
    pub synced_at: Option<DateTime<Utc>>,
    pub account_status: shopee_account::Status,
}

/// An account whose credential Shopee has stopped accepting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromQueryResult)]
pub struct SignedOut {
    pub id: i64,
    pub studio_id: i64,
}

/// An intent of which nothing can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Unknown {
    pub id: i64,
    pub studio_id: i64,
    pub kind: intent::Kind,
}

/// A product of a session on air of which little is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Stock {
    pub id: i64,
    pub studio_id: i64,
    pub stock: i64,
}

/// A studio's bounds for coins, and where its days begin.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Budgets {
    pub id: i64,
    pub time_zone: String,
    pub coin_budget_per_session: Option<i64>,
    pub coin_budget_per_day: Option<i64>,
}

/// Everything that a pass judges by.
pub struct Facts {
    pub now: DateTime<Utc>,
    pub step: TimeDelta,
    pub settings: HashMap<i64, Settings>,
    pub on_air: Vec<OnAir>,
    pub courses: HashMap<i64, Vec<Point>>,
    pub signed_out: Vec<SignedOut>,
    pub unknown: Vec<Unknown>,
    pub stock: Vec<Stock>,
    pub budgets: Vec<Budgets>,
    /// Coins that were given in each session on air, or may have been.
    pub given_in: HashMap<i64, i64>,
    /// The same in each studio, on its day.
    pub given_today: HashMap<i64, i64>,
    pub open: Vec<alert::Model>,
}

impl Facts {
    /// Reads them: ten statements. What is open comes first: what another instance raises meanwhile may go by newer facts than these,
    /// and is not for these to clear.
    pub async fn read(scope: &Scope, statements: &Statements, step: TimeDelta, now: DateTime<Utc>) -> Result<Self> {
        let open = store::open(scope, statements).await?;
        let settings = store::settings::all(scope, statements).await?;
        let on_air = facts::on_air(scope, statements).await?;
        let keys: Vec<i64> = on_air.iter().map(|session| session.id).collect();
        let from = now - step * (STEPS as i32 + 2);
        let budgets = facts::budgets(scope, statements).await?;
        Ok(Self {
            courses: facts::courses(scope, statements, &keys, from, step).await?,
            signed_out: facts::signed_out(scope, statements).await?,
            unknown: facts::unknown(scope, statements).await?,
            stock: facts::stock(scope, statements, &keys).await?,
            given_in: facts::given_in(scope, statements, &keys).await?,
            given_today: facts::given_since(scope, statements, &days(&budgets, now)).await?,
            open,
            now,
            step,
            settings,
            on_air,
            budgets,
        })
    }

    /// A studio's thresholds.
    pub fn settings_of(&self, studio_id: i64) -> Settings {
        self.settings.get(&studio_id).copied().unwrap_or_default()
    }

    /// The points of a session on air, the oldest first.
    pub fn points_of(&self, session_key: i64) -> &[Point] {
        self.courses.get(&session_key).map_or(&[], Vec::as_slice)
    }
}

/// When the present day of each studio began that has a bound by day. One whose zone nobody knows has none.
fn days(budgets: &[Budgets], now: DateTime<Utc>) -> Vec<(i64, DateTime<Utc>)> {
    let bounded = budgets.iter().filter(|studio| studio.coin_budget_per_day.is_some());
    let day = |studio: &Budgets| {
        let zone: chrono_tz::Tz = studio.time_zone.parse().ok()?;
        Some((studio.id, start_of_day(now.with_timezone(&zone).date_naive(), zone)))
    };
    bounded.filter_map(day).collect()
}
