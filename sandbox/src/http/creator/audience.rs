//! Who watches and who buys. The parts of each distribution sum to the session's viewers or buyers.

use serde_json::{Value, json};

use super::super::{
    Asked,
    reply::{Reply, analytics, not_yours},
};
use crate::{
    dice::Dice,
    world::{Figures, Session},
};

type Kinds = [(&'static str, &'static [(&'static str, u64)])];

/// Names and rough weights.
static PROFILE: &Kinds = &[
    ("gender", &[("female", 68), ("male", 27), ("unknown", 5)]),
    ("age", &[("18-24", 31), ("25-34", 40), ("35-44", 19), ("45+", 10)]),
    ("follower", &[("follower", 36), ("new_viewer", 64)]),
];
static SOURCE: &[(&str, u64)] =
    &[("live_feed", 44), ("shop_page", 17), ("product_page", 15), ("notification", 13), ("share_link", 11)];

pub(super) fn viewer_profile(asked: &mut Asked<'_>, user_id: i64) -> Reply {
    asked.profile(user_id, "viewers", |figures| figures.viewers)
}

pub(super) fn buyer_profile(asked: &mut Asked<'_>, user_id: i64) -> Reply {
    asked.profile(user_id, "buyers", |figures| figures.buyers)
}

/// One object, not an array.
pub(super) fn viewer_source(asked: &mut Asked<'_>, user_id: i64) -> Reply {
    let now = asked.now;
    let Some(session) = asked.own_session(user_id) else { return not_yours() };
    let viewers = session.figures(now).viewers;
    analytics(distribution(session.dice().of("source"), "source", SOURCE, viewers))
}

impl Asked<'_> {
    fn profile(&mut self, user_id: i64, who: &str, count: fn(&Figures) -> u64) -> Reply {
        let now = self.now;
        let Some(session) = self.own_session(user_id) else { return not_yours() };
        let total = count(&session.figures(now));
        analytics(profile(session, who, total))
    }
}

fn profile(session: &Session, who: &str, total: u64) -> Value {
    let dice = session.dice().of(who);
    PROFILE.iter().map(|(kind, parts)| distribution(dice.of(kind), kind, parts, total)).collect()
}

/// Splits `total` by weights that vary a little from session to session; the first part takes what is left over.
fn distribution(dice: Dice, kind: &str, parts: &[(&str, u64)], total: u64) -> Value {
    let weights: Vec<u64> = parts.iter().map(|(name, weight)| weight * dice.of(name).between(80, 120)).collect();
    let sum: u64 = weights.iter().sum();
    let mut counts: Vec<u64> = weights.iter().map(|weight| total * weight / sum).collect();
    counts[0] += total - counts.iter().sum::<u64>();
    let items = parts.iter().zip(counts).map(|((name, _), value)| json!({ "itemName": name, "value": value }));
    json!({ "type": kind, "distribution": items.collect::<Vec<_>>() })
}
