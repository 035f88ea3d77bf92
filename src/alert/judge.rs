//! What stands, by the facts. Pure: two who know the same say the same.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::{alert, alert::Kind, intent, shopee_account::Status};

use super::{
    about::subject,
    course::Course,
    drop::{self, Reading},
    facts::{Facts, OnAir, Unknown},
};
use crate::graphql::id::{self, GlobalId};

/// Something that is to be told, or goes on being told.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    pub studio_id: i64,
    pub kind: Kind,
    pub about: GlobalId,
    pub numbers: Numbers,
    /// Whether it is to be raised. If not, an alert that is open stays so: nothing says that it is over.
    pub raises: bool,
}

/// What led to it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Numbers {
    pub usual: Option<f64>,
    pub observed: Option<f64>,
    pub threshold: Option<i64>,
    pub stale_since: Option<DateTime<Utc>>,
}

/// Everything that stands; what is open and not among these is over.
pub fn judge(facts: &Facts) -> Vec<Condition> {
    let open: HashMap<(Kind, &str), &alert::Model> =
        facts.open.iter().map(|alert| ((alert.kind, alert.subject.as_str()), alert)).collect();
    let sessions = facts.on_air.iter().flat_map(|session| {
        let drops = drops(facts, session, &open);
        drops.into_iter().chain(stale(facts, session)).chain(session_coins(facts, session))
    });
    let accounts = facts.signed_out.iter().map(|account| {
        let about = GlobalId::new(id::Kind::ShopeeAccount, account.id);
        standing(account.studio_id, Kind::AccountSignedOut, about, Numbers::default())
    });
    let stock = stock(facts);
    let unknown = facts.unknown.iter().map(unknown);
    sessions.chain(accounts).chain(unknown).chain(stock).chain(day_coins(facts)).collect()
}

fn standing(studio_id: i64, kind: Kind, about: GlobalId, numbers: Numbers) -> Condition {
    Condition { studio_id, kind, about, numbers, raises: true }
}

fn of_session(session: &OnAir, kind: Kind, numbers: Numbers) -> Condition {
    standing(session.studio_id, kind, GlobalId::new(id::Kind::LiveSession, session.id), numbers)
}

fn drops(facts: &Facts, session: &OnAir, open: &HashMap<(Kind, &str), &alert::Model>) -> Vec<Condition> {
    let settings = facts.settings_of(session.studio_id);
    let course = Course::of(facts.points_of(session.id), facts.step, facts.now);
    let subject = subject(GlobalId::new(id::Kind::LiveSession, session.id));
    let found = [
        (Kind::ViewersDropped, settings.viewers_drop_percent, course.level(|point| point.viewers)),
        (Kind::OrdersDropped, settings.orders_drop_percent, course.pace(|point| point.orders)),
        (Kind::LikesDropped, settings.likes_drop_percent, course.pace(|point| point.likes)),
    ]
    .into_iter()
    .filter_map(|(kind, percent, readings)| {
        let (percent, open) = (percent?, open.get(&(kind, subject.as_str())));
        let numbers = dropped(&readings, course.is_fresh, percent, open.copied())?;
        Some(Condition { raises: open.is_none(), ..of_session(session, kind, numbers) })
    });
    found.collect()
}

/// The numbers of a drop that has come, or is not over.
fn dropped(readings: &[Reading], is_fresh: bool, percent: i64, open: Option<&alert::Model>) -> Option<Numbers> {
    let share = percent as f64 / 100.0;
    match open {
        Some(alert) => {
            let usual = alert.usual_millionths.unwrap_or_default() as f64 / 1e6;
            (!is_fresh || !drop::is_over(readings, usual, share)).then(Numbers::default)
        }
        None => {
            let found = drop::find(readings, share).filter(|_| is_fresh)?;
            let (usual, observed) = (Some(found.usual), Some(found.observed));
            Some(Numbers { usual, observed, threshold: Some(percent), stale_since: None })
        }
    }
}

/// Nothing was heard of a session for too long. That its account is signed out is told by itself.
fn stale(facts: &Facts, session: &OnAir) -> Option<Condition> {
    let minutes = facts.settings_of(session.studio_id).source_stale_minutes?;
    let heard_at = session.sampled_at.max(session.synced_at).unwrap_or(session.started_at);
    let raises = session.account_status == Status::Active;
    let numbers = Numbers { threshold: Some(minutes), stale_since: Some(heard_at), ..Numbers::default() };
    let is_stale = (facts.now - heard_at).num_minutes() >= minutes;
    is_stale.then(|| Condition { raises, ..of_session(session, Kind::SourceStale, numbers) })
}

fn unknown(intent: &Unknown) -> Condition {
    let kind = match intent.kind {
        intent::Kind::StartCoins | intent::Kind::GiveOutCoins => id::Kind::CoinGiveout,
        intent::Kind::EditPromotion => id::Kind::PromotionEdit,
    };
    standing(intent.studio_id, Kind::IntentUnknown, GlobalId::new(kind, intent.id), Numbers::default())
}

fn stock(facts: &Facts) -> impl Iterator<Item = Condition> {
    facts.stock.iter().filter_map(|item| {
        let pieces = facts.settings_of(item.studio_id).stock_low_pieces.filter(|pieces| item.stock <= *pieces)?;
        let about = GlobalId::new(id::Kind::LiveSessionItem, item.id);
        let numbers = Numbers { observed: Some(item.stock as f64), threshold: Some(pieces), ..Numbers::default() };
        Some(standing(item.studio_id, Kind::StockLow, about, numbers))
    })
}

fn session_coins(facts: &Facts, session: &OnAir) -> Option<Condition> {
    let studio = facts.budgets.iter().find(|studio| studio.id == session.studio_id)?;
    let given = facts.given_in.get(&session.id).copied().unwrap_or_default();
    let numbers = coins(facts, session.studio_id, studio.coin_budget_per_session?, given)?;
    Some(of_session(session, Kind::CoinsLow, numbers))
}

fn day_coins(facts: &Facts) -> impl Iterator<Item = Condition> {
    facts.budgets.iter().filter_map(|studio| {
        let given = facts.given_today.get(&studio.id).copied().unwrap_or_default();
        let numbers = coins(facts, studio.id, studio.coin_budget_per_day?, given)?;
        Some(standing(studio.id, Kind::CoinsLow, GlobalId::new(id::Kind::Studio, studio.id), numbers))
    })
}

/// The numbers of a budget of which little is left. Of one that allows nothing, nothing runs out.
fn coins(facts: &Facts, studio_id: i64, budget: i64, given: i64) -> Option<Numbers> {
    let percent = facts.settings_of(studio_id).coins_low_percent?;
    let left = budget.saturating_sub(given).max(0);
    let is_low = budget > 0 && i128::from(left) * 100 <= i128::from(budget) * i128::from(percent);
    let (usual, observed) = (Some(budget as f64), Some(left as f64));
    is_low.then_some(Numbers { usual, observed, threshold: Some(percent), stale_since: None })
}
