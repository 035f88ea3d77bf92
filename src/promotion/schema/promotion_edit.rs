use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use entity::{intent, promotion_edit};
use rust_decimal::Decimal;

use crate::{
    account::{self, schema::ShopeeAccount},
    error::{Error, Result},
    graphql::{
        context::ContextExt as _,
        id::{GlobalId, Kind},
        money::Money,
        page::{Connection, Cursor, PageArguments},
        rate::quotient,
    },
    identity::scope::AskerExt as _,
    ledger::schema::{IntentFilter, Standing},
    promotion::{
        loader,
        store::{self, EditRow},
    },
};

/// The order of changes, for their cursors.
const NEWEST_FIRST: &str = "EDITED";

/// A change of a promotion, and how that stands.
#[derive(Clone)]
pub struct PromotionEdit {
    edit: promotion_edit::Model,
    intent: intent::Model,
}

impl PromotionEdit {
    pub fn new((edit, intent): EditRow) -> Self {
        Self { edit, intent }
    }

    pub fn key(&self) -> i64 {
        self.edit.id
    }

    pub(super) fn intent(&self) -> &intent::Model {
        &self.intent
    }

    /// Our key of the account, and Shopee's id of the campaign.
    pub(super) fn campaign(&self) -> (i64, i64) {
        (self.edit.shopee_account_id, self.edit.campaign_id)
    }

    async fn account(&self, ctx: &Context<'_>) -> Result<ShopeeAccount> {
        account::loader::account(ctx, self.edit.shopee_account_id).await?.ok_or_else(|| Error::not_found("account"))
    }
}

/// A change of a promotion that somebody of the studio, or a rule of it, made or wanted to make, and what is known of it.
#[Object(directive = crate::graphql::sharing::studio_wide::apply(None))]
impl PromotionEdit {
    /// Global id.
    pub async fn id(&self) -> ID {
        GlobalId::new(Kind::PromotionEdit, self.key()).encode()
    }

    /// Shopee's id of the promotion, which it calls a campaign.
    async fn campaign_id(&self) -> ID {
        self.edit.campaign_id.into()
    }

    /// What was to be done.
    async fn action(&self) -> PromotionAction {
        self.edit.action.into()
    }

    /// The new daily budget; null unless the action is CHANGE_BUDGET.
    async fn daily_budget(&self, ctx: &Context<'_>) -> Option<Result<Money>> {
        let daily_budget = self.edit.daily_budget?;
        let region = self.account(ctx).await.and_then(|account| account.shopee_region());
        Some(region.map(|region| Money::new(daily_budget, region)))
    }

    /// The change that this one undoes; null when it undoes none.
    async fn undoes(&self, ctx: &Context<'_>) -> Option<Result<PromotionEdit>> {
        loader::edit(ctx, self.edit.undoes?).await.transpose()
    }

    /// The numbers by which the studio's rule has done it; null for what somebody wanted.
    async fn rule(&self, ctx: &Context<'_>) -> Option<Result<RuleNumbers>> {
        let (spent, sales) = (self.edit.rule_spent?, self.edit.rule_sales?);
        let pauses_below = Decimal::new(self.edit.rule_pauses_below_millionths?, 6).normalize();
        let region = self.account(ctx).await.and_then(|account| account.shopee_region());
        Some(region.map(|region| RuleNumbers {
            spent: Money::new(spent, region),
            sales: Money::new(sales, region),
            return_on_ad_spend: quotient(sales, spent),
            pauses_below_return: pauses_below,
        }))
    }

    /// The account whose promotion it is.
    async fn shopee_account(&self, ctx: &Context<'_>) -> Result<ShopeeAccount> {
        self.account(ctx).await
    }

    #[graphql(flatten)]
    async fn standing(&self, _ctx: &Context<'_>) -> Standing<'_> {
        Standing(&self.intent)
    }
}

/// The numbers by which a studio's rule has paused a promotion, as they were then.
#[derive(SimpleObject)]
#[graphql(name = "PromotionEditRule", directive = crate::graphql::sharing::studio_wide::apply(None))]
struct RuleNumbers {
    /// What the promotion had cost that day.
    spent: Money,
    /// Value of the orders that it had brought.
    sales: Money,
    /// Value of the orders for each unit of money spent: `"0.4"` is less than half of what it cost.
    return_on_ad_spend: Option<Decimal>,
    /// The rule's threshold, which that was below.
    pauses_below_return: Decimal,
}

/// What to do with a promotion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum PromotionAction {
    /// Hold it.
    Pause,
    /// Go on with a paused one.
    Resume,
    /// End it for good.
    Stop,
    /// Give it another daily budget.
    ChangeBudget,
}

impl From<promotion_edit::Action> for PromotionAction {
    fn from(action: promotion_edit::Action) -> Self {
        match action {
            promotion_edit::Action::Pause => Self::Pause,
            promotion_edit::Action::Resume => Self::Resume,
            promotion_edit::Action::Stop => Self::Stop,
            promotion_edit::Action::ChangeBudget => Self::ChangeBudget,
        }
    }
}

/// A page of the changes in a studio.
pub async fn edits_of_studio(
    ctx: &Context<'_>,
    studio_key: i64,
    filter: IntentFilter,
    page: PageArguments,
) -> Result<Connection<PromotionEdit>> {
    let (scope, statements, slice) = (ctx.scope()?, ctx.statements()?, page.check(NEWEST_FIRST)?);
    let rows = store::of_studio(&scope, &statements, studio_key, filter.state(), slice).await?;
    let total = match ctx.look_ahead().field("totalCount").exists() {
        true => Some(store::count(&scope, &statements, studio_key, filter.state()).await?),
        false => None,
    };
    let edits = rows.into_iter().map(PromotionEdit::new).collect();
    slice.page(edits, total, NEWEST_FIRST, |edit: &PromotionEdit| Ok(Cursor { value: 0, key: edit.key() }))
}
