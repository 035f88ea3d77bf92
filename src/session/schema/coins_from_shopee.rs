use async_graphql::{Context, Object};

use super::{CoinReward, LiveCoins, LiveSession, from_shopee::Asking};
use crate::error::Result;

/// The fields of a session that tell of its coins.
pub struct CoinsFromShopee<'a>(pub(super) &'a LiveSession);

#[Object]
impl CoinsFromShopee<'_> {
    /// The coins that viewers may claim in the session, as of now, and what has become of them. Asked of Shopee when selected, at
    /// most five seconds old; null when Shopee has nothing to tell. Errors: SHOPEE_*; SHOPEE_NO_PERMISSION when the session is not
    /// the account's.
    #[graphql(directive = crate::graphql::price::shopee_calls::apply(1))]
    async fn coins(&self, ctx: &Context<'_>) -> Option<Result<LiveCoins>> {
        self.ask_coins(ctx).await.transpose()
    }

    /// What the coins of the session have brought: how often they were given, and how many viewers claimed some. Asked of Shopee
    /// when selected, at most five seconds old; null when Shopee has nothing to tell. Errors: SHOPEE_*; SHOPEE_NO_PERMISSION when
    /// the session is not the account's.
    #[graphql(directive = crate::graphql::price::shopee_calls::apply(1))]
    async fn coin_reward(&self, ctx: &Context<'_>) -> Option<Result<CoinReward>> {
        self.ask_coin_reward(ctx).await.transpose()
    }
}

// A resolver that returns `Result<Option<_>>` would take its whole object away when it fails; `Option<Result<_>>` is null alone.
impl CoinsFromShopee<'_> {
    async fn ask_coins(&self, ctx: &Context<'_>) -> Result<Option<LiveCoins>> {
        let (given, asking) = (self.0.coins_given()?, Asking::of(self.0, ctx).await?);
        let account = asking.access.account();
        let call = asking.app.shopee.coin_totals(&account, asking.session_id);
        let answer = asking.app.reads.coin_totals.get(asking.key(), asking.cost, call).await?;
        Ok(LiveCoins::from_answer(&answer, given, asking.access.region))
    }

    async fn ask_coin_reward(&self, ctx: &Context<'_>) -> Result<Option<CoinReward>> {
        let (given, asking) = (self.0.coins_given()?, Asking::of(self.0, ctx).await?);
        let account = asking.access.account();
        let call = asking.app.shopee.coin_reward_info(&account, asking.session_id);
        let answer = asking.app.reads.coin_reward_info.get(asking.key(), asking.cost, call).await?;
        Ok(CoinReward::from_answer(&answer, given, asking.access.region))
    }
}
