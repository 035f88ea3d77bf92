//! What a rule would have done: the readings of the last weeks gone through as the rule goes through them when it is switched on.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, NaiveDate, Utc};
use entity::campaign_reading::{Model, State};

use super::{
    reading::Reading,
    rule::Rule,
    store::readings::{self, CampaignKey},
};
use crate::{database::Statements, error::Result, identity::scope::Scope};

/// Readings that are held at a time.
const AT_ONCE: u64 = 2_000;
/// Pauses that are told one by one.
pub const MOST_PAUSES: usize = 100;

/// What a rule would have paused, when and by which numbers, and what would not have happened then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pause {
    pub account_id: i64,
    /// As it was.
    pub reading: Reading,
    /// When somebody really resumed the campaign after it had really been held; `None` if nobody did.
    pub resumed_at: Option<DateTime<Utc>>,
    /// What it has spent from then on until it was resumed, or up to now.
    pub saved: i64,
    /// What it has brought in that time.
    pub lost_sales: i64,
}

/// What there is to say of a studio.
#[derive(Clone, Debug, Default)]
pub struct DryRun {
    /// The first reading that there is in the time.
    pub covered_from: Option<DateTime<Utc>>,
    pub campaigns: i64,
    pub pauses: i64,
    /// The newest of them, the newest first.
    pub newest: Vec<Pause>,
    /// Spending and sales that would not have been, by account.
    pub without: HashMap<i64, (i64, i64)>,
}

/// Goes through all that was read of a studio since an instant.
pub async fn dry_run(
    scope: &Scope,
    statements: &Statements,
    studio_id: i64,
    rule: Rule,
    since: DateTime<Utc>,
) -> Result<DryRun> {
    let mut run = Run::new(rule);
    let mut last: Option<Model> = None;
    loop {
        let page = readings::page(scope, statements, studio_id, since, last.as_ref(), AT_ONCE).await?;
        let is_last = (page.len() as u64) < AT_ONCE;
        last = page.last().cloned();
        page.into_iter().for_each(|row| run.goes_on(row));
        if is_last {
            return Ok(run.over());
        }
    }
}

/// A dry run under way.
struct Run {
    rule: Rule,
    course: Option<(CampaignKey, Course)>,
    told: DryRun,
    /// By time and campaign, so that the newest are kept.
    newest: BTreeMap<(DateTime<Utc>, CampaignKey), Pause>,
}

impl Run {
    fn new(rule: Rule) -> Self {
        Self { rule, course: None, told: DryRun::default(), newest: BTreeMap::new() }
    }

    fn goes_on(&mut self, row: Model) {
        let key = (row.shopee_account_id, row.campaign_id);
        if self.course.as_ref().is_none_or(|(of, _)| *of != key) {
            self.course_is_over();
            self.course = Some((key, Course::new(self.rule, key.0)));
            self.told.campaigns += 1;
        }
        self.told.covered_from = Some(self.told.covered_from.map_or(row.read_at, |first| first.min(row.read_at)));
        let Some((_, course)) = &mut self.course else { return };
        if let Some(pause) = course.goes_on(row.into()) {
            self.tell(pause);
        }
    }

    fn course_is_over(&mut self) {
        if let Some(pause) = self.course.take().and_then(|(_, course)| course.held) {
            self.tell(pause);
        }
    }

    fn tell(&mut self, pause: Pause) {
        self.told.pauses += 1;
        let (spent, sales) = self.told.without.entry(pause.account_id).or_default();
        *spent = spent.saturating_add(pause.saved);
        *sales = sales.saturating_add(pause.lost_sales);
        let key = (pause.account_id, pause.reading.campaign_id);
        self.newest.insert((pause.reading.read_at, key), pause);
        if self.newest.len() > MOST_PAUSES {
            self.newest.pop_first();
        }
    }

    fn over(mut self) -> DryRun {
        self.course_is_over();
        DryRun { newest: self.newest.into_values().rev().collect(), ..self.told }
    }
}

/// One campaign's way through a dry run.
struct Course {
    rule: Rule,
    account_id: i64,
    before: Option<Reading>,
    /// The pause that would go on.
    held: Option<Pause>,
    /// The day of the last pause: a rule pauses a campaign once a day.
    paused_on: Option<NaiveDate>,
}

impl Course {
    fn new(rule: Rule, account_id: i64) -> Self {
        Self { rule, account_id, before: None, held: None, paused_on: None }
    }

    /// Goes on to the next reading; the pause that has ended with it, if one has.
    fn goes_on(&mut self, reading: Reading) -> Option<Pause> {
        let over = self.resumed(&reading);
        match &mut self.held {
            Some(pause) => {
                let (spent, sales) = self.before.as_ref().map(|before| reading.since(before)).unwrap_or_default();
                pause.saved = pause.saved.saturating_add(spent);
                pause.lost_sales = pause.lost_sales.saturating_add(sales);
            }
            None if self.rule.pauses((&reading).into()) && self.paused_on != Some(reading.day) => {
                self.paused_on = Some(reading.day);
                let (account_id, reading) = (self.account_id, reading.clone());
                self.held = Some(Pause { account_id, reading, resumed_at: None, saved: 0, lost_sales: 0 });
            }
            None => {}
        }
        self.before = Some(reading);
        over
    }

    /// Ends a pause when somebody has really resumed the campaign.
    fn resumed(&mut self, reading: &Reading) -> Option<Pause> {
        let was_held = self.before.as_ref().is_some_and(|before| before.state == State::Paused);
        if !(was_held && reading.state == State::Ongoing) {
            return None;
        }
        self.held.take().map(|pause| Pause { resumed_at: Some(reading.read_at), ..pause })
    }
}

#[cfg(test)]
mod tests;
