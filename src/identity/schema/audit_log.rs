use async_graphql::{Context, ID, InputObject, Object};
use chrono::{DateTime, Utc};
use entity::{audit_entry, membership::Role};

use super::User;
use crate::{
    error::{Error, Result},
    graphql::{
        context::ContextExt as _,
        id::{GlobalId, Kind},
        json::Json,
        page::{Connection, Cursor, PageArguments},
    },
    identity::{
        audit::Action,
        loader,
        scope::{AskerExt as _, Scope},
        store::{
            self,
            audit_log::{LogFilter, LogOf},
        },
    },
};

/// The order of a log, for its cursors.
const NEWEST_FIRST: &str = "LOGGED";

/// Which entries of an audit log to show: those that match everything that is given.
#[derive(Default, InputObject)]
pub(super) struct AuditLogFilter {
    /// Entries of this action.
    action: Option<Action>,
    /// What the user with this e-mail address did, whether or not they are still a member.
    actor_email: Option<String>,
}

impl AuditLogFilter {
    fn stored(self) -> Result<LogFilter> {
        let unfit =
            |reason: &'static str| Error::invalid_input("filter.actorEmail", format!("cannot be used: {reason}"));
        let actor = self.actor_email.map(|email| email.parse().map_err(unfit)).transpose()?;
        Ok(LogFilter { action: self.action.map(Action::name), actor })
    }
}

/// What somebody did to one thing.
pub struct AuditLogEntry(audit_entry::Model);

/// What somebody did to one thing. Entries are only ever added.
#[Object(directive = crate::graphql::sharing::per_viewer::apply())]
impl AuditLogEntry {
    /// What was done; null for what this version of the gateway does not know, when `actionName` still tells.
    async fn action(&self) -> Option<Action> {
        Action::from_name(&self.0.action)
    }

    /// What was done, by its name in the log.
    async fn action_name(&self) -> &str {
        &self.0.action
    }

    /// Who did it; null for the gateway itself, for somebody who was not signed in, and for a user who is no more.
    #[graphql(directive = crate::graphql::price::statements::apply(None, Some(1)))]
    async fn actor(&self, ctx: &Context<'_>) -> Option<Result<User>> {
        loader::user(ctx, self.0.user_id?).await.transpose()
    }

    /// What kind of thing it was done to, such as `Studio` or `Membership`.
    async fn subject_kind(&self) -> &str {
        &self.0.subject_kind
    }

    /// Global id of the thing it was done to, which may not be there any more; null for what has none.
    async fn subject_id(&self) -> Option<ID> {
        let kind = Kind::ALL.into_iter().find(|kind| kind.name() == self.0.subject_kind)?;
        Some(GlobalId::new(kind, self.0.subject_id.as_ref()?.parse().ok()?).encode())
    }

    /// The address that the request came from; null for the gateway itself.
    async fn remote_address(&self) -> Option<&str> {
        self.0.remote_address.as_deref()
    }

    /// The request, as its answer and the gateway's own log name it; null for the gateway itself.
    async fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// How the thing was, as far as it was changed; null for what was not there before.
    async fn before(&self) -> Option<Json> {
        self.0.before.as_deref().map(json)
    }

    /// How the thing was then; null for what was not there any more.
    async fn after(&self) -> Option<Json> {
        self.0.after.as_deref().map(json)
    }

    /// When it was done.
    async fn occurred_at(&self) -> DateTime<Utc> {
        self.0.occurred_at
    }
}

/// What another version wrote in another way is told as it stands.
fn json(text: &str) -> Json {
    Json(serde_json::from_str(text).unwrap_or_else(|_| text.into()))
}

/// A page of a studio's log, for its owners.
pub(super) async fn log_of_studio(
    ctx: &Context<'_>,
    studio_id: i64,
    filter: AuditLogFilter,
    page: PageArguments,
) -> Result<Connection<AuditLogEntry>> {
    let scope = ctx.scope_in(studio_id, Role::Owner)?;
    page_of_log(ctx, &scope, LogOf::Studio(studio_id), &filter.stored()?, page).await
}

/// A page of a log that the viewer may see.
pub(super) async fn page_of_log(
    ctx: &Context<'_>,
    scope: &Scope,
    log: LogOf,
    filter: &LogFilter,
    page: PageArguments,
) -> Result<Connection<AuditLogEntry>> {
    let (slice, statements) = (page.check(NEWEST_FIRST)?, ctx.statements()?);
    let rows = store::audit_log::entries(scope, &statements, log, filter, slice).await?;
    let total = match ctx.look_ahead().field("totalCount").exists() {
        true => Some(store::audit_log::count(scope, &statements, log, filter).await?),
        false => None,
    };
    let entries = rows.into_iter().map(AuditLogEntry).collect();
    slice.page(entries, total, NEWEST_FIRST, |entry: &AuditLogEntry| Ok(Cursor { value: 0, key: entry.0.id }))
}
