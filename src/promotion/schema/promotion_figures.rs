use async_graphql::SimpleObject;
use rust_decimal::Decimal;
use shopee::AdsMetrics;

use crate::graphql::{
    freshness::Freshness,
    long::Long,
    money::Money,
    rate::{quotient, rate},
};

/// What promotions did today, in the time zone of the account's region. A number that is null was not reported, which is not zero.
/// Unless it says "direct", a number counts every order of whoever came through the ad; direct ones are of what was advertised.
#[derive(Clone, Copy, SimpleObject)]
#[graphql(directive = crate::graphql::sharing::studio_wide::apply(None))]
pub struct PromotionFigures {
    /// What they cost.
    spent: Option<Money>,
    /// Value of the orders.
    sales: Option<Money>,
    /// Value of the direct orders.
    direct_sales: Option<Money>,
    /// Orders.
    orders: Option<Long>,
    /// Direct orders; Shopee tells them for all promotions together only.
    direct_orders: Option<Long>,
    /// How often they were shown.
    impressions: Option<Long>,
    /// How often a live was opened through them.
    views: Option<Long>,
    /// Clicks; Shopee tells them for all promotions together only.
    clicks: Option<Long>,
    /// Clicks for each impression, as a fraction: `"0.12"` is 12 %. Shopee tells it for all promotions together only.
    click_rate: Option<Decimal>,
    /// How often somebody went to the checkout; Shopee tells it for all promotions together only.
    checkouts: Option<Long>,
    /// Value of the orders for each unit of money spent: `"7.2"` is 7.2 times what they cost. As Shopee tells it, otherwise sales
    /// divided by what was spent; null when nothing was.
    return_on_ad_spend: Option<Decimal>,
    #[graphql(flatten)]
    freshness: Freshness,
}

impl PromotionFigures {
    pub(super) fn new(metrics: &AdsMetrics, region: shopee::Region, freshness: Freshness) -> Self {
        Self {
            spent: Money::reported(metrics.cost, region),
            sales: Money::reported(metrics.broad_sales, region),
            direct_sales: Money::reported(metrics.direct_sales, region),
            orders: metrics.broad_orders.map(Long),
            direct_orders: metrics.direct_orders.map(Long),
            impressions: metrics.impressions.map(Long),
            views: metrics.views.map(Long),
            clicks: metrics.clicks.map(Long),
            click_rate: rate(metrics.click_rate),
            checkouts: metrics.checkouts.map(Long),
            return_on_ad_spend: return_on_ad_spend(metrics),
            freshness,
        }
    }
}

fn return_on_ad_spend(metrics: &AdsMetrics) -> Option<Decimal> {
    let spent = metrics.cost.filter(|cost| cost.0 != 0)?;
    rate(metrics.broad_return).or_else(|| quotient(metrics.broad_sales?.0, spent.0))
}

#[cfg(test)]
mod tests {
    use shopee::Amount;

    use super::*;

    fn returned(broad_return: Option<f64>, sales: Option<i64>, cost: Option<i64>) -> Option<String> {
        let (broad_sales, cost) = (sales.map(Amount), cost.map(Amount));
        let metrics = AdsMetrics { broad_return, broad_sales, cost, ..AdsMetrics::default() };
        return_on_ad_spend(&metrics).map(|ratio| ratio.to_string())
    }

    #[test]
    fn a_return_is_shopees_own_or_exact_and_never_of_nothing() {
        assert_eq!(returned(Some(7.2), Some(1), Some(3)).as_deref(), Some("7.2"));
        assert_eq!(returned(None, Some(2), Some(3)).as_deref(), Some("0.666667"));
        assert_eq!(returned(None, Some(0), Some(3)).as_deref(), Some("0"));
        assert_eq!(returned(None, Some(i64::MAX), Some(1)).as_deref(), Some("9223372036854775807"));
        for (broad_return, sales, cost) in [(Some(0.0), Some(5), Some(0)), (None, None, Some(3)), (None, Some(3), None)]
        {
            assert_eq!(returned(broad_return, sales, cost), None, "{broad_return:?} {sales:?} {cost:?}");
        }
    }
}
