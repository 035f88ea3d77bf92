//! Coins of one session: what the host offered, and what viewers have claimed of it.
//!
//! Claims come every five seconds on air, the more the more people watch, until an offer is used up. They depend on the
//! viewers before the instant alone, so nothing that happens later changes them.

use super::crowd::Crowd;
use crate::dice::Dice;

const TICK_MS: i64 = 5_000;
/// The part of those who watch that claims each tick.
const EAGER: f64 = 0.01;
/// Claims that one coin of a round makes.
const CLAIMS_PER_COIN: u64 = 2;

/// How an offer came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OfferKind {
    Round,
    Giveout,
}

/// Coins that viewers may claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Offer {
    pub(crate) kind: OfferKind,
    /// Time on air.
    pub(crate) at_ms: i64,
    pub(crate) coins: u64,
    /// How many claims share them.
    pub(crate) claims: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Coins {
    pub(crate) offers: Vec<Offer>,
}

/// The coins of a session at an instant.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct CoinFigures {
    pub(crate) rounds: u64,
    pub(crate) giveouts: u64,
    /// Coins offered.
    pub(crate) coins: u64,
    pub(crate) coins_claimed: u64,
    /// Claims offered.
    pub(crate) claims: u64,
    pub(crate) claimed: u64,
    /// Different people who claimed.
    pub(crate) claimers: u64,
    /// Coins that a claim of the last offer brings.
    pub(crate) per_claim: f64,
}

impl Offer {
    pub(crate) fn round(at_ms: i64, coins: u64) -> Self {
        Self { kind: OfferKind::Round, at_ms, coins, claims: coins * CLAIMS_PER_COIN }
    }

    pub(crate) fn giveout(at_ms: i64, coins: u64, claims: u64) -> Self {
        Self { kind: OfferKind::Giveout, at_ms, coins, claims }
    }

    /// How often it has been claimed by then.
    pub(crate) fn claimed(&self, dice: Dice, crowd: &Crowd, on_air_ms: i64) -> u64 {
        let mut claimed = 0;
        for tick in 1..=(on_air_ms - self.at_ms).max(0) / TICK_MS {
            let watching = crowd.just_before(self.at_ms + tick * TICK_MS);
            claimed += dice.at(tick as u64).round(watching as f64 * EAGER);
            if claimed >= self.claims {
                return self.claims;
            }
        }
        claimed
    }
}

impl Coins {
    pub(crate) fn figures(&self, dice: Dice, crowd: &Crowd, on_air_ms: i64) -> CoinFigures {
        let mut figures = CoinFigures { per_claim: 0.5, ..CoinFigures::default() };
        for (offer, number) in self.offers.iter().zip(0..) {
            let claimed = offer.claimed(dice.at(number), crowd, on_air_ms);
            match offer.kind {
                OfferKind::Round => figures.rounds += 1,
                OfferKind::Giveout => figures.giveouts += 1,
            }
            figures.coins += offer.coins;
            figures.coins_claimed += offer.coins * claimed / offer.claims;
            figures.claims += offer.claims;
            figures.claimed += claimed;
            // The keenest are there each time.
            figures.claimers = figures.claimers.max(claimed);
            figures.per_claim = offer.coins as f64 / offer.claims as f64;
        }
        figures
    }
}
