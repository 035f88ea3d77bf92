use std::sync::Arc;

use async_graphql::{Context, Object};

use super::{AuditLogEntry, Membership, audit_log::page_of_log};
use crate::{
    error::Result,
    graphql::page::{Connection, PageArguments},
    identity::{
        scope::{self, AskerExt as _},
        store::audit_log::{LogFilter, LogOf},
    },
};

/// As many studios as a user is reckoned to be in at most: nearly all are in one or two.
const MEMBERSHIPS: u32 = 20;

/// The signed-in user.
pub struct ViewerObject(pub Arc<scope::Viewer>);

/// The signed-in user.
#[Object(name = "Viewer", directive = crate::graphql::sharing::per_viewer::apply())]
impl ViewerObject {
    /// The e-mail address the user signs in with.
    async fn email(&self) -> &str {
        &self.0.email
    }

    /// The name shown to colleagues.
    async fn display_name(&self) -> &str {
        &self.0.display_name
    }

    /// The studios the user belongs to, with their role in each: one entry a studio.
    #[graphql(directive = crate::graphql::price::list_size::apply(MEMBERSHIPS, None))]
    async fn memberships(&self) -> Vec<Membership> {
        self.0.memberships.iter().map(|place| Membership::of(self.0.user_id, *place)).collect()
    }

    /// What was done by the user, or to them, that concerns no studio, such as signing in and being refused; the newest first. Errors: BAD_USER_INPUT, INVALID_CURSOR.
    #[graphql(directive = crate::graphql::price::page::apply(false))]
    async fn security_log(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many entries from the start, 1 to 100. 20 if neither `first` nor `last` is given.")]
        first: Option<i64>,
        #[graphql(desc = "Only entries after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many entries from the end, 1 to 100.")] last: Option<i64>,
        #[graphql(desc = "Only entries before this cursor.")] before: Option<String>,
    ) -> Result<Connection<AuditLogEntry>> {
        let page = PageArguments { first, after, last, before };
        page_of_log(ctx, &ctx.scope()?, LogOf::User(self.0.user_id), &LogFilter::default(), page).await
    }
}
