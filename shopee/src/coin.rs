//! Coins that a host lets viewers claim during a session. The live hosts.
//!
//! The same path answers a GET with the totals, which is well known, and takes a POST that gives coins, which only the
//! system before this one names. Both writes are sent once; after one that may have happened, the totals tell.

use std::time::Duration;

use serde_json::json;

use crate::calls;
use crate::client::{Ask, Client};
use crate::credential::Account;
use crate::envelope::Answer;
use crate::error::Error;
use crate::wire::Object;

/// Coins are given to whoever is quick: the only way that anyone has named.
const DISTRIBUTION: &str = "random";

/// Whether viewers can claim coins now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CoinState {
    /// 0: they can.
    Active,
    /// 1: switched off, or used up.
    Off,
    /// A number this client does not know.
    Unknown(i64),
}

/// The coins of a session as of now. `None` means not reported.
#[derive(Debug, Clone, PartialEq)]
pub struct CoinTotals {
    /// Whether viewers can claim coins now.
    pub state: Option<CoinState>,
    /// Whether the room shows coins at all.
    pub is_shown: Option<bool>,
    /// Coins that one claim brings.
    pub coins_per_claim: Option<f64>,
    /// How often coins can be claimed altogether.
    pub claims_offered: Option<i64>,
    /// How often they can be claimed still; never below zero.
    pub claims_left: Option<i64>,
    /// Coins claimed so far.
    pub coins_claimed: Option<i64>,
    /// How long to wait before asking again.
    pub ask_again_after: Option<Duration>,
}

/// What the coins of a session have brought. Inferred.
#[derive(Debug, Clone, PartialEq)]
pub struct CoinReward {
    /// The coins as of now. Does not say whether they are shown, nor when to ask again.
    pub totals: CoinTotals,
    /// How often coins were given.
    pub rounds: Option<i64>,
    /// How many viewers claimed coins.
    pub claimers: Option<i64>,
}

/// Coins to give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CoinGiveout {
    /// Coins altogether.
    pub amount: i64,
    /// Viewers to share them.
    pub recipients: i64,
}

impl Client {
    /// Lets viewers of the account's session claim coins; `total_coins` altogether, or as many as Shopee thinks fit. A
    /// write: sent once, and it may have happened even if no answer comes. Body and answer are inferred.
    pub async fn coin_start(
        &self,
        account: &Account<'_>,
        session_id: i64,
        total_coins: Option<i64>,
    ) -> Result<(), Error> {
        let body = match total_coins {
            Some(total) => json!({ "total_coins": total, "distribution_mode": DISTRIBUTION }),
            None => json!({}),
        };
        let ask = Ask::signed(&calls::COIN_START, account).about(session_id).body(body);
        self.ask(ask, Answer::taken).await
    }

    /// Gives coins to viewers of the account's session. A write: sent once, and it may have happened even if no answer
    /// comes. Method, body and answer are inferred.
    pub async fn coin_giveout(
        &self,
        account: &Account<'_>,
        session_id: i64,
        giveout: CoinGiveout,
    ) -> Result<(), Error> {
        let body = json!({ "amount": giveout.amount, "recipient_count": giveout.recipients });
        let ask = Ask::signed(&calls::COIN_GIVEOUT, account).about(session_id).body(body);
        self.ask(ask, Answer::taken).await
    }

    /// Asks for the coins of the account's session as of now. `None` if Shopee has nothing.
    pub async fn coin_totals(&self, account: &Account<'_>, session_id: i64) -> Result<Option<CoinTotals>, Error> {
        let ask = Ask::signed(&calls::COIN_TOTALS, account).about(session_id);
        self.ask(ask, coin_totals).await
    }

    /// Asks what the coins of the account's session have brought. `None` if Shopee has nothing.
    pub async fn coin_reward_info(&self, account: &Account<'_>, session_id: i64) -> Result<Option<CoinReward>, Error> {
        let ask = Ask::signed(&calls::COIN_REWARD_INFO, account).about(session_id);
        self.ask(ask, coin_reward_info).await
    }
}

pub(crate) fn coin_totals(answer: &Answer) -> Result<Option<CoinTotals>, Error> {
    Ok(answer.object()?.map(|data| CoinTotals::read(&data)))
}

pub(crate) fn coin_reward_info(answer: &Answer) -> Result<Option<CoinReward>, Error> {
    Ok(answer.object()?.map(|data| CoinReward::read(&data)))
}

impl CoinState {
    fn of(number: i64) -> CoinState {
        match number {
            0 => CoinState::Active,
            1 => CoinState::Off,
            other => CoinState::Unknown(other),
        }
    }
}

impl CoinTotals {
    fn read(data: &Object<'_>) -> CoinTotals {
        CoinTotals {
            state: data.count("coin_status").map(CoinState::of),
            is_shown: data.count("shown_coins").map(|number| number == 1),
            coins_per_claim: data.number("coins_per_claim"),
            claims_offered: data.count("claim_times"),
            // The wire does go below.
            claims_left: data.count("claims_left").map(|left| left.max(0)),
            coins_claimed: data.count("giveout"),
            ask_again_after: data.seconds("interval"),
        }
    }
}

impl CoinReward {
    fn read(data: &Object<'_>) -> CoinReward {
        CoinReward {
            totals: CoinTotals::read(data),
            rounds: data.count("coins_round"),
            claimers: data.count("user_claimed"),
        }
    }
}
