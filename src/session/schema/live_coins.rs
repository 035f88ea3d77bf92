use async_graphql::{Enum, SimpleObject};
use rust_decimal::Decimal;
use shopee::{CoinTotals, Region};

use crate::{
    engine::joined::Observed,
    graphql::{freshness::Freshness, long::Long, money::Money, rate::rate},
};

/// The coins of a session. What is null was not reported, which is not zero. What coins are worth is estimated: Shopee does not
/// tell, so it is reckoned with what one coin usually pays in the session's region.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::studio_wide::apply(None))]
pub struct LiveCoins {
    /// Whether viewers can claim coins now.
    state: Option<LiveCoinState>,
    /// Whether viewers are shown coins at all.
    is_shown: Option<bool>,
    /// Coins that one claim brings; may be a fraction, such as `"0.5"`.
    coins_per_claim: Option<Decimal>,
    /// How often coins can be claimed altogether, by all viewers together.
    claims_offered: Option<Long>,
    /// How often they can still be claimed; never below zero.
    claims_left: Option<Long>,
    /// Coins claimed so far.
    claimed: Option<Long>,
    /// Coins that the studio gave through this gateway, as stored: the same as `LiveSession.coinsDistributed`. Null when nobody
    /// has given any.
    given: Option<Long>,
    /// What the coins in `given` are worth, estimated.
    value: Option<Money>,
    /// What the coins in `claimed` are worth, estimated.
    claimed_value: Option<Money>,
    #[graphql(flatten)]
    freshness: Freshness,
}

/// What the coins of a session have brought. What is null was not reported, which is not zero.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::studio_wide::apply(None))]
pub struct CoinReward {
    /// The coins as of now; `isShown` is null, which Shopee does not tell here.
    coins: LiveCoins,
    /// How often coins were given.
    rounds: Option<Long>,
    /// How many viewers have claimed coins, each counted once.
    claimers: Option<Long>,
}

/// Whether viewers can claim the coins of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum LiveCoinState {
    /// They can.
    Active,
    /// Coins are switched off, or used up.
    Off,
    /// A state that this gateway does not know yet.
    Unknown,
}

impl From<shopee::CoinState> for LiveCoinState {
    fn from(state: shopee::CoinState) -> Self {
        match state {
            shopee::CoinState::Active => Self::Active,
            shopee::CoinState::Off => Self::Off,
            shopee::CoinState::Unknown(_) => Self::Unknown,
        }
    }
}

impl LiveCoins {
    pub fn from_answer(answer: &Observed<Option<CoinTotals>>, given: Option<i64>, region: Region) -> Option<Self> {
        Some(Self::new(answer.value.as_ref()?, given, region, Freshness::of(answer)))
    }

    fn new(totals: &CoinTotals, given: Option<i64>, region: Region, freshness: Freshness) -> Self {
        Self {
            state: totals.state.map(Into::into),
            is_shown: totals.is_shown,
            coins_per_claim: rate(totals.coins_per_claim),
            claims_offered: totals.claims_offered.map(Long),
            claims_left: totals.claims_left.map(Long),
            claimed: totals.coins_claimed.map(Long),
            given: given.map(Long),
            value: given.and_then(|coins| worth(coins, region)),
            claimed_value: totals.coins_claimed.and_then(|coins| worth(coins, region)),
            freshness,
        }
    }
}

impl CoinReward {
    pub fn from_answer(
        answer: &Observed<Option<shopee::CoinReward>>,
        given: Option<i64>,
        region: Region,
    ) -> Option<Self> {
        let reward = answer.value.as_ref()?;
        Some(Self {
            coins: LiveCoins::new(&reward.totals, given, region, Freshness::of(answer)),
            rounds: reward.rounds.map(Long),
            claimers: reward.claimers.map(Long),
        })
    }
}

/// What coins can pay for; not known of more coins than money can be counted in.
fn worth(coins: i64, region: Region) -> Option<Money> {
    coins.checked_mul(region.coin_worth().0).map(|amount| Money::new(amount, region))
}
