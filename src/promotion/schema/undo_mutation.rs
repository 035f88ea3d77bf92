use async_graphql::{Context, ID, InputObject, Object};
use entity::membership::Role;

use super::{
    Promotion, PromotionEdit,
    edit_mutation::{begun, busy, promotion},
};
use crate::{
    error::{Error, Result},
    graphql::{
        context::ContextExt as _,
        id::{GlobalId, Kind},
        user_error::{Declined, UserError, UserErrorCode},
        weight,
    },
    identity::scope::AskerExt as _,
    ledger::key::IdempotencyKey,
    promotion::{
        store,
        undo::{Undone, undo},
    },
};

/// A change that is to be undone.
#[derive(InputObject)]
pub(super) struct UndoPromotionEditInput {
    /// Your own name for this one wish, as for `editPromotion`: make one when somebody presses the button, and keep it for every retry.
    idempotency_key: String,
    /// The change's id.
    promotion_edit_id: ID,
}

/// What came of `undoPromotionEdit`.
pub(super) struct UndoPromotionEditPayload {
    pub(super) promotion_edit: Option<PromotionEdit>,
    pub(super) user_errors: Vec<UserError>,
}

/// What came of `undoPromotionEdit`.
#[Object(directive = crate::graphql::sharing::per_viewer::apply())]
impl UndoPromotionEditPayload {
    /// The change that undoes the other one, and how that stands; null when nothing was written down.
    async fn promotion_edit(&self) -> Option<&PromotionEdit> {
        self.promotion_edit.as_ref()
    }

    /// The promotion as Shopee shows it now. Asked of Shopee when selected, at most two seconds old; null when nothing was written
    /// down, or Shopee has nothing under this id. Errors: SHOPEE_*.
    #[graphql(complexity = "weight::of_call(child_complexity)")]
    async fn promotion(&self, ctx: &Context<'_>) -> Option<Result<Promotion>> {
        let (account_id, campaign_id) = self.promotion_edit.as_ref()?.campaign();
        promotion(ctx, account_id, campaign_id).await.transpose()
    }

    /// What there is to mend; empty when it was undone, is about to be, or nobody can tell (`state`). NOT_UNDOABLE, with the reason;
    /// REFUSED, when the promotion has been changed again since (`refusal` CHANGED_SINCE) or Shopee does not take it; INVALID; on
    /// `idempotencyKey` KEY_REUSED; BUSY while a change of the promotion is under way, also the one that is to be undone.
    async fn user_errors(&self) -> &[UserError] {
        &self.user_errors
    }
}

pub(super) async fn undone(ctx: &Context<'_>, input: &UndoPromotionEditInput) -> Result<i64, Declined> {
    let id = GlobalId::key_of(&input.promotion_edit_id, Kind::PromotionEdit, "input.promotionEditId")?;
    let found = store::by_ids(&ctx.scope()?, &ctx.statements()?, &[id]).await?;
    let row = found.first().ok_or_else(|| Error::not_found("promotion edit"))?;
    ctx.scope_in(row.0.studio_id, Role::Operator)?;
    let invalid = |reason: &'static str| UserError::on("idempotencyKey", UserErrorCode::Invalid, reason);
    let key: IdempotencyKey = input.idempotency_key.parse().map_err(invalid)?;
    match undo(ctx.app()?, ctx.actor()?, ctx.viewer()?.user_id, key, row).await? {
        Undone::Begun(outcome) => begun(outcome),
        Undone::Pending => Err(busy().into()),
        Undone::Never(why) => Err(UserError::new(UserErrorCode::NotUndoable, why).into()),
    }
}
