//! The simulated marketplace: accounts, their sessions and their logins. Every value is a pure function of the seed, of
//! what the panel did, and of simulated time, so that two reads at one instant agree, whichever call they come through.

mod account;
mod ads;
mod catalogue;
mod coin;
mod crowd;
mod figures;
mod item_promotion;
mod login;
mod seeding;
mod session;
mod timeline;
mod vocabulary;

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

pub(crate) use self::{
    account::Account,
    ads::{Ads, Campaign, Edit, EditKind, Metrics, Refusal, State, Step, limits},
    catalogue::{MONEY_SCALE, Product},
    coin::{CoinFigures, Offer, OfferKind},
    figures::{Figures, ProductFigures, Sales},
    item_promotion::ItemPromotion,
    login::{QrCode, QrCodes, QrState},
    session::{Minute, Session},
};
use crate::{clock::Clock, dice::Dice, region::Region};

#[derive(Debug)]
pub(crate) struct World {
    pub(crate) clock: Clock,
    pub(crate) accounts: Vec<Account>,
    pub(crate) sessions: BTreeMap<i64, Session>,
    pub(crate) logins: QrCodes,
    pub(crate) ads: Ads,
    pub(crate) item_promotions: Vec<ItemPromotion>,
    dice: Dice,
}

/// Who a request's cookies belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Identity {
    User(i64),
    /// The cookies were good once.
    Expired(i64),
    Nobody,
}

impl World {
    pub(crate) fn new(seed: u64, clock: Clock) -> Self {
        let dice = Dice::new(seed);
        let accounts = seeding::accounts(dice);
        let sessions = seeding::sessions(dice, &accounts, clock.now());
        let sessions = sessions.into_iter().map(|session| (session.id, session)).collect();
        let ads = Ads::new(dice.of("ads"), &accounts, clock.now());
        let item_promotions = item_promotion::item_promotions(dice.of("item promotion"), &accounts, clock.now());
        Self { clock, accounts, sessions, logins: QrCodes::new(dice.of("login")), ads, item_promotions, dice }
    }

    pub(crate) fn account(&self, user_id: i64) -> Option<&Account> {
        self.accounts.iter().find(|account| account.user_id == user_id)
    }

    pub(crate) fn account_mut(&mut self, user_id: i64) -> Option<&mut Account> {
        self.accounts.iter_mut().find(|account| account.user_id == user_id)
    }

    /// The account of the region whose jar holds all the cookies of one of the alternatives.
    pub(crate) fn identify(&self, region: Region, sent: &[(String, String)], enough: &[&[&str]]) -> Identity {
        let holds = |account: &&Account| {
            let has = |name: &&str| sent.iter().any(|(sent, value)| sent == name && account.has(name, value));
            account.plan.region == region && enough.iter().any(|names| names.iter().all(has))
        };
        match self.accounts.iter().find(holds) {
            Some(account) if account.signed_in => Identity::User(account.user_id),
            Some(account) => Identity::Expired(account.user_id),
            None => Identity::Nobody,
        }
    }

    /// The account's sessions, the newest first.
    pub(crate) fn sessions_of(&mut self, user_id: i64) -> Vec<&mut Session> {
        let mut sessions: Vec<&mut Session> =
            self.sessions.values_mut().filter(|session| session.user_id == user_id).collect();
        sessions.sort_by_key(|session| std::cmp::Reverse((session.started_at, session.id)));
        sessions
    }

    /// The session, if the account holds it.
    pub(crate) fn session_of(&mut self, user_id: i64, session_id: i64) -> Option<&mut Session> {
        self.sessions.get_mut(&session_id).filter(|session| session.user_id == user_id)
    }

    /// The session, if it belongs to the region.
    pub(crate) fn session_in(&mut self, region: Region, session_id: i64) -> Option<&mut Session> {
        self.sessions.get_mut(&session_id).filter(|session| session.region == region)
    }

    /// Goes on air now. None if there is no such account.
    pub(crate) fn start_session(&mut self, user_id: i64, title: String) -> Option<i64> {
        let now = self.clock.now();
        let last = self.sessions.keys().next_back().copied().unwrap_or_default();
        let id = seeding::next_id(self.dice, last);
        let dice = self.dice.of("started").at(id as u64);
        let opening = seeding::opening(dice, self.account(user_id)?, now, Some(title));
        self.sessions.insert(id, Session::open(id, opening));
        Some(id)
    }
}

/// The local day of an instant.
pub(crate) fn local_day(region: Region, at: DateTime<Utc>) -> chrono::NaiveDate {
    (at + TimeDelta::hours(region.utc_offset_hours())).date_naive()
}

/// The instant at which a local day begins.
pub(crate) fn midnight(region: Region, day: chrono::NaiveDate) -> DateTime<Utc> {
    day.and_time(chrono::NaiveTime::MIN).and_utc() - TimeDelta::hours(region.utc_offset_hours())
}
