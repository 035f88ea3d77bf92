use async_graphql::{Context, ID, Object};
use chrono::{DateTime, Utc};
use entity::membership;

use super::{Studio, StudioRole, User};
use crate::{
    error::{Error, Result},
    graphql::{
        context::ContextExt as _,
        id::{GlobalId, Kind},
        page::{Connection, Cursor, PageArguments},
    },
    identity::{
        loader,
        scope::{self, AskerExt as _},
        store,
    },
};

/// The order of a studio's members, for their cursors.
const JOINED_FIRST: &str = "JOINED";

/// A user's place in one studio.
#[derive(Clone)]
pub struct Membership {
    place: scope::Membership,
    user_id: i64,
}

impl From<&membership::Model> for Membership {
    fn from(row: &membership::Model) -> Self {
        Self { place: store::place(row), user_id: row.user_id }
    }
}

impl Membership {
    /// A user's own.
    pub(super) fn of(user_id: i64, place: scope::Membership) -> Self {
        Self { place, user_id }
    }

    pub fn key(&self) -> i64 {
        self.place.id
    }
}

/// A user's place in one studio.
#[Object(directive = crate::graphql::sharing::studio_wide::apply(None))]
impl Membership {
    /// Global id.
    pub async fn id(&self) -> ID {
        GlobalId::new(Kind::Membership, self.place.id).encode()
    }

    /// What the user may do in the studio.
    async fn role(&self) -> StudioRole {
        self.place.role.into()
    }

    /// When the user became a member.
    async fn joined_at(&self) -> DateTime<Utc> {
        self.place.joined_at
    }

    /// The user.
    #[graphql(directive = crate::graphql::price::statements::apply(None, Some(1)))]
    async fn user(&self, ctx: &Context<'_>) -> Result<User> {
        loader::user(ctx, self.user_id).await?.ok_or_else(|| Error::not_found("user"))
    }

    /// The studio.
    #[graphql(directive = crate::graphql::price::statements::apply(None, Some(1)))]
    async fn studio(&self, ctx: &Context<'_>) -> Result<Studio> {
        loader::studio(ctx, self.place.studio_id).await?.ok_or_else(|| Error::not_found("studio"))
    }
}

/// One member, within what the viewer may see.
pub(super) async fn membership(ctx: &Context<'_>, key: i64) -> Result<Option<Membership>> {
    let rows = store::member::by_keys(&ctx.scope()?, &ctx.statements()?, &[key]).await?;
    Ok(rows.first().map(Membership::from))
}

/// A page of a studio's members.
pub(super) async fn page_of_members(
    ctx: &Context<'_>,
    studio_id: i64,
    page: PageArguments,
) -> Result<Connection<Membership>> {
    let slice = page.check(JOINED_FIRST)?;
    let (scope, statements) = (ctx.scope()?, ctx.statements()?);
    let rows = store::member::of_studio(&scope, &statements, studio_id, slice).await?;
    let total = match ctx.look_ahead().field("totalCount").exists() {
        true => Some(store::member::count_of_studio(&scope, &statements, studio_id).await?),
        false => None,
    };
    let members = rows.iter().map(Membership::from).collect();
    slice.page(members, total, JOINED_FIRST, |member: &Membership| Ok(Cursor { value: 0, key: member.key() }))
}
