use async_graphql::{Context, ID, InputObject, Object};
use entity::membership::Role;

use super::{
    alert::{Alert, AlertKind, with_about},
    alert_settings::AlertSettings,
};
use crate::{
    alert::store::{self, AlertFilter as Filter},
    error::Result,
    graphql::{
        context::ContextExt as _,
        id::{GlobalId, Kind},
        page::{Connection, Cursor, PageArguments},
        selection::Selection,
    },
    identity::{guard::Needs, scope::AskerExt as _},
};

/// The order of alerts, for their cursors.
const NEWEST_FIRST: &str = "RAISED";

/// The alert room's part of `Query`.
#[derive(Default)]
pub struct AlertQuery;

#[Object]
impl AlertQuery {
    /// What somebody of a studio should look at, or should have, the newest first. As fresh as the gateway's last look, every 30 seconds
    /// unless it is configured otherwise; null only with an error. Errors: UNAUTHENTICATED, NOT_FOUND, BAD_USER_INPUT, INVALID_CURSOR.
    #[graphql(
        guard = "Needs::SignIn",
        directive = crate::graphql::price::page::apply(false)
    )]
    #[expect(clippy::too_many_arguments, reason = "one parameter an argument of the field")]
    async fn alerts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The studio's id.")] studio_id: ID,
        #[graphql(desc = "Only alerts that match all that is given.")] filter: Option<AlertFilter>,
        #[graphql(desc = "How many alerts from the start, 1 to 100. 20 if neither `first` nor `last` is given.")]
        first: Option<i64>,
        #[graphql(desc = "Only alerts after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many alerts from the end, 1 to 100.")] last: Option<i64>,
        #[graphql(desc = "Only alerts before this cursor.")] before: Option<String>,
    ) -> Option<Result<Connection<Alert>>> {
        let page = PageArguments { first, after, last, before };
        Some(page_of_alerts(ctx, &studio_id, filter.unwrap_or_default(), page).await)
    }

    /// When a studio wants to be alerted; null only with an error. Errors: UNAUTHENTICATED, NOT_FOUND, BAD_USER_INPUT.
    #[graphql(guard = "Needs::SignIn")]
    async fn alert_settings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The studio's id.")] studio_id: ID,
    ) -> Option<Result<AlertSettings>> {
        Some(settings_of(ctx, &studio_id).await)
    }
}

/// Which alerts a list holds: those that match everything that is given.
#[derive(Clone, Copy, Default, InputObject)]
pub(super) struct AlertFilter {
    /// Those that are not over, or those that are.
    is_open: Option<bool>,
    /// Those of this kind.
    kind: Option<AlertKind>,
}

impl AlertFilter {
    fn stored(self) -> Filter {
        Filter { is_open: self.is_open, kind: self.kind.map(Into::into) }
    }
}

async fn page_of_alerts(
    ctx: &Context<'_>,
    studio_id: &ID,
    filter: AlertFilter,
    page: PageArguments,
) -> Result<Connection<Alert>> {
    let studio_id = GlobalId::key_of(studio_id, Kind::Studio, "studioId")?;
    let (scope, statements) = (ctx.scope_in(studio_id, Role::Analyst)?, ctx.statements()?);
    let (slice, filter) = (page.check(NEWEST_FIRST)?, filter.stored());
    let rows = store::list(&scope, &statements, studio_id, filter, slice).await?;
    let total = match ctx.look_ahead().field("totalCount").exists() {
        true => Some(store::count(&scope, &statements, studio_id, filter).await?),
        false => None,
    };
    let alerts = with_about(ctx, Selection::of_nodes(ctx).below("about"), rows).await?;
    slice.page(alerts, total, NEWEST_FIRST, |alert: &Alert| Ok(Cursor { value: 0, key: alert.key() }))
}

async fn settings_of(ctx: &Context<'_>, studio_id: &ID) -> Result<AlertSettings> {
    let studio_id = GlobalId::key_of(studio_id, Kind::Studio, "studioId")?;
    let scope = ctx.scope_in(studio_id, Role::Analyst)?;
    Ok(store::settings::of_studio(&scope, &ctx.statements()?, studio_id).await?.into())
}
