//! How a login begins: Shopee is asked for a code, which is sealed for the row it gets.

use chrono::TimeDelta;
use sea_orm::DatabaseTransaction;
use serde_json::json;
use shopee::{QrCode, Region};

use super::{
    code::{Code, Place},
    drive,
    store::{self, New},
};
use crate::{
    app::App,
    error::{Error, Result},
    graphql::id::Kind,
    identity::{
        actor::Actor,
        audit::{self, Action, Entry},
        scope::Scope,
    },
};

/// How many codes of a studio may wait at a time; each is asked about until it is over.
pub const MOST_OPEN: u64 = 5;
/// How long a login waits at most. Shopee's own code is good for about a minute, and Shopee says when it is not.
const LIFETIME: TimeDelta = TimeDelta::minutes(2);

/// Starts a login and sees to its end. `None` when too many of the studio's wait already.
pub async fn start(app: &App, scope: &Scope, actor: &Actor, studio_id: i64, region: Region) -> Result<Option<i64>> {
    let statements = app.database.read(std::sync::Arc::default());
    if store::count_open(scope, &statements, studio_id, app.clock.now()).await? >= MOST_OPEN {
        return Ok(None);
    }
    let code = app.shopee.gen_qrcode(region).await.map_err(|error| Error::from(&error))?;
    let transaction = app.database.write().await?;
    let now = app.clock.now();
    // Asked again: others may have started theirs while Shopee was thinking.
    if store::count_open(scope, &transaction, studio_id, now).await? >= MOST_OPEN {
        return Ok(None);
    }
    let started_by = actor.user_id;
    let new = New { studio_id, started_by, region, created_at: now, expires_at: now + LIFETIME };
    let login_id = insert(app, scope, &transaction, &new, code).await?;
    let entry = Entry::in_studio(Action::ShopeeLoginStarted, studio_id, Kind::ShopeeLogin, login_id);
    let entry = entry.after(json!({ "region": region.code() }))?;
    audit::record(scope, &transaction, actor, entry, now).await?;
    transaction.commit().await?;
    drive::drive(app, login_id);
    Ok(Some(login_id))
}

/// In two statements, since the code is sealed for a key that only the first one makes.
async fn insert(app: &App, scope: &Scope, transaction: &DatabaseTransaction, new: &New, code: QrCode) -> Result<i64> {
    let login_id = store::insert(scope, transaction, new).await?;
    let place = Place { login_id, studio_id: new.studio_id, region: new.region };
    let sealed = Code::from(code).seal(&app.config.credential_keys, place)?;
    store::replace_code(scope, transaction, login_id, None, sealed).await?;
    Ok(login_id)
}
