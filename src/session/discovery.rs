//! Looks for sessions that have begun, in a studio that somebody watches: one short list for each of its accounts, now and then, by one
//! instance for all.

use std::sync::Arc;

use entity::shopee_account::Status;
use shopee::SessionListQuery;

use super::{
    store,
    sync::{self, Reach},
};
use crate::{
    account::{self, access::Access},
    app::App,
    database::sparse::Read as _,
    engine::watch::{Polled, Topic, Watcher},
    error::{Error, Result},
    identity::scope::Scope,
};

/// So many intervals of a session's numbers: half a minute at the usual pace.
const INTERVALS: u32 = 10;
/// What is on air stands first.
const NEWEST: u32 = 10;

/// Somebody for whom it is looked.
pub fn follow(app: &App, studio_id: i64) -> Watcher<()> {
    let (polled, every) = (app.clone(), app.config.poll_interval * INTERVALS);
    let topic = Topic { name: format!("studio/{studio_id}/discovery"), kept: 1, every: move || every };
    app.pollers.follow(topic, move || look(polled.clone(), studio_id))
}

async fn look(app: App, studio_id: i64) -> Polled<()> {
    match accounts(&app, studio_id).await {
        Ok(accounts) => {
            for account_id in accounts {
                if let Err(error) = look_at(&app, account_id).await {
                    tracing::info!(error = error.for_log(), account_id, "an account was not searched for new sessions");
                }
            }
            Polled::Value(())
        }
        Err(error) => {
            tracing::warn!(error = error.for_log(), studio_id, "the accounts of a studio could not be read");
            Polled::Failed { retry_after: None }
        }
    }
}

async fn accounts(app: &App, studio_id: i64) -> Result<Vec<i64>> {
    let statements = app.database.read(Arc::default());
    let rows = account::store::all_accounts_of(&Scope::job_runner(), &statements, studio_id).await?;
    let mut active = Vec::new();
    for row in rows {
        if *row.status.read()? == Status::Active {
            active.push(*row.id.read()?);
        }
    }
    Ok(active)
}

/// Has an account's newest sessions stored if one is on air that nobody knows of, by whoever comes first: a sync may take long, and
/// the other accounts are not to wait for it.
async fn look_at(app: &App, account_id: i64) -> Result<()> {
    let (scope, statements) = (Scope::job_runner(), app.database.read(Arc::default()));
    let rows = account::store::accesses(&scope, &statements, &[account_id]).await?;
    let row = rows.first().ok_or_else(|| Error::not_found("account"))?;
    let access = Access::open(&app.config.credential_keys, row)?;
    let query = SessionListQuery { page: 1, page_size: NEWEST, ..SessionListQuery::default() };
    let listed = app.shopee.in_background().session_list(&access.account(), &query).await;
    let listed = listed.map_err(|error| Error::from(&error))?.list;
    let now = app.clock.now();
    let on_air: Vec<i64> =
        listed.iter().filter(|session| session.is_on_air(now)).map(|session| session.session_id).collect();
    let owner = (*row.studio_id.read()?, account_id, access.region);
    let known = store::known(&scope, &statements, owner, &on_air).await?;
    if known < on_air.len() as u64 {
        sync::ask_for(app, &scope, account_id, Reach::Newest, None).await?;
    }
    Ok(())
}
