//! What the kills cut short, and what everybody says in the end.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::{self, Display},
};

use entity::intent::{Column, Entity, Model, State};
use sandbox::Panel;
use sea_orm::{ColumnTrait as _, DatabaseConnection, EntityTrait as _, QueryFilter as _};

use super::{
    super::books,
    errand::{Effect, Errand},
};

/// Where intents stood when the program died.
#[derive(Debug, Default)]
pub(super) struct Cut {
    kills: u64,
    /// Written down, and Shopee had not been asked.
    unsent: u64,
    /// Marked as sent, and it had not happened.
    unarrived: u64,
    /// It had happened, and the ledger did not know.
    unanswered: u64,
}

impl Cut {
    /// Notes what a kill has left over.
    pub(super) async fn add(&mut self, panel: &Panel, connection: &DatabaseConnection, errands: &[Errand]) {
        let left = Entity::find().filter(Column::State.eq(State::Pending)).all(connection).await.unwrap();
        let effects = Effect::all(panel);
        self.kills += 1;
        for intent in &left {
            match (intent.attempts, effects.contains(&errand_of(errands, intent).effect)) {
                (0, false) => self.unsent += 1,
                (_, false) => self.unarrived += 1,
                (0, true) => panic!("it has happened before it was noted as sent: {intent:?}"),
                (_, true) => self.unanswered += 1,
            }
        }
    }

    /// Whether there were kills between an effect and the ledger's knowing of it.
    pub(super) fn tells_something(&self) -> bool {
        self.unanswered > 0
    }
}

impl Display for Cut {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kills, unsent, unarrived, unanswered } = self;
        write!(
            formatter,
            "{kills} kills left {unsent} unsent, {unarrived} sent and not arrived, {unanswered} unanswered"
        )
    }
}

/// What came of all errands.
#[derive(Debug, Default)]
pub(super) struct Figures {
    intents: usize,
    effects: usize,
    /// Calls beyond each intent's first.
    resends: i64,
    /// Intents of which nothing came because Shopee could not be asked in time; their errands took another key.
    refused: usize,
}

impl Display for Figures {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { intents, effects, resends, refused } = self;
        write!(formatter, "{intents} intents done, {effects} effects, {resends} resends, {refused} refused")
    }
}

/// Each errand is done once, nothing is left open, and Shopee, the ledger and the sessions' totals agree.
pub(super) async fn assert_agreed(panel: &Panel, connection: &DatabaseConnection, errands: &[Errand]) -> Figures {
    let intents = Entity::find().all(connection).await.unwrap();
    let (settled, open): (Vec<Model>, Vec<Model>) =
        intents.into_iter().partition(|intent| [State::Done, State::Refused].contains(&intent.state));
    assert_eq!(open, [], "nothing is left open");
    let done: Vec<&Model> = settled.iter().filter(|intent| intent.state == State::Done).collect();

    let mut effects = Effect::all(panel);
    effects.sort();
    let mut recorded: Vec<Effect> = done.iter().map(|intent| errand_of(errands, intent).effect.clone()).collect();
    recorded.sort();
    let mut wanted: Vec<Effect> = errands.iter().map(|errand| errand.effect.clone()).collect();
    wanted.sort();
    assert_eq!(differences(&effects, &wanted), [], "what happened is what was wanted");
    assert_eq!(differences(&recorded, &wanted), [], "what is done is what was wanted");
    assert_books(connection, &effects).await;

    let resends = settled.iter().map(|intent| (intent.attempts - 1).max(0)).sum();
    Figures { intents: done.len(), effects: effects.len(), resends, refused: settled.len() - done.len() }
}

/// The coins of each session, as the ledger and as its own total tell them.
async fn assert_books(connection: &DatabaseConnection, effects: &[Effect]) {
    let mut given = BTreeMap::<i64, i64>::new();
    for effect in effects {
        if let Effect::Coins { session_id, coins, .. } = effect {
            *given.entry(*session_id).or_default() += *coins as i64;
        }
    }
    for (session, given) in given {
        assert_eq!(books(connection, session).await, (given, Some(given)), "session {session}");
    }
}

/// What is there more or less often than wanted: with how often it is there, and how often it should be.
fn differences(there: &[Effect], wanted: &[Effect]) -> Vec<(Effect, usize, usize)> {
    let all: BTreeSet<&Effect> = there.iter().chain(wanted).collect();
    let often = |some: &[Effect], effect: &Effect| some.iter().filter(|other| *other == effect).count();
    let counted = all.into_iter().map(|effect| (effect.clone(), often(there, effect), often(wanted, effect)));
    counted.filter(|(_, there, wanted)| there != wanted).collect()
}

fn errand_of<'a>(errands: &'a [Errand], intent: &Model) -> &'a Errand {
    errands
        .iter()
        .find(|errand| errand.is_asked_for_by(intent))
        .unwrap_or_else(|| panic!("nobody asked for {intent:?}"))
}
