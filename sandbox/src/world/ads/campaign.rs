//! One campaign, and how its state and budget changed over time.

use chrono::{DateTime, Utc};

use crate::{dice::Dice, region::Region};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Runs, but not before its start.
    Scheduled,
    Ongoing,
    Paused,
    /// For good.
    Ended,
}

impl State {
    /// The word on the wire.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Ongoing => "ongoing",
            Self::Paused => "paused",
            Self::Ended => "ended",
        }
    }
}

#[derive(Debug)]
pub(crate) struct Campaign {
    pub(crate) id: i64,
    pub(crate) user_id: i64,
    pub(crate) region: Region,
    pub(crate) name: String,
    pub(crate) objective: &'static str,
    /// Sales wanted per money spent, in 1/100000.
    pub(crate) return_target: Option<i64>,
    pub(crate) started_at: DateTime<Utc>,
    /// What a minute on air costs on average.
    pub(super) pace: i64,
    /// Which orders it can claim for itself, as a range of chances; no two campaigns of an account share one.
    pub(super) draws: (f64, f64),
    pub(super) dice: Dice,
    /// Never empty, and in order of time; the last ones may be to come.
    pub(super) phases: Vec<Phase>,
}

/// From when on a campaign has a state and a budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Phase {
    pub(crate) at: DateTime<Utc>,
    pub(crate) state: State,
    /// Zero for no limit.
    pub(crate) daily_budget: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EditKind {
    Pause,
    Resume,
    Stop,
    ChangeBudget(i64),
}

impl EditKind {
    /// The word on the wire.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Stop => "stop",
            Self::ChangeBudget(_) => "change_budget",
        }
    }
}

/// A change that was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Edit {
    pub(crate) campaign_id: i64,
    pub(crate) kind: EditKind,
    pub(crate) accepted_at: DateTime<Utc>,
    pub(crate) effective_at: DateTime<Utc>,
}

/// Why a change was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    Unknown,
    Ended,
}

impl Campaign {
    /// How it stands at an instant. Whoever runs before the start waits for it.
    pub(crate) fn phase(&self, at: DateTime<Utc>) -> Phase {
        let begun = self.phases.partition_point(|phase| phase.at <= at);
        let phase = self.phases[begun.saturating_sub(1)];
        let waits = phase.state == State::Ongoing && at < self.started_at;
        if waits { Phase { state: State::Scheduled, ..phase } } else { phase }
    }

    /// Changes it from an instant on, which is never before a change that was taken earlier; gives that instant.
    pub(super) fn change(&mut self, kind: EditKind, at: DateTime<Utc>) -> Result<DateTime<Utc>, Refusal> {
        if self.phases.iter().any(|phase| phase.state == State::Ended) {
            return Err(Refusal::Ended);
        }
        let mut phase = self.phases[self.phases.len() - 1];
        phase.at = phase.at.max(at);
        match kind {
            EditKind::Pause => phase.state = State::Paused,
            EditKind::Resume => phase.state = State::Ongoing,
            EditKind::Stop => phase.state = State::Ended,
            EditKind::ChangeBudget(budget) => phase.daily_budget = budget,
        }
        self.phases.push(phase);
        Ok(phase.at)
    }
}
