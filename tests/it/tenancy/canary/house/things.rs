//! What operations may name: things of either studio and of none.

use std::collections::BTreeMap;

use live_gateway::graphql::id::{GlobalId, Kind};
use rand::{Rng as _, rngs::StdRng, seq::IndexedRandom as _};
use serde_json::Value;

use super::{BADGE, Furniture, House, MARK, Side};
use crate::tenancy::canary::operations::Root;

/// Asked once as each side: cursors of lists of every kind.
const CURSORS: &str = "{
    sessions: liveSessions(first: 10) { edges { cursor node { items(first: 2) { edges { cursor } } } } }
    least: liveSessions(first: 5, orderBy: { field: PEAK_VIEWERS, direction: ASC }) { edges { cursor } }
    viewer { memberships { studio { shopeeAccounts { edges { cursor } } } } }
}";

#[derive(Default)]
pub(in super::super) struct Things {
    /// Global ids by side and kind.
    ids: BTreeMap<(Side, &'static str), Vec<String>>,
    shopee_ids: BTreeMap<Side, Vec<String>>,
    cursors: Vec<String>,
}

impl Things {
    pub(super) async fn found(house: &House, furniture: &Furniture) -> Self {
        let mut things = Self::default();
        for kind in Kind::ALL {
            for key in furniture.keys(&table(kind.name())).await {
                let side = if key < BADGE { Side::First } else { Side::Other };
                things.ids.entry((side, kind.name())).or_default().push(GlobalId::new(kind, key).encode().0);
            }
        }
        let open = house.open().await;
        for side in [Side::First, Side::Other] {
            let users: Vec<i64> = house.accounts(side).iter().map(|account| account.user_id).collect();
            let sessions = house.panel().sessions().into_iter().filter(|session| users.contains(&session.user_id));
            things.shopee_ids.insert(side, sessions.map(|session| session.session_id.to_string()).collect());
            collect_cursors(&open.data(house.token(side, Root::Query), CURSORS).await, &mut things.cursors);
        }
        open.close().await;
        things
    }

    /// The kinds of things that have ids.
    pub(in super::super) fn kinds(&self) -> Vec<&'static str> {
        Kind::ALL.iter().map(|kind| kind.name()).collect()
    }

    pub(in super::super) fn id(&self, side: Option<Side>, kind: &str, dice: &mut StdRng) -> String {
        let ids = self.ids.iter().find(|((of, name), _)| Some(*of) == side && *name == kind);
        ids.and_then(|(_, ids)| ids.choose(dice)).cloned().unwrap_or_else(|| self.absent(kind))
    }

    /// The id of nothing.
    pub(in super::super) fn absent(&self, kind: &str) -> String {
        let kind = Kind::ALL.into_iter().find(|known| known.name() == kind).unwrap_or(Kind::Studio);
        GlobalId::new(kind, 1_000_001).encode().0
    }

    /// Shopee's id of a session.
    pub(in super::super) fn shopee_id(&self, side: Option<Side>, dice: &mut StdRng) -> String {
        side.and_then(|side| self.shopee_ids[&side].choose(dice)).cloned().unwrap_or_else(|| "1".to_owned())
    }

    /// Shopee's ids of one side's sessions.
    pub(in super::super) fn shopee_ids(&self, side: Side) -> &[String] {
        &self.shopee_ids[&side]
    }

    pub(in super::super) fn cursor(&self, dice: &mut StdRng) -> String {
        self.cursors.choose(dice).unwrap().clone()
    }

    /// A text to search for: the other studio's own among them.
    pub(in super::super) fn search(&self, dice: &mut StdRng) -> String {
        let texts = [MARK, "KANARI", "session_name", "%", "_", "'", "live", "a", "e"];
        match dice.random_range(0..4) {
            0 => format!("{MARK} session_name {}", BADGE + dice.random_range(1..60)),
            _ => (*texts.choose(dice).unwrap()).to_owned(),
        }
    }
}

/// The table that holds things of a kind: `live_session_items`.
fn table(kind: &str) -> String {
    let mut name = String::new();
    for letter in kind.chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.extend(letter.to_lowercase());
    }
    match name.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None => format!("{name}s"),
    }
}

fn collect_cursors(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| collect_cursors(value, found)),
        Value::Object(members) => {
            found.extend(members.get("cursor").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|value| collect_cursors(value, found));
        }
        _ => {}
    }
}
