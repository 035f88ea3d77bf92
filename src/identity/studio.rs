//! Studios: how one is made.

use chrono_tz::Tz;
use serde_json::json;

use super::{
    actor::Actor,
    audit::{self, Action, Entry},
    names::StudioName,
    scope::{Scope, Viewer},
    store,
};
use crate::{app::App, error::Result, graphql::id::Kind};

/// A studio that was made, and what whoever made it sees now.
pub struct Created {
    pub studio_id: i64,
    pub viewer: Viewer,
}

/// Makes a studio and the viewer its owner.
pub async fn create(app: &App, viewer: &Viewer, actor: &Actor, name: &StudioName, time_zone: Tz) -> Result<Created> {
    let (transaction, now) = (app.database.write().await?, app.clock.now());
    let membership = store::insert_studio(&transaction, viewer.user_id, name.as_str(), time_zone, now).await?;
    let studio_id = membership.studio_id;
    let entry = Entry::in_studio(Action::StudioCreated, studio_id, Kind::Studio, studio_id)
        .after(json!({ "name": name.as_str(), "timeZone": time_zone.name() }))?;
    audit::record(&Scope::of_new_studio(studio_id), &transaction, actor, entry, now).await?;
    transaction.commit().await?;
    Ok(Created { studio_id, viewer: viewer.clone().with(membership) })
}
