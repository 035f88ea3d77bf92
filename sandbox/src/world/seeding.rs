//! The world at its start: thirty days of ended sessions and three on air.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    account::{Account, PLANS},
    catalogue,
    session::{Opening, Session},
};
use crate::{dice::Dice, region::Region};

const DAYS: i64 = 30;
/// Local times, in minutes after midnight, around which hosts begin.
const SLOTS: [i64; 3] = [9 * 60 + 30, 14 * 60, 19 * 60 + 30];

pub(crate) fn accounts(dice: Dice) -> Vec<Account> {
    PLANS.iter().map(|plan| Account::new(dice.of("account").of(plan.username), plan)).collect()
}

/// Every session of the beginning, in the order in which they started; ids rise with time, as the real ones do.
pub(crate) fn sessions(dice: Dice, accounts: &[Account], now: DateTime<Utc>) -> Vec<Session> {
    let mut openings: Vec<Opening> = accounts.iter().flat_map(|account| openings(dice, account, now)).collect();
    openings.sort_by_key(|opening| (opening.started_at, opening.user_id));
    let mut id = FIRST_SESSION_ID;
    let number = |opening: Opening| {
        id = next_id(dice, id);
        Session::open(id, opening)
    };
    openings.into_iter().map(number).collect()
}

const FIRST_SESSION_ID: i64 = 148_000_000;

pub(crate) fn next_id(dice: Dice, last: i64) -> i64 {
    last + dice.of("gap").at(last as u64).between(3, 4_000) as i64
}

/// A session of the account; the title may be the caller's.
pub(crate) fn opening(dice: Dice, account: &Account, started_at: DateTime<Utc>, title: Option<String>) -> Opening {
    let plan = account.plan;
    Opening {
        user_id: account.user_id,
        region: plan.region,
        title: title.unwrap_or_else(|| dice.of("title").pick(plan.words.titles).to_owned()),
        started_at,
        ended_at: None,
        bag: catalogue::bag(dice.of("bag"), &account.catalogue),
        crowd: dice.of("size").between(plan.crowd.0, plan.crowd.1) as f64,
        dice,
    }
}

fn openings(dice: Dice, account: &Account, now: DateTime<Utc>) -> Vec<Opening> {
    let dice = dice.of("sessions").of(account.plan.username);
    let times = past_times(dice, account.plan.region, now);
    let count = account.plan.ended;
    let ended = (0..count).map(|number| times[number * times.len() / count]).zip(0..).map(|((start, end), number)| {
        Opening { ended_at: Some(end), ..opening(dice.of("ended").at(number), account, start, None) }
    });
    let first_title = dice.of("first title").between(0, 99);
    let on_air = (0..account.plan.on_air as u64).map(|number| {
        let dice = dice.of("on air").at(number);
        let ago = TimeDelta::seconds(dice.of("ago").between(900, 4_500) as i64);
        // Neighbours in the list of titles, so that two on air at once differ.
        let titles = account.plan.words.titles;
        let title = titles[(first_title + number) as usize % titles.len()];
        opening(dice, account, now - ago, Some(title.to_owned()))
    });
    ended.chain(on_air).collect()
}

/// Start and end of everything that fitted into the last thirty days, the newest first.
fn past_times(dice: Dice, region: Region, now: DateTime<Utc>) -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
    let offset = TimeDelta::hours(region.utc_offset_hours());
    let today = (now + offset).date_naive().and_time(chrono::NaiveTime::MIN).and_utc() - offset;
    let time = |days_ago: i64, slot: i64| {
        let dice = dice.of("time").at((days_ago * 1_440 + slot) as u64);
        let start = today - TimeDelta::days(days_ago) + TimeDelta::minutes(slot);
        let start = start + TimeDelta::seconds(dice.of("late").between(0, 2_400) as i64);
        (start, start + TimeDelta::seconds(dice.of("length").between(3_000, 10_800) as i64))
    };
    let days = (0..=DAYS).flat_map(|days_ago| SLOTS.iter().rev().map(move |slot| (days_ago, *slot)));
    let fits = |times: &(DateTime<Utc>, DateTime<Utc>)| {
        times.0 > now - TimeDelta::days(DAYS) && times.1 < now - TimeDelta::hours(2)
    };
    days.map(|(days_ago, slot)| time(days_ago, slot)).filter(fits).collect()
}
