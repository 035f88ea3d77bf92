//! Invitations: an owner asks somebody to join, and passes the token on, since the gateway sends no mail. Whoever has the token
//! and the address joins, once.

use std::sync::Arc;

use chrono::Duration;
use entity::{invitation, membership::Role};
use sea_orm::ActiveValue::Set;

use super::{
    actor::Actor,
    audit::{Action, Entry},
    change::Change,
    member::told,
    names::{DisplayName, Email},
    password::{Password, Passwords},
    scope::{Membership, Scope, Viewer},
    secret_token::SecretToken,
    store::{self, invitation::InvitationRow},
};
use crate::{
    app::App,
    database::sparse::Read as _,
    error::{Error, Result},
    graphql::{
        id::Kind,
        user_error::{Declined, UserError, UserErrorCode},
    },
};

/// How long an invitation can be accepted.
const GOOD_FOR: Duration = Duration::days(7);

/// An invitation that was made, and the token, which nobody will read again.
pub struct Invited {
    pub key: i64,
    pub token: SecretToken,
}

/// Invites somebody, by an owner. An invitation that is still open gives way.
pub async fn invite(
    app: &App,
    viewer: &Viewer,
    actor: Actor,
    studio_id: i64,
    email: &Email,
    role: Role,
) -> Result<Invited, Declined> {
    let change = Change::begin(app, actor, viewer.user_id, studio_id, Role::Owner).await?;
    refuse_members(&change, email).await?;
    for row in store::invitation::open_for(&change.scope, &change.transaction, studio_id, email, change.now).await? {
        take_back(&change, &row).await?;
    }
    let token = SecretToken::generate()?;
    let row = invitation::ActiveModel {
        studio_id: Set(studio_id),
        email: Set(email.as_str().to_owned()),
        role: Set(role),
        token_hash: Set(token.hash()),
        invited_by: Set(Some(viewer.user_id)),
        created_at: Set(change.now),
        expires_at: Set(change.now + GOOD_FOR),
        ..Default::default()
    };
    let row = store::invitation::insert(&change.scope, &change.transaction, row).await?;
    let after = told(email.as_str(), role);
    change.record(entry(Action::MemberInvited, studio_id, row.id).after(after)?).await?;
    change.commit().await?;
    Ok(Invited { key: row.id, token })
}

async fn refuse_members(change: &Change, email: &Email) -> Result<(), Declined> {
    match store::member::has_address(&change.scope, &change.transaction, change.studio_id, email).await? {
        true => Err(UserError::on("email", UserErrorCode::AlreadyMember, "this is a member's address").into()),
        false => Ok(()),
    }
}

/// Takes an invitation back, by an owner.
pub async fn revoke(app: &App, viewer: &Viewer, actor: Actor, key: i64, studio_id: i64) -> Result<(), Declined> {
    let change = Change::begin(app, actor, viewer.user_id, studio_id, Role::Owner).await?;
    let row = store::invitation::by_keys(&change.scope, &change.transaction, &[key]).await?.pop();
    let row = row.ok_or_else(|| Error::not_found("invitation"))?;
    match take_back(&change, &row).await? {
        true => Ok(change.commit().await?),
        false => Err(no_such("invitationId").into()),
    }
}

/// `false` for one that is not open any more.
async fn take_back(change: &Change, row: &InvitationRow) -> Result<bool> {
    let key = *row.id.read()?;
    let revoked = store::invitation::revoke(&change.scope, &change.transaction, key, change.now).await?;
    if revoked {
        let before = told(row.email.read()?, *row.role.read()?);
        change.record(entry(Action::InvitationRevoked, change.studio_id, key).before(before)?).await?;
    }
    Ok(revoked)
}

/// A new member, and the place they have now.
pub struct Joined {
    pub viewer: Viewer,
    pub membership: Membership,
}

/// Makes the viewer a member of the studio that a token invites them to.
pub async fn accept(app: &App, viewer: &Viewer, actor: Actor, token: &SecretToken) -> Result<Joined, Declined> {
    let invitation = find(app, token).await?;
    if invitation.email != viewer.email {
        let message = "this invitation is for another e-mail address; sign in with that one";
        return Err(UserError::on("token", UserErrorCode::NotInvited, message).into());
    }
    let change = Change::begin_joining(app, actor, invitation.studio_id).await?;
    let membership = join(&change, &invitation, viewer.user_id).await?;
    change.commit().await?;
    Ok(Joined { viewer: viewer.clone().with(membership), membership })
}

/// Who has no user here yet, as they want to be known.
pub struct Newcomer {
    pub token: SecretToken,
    pub name: Option<DisplayName>,
    pub password: Option<Password>,
}

/// Makes a user with the invited address, and a member of them. Whoever has the token is taken at their word about the address:
/// the owner gave it to whom they meant.
pub async fn accept_as_newcomer(
    app: &App,
    passwords: &Passwords,
    actor: Actor,
    newcomer: Newcomer,
) -> Result<Joined, Declined> {
    let invitation = find(app, &newcomer.token).await?;
    refuse_users(app, &invitation).await?;
    let password = passwords.hash(acceptable(newcomer.password, &invitation)?).await?;
    let name = newcomer.name.unwrap_or_else(|| DisplayName::of(&invitation.email));
    let change = Change::begin_joining(app, actor, invitation.studio_id).await?;
    let made = store::insert_user(&change.transaction, &invitation.email, &name, Some(password), change.now).await?;
    let user_id = made.ok_or_else(sign_in_first)?;
    let change = change.by(user_id);
    let membership = join(&change, &invitation, user_id).await?;
    change.commit().await?;
    let viewer = Viewer {
        user_id,
        email: invitation.email,
        display_name: name.as_str().to_owned(),
        memberships: vec![membership],
        sign_in_id: None,
        access_revision: 0,
    };
    Ok(Joined { viewer, membership })
}

/// Before a password is asked for that nobody would need.
async fn refuse_users(app: &App, invitation: &invitation::Model) -> Result<(), Declined> {
    let statements = app.database.read(Arc::default());
    match store::user_by_email(&Scope::job_runner(), &statements, &invitation.email).await? {
        Some(_) => Err(sign_in_first().into()),
        None => Ok(()),
    }
}

fn acceptable(password: Option<Password>, invitation: &invitation::Model) -> Result<Password, Declined> {
    let unfit = |reason: &'static str| UserError::on("password", UserErrorCode::Invalid, reason);
    let password = password.ok_or_else(|| unfit("choose a password of 12 to 128 characters"))?;
    password.check(&invitation.email.parse().map_err(Error::internal)?).map_err(unfit)?;
    Ok(password)
}

fn sign_in_first() -> UserError {
    let message = "there is a user with the invited address already; sign in first, then accept";
    UserError::on("token", UserErrorCode::SignInFirst, message)
}

async fn find(app: &App, token: &SecretToken) -> Result<invitation::Model, Declined> {
    let statements = app.database.read(Arc::default());
    // Whoever has the token may know of the studio.
    let found = store::invitation::by_token(&Scope::job_runner(), &statements, token.hash(), app.clock.now()).await?;
    found.ok_or_else(|| no_such("token").into())
}

/// Makes a user a member, unless the invitation has been accepted or taken back since it was found.
async fn join(change: &Change, invitation: &invitation::Model, user_id: i64) -> Result<Membership, Declined> {
    // An invitation is worth what its maker's word is: nothing any more once they have been put out or lowered.
    if !store::member::owns(&change.scope, &change.transaction, change.studio_id, invitation.invited_by).await? {
        return Err(no_such("token").into());
    }
    if !store::invitation::accept(&change.scope, &change.transaction, invitation.id, change.now).await? {
        return Err(no_such("token").into());
    }
    let (scope, transaction) = (&change.scope, &change.transaction);
    let row = store::member::insert(scope, transaction, change.studio_id, user_id, invitation.role, change.now).await?;
    let already = || UserError::on("token", UserErrorCode::AlreadyMember, "you are a member of this studio already");
    let row = row.ok_or_else(already)?;
    let after = told(&invitation.email, invitation.role);
    change.record(entry(Action::InvitationAccepted, change.studio_id, invitation.id).after(after)?).await?;
    Ok(store::place(&row))
}

/// One answer for all invitations that cannot be accepted, so that trying tokens teaches nothing.
fn no_such(field: &'static str) -> UserError {
    UserError::on(field, UserErrorCode::InvalidInvitation, "there is no such invitation, or it is no longer open")
}

fn entry(action: Action, studio_id: i64, key: i64) -> Entry {
    Entry::in_studio(action, studio_id, Kind::Invitation, key)
}
