use async_graphql::{Context, Enum, ID, Object};
use chrono::{DateTime, Utc};
use entity::membership::Role;

use super::{StudioRole, User};
use crate::{
    database::sparse::Read as _,
    error::Result,
    graphql::{
        context::ContextExt as _,
        id::{GlobalId, Kind},
        page::{Connection, Cursor, PageArguments},
    },
    identity::{
        loader,
        scope::AskerExt as _,
        store::{self, invitation::InvitationRow},
    },
};

/// The order of a studio's invitations, for their cursors.
const NEWEST_FIRST: &str = "INVITED";

/// Somebody was asked to join a studio. Its owners see it.
#[derive(Clone)]
pub struct Invitation(InvitationRow);

impl From<InvitationRow> for Invitation {
    fn from(row: InvitationRow) -> Self {
        Self(row)
    }
}

/// What came of an invitation.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub enum InvitationStatus {
    /// It can be accepted.
    Open,
    /// Somebody joined by it.
    Accepted,
    /// It was taken back.
    Revoked,
    /// Nobody accepted it in time.
    Expired,
}

/// Somebody was asked to join a studio. Its owners see it.
#[Object(directive = crate::graphql::sharing::per_viewer::apply())]
impl Invitation {
    /// Global id.
    pub async fn id(&self) -> Result<ID> {
        Ok(GlobalId::new(Kind::Invitation, *self.0.id.read()?).encode())
    }

    /// The address it is for, in lower case.
    async fn email(&self) -> Result<&String> {
        self.0.email.read()
    }

    /// What the person is to be in the studio.
    async fn role(&self) -> Result<StudioRole> {
        Ok((*self.0.role.read()?).into())
    }

    /// What came of it so far.
    async fn status(&self, ctx: &Context<'_>) -> Result<InvitationStatus> {
        let (accepted, revoked) = (self.0.accepted_at.read()?, self.0.revoked_at.read()?);
        Ok(match (accepted, revoked) {
            (Some(_), _) => InvitationStatus::Accepted,
            (None, Some(_)) => InvitationStatus::Revoked,
            (None, None) if *self.0.expires_at.read()? <= ctx.app()?.clock.now() => InvitationStatus::Expired,
            (None, None) => InvitationStatus::Open,
        })
    }

    /// Who made it; null for a user who is no more.
    #[graphql(directive = crate::graphql::price::statements::apply(None, Some(1)))]
    async fn invited_by(&self, ctx: &Context<'_>) -> Option<Result<User>> {
        match self.0.invited_by.read() {
            Ok(key) => loader::user(ctx, (*key)?).await.transpose(),
            Err(error) => Some(Err(error)),
        }
    }

    /// When it was made.
    async fn created_at(&self) -> Result<&DateTime<Utc>> {
        self.0.created_at.read()
    }

    /// Until when it can be accepted.
    async fn expires_at(&self) -> Result<&DateTime<Utc>> {
        self.0.expires_at.read()
    }

    /// When somebody joined by it; null if nobody did.
    async fn accepted_at(&self) -> Result<&Option<DateTime<Utc>>> {
        self.0.accepted_at.read()
    }

    /// When it was taken back; null if it was not.
    async fn revoked_at(&self) -> Result<&Option<DateTime<Utc>>> {
        self.0.revoked_at.read()
    }
}

/// A page of a studio's invitations, for its owners.
pub(super) async fn page_of_invitations(
    ctx: &Context<'_>,
    studio_id: i64,
    page: PageArguments,
) -> Result<Connection<Invitation>> {
    let slice = page.check(NEWEST_FIRST)?;
    let (scope, statements) = (ctx.scope_in(studio_id, Role::Owner)?, ctx.statements()?);
    let rows = store::invitation::of_studio(&scope, &statements, studio_id, slice).await?;
    let total = match ctx.look_ahead().field("totalCount").exists() {
        true => Some(store::invitation::count_of_studio(&scope, &statements, studio_id).await?),
        false => None,
    };
    let invitations = rows.into_iter().map(Invitation::from).collect();
    let place = |invitation: &Invitation| Ok(Cursor { value: 0, key: *invitation.0.id.read()? });
    slice.page(invitations, total, NEWEST_FIRST, place)
}
