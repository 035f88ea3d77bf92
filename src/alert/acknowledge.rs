//! Somebody has seen to an alert.

use entity::membership::Role;
use sea_orm::ActiveEnum as _;
use serde_json::json;

use super::store;
use crate::{
    app::App,
    error::{Error, Result},
    graphql::id::Kind,
    identity::{
        actor::Actor,
        audit::{Action, Entry},
        change::Change,
        scope::Viewer,
    },
};

/// Notes that the viewer, an operator of the studio, has seen to an alert. Who was first stays.
pub async fn acknowledge(app: &App, viewer: &Viewer, actor: Actor, (studio_id, key): (i64, i64)) -> Result<()> {
    let change = Change::begin(app, actor, viewer.user_id, studio_id, Role::Operator).await?;
    let found = store::by_keys(&change.scope, &change.transaction, &[key]).await?;
    let alert = found.first().ok_or_else(|| Error::not_found("alert"))?;
    if alert.acknowledged_at.is_some() {
        return Ok(());
    }
    let revision = store::next_after(&change.scope, &change.transaction, studio_id, change.now).await? + 1;
    store::acknowledge(&change.scope, &change.transaction, key, viewer.user_id, revision, change.now).await?;
    let entry = Entry::in_studio(Action::AlertAcknowledged, studio_id, Kind::Alert, key);
    change.record(entry.after(json!({ "kind": alert.kind.to_value(), "subject": alert.subject }))?).await?;
    change.commit().await
}
