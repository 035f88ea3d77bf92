//! Promotions whose items a host may put into the bag.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Account, local_day, midnight};
use crate::dice::Dice;

const NUMBER: u64 = 6;

#[derive(Debug)]
pub(crate) struct ItemPromotion {
    pub(crate) id: i64,
    pub(crate) user_id: i64,
    pub(crate) title: String,
    pub(crate) starts_at: DateTime<Utc>,
    pub(crate) ends_at: DateTime<Utc>,
    /// Places in the account's catalogue.
    pub(crate) products: Vec<usize>,
    pub(crate) dice: Dice,
}

/// Six of each account; the last is to come.
pub(crate) fn item_promotions(dice: Dice, accounts: &[Account], now: DateTime<Utc>) -> Vec<ItemPromotion> {
    let each = accounts.iter().flat_map(|account| (0..NUMBER).map(move |number| (account, number)));
    let mut id = 900_000_000_000_000;
    let promotion = |(account, number): (&Account, u64)| {
        id += dice.of("gap").at(id as u64).between(3, 4_000_000) as i64;
        item_promotion(id, dice.of(account.plan.username).at(number), account, number, now)
    };
    each.map(promotion).collect()
}

fn item_promotion(id: i64, dice: Dice, account: &Account, number: u64, now: DateTime<Utc>) -> ItemPromotion {
    let region = account.plan.region;
    let today = midnight(region, local_day(region, now));
    let days = |name: &str, low, high| TimeDelta::days(dice.of(name).between(low, high) as i64);
    let starts_at = if number == NUMBER - 1 { today + days("wait", 1, 3) } else { today - days("since", 0, 5) };
    let titles = account.plan.words.promotions;
    let wanted = dice.of("size").between(6, 14);
    let mut products: Vec<usize> = (0..account.catalogue.len()).collect();
    products.sort_by_key(|place| dice.of("order").at(*place as u64).bits());
    products.truncate(wanted as usize);
    ItemPromotion {
        id,
        user_id: account.user_id,
        title: titles[number as usize % titles.len()].to_owned(),
        starts_at,
        ends_at: starts_at + days("length", 7, 20) - TimeDelta::seconds(1),
        products,
        dice,
    }
}
