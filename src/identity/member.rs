//! Members of a studio: how their roles change and how they leave. A studio always has an owner.

use entity::membership::{self, Role};
use sea_orm::ActiveEnum as _;
use serde_json::{Value, json};

use super::{
    actor::Actor,
    audit::{Action, Entry},
    change::Change,
    revocations,
    scope::{Viewer, includes},
    store,
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

/// Gives a member another role, by an owner.
pub async fn change_role(app: &App, viewer: &Viewer, actor: Actor, member: Member, role: Role) -> Result<(), Declined> {
    let change = Change::begin(app, actor, viewer.user_id, member.studio_id, Role::Owner).await?;
    let row = present(&change, member.key).await?;
    if row.role == role {
        return Ok(());
    }
    if row.role == Role::Owner {
        keep_an_owner(&change).await?;
    }
    store::member::set_role(&change.scope, &change.transaction, row.id, role).await?;
    let email = email(&change, &row).await?;
    let entry = entry(Action::MemberRoleChanged, &row).before(told(&email, row.role))?;
    change.record(entry.after(told(&email, role))?).await?;
    match includes(role, row.role) {
        true => Ok(change.commit().await?),
        false => Ok(withdraw(app, change, row.user_id).await?),
    }
}

/// Takes a member out of the studio, by an owner.
pub async fn remove(app: &App, viewer: &Viewer, actor: Actor, member: Member) -> Result<(), Declined> {
    let change = Change::begin(app, actor, viewer.user_id, member.studio_id, Role::Owner).await?;
    let row = present(&change, member.key).await?;
    end(app, change, Action::MemberRemoved, row).await
}

/// A member leaves by themselves.
pub async fn leave(app: &App, viewer: &Viewer, actor: Actor, studio_id: i64) -> Result<(), Declined> {
    let change = Change::begin(app, actor, viewer.user_id, studio_id, Role::Analyst).await?;
    let row = store::member::of_user(&change.scope, &change.transaction, studio_id, viewer.user_id).await?;
    end(app, change, Action::MemberLeft, row.ok_or_else(|| Error::not_found("studio"))?).await
}

/// A member who was found within what the viewer may see.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    pub key: i64,
    pub studio_id: i64,
}

/// The member as they are now that the change has its turn.
async fn present(change: &Change, key: i64) -> Result<membership::Model> {
    let mut rows = store::member::by_keys(&change.scope, &change.transaction, &[key]).await?;
    rows.pop().ok_or_else(|| Error::not_found("member"))
}

async fn end(app: &App, change: Change, action: Action, row: membership::Model) -> Result<(), Declined> {
    if row.role == Role::Owner {
        keep_an_owner(&change).await?;
    }
    store::member::delete(&change.scope, &change.transaction, row.id).await?;
    let email = email(&change, &row).await?;
    change.record(entry(action, &row).before(told(&email, row.role))?).await?;
    Ok(withdraw(app, change, row.user_id).await?)
}

/// Before an owner ceases to be one.
async fn keep_an_owner(change: &Change) -> Result<(), Declined> {
    match store::member::count_owners(&change.scope, &change.transaction, change.studio_id).await? {
        0 | 1 => {
            Err(UserError::new(UserErrorCode::LastOwner, "a studio has at least one owner; make another one first")
                .into())
        }
        _ => Ok(()),
    }
}

/// Commits a change that takes something from a user.
async fn withdraw(app: &App, change: Change, user_id: i64) -> Result<()> {
    revocations::withdraw(&change.transaction, user_id).await?;
    change.commit().await?;
    revocations::tell(app);
    Ok(())
}

fn entry(action: Action, row: &membership::Model) -> Entry {
    Entry::in_studio(action, row.studio_id, Kind::Membership, row.id)
}

async fn email(change: &Change, row: &membership::Model) -> Result<String> {
    let users = store::member::users(&change.scope, &change.transaction, &[row.user_id]).await?;
    users.first().map_or(Ok(String::new()), |user| user.email.read().cloned())
}

/// What the audit log says of a member.
pub(super) fn told(email: &str, role: Role) -> Value {
    json!({ "email": email, "role": role.to_value() })
}
