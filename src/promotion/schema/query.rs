use async_graphql::{Context, ID, Object};

use super::Promotion;
use crate::{
    account::loader,
    error::Result,
    graphql::id::{GlobalId, Kind, shopee_id},
    identity::guard::Needs,
};

/// The promotion room's part of `Query`.
#[derive(Default)]
pub struct PromotionQuery;

#[Object]
impl PromotionQuery {
    /// One promotion of an account, with its own state and budget. Asked of Shopee, at most two seconds old; null when the account
    /// is not there or not the viewer's, or Shopee has nothing under this id. Errors: UNAUTHENTICATED, BAD_USER_INPUT, SHOPEE_*
    /// (SHOPEE_REFUSED also for a promotion that is not the account's).
    // Two calls: the other one is that of `Promotion.today`.
    #[graphql(guard = "Needs::SignIn", directive = crate::graphql::price::shopee_calls::apply(2))]
    async fn promotion(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The account's global id.")] shopee_account_id: ID,
        #[graphql(desc = "Shopee's id of the promotion.")] campaign_id: ID,
    ) -> Option<Result<Promotion>> {
        promotion(ctx, &shopee_account_id, &campaign_id).await.transpose()
    }
}

async fn promotion(ctx: &Context<'_>, account_id: &ID, campaign_id: &ID) -> Result<Option<Promotion>> {
    let account_id = GlobalId::key_of(account_id, Kind::ShopeeAccount, "shopeeAccountId")?;
    let campaign_id = shopee_id(campaign_id, "campaignId")?;
    match loader::account(ctx, account_id).await? {
        Some(account) => Promotion::asked(ctx, account, campaign_id).await,
        None => Ok(None),
    }
}
