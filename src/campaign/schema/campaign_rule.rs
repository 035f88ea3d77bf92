use async_graphql::{Context, Object};
use rust_decimal::Decimal;

use crate::{
    campaign::rule::{Rule, decimal},
    error::Result,
    graphql::long::Long,
    identity::{loader, schema::User},
};

/// A studio's rule.
pub(super) struct CampaignRule(pub(super) Rule);

/// By what a studio has its promotions judged, and whether those that fall below it are paused. `docs/campaigns.md` says how.
#[Object(directive = crate::graphql::sharing::per_viewer::apply())]
impl CampaignRule {
    /// Whether the gateway pauses promotions by itself. Off until an owner switches it on; what is suggested of each promotion goes by
    /// the same numbers either way.
    async fn is_enabled(&self) -> bool {
        self.0.is_enabled
    }

    /// Value of the orders for each unit of money spent, of one day, below which a promotion is to be paused; `"1"` until somebody changes
    /// it: then what brings less than it costs.
    async fn pauses_below_return(&self) -> Decimal {
        decimal(self.0.pauses_below_millionths)
    }

    /// The same from which on a promotion is worth more money; `"3"` until somebody changes it.
    async fn target_return(&self) -> Decimal {
        decimal(self.0.target_millionths)
    }

    /// How much of its daily budget a promotion has spent, in percent, before its return counts; 20 until somebody changes it. One without
    /// a daily budget is never paused.
    async fn minimum_spent_percent(&self) -> Long {
        Long(self.0.minimum_spent_percent)
    }

    /// Who changed it last, in whose name it acts; null while nobody has.
    async fn changed_by(&self, ctx: &Context<'_>) -> Option<Result<User>> {
        loader::user(ctx, self.0.changed_by?).await.transpose()
    }
}
