//! Campaigns and coins on the panel: how they stand, and every write that had its effect, exactly once each.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::{Panel, PanelError};
use crate::{
    region::Region,
    world::{Campaign, Edit, EditKind, Metrics, Offer, OfferKind, World},
};

/// A campaign at one instant. Money in 1/100000 of the currency unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CampaignView {
    /// Unique over all regions.
    pub campaign_id: i64,
    /// Where it runs.
    pub region: Region,
    /// Whose it is.
    pub user_id: i64,
    /// In the region's language.
    pub name: String,
    /// `ongoing`, `paused`, `ended` or `scheduled`.
    pub state: &'static str,
    /// What it may spend a day.
    pub daily_budget: i64,
    /// What it has spent since the last local midnight.
    pub spent_today: i64,
    /// Orders since then that it claims for itself.
    pub orders_today: u64,
    /// Their worth.
    pub sales_today: i64,
    /// ISO 4217.
    pub currency: &'static str,
}

/// A change of a campaign that was taken; it happens once for each of these.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EditView {
    /// The campaign.
    pub campaign_id: i64,
    /// `pause`, `resume`, `stop` or `change_budget`.
    pub kind: &'static str,
    /// The new budget in 1/100000 of the currency unit, with `change_budget` only.
    pub daily_budget: Option<i64>,
    /// When it came.
    pub accepted_at: DateTime<Utc>,
    /// When it shows.
    pub effective_at: DateTime<Utc>,
    /// ISO 4217.
    pub currency: &'static str,
}

/// Coins that a host offered; the host has paid for each of these once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CoinOfferView {
    /// The session.
    pub session_id: i64,
    /// `start` or `giveout`.
    pub kind: &'static str,
    /// Coins altogether.
    pub coins: u64,
    /// How many claims share them; the recipients of a giveout.
    pub claims: u64,
    /// Claims so far.
    pub claimed: u64,
    /// When it was made.
    pub at: DateTime<Utc>,
}

/// The coins of one session at one instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CoinView {
    /// How often coins were started.
    pub starts: u64,
    /// How often coins were given out.
    pub giveouts: u64,
    /// Coins offered.
    pub coins: u64,
    /// Coins claimed.
    pub coins_claimed: u64,
    /// Claims offered.
    pub claims: u64,
    /// Claims made.
    pub claimed: u64,
    /// Different people who claimed.
    pub claimers: u64,
    /// What the host has left to give.
    pub balance: u64,
}

impl Panel {
    /// Every campaign, those of one account after another, the oldest first.
    pub fn campaigns(&self) -> Vec<CampaignView> {
        let world = &mut self.inside().world;
        let users: Vec<i64> = world.accounts.iter().map(|account| account.user_id).collect();
        users.into_iter().flat_map(|user_id| campaigns_of(world, user_id)).collect()
    }

    /// One campaign.
    pub fn campaign(&self, campaign_id: i64) -> Option<CampaignView> {
        let world = &mut self.inside().world;
        let user_id = world.ads.campaigns.get(&campaign_id)?.user_id;
        campaigns_of(world, user_id).into_iter().find(|campaign| campaign.campaign_id == campaign_id)
    }

    /// Every change of a campaign that was taken, the oldest first.
    pub fn edits(&self) -> Vec<EditView> {
        let ads = &self.inside().world.ads;
        let currency = |edit: &Edit| ads.campaigns.get(&edit.campaign_id).map_or("", |found| found.region.currency());
        ads.edits.iter().map(|edit| EditView::of(edit, currency(edit))).collect()
    }

    /// Gives a campaign another daily budget, as somebody does on the marketplace's own page; whether it was taken.
    pub fn set_daily_budget(&self, campaign_id: i64, daily_budget: i64) -> bool {
        let world = &mut self.inside().world;
        let now = world.clock.now();
        world.ads.edit(campaign_id, EditKind::ChangeBudget(daily_budget), now).is_ok()
    }

    /// How long in simulated time a change takes to show; two seconds at the start.
    pub fn set_edit_lag(&self, lag: Duration) {
        self.inside().world.ads.lag = TimeDelta::from_std(lag).unwrap_or(TimeDelta::MAX).min(TimeDelta::days(1));
    }

    /// The account's prepaid money for ads, in 1/100000 of the currency unit; spending is taken off it from now on.
    pub fn set_ads_credit(&self, user_id: i64, amount: i64) -> Result<(), PanelError> {
        let world = &mut self.inside().world;
        let now = world.clock.now();
        world.account(user_id).ok_or(PanelError::UnknownAccount)?;
        world.ads.set_credit(user_id, amount, now);
        Ok(())
    }

    /// Every offer of coins that was taken, the oldest first.
    pub fn coin_offers(&self) -> Vec<CoinOfferView> {
        let inside = self.inside();
        let now = inside.world.clock.now();
        let mut views: Vec<CoinOfferView> = Vec::new();
        for session in inside.world.sessions.values() {
            views.extend(session.offers(now).into_iter().map(|offer| CoinOfferView::of(session.id, offer)));
        }
        views.sort_by_key(|offer| offer.at);
        views
    }

    /// The coins of one session.
    pub fn coins(&self, session_id: i64) -> Option<CoinView> {
        let inside = self.inside();
        let session = inside.world.sessions.get(&session_id)?;
        let coins = session.coins(inside.world.clock.now());
        Some(CoinView {
            starts: coins.rounds,
            giveouts: coins.giveouts,
            coins: coins.coins,
            coins_claimed: coins.coins_claimed,
            claims: coins.claims,
            claimed: coins.claimed,
            claimers: coins.claimers,
            balance: inside.world.account(session.user_id).map_or(0, |account| account.coins),
        })
    }
}

fn campaigns_of(world: &mut World, user_id: i64) -> Vec<CampaignView> {
    let (today, now) = (world.today(user_id), world.clock.now());
    let did = |campaign: &Campaign| today.get(&campaign.id).copied().unwrap_or_default();
    world.campaigns_of(user_id).map(|campaign| CampaignView::of(campaign, did(campaign), now)).collect()
}

impl CampaignView {
    fn of(campaign: &Campaign, today: Metrics, now: DateTime<Utc>) -> Self {
        let phase = campaign.phase(now);
        Self {
            campaign_id: campaign.id,
            region: campaign.region,
            user_id: campaign.user_id,
            name: campaign.name.clone(),
            state: phase.state.word(),
            daily_budget: phase.daily_budget,
            spent_today: today.cost,
            orders_today: today.orders,
            sales_today: today.sales,
            currency: campaign.region.currency(),
        }
    }
}

impl EditView {
    fn of(edit: &Edit, currency: &'static str) -> Self {
        let daily_budget = match edit.kind {
            EditKind::ChangeBudget(budget) => Some(budget),
            _ => None,
        };
        Self {
            campaign_id: edit.campaign_id,
            kind: edit.kind.word(),
            daily_budget,
            accepted_at: edit.accepted_at,
            effective_at: edit.effective_at,
            currency,
        }
    }
}

impl CoinOfferView {
    fn of(session_id: i64, (offer, at, claimed): (Offer, DateTime<Utc>, u64)) -> Self {
        let kind = match offer.kind {
            OfferKind::Round => "start",
            OfferKind::Giveout => "giveout",
        };
        Self { session_id, kind, coins: offer.coins, claims: offer.claims, claimed, at }
    }
}
