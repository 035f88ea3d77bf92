//! What changed in a studio from one level to a later one: all that is needed to go on, whichever levels lie between.

use super::on_air::{OnAir, Shown};

/// What happened to a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Present,
    Started,
    Updated,
    Ended,
}

/// Everything that is on air now.
pub fn snapshot(now: &OnAir) -> Vec<(Kind, i64, Shown)> {
    let playing = now.0.iter().filter(|(_, shown)| !shown.ended);
    playing.map(|(key, shown)| (Kind::Present, *key, shown.clone())).collect()
}

/// What to tell somebody who knows how it was before.
pub fn changes(before: &OnAir, now: &OnAir) -> Vec<(Kind, i64, Shown)> {
    let gone = before.0.iter().filter(|(key, shown)| !shown.ended && !now.0.contains_key(key));
    let gone = gone.map(|(key, shown)| (Kind::Ended, *key, Shown { ended: true, ..shown.clone() }));
    let there = now.0.iter().filter_map(|(key, shown)| {
        let known = before.0.get(key).filter(|known| !known.ended);
        let kind = match known {
            None if shown.ended => return None,
            None => Kind::Started,
            Some(_) if shown.ended => Kind::Ended,
            Some(known) if known != shown => Kind::Updated,
            Some(_) => return None,
        };
        Some((kind, *key, shown.clone()))
    });
    gone.chain(there).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on_air(sessions: &[(i64, i64, bool)]) -> OnAir {
        let shown = |sequence, ended| Shown {
            region: shopee::Region::Id,
            sequence: Some(sequence),
            observed_at: None,
            stale_since: None,
            metrics: None,
            ended,
        };
        OnAir(sessions.iter().map(|(key, sequence, ended)| (*key, shown(*sequence, *ended))).collect())
    }

    fn kinds(changes: Vec<(Kind, i64, Shown)>) -> Vec<(Kind, i64)> {
        changes.into_iter().map(|(kind, key, _)| (kind, key)).collect()
    }

    #[test]
    fn each_change_is_told_once() {
        let before = on_air(&[(1, 10, false), (2, 10, false), (3, 10, false), (4, 10, true), (5, 10, false)]);
        let now = on_air(&[(1, 10, false), (2, 11, false), (3, 11, true), (4, 10, true), (6, 1, false), (7, 1, true)]);
        let told = kinds(changes(&before, &now));
        assert_eq!(told, [(Kind::Ended, 5), (Kind::Updated, 2), (Kind::Ended, 3), (Kind::Started, 6)]);
        assert_eq!(kinds(changes(&now, &now)), []);
        assert_eq!(kinds(snapshot(&now)), [(Kind::Present, 1), (Kind::Present, 2), (Kind::Present, 6)]);
    }
}
