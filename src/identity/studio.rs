//! Studios: how one is made, and how it is changed.

use chrono_tz::Tz;
use entity::{membership::Role, studio};
use serde_json::{Value, json};

use super::{
    actor::Actor,
    audit::{self, Action, Entry},
    change::Change,
    names::StudioName,
    scope::{Scope, Viewer},
    store,
};
use crate::{
    app::App,
    error::{Error, Result},
    graphql::id::Kind,
};

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
    audit::record(&Scope::of_studio(studio_id), &transaction, actor, entry, now).await?;
    transaction.commit().await?;
    Ok(Created { studio_id, viewer: viewer.clone().with(membership) })
}

/// What a studio is to be; what is `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    pub name: Option<StudioName>,
    pub time_zone: Option<Tz>,
    /// `Some(None)` takes the bound away.
    pub coin_budget_per_session: Option<Option<i64>>,
    pub coin_budget_per_day: Option<Option<i64>>,
}

/// Changes a studio, by an owner.
pub async fn update(app: &App, viewer: &Viewer, actor: Actor, studio_id: i64, wanted: Changes) -> Result<()> {
    let change = Change::begin(app, actor, viewer.user_id, studio_id, Role::Owner).await?;
    let row = store::studio(&change.scope, &change.transaction, studio_id).await?;
    let row = row.ok_or_else(|| Error::not_found("studio"))?;
    let name = wanted.name.map_or(row.name.clone(), |name| name.as_str().to_owned());
    let time_zone = wanted.time_zone.map_or(row.time_zone.clone(), |zone| zone.name().to_owned());
    let coin_budget_per_session = wanted.coin_budget_per_session.unwrap_or(row.coin_budget_per_session);
    let coin_budget_per_day = wanted.coin_budget_per_day.unwrap_or(row.coin_budget_per_day);
    let now = studio::Model {
        name,
        time_zone,
        coin_budget_per_session,
        coin_budget_per_day,
        updated_at: change.now,
        ..row.clone()
    };
    if told(&row) == told(&now) {
        return Ok(());
    }
    store::update_studio(&change.scope, &change.transaction, &now).await?;
    let entry = Entry::in_studio(Action::StudioUpdated, studio_id, Kind::Studio, studio_id);
    change.record(entry.before(told(&row))?.after(told(&now))?).await?;
    change.commit().await
}

/// What the audit log says of a studio.
fn told(row: &studio::Model) -> Value {
    json!({
        "name": row.name,
        "timeZone": row.time_zone,
        "coinBudgetPerSession": row.coin_budget_per_session,
        "coinBudgetPerDay": row.coin_budget_per_day,
    })
}
