//! When a studio wants to be told.

use std::ops::RangeInclusive;

use entity::{alert_settings::Model, membership::Role};
use serde_json::{Value, json};

use super::store;
use crate::{
    app::App,
    error::Result,
    graphql::id::Kind,
    identity::{
        actor::Actor,
        audit::{Action, Entry},
        change::Change,
        scope::Viewer,
    },
};

/// What thresholds may be; a drop by all there is needs no bound, and silence for hours is looked for in vain.
pub const PERCENT: RangeInclusive<i64> = 1..=99;
pub const PIECES: RangeInclusive<i64> = 0..=1_000_000;
pub const MINUTES: RangeInclusive<i64> = 1..=120;

/// A studio's thresholds; `None` is never. What each is about stands at the columns of their table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    pub viewers_drop_percent: Option<i64>,
    pub orders_drop_percent: Option<i64>,
    pub likes_drop_percent: Option<i64>,
    pub stock_low_pieces: Option<i64>,
    pub coins_low_percent: Option<i64>,
    pub source_stale_minutes: Option<i64>,
}

impl Default for Settings {
    /// What counts until a studio says otherwise.
    fn default() -> Self {
        Self {
            viewers_drop_percent: Some(40),
            orders_drop_percent: Some(60),
            likes_drop_percent: Some(70),
            stock_low_pieces: Some(5),
            coins_low_percent: Some(10),
            source_stale_minutes: Some(15),
        }
    }
}

impl From<&Model> for Settings {
    fn from(row: &Model) -> Self {
        Self {
            viewers_drop_percent: row.viewers_drop_percent,
            orders_drop_percent: row.orders_drop_percent,
            likes_drop_percent: row.likes_drop_percent,
            stock_low_pieces: row.stock_low_pieces,
            coins_low_percent: row.coins_low_percent,
            source_stale_minutes: row.source_stale_minutes,
        }
    }
}

impl Settings {
    /// Whether a drop of anything is looked for.
    pub fn looks_for_drops(&self) -> bool {
        [self.viewers_drop_percent, self.orders_drop_percent, self.likes_drop_percent].iter().any(Option::is_some)
    }

    /// What the audit log says.
    fn told(&self) -> Value {
        json!({
            "viewersDropPercent": self.viewers_drop_percent,
            "ordersDropPercent": self.orders_drop_percent,
            "likesDropPercent": self.likes_drop_percent,
            "stockLowPieces": self.stock_low_pieces,
            "coinsLowPercent": self.coins_low_percent,
            "sourceStaleMinutes": self.source_stale_minutes,
        })
    }
}

/// What is to change: left out stays, `Some(None)` switches off.
#[derive(Clone, Copy, Debug, Default)]
pub struct Changes {
    pub viewers_drop_percent: Option<Option<i64>>,
    pub orders_drop_percent: Option<Option<i64>>,
    pub likes_drop_percent: Option<Option<i64>>,
    pub stock_low_pieces: Option<Option<i64>>,
    pub coins_low_percent: Option<Option<i64>>,
    pub source_stale_minutes: Option<Option<i64>>,
}

impl Changes {
    fn applied_to(self, before: Settings) -> Settings {
        Settings {
            viewers_drop_percent: self.viewers_drop_percent.unwrap_or(before.viewers_drop_percent),
            orders_drop_percent: self.orders_drop_percent.unwrap_or(before.orders_drop_percent),
            likes_drop_percent: self.likes_drop_percent.unwrap_or(before.likes_drop_percent),
            stock_low_pieces: self.stock_low_pieces.unwrap_or(before.stock_low_pieces),
            coins_low_percent: self.coins_low_percent.unwrap_or(before.coins_low_percent),
            source_stale_minutes: self.source_stale_minutes.unwrap_or(before.source_stale_minutes),
        }
    }
}

/// Changes a studio's thresholds, by an operator of it. What they are then.
pub async fn update(app: &App, viewer: &Viewer, actor: Actor, studio_id: i64, wanted: Changes) -> Result<Settings> {
    let change = Change::begin(app, actor, viewer.user_id, studio_id, Role::Operator).await?;
    let before = store::settings::of_studio(&change.scope, &change.transaction, studio_id).await?;
    let now = wanted.applied_to(before);
    if now == before {
        return Ok(now);
    }
    store::settings::put(&change.scope, &change.transaction, studio_id, now, change.now).await?;
    let entry = Entry::in_studio(Action::AlertSettingsUpdated, studio_id, Kind::Studio, studio_id);
    change.record(entry.before(before.told())?.after(now.told())?).await?;
    change.commit().await?;
    Ok(now)
}
