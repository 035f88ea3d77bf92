use std::collections::{BTreeMap, HashMap};

use async_graphql::{Context, ID, SimpleObject};
use chrono::{DateTime, Utc};
use futures_util::future::try_join_all;
use rust_decimal::Decimal;

use crate::{
    account::{loader, schema::ShopeeAccount},
    campaign::dry_run::{DryRun, MOST_PAUSES, Pause},
    error::{Error, Result},
    graphql::{long::Long, money::Money, rate::quotient},
};

/// What a studio's rule would have done in the last days, had it been switched on: by what the gateway has read of promotions every 15 minutes
/// or so, unless it is configured otherwise. It never resumes anything, so what it would have paused counts as paused until somebody
/// really resumed it, or until now.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::per_viewer::apply())]
pub(super) struct CampaignRuleDryRun {
    /// The first instant that was gone through.
    from: DateTime<Utc>,
    /// The last one: now.
    to: DateTime<Utc>,
    /// The first reading in that time; later than `from` when the gateway has not watched for so long. Null without any.
    covered_from: Option<DateTime<Utc>>,
    /// Promotions of which there are readings.
    campaign_count: Long,
    /// How often a promotion would have been paused.
    pause_count: Long,
    /// The latest of these pauses, the newest first; at most 100.
    #[graphql(directive = crate::graphql::price::list_size::apply(MOST_PAUSES as u32, None))]
    pauses: Vec<CampaignRulePause>,
    /// What all of them together would have changed, one entry a currency; empty when nothing would have been paused.
    #[graphql(directive = crate::graphql::price::list_size::apply(shopee::Region::ALL.len() as u32, None))]
    by_currency: Vec<CampaignRuleSavings>,
}

/// Spending and sales that would not have been.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::per_viewer::apply())]
struct CampaignRuleSavings {
    /// Money that would not have been spent.
    saved_spend: Money,
    /// Value of the orders that promotions brought meanwhile, some of which would not have come.
    lost_sales: Money,
}

/// A promotion that the rule would have paused, with the numbers that would have led to it.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::per_viewer::apply())]
struct CampaignRulePause {
    /// The account whose promotion it is.
    shopee_account: ShopeeAccount,
    /// Shopee's id of the promotion.
    campaign_id: ID,
    /// What the seller called it then; null when Shopee did not tell.
    name: Option<String>,
    /// When it would have been paused.
    paused_at: DateTime<Utc>,
    /// Its daily budget then; null when Shopee did not tell.
    daily_budget: Option<Money>,
    /// What it had cost that day.
    spent: Money,
    /// Value of the orders that it had brought.
    sales: Money,
    /// `spent` by the daily budget, as a fraction; null without a daily budget.
    spent_share: Option<Decimal>,
    /// Value of the orders for each unit of money spent; null when nothing was spent.
    return_on_ad_spend: Option<Decimal>,
    /// When somebody resumed it after it had really been held; null when nobody did.
    resumed_at: Option<DateTime<Utc>>,
    /// What it went on to spend until then, or until now, and would not have.
    saved_spend: Money,
    /// Value of the orders that it brought meanwhile, some of which would not have come.
    lost_sales: Money,
}

impl CampaignRuleDryRun {
    pub(super) async fn of(ctx: &Context<'_>, (from, to): (DateTime<Utc>, DateTime<Utc>), run: DryRun) -> Result<Self> {
        let accounts = accounts(ctx, run.without.keys().copied()).await?;
        let account = |key: &i64| accounts.get(key).ok_or_else(|| Error::not_found("account"));
        let pause = |pause: Pause| CampaignRulePause::new(account(&pause.account_id)?, pause);
        let mut by_region: BTreeMap<&str, (shopee::Region, i64, i64)> = BTreeMap::new();
        for (key, (saved, lost)) in &run.without {
            let region = account(key)?.shopee_region()?;
            let sums = by_region.entry(region.currency()).or_insert((region, 0, 0));
            *sums = (region, sums.1.saturating_add(*saved), sums.2.saturating_add(*lost));
        }
        let savings = |(region, saved, lost): (shopee::Region, i64, i64)| CampaignRuleSavings {
            saved_spend: Money::new(saved, region),
            lost_sales: Money::new(lost, region),
        };
        Ok(Self {
            from,
            to,
            covered_from: run.covered_from,
            campaign_count: Long(run.campaigns),
            pause_count: Long(run.pauses),
            by_currency: by_region.into_values().map(savings).collect(),
            pauses: run.newest.into_iter().map(pause).collect::<Result<_>>()?,
        })
    }
}

impl CampaignRulePause {
    fn new(account: &ShopeeAccount, pause: Pause) -> Result<Self> {
        let (region, reading) = (account.shopee_region()?, pause.reading);
        Ok(Self {
            shopee_account: account.clone(),
            campaign_id: reading.campaign_id.into(),
            name: reading.name,
            paused_at: reading.read_at,
            daily_budget: reading.daily_budget.map(|budget| Money::new(budget, region)),
            spent: Money::new(reading.spent, region),
            sales: Money::new(reading.sales, region),
            spent_share: reading.daily_budget.and_then(|budget| quotient(reading.spent, budget)),
            return_on_ad_spend: quotient(reading.sales, reading.spent),
            resumed_at: pause.resumed_at,
            saved_spend: Money::new(pause.saved, region),
            lost_sales: Money::new(pause.lost_sales, region),
        })
    }
}

/// Asked for together, so that they are read together.
async fn accounts(ctx: &Context<'_>, keys: impl Iterator<Item = i64>) -> Result<HashMap<i64, ShopeeAccount>> {
    let found = try_join_all(keys.map(async |key| Ok::<_, Error>((key, loader::account(ctx, key).await?)))).await?;
    Ok(found.into_iter().filter_map(|(key, account)| Some((key, account?))).collect())
}
