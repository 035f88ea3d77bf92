use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::membership::Role;

use super::{
    Promotion, PromotionAction, PromotionEdit,
    undo_mutation::{UndoPromotionEditInput, UndoPromotionEditPayload, undone},
};
use crate::{
    account::{loader, schema::ShopeeAccount},
    error::{Error, Result},
    graphql::{
        context::ContextExt as _,
        id::{GlobalId, Kind, shopee_id},
        money::MoneyInput,
        user_error::{Declined, UserError, UserErrorCode, payload},
    },
    identity::{change::Change, guard::Needs, scope::AskerExt as _},
    ledger::{
        begin::Begun,
        key::IdempotencyKey,
        refusal::Refusal,
        resolve::{Resolved, resolve},
        schema::objections,
    },
    promotion::{
        edit::{self, Campaign, Cause, Edit, HANDLER, Order},
        store,
    },
};

/// Changing promotions.
#[derive(Default)]
pub struct PromotionMutation;

#[Object]
impl PromotionMutation {
    /// Pauses, resumes or stops a promotion, or gives it another daily budget. Happens at most once for each `idempotencyKey`,
    /// whatever is lost on the way: asking again with the same key and the same input brings the same change back, for as long as the
    /// studio is and from any gateway. Shopee shows a change a second or so after it has taken it; DONE means that it shows. Needs
    /// OPERATOR. Errors: UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, BAD_USER_INPUT.
    #[graphql(
        guard = "Needs::Role(Role::Operator)",
        directive = crate::graphql::price::shopee_calls::apply(3)
    )]
    async fn edit_promotion(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which promotion, what to do with it, and under which key.")] input: EditPromotionInput,
    ) -> Option<Result<EditPromotionPayload>> {
        let outcome = told(ctx, edited(ctx, input).await, field_of).await;
        Some(outcome.map(|(promotion_edit, user_errors)| EditPromotionPayload { promotion_edit, user_errors }))
    }

    /// Makes a promotion again what it was before a change: a paused one runs, a resumed one is paused, a budget is what it was. It is a
    /// change of its own, once for each `idempotencyKey`, and can be undone itself. Also for what a studio's rule has done. A promotion that
    /// was stopped is over for good. Needs OPERATOR. Errors: UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, BAD_USER_INPUT.
    #[graphql(
        guard = "Needs::Role(Role::Operator)",
        directive = crate::graphql::price::shopee_calls::apply(3)
    )]
    async fn undo_promotion_edit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which change, and under which key.")] input: UndoPromotionEditInput,
    ) -> Option<Result<UndoPromotionEditPayload>> {
        let outcome = told(ctx, undone(ctx, &input).await, |_| None).await;
        Some(outcome.map(|(promotion_edit, user_errors)| UndoPromotionEditPayload { promotion_edit, user_errors }))
    }

    /// Tells what came of a change that is UNKNOWN, by somebody who has looked at Shopee. Needs OWNER. Errors: UNAUTHENTICATED,
    /// FORBIDDEN, NOT_FOUND, BAD_USER_INPUT.
    #[graphql(guard = "Needs::Role(Role::Owner)")]
    async fn resolve_promotion_edit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which change, and whether it happened.")] input: ResolvePromotionEditInput,
    ) -> Option<Result<ResolvePromotionEditPayload>> {
        let outcome = shown(ctx, resolved(ctx, input).await).await;
        Some(outcome.map(|(promotion_edit, user_errors)| ResolvePromotionEditPayload { promotion_edit, user_errors }))
    }
}

/// A change of a promotion.
#[derive(InputObject)]
pub(super) struct EditPromotionInput {
    /// Your own name for this one wish, 1 to 200 printable ASCII characters without blanks, best a UUID: make one when somebody presses
    /// the button, and keep it for every retry.
    idempotency_key: String,
    /// The id of the account whose promotion it is.
    shopee_account_id: ID,
    /// Shopee's id of the promotion.
    campaign_id: ID,
    /// What to do with it.
    action: PromotionAction,
    /// The new daily budget, in the currency of the account's region; with CHANGE_BUDGET, and only then. `budgetLimits` of the promotion
    /// says what it may be.
    daily_budget: Option<MoneyInput>,
}

/// What a person has seen of a change.
#[derive(InputObject)]
pub(super) struct ResolvePromotionEditInput {
    /// The change's id.
    promotion_edit_id: ID,
    /// Whether the promotion was changed so.
    happened: bool,
}

/// What came of `editPromotion`.
pub(super) struct EditPromotionPayload {
    promotion_edit: Option<PromotionEdit>,
    user_errors: Vec<UserError>,
}

/// What came of `editPromotion`.
#[Object(directive = crate::graphql::sharing::per_viewer::apply())]
impl EditPromotionPayload {
    /// The change, and how that stands; null when nothing was written down.
    async fn promotion_edit(&self) -> Option<&PromotionEdit> {
        self.promotion_edit.as_ref()
    }

    /// The promotion as Shopee shows it now. Asked of Shopee when selected, at most two seconds old; null when nothing was written
    /// down, or Shopee has nothing under this id. Errors: SHOPEE_*.
    #[graphql(directive = crate::graphql::price::shopee_calls::apply(1))]
    async fn promotion(&self, ctx: &Context<'_>) -> Option<Result<Promotion>> {
        let (account_id, campaign_id) = self.promotion_edit.as_ref()?.campaign();
        promotion(ctx, account_id, campaign_id).await.transpose()
    }

    /// What there is to mend; empty when the promotion was changed, is about to be, or nobody can tell (`state`). REFUSED, with the reason, on
    /// `dailyBudget` if it is the budget's; INVALID; on `idempotencyKey` KEY_REUSED; BUSY while another change of the promotion is under way,
    /// when asking again later does no harm.
    async fn user_errors(&self) -> &[UserError] {
        &self.user_errors
    }
}

/// What came of `resolvePromotionEdit`.
#[derive(SimpleObject)]
#[graphql(directive = crate::graphql::sharing::per_viewer::apply())]
pub(super) struct ResolvePromotionEditPayload {
    /// The change as it stands now.
    promotion_edit: Option<PromotionEdit>,
    /// What there is to mend; empty when it is as it was told. NOT_UNKNOWN.
    user_errors: Vec<UserError>,
}

pub(super) async fn promotion(ctx: &Context<'_>, account_id: i64, campaign_id: i64) -> Result<Option<Promotion>> {
    Promotion::asked(ctx, account(ctx, account_id).await?, campaign_id).await
}

async fn account(ctx: &Context<'_>, key: i64) -> Result<ShopeeAccount> {
    loader::account(ctx, key).await?.ok_or_else(|| Error::not_found("account"))
}

async fn edited(ctx: &Context<'_>, input: EditPromotionInput) -> Result<i64, Declined> {
    let shopee_account_id = GlobalId::key_of(&input.shopee_account_id, Kind::ShopeeAccount, "input.shopeeAccountId")?;
    let account = account(ctx, shopee_account_id).await?;
    let (studio_id, region) = (account.studio_key()?, account.shopee_region()?);
    ctx.scope_in(studio_id, Role::Operator)?;
    let (key, campaign_id, edit) = checked(&input, region)?;
    let campaign = Campaign { campaign_id, studio_id, shopee_account_id };
    let (app, viewer, actor) = (ctx.app()?, ctx.viewer()?, ctx.actor()?);
    let order = Order { campaign, edit, key, user_id: viewer.user_id, cause: Cause::Wish };
    // What there is to say against it, Shopee knows.
    begun(edit::edit(app, actor, order, async |_: &Change| Ok(None)).await?)
}

/// The intent's key, if there is one now.
pub(super) fn begun(begun: Begun) -> Result<i64, Declined> {
    match begun {
        Begun::Intent(intent) => Ok(intent.id),
        Begun::KeyReused => Err(UserError::key_reused().into()),
        Begun::Busy => Err(busy().into()),
    }
}

pub(super) fn busy() -> UserError {
    UserError::new(UserErrorCode::Busy, "another change of this promotion is under way; wait until that is settled")
}

fn checked(input: &EditPromotionInput, region: shopee::Region) -> Result<(IdempotencyKey, i64, Edit), Declined> {
    let mut errors = Vec::new();
    let mut invalid = |field, reason: String| errors.push(UserError::on(field, UserErrorCode::Invalid, reason));
    let key = input.idempotency_key.parse().map_err(|reason: &str| invalid("idempotencyKey", reason.to_owned())).ok();
    let campaign_id = shopee_id(&input.campaign_id, "campaignId");
    let campaign_id =
        campaign_id.map_err(|_| invalid("campaignId", "an id of Shopee is a whole number".to_owned())).ok();
    let edit = wanted(input, region).map_err(|reason| invalid("dailyBudget", reason)).ok();
    match (key, campaign_id, edit) {
        (Some(key), Some(campaign_id), Some(edit)) => Ok((key, campaign_id, edit)),
        _ => Err(Declined::Input(errors)),
    }
}

fn wanted(input: &EditPromotionInput, region: shopee::Region) -> Result<Edit, String> {
    match (input.action, input.daily_budget) {
        (PromotionAction::Pause, None) => Ok(Edit::Pause),
        (PromotionAction::Resume, None) => Ok(Edit::Resume),
        (PromotionAction::Stop, None) => Ok(Edit::Stop),
        (PromotionAction::ChangeBudget, Some(budget)) => match budget.count(region)? {
            // Shopee reads zero as no limit at all.
            0 => Err("the budget has to be more than zero".to_owned()),
            budget => Ok(Edit::ChangeBudget(budget)),
        },
        (PromotionAction::ChangeBudget, None) => Err("a change of the budget has to say which".to_owned()),
        (_, Some(_)) => Err("only a change of the budget has one".to_owned()),
    }
}

async fn resolved(ctx: &Context<'_>, input: ResolvePromotionEditInput) -> Result<i64, Declined> {
    let id = GlobalId::key_of(&input.promotion_edit_id, Kind::PromotionEdit, "input.promotionEditId")?;
    let found = store::by_ids(&ctx.scope()?, &ctx.statements()?, &[id]).await?;
    let (edit, _) = found.first().ok_or_else(|| Error::not_found("promotion edit"))?;
    let (app, viewer, actor) = (ctx.app()?, ctx.viewer()?, ctx.actor()?);
    match resolve(app, actor, viewer.user_id, HANDLER, (edit.studio_id, id), input.happened).await? {
        Resolved::Done => Ok(id),
        Resolved::NotUnknown => Err(UserError::not_unknown().into()),
    }
}

/// The field of `editPromotion` that a refusal is about.
fn field_of(refusal: Refusal) -> Option<&'static str> {
    let is_of_budget = matches!(
        refusal,
        Refusal::BudgetTooSmall | Refusal::BudgetTooLarge | Refusal::BudgetNotAStep | Refusal::BudgetMayNotDecrease
    );
    is_of_budget.then_some("dailyBudget")
}

/// What a payload has of an intent: the change, and why nothing came of it if that is so.
async fn told(
    ctx: &Context<'_>,
    outcome: Result<i64, Declined>,
    field: fn(Refusal) -> Option<&'static str>,
) -> Result<(Option<PromotionEdit>, Vec<UserError>)> {
    let (edit, mut user_errors) = shown(ctx, outcome).await?;
    user_errors.extend(edit.iter().flat_map(|edit| objections(edit.intent(), field)));
    Ok((edit, user_errors))
}

/// What a payload has of an outcome.
async fn shown(ctx: &Context<'_>, outcome: Result<i64, Declined>) -> Result<(Option<PromotionEdit>, Vec<UserError>)> {
    let (id, user_errors) = payload(outcome)?;
    let Some(id) = id else { return Ok((None, user_errors)) };
    let rows = store::by_ids(&ctx.scope()?, &ctx.statements()?, &[id]).await?;
    let edit = rows.into_iter().next().map(PromotionEdit::new).ok_or_else(|| Error::not_found("promotion edit"))?;
    Ok((Some(edit), user_errors))
}
