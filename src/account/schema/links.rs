use async_graphql::{Context, ID, Object};

use super::{OngoingLive, Region};
use crate::{
    error::{Error, Result},
    graphql::{context::ContextExt as _, id::shopee_id},
    identity::guard::Needs,
};

/// Names longer than this are no shop's.
const LONGEST_NAME: usize = 200;
/// Paths longer than this make addresses that few understand.
const LONGEST_PATH: usize = 2_000;

/// The account room's part of `Query`: what everybody may know of Shopee, and addresses that no call is made for.
#[derive(Default)]
pub struct ShopeeQuery;

#[Object]
impl ShopeeQuery {
    /// The session that any user of Shopee has on air, as everybody may see it; null while the user is off air, or there is no
    /// such user. Needs no account of that user. Asked of Shopee, at most five seconds old; accounts of studios go first when many
    /// ask at once. Errors: UNAUTHENTICATED, BAD_USER_INPUT, SHOPEE_*.
    #[graphql(guard = "Needs::SignIn", directive = crate::graphql::price::shopee_calls::apply(1))]
    async fn ongoing_live(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Shopee's id of the user: not that of a shop.")] uid: ID,
        #[graphql(desc = "The region that the user belongs to.")] region: Region,
    ) -> Option<Result<OngoingLive>> {
        ask_ongoing_live(ctx, &uid, region.into()).await.transpose()
    }

    /// Address of a product's page on Shopee. No call is made: whether there is such a product is not known. Null only with an error.
    /// Errors: UNAUTHENTICATED, BAD_USER_INPUT.
    #[graphql(guard = "Needs::SignIn", directive = crate::graphql::price::statements::apply(Some(0), None))]
    async fn product_url(
        &self,
        #[graphql(desc = "Shopee's id of the shop.")] shop_id: ID,
        #[graphql(desc = "Shopee's id of the product.")] item_id: ID,
        #[graphql(desc = "The region that the shop belongs to.")] region: Region,
    ) -> Option<Result<String>> {
        let ids = shopee_id(&shop_id, "shopId").and_then(|shop| Ok((shop, shopee_id(&item_id, "itemId")?)));
        Some(ids.map(|(shop_id, item_id)| shopee::urls::product_url(region.into(), shop_id, item_id).into()))
    }

    /// Address of a shop's page on Shopee. No call is made: whether there is such a shop is not known. Null only with an error. Errors:
    /// UNAUTHENTICATED, BAD_USER_INPUT.
    #[graphql(guard = "Needs::SignIn", directive = crate::graphql::price::statements::apply(Some(0), None))]
    async fn shop_url(
        &self,
        #[graphql(desc = "The name that the shop's owner signs in with; at most 200 characters.")] name: String,
        #[graphql(desc = "The region that the shop belongs to.")] region: Region,
    ) -> Option<Result<String>> {
        let url = (name.chars().count() <= LONGEST_NAME).then(|| shopee::urls::shop_url(region.into(), &name));
        let url = url.flatten().ok_or_else(|| Error::invalid_input("name", "cannot be the name of a shop"));
        Some(url.map(String::from))
    }

    /// Address below the interface that the operator has configured beside Shopee; null when there is none. No call is made.
    /// Errors: UNAUTHENTICATED, BAD_USER_INPUT.
    #[graphql(guard = "Needs::SignIn", directive = crate::graphql::price::statements::apply(Some(0), None))]
    async fn external_api_url(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "A relative path such as `reports/today?page=2`, at most 2000 bytes: no scheme, no host, no `..`, no \
                          `//`. Plain text: what needs it is percent-encoded here."
        )]
        path: String,
    ) -> Option<Result<String>> {
        join(ctx, &path).transpose()
    }
}

async fn ask_ongoing_live(ctx: &Context<'_>, uid: &ID, region: shopee::Region) -> Result<Option<OngoingLive>> {
    let user_id = shopee_id(uid, "uid")?;
    let (app, cost) = (ctx.app()?, &ctx.operation()?.cost);
    let client = app.shopee.modest();
    let answer = app.reads.ongoing_live.get((region, user_id), cost, client.ongoing_live(region, user_id)).await?;
    Ok(OngoingLive::from_answer(&answer))
}

fn join(ctx: &Context<'_>, path: &str) -> Result<Option<String>> {
    let Some(base) = &ctx.app()?.config.external_api else { return Ok(None) };
    if path.len() > LONGEST_PATH {
        return Err(Error::invalid_input("path", format!("is longer than {LONGEST_PATH} bytes")));
    }
    let url = shopee::urls::external_url(base, path);
    Ok(Some(url.map_err(|reason| Error::invalid_input("path", format!("cannot be joined: {reason}")))?.into()))
}
