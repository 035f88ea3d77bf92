//! The calls that several fields share.

use std::sync::Arc;

use shopee::{Campaign, CampaignList, CampaignsQuery};

use crate::{account::schema::Asking, engine::joined::Observed, error::Result};

/// What a campaign says of itself.
pub(super) async fn campaign(asking: &Asking<'_>, campaign_id: i64) -> Result<Arc<Observed<Option<Campaign>>>> {
    let Asking { app, cost, access } = asking;
    let (key, account) = ((access.account_id, campaign_id), access.account());
    Ok(app.reads.campaign.get(key, cost, app.shopee.live_stream(&account, campaign_id)).await?)
}

/// A list of campaigns, with what each did.
pub(super) async fn campaigns(asking: &Asking<'_>, query: CampaignsQuery) -> Result<Arc<Observed<CampaignList>>> {
    let Asking { app, cost, access } = asking;
    let (key, account) = ((access.account_id, query.clone()), access.account());
    Ok(app.reads.campaigns.get(key, cost, app.shopee.campaigns(&account, &query)).await?)
}
