//! What is left of the products of sessions on air, asked every few minutes where a studio wants to be told.

use std::{collections::HashMap, sync::Arc};

use chrono::TimeDelta;
use entity::shopee_account::Status;
use futures_util::{StreamExt as _, stream};
use shopee::BagItem;

use super::{
    facts::OnAir,
    store::{self, facts},
};
use crate::{
    account::{self, access::Access, signed_out},
    app::App,
    database::sparse::Read as _,
    error::{Error, Result},
    identity::scope::Scope,
};

/// How old what is known may be.
const ASKED_EVERY: TimeDelta = TimeDelta::minutes(5);
/// Sessions that are asked for at once.
const AT_ONCE: usize = 8;
/// More than a bag holds.
const WHOLE_BAG: u32 = 200;

/// Asks for the stock of each session on air of which it is not known, or not any more. What goes wrong for one session is left for
/// the next look.
pub async fn look(app: &App) -> Result<()> {
    let due = due(app).await?;
    let accounts: Vec<i64> = due.iter().map(|session| session.shopee_account_id).collect();
    let accesses = accesses(app, &accounts).await?;
    let asked = stream::iter(due).for_each_concurrent(AT_ONCE, async |session| {
        let Some(access) = accesses.get(&session.shopee_account_id) else { return };
        if let Err(error) = ask(app, access, &session).await {
            tracing::info!(error = error.for_log(), session = session.id, "a session's stock is not known");
        }
    });
    asked.await;
    Ok(())
}

async fn due(app: &App) -> Result<Vec<OnAir>> {
    let (scope, statements) = (Scope::job_runner(), app.database.read(Default::default()));
    let settings = store::settings::all(&scope, &statements).await?;
    let is_wanted = |session: &OnAir| {
        let settings = settings.get(&session.studio_id).copied().unwrap_or_default();
        session.account_status == Status::Active && settings.stock_low_pieces.is_some()
    };
    let wanted: Vec<OnAir> = facts::on_air(&scope, &statements).await?.into_iter().filter(is_wanted).collect();
    let keys: Vec<i64> = wanted.iter().map(|session| session.id).collect();
    let seen = store::stock::seen(&scope, &statements, &keys).await?;
    let before = app.clock.now() - ASKED_EVERY;
    let is_due = |session: &OnAir| seen.get(&session.id).is_some_and(|seen| seen.is_none_or(|seen| seen < before));
    Ok(wanted.into_iter().filter(is_due).collect())
}

/// What it takes to ask; accounts that cannot be asked are left out.
async fn accesses(app: &App, accounts: &[i64]) -> Result<HashMap<i64, Arc<Access>>> {
    let (scope, statements) = (Scope::job_runner(), app.database.read(Default::default()));
    let rows = account::store::accesses(&scope, &statements, accounts).await?;
    let open = |row| Access::open(&app.config.credential_keys, row).ok();
    rows.iter().filter_map(|row| Some(Ok((*row.id.read().ok()?, open(row)?)))).collect()
}

async fn ask(app: &App, access: &Access, session: &OnAir) -> Result<()> {
    let bag = app.shopee.patient().session_items(&access.account(), session.session_id, 0, WHOLE_BAG).await;
    let bag = signed_out::noted(app, access, bag).await.map_err(|error| Error::from(&error))?;
    let left: Vec<(i64, i64)> = bag.items.iter().filter_map(|item| Some((item.item_id, left(item)?))).collect();
    let transaction = app.database.write().await?;
    store::stock::put(&Scope::job_runner(), &transaction, session.id, &left, app.clock.now()).await?;
    Ok(transaction.commit().await?)
}

/// Pieces that viewers can still buy.
fn left(item: &BagItem) -> Option<i64> {
    if item.is_out_of_stock == Some(true) { Some(0) } else { item.display_stock }
}
