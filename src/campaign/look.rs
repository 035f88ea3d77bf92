//! Asks now and then what every account's campaigns have done today, notes what is new and has the studio's rule act on it. One instance
//! looks at an account, whichever comes first: it moves the account's next look on before it asks.

use std::{collections::HashMap, sync::Arc, time::Duration};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use futures_util::{FutureExt as _, StreamExt as _, future::BoxFuture, stream};
use rand::Rng as _;
use shopee::{CampaignFilter, CampaignsQuery, ListedCampaign};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::{
    pause::{self, Owner},
    reading::Reading,
    store::{looks, readings, rules},
};
use crate::{
    account::{self, access::Access, signed_out, store::AccountRow},
    app::App,
    database::sparse::Read as _,
    error::{Error, Result},
    identity::scope::Scope,
    promotion::today::{self, MOST_CAMPAIGNS},
};

/// Accounts that are looked at at once.
const AT_ONCE: usize = 4;
/// Pages of campaigns that are asked for of one account.
const MOST_PAGES: u32 = 10;
/// After which time an account is tried again that has no campaigns to show, since it has no shop.
const WITHOUT_SHOP: TimeDelta = TimeDelta::hours(24);
/// After which time a reading is noted that says the same as the one before.
const SAME_AGAIN: TimeDelta = TimeDelta::hours(24);

/// Looks again and again, until told to stop.
pub async fn run(app: App, stop: CancellationToken) {
    let Some(every) = app.config.campaign_interval else { return };
    let work = async {
        loop {
            if let Err(error) = take(&app, app.clock.now(), every).await {
                tracing::warn!(error = error.for_log(), "campaigns could not be looked at; the next look will");
            }
            // Such that many instances do not come all at once.
            let pause = every.mul_f64(rand::rng().random_range(0.9..=1.0));
            sleep(pause).await;
        }
    };
    stop.run_until_cancelled(work).await;
}

/// Looks at every account that is due at this moment. What goes wrong for one is left for its next look.
pub fn take(app: &App, now: DateTime<Utc>, every: Duration) -> BoxFuture<'_, Result<()>> {
    taken(app, now, every).boxed()
}

async fn taken(app: &App, now: DateTime<Utc>, every: Duration) -> Result<()> {
    let (scope, statements) = (Scope::job_runner(), app.database.read(Default::default()));
    let waiting = looks::not_due(&scope, &statements, now).await?;
    let accounts = account::store::active_accounts(&scope, &statements).await?;
    let keys = accounts.iter().map(|row| Ok(*row.id.read()?)).collect::<Result<Vec<i64>>>()?;
    let due = keys.into_iter().filter(|key| !waiting.contains(key));
    let looked = stream::iter(due).for_each_concurrent(AT_ONCE, async |account_id| {
        if let Err(error) = look(app, account_id, now, every).await {
            tracing::info!(error = error.for_log(), account_id, "what an account's campaigns do is not known");
        }
    });
    looked.await;
    Ok(())
}

async fn look(app: &App, account_id: i64, now: DateTime<Utc>, every: Duration) -> Result<()> {
    let every = TimeDelta::from_std(every).map_err(Error::internal)?;
    // A little less, so that a look that comes early by chance still finds it due.
    if !claimed(app, account_id, now, now + every * 9 / 10).await? {
        return Ok(());
    }
    let (owner, access) = acting(app, account_id).await?;
    let listed = signed_out::noted(app, &access, list(app, &access, now).await?).await;
    let listed = match listed {
        Ok(listed) => listed,
        Err(shopee::Error::NoPermission { .. }) => return put_off(app, account_id, now + WITHOUT_SHOP).await,
        Err(error) => return Err(Error::from(&error)),
    };
    let day = today::date(access.region, now)?;
    let found: Vec<Reading> = listed.iter().filter_map(|listed| Reading::of(listed, day, now)).collect();
    note(app, owner, &found).await?;
    act(app, owner, day, &found).await
}

async fn claimed(app: &App, account_id: i64, now: DateTime<Utc>, until: DateTime<Utc>) -> Result<bool> {
    let transaction = app.database.write().await?;
    let is_ours = looks::claim(&transaction, account_id, now, until).await?;
    transaction.commit().await?;
    Ok(is_ours)
}

async fn put_off(app: &App, account_id: i64, until: DateTime<Utc>) -> Result<()> {
    let transaction = app.database.write().await?;
    looks::put_off(&transaction, account_id, until).await?;
    Ok(transaction.commit().await?)
}

/// Whose account it is, and what it takes to ask.
async fn acting(app: &App, account_id: i64) -> Result<(Owner, Arc<Access>)> {
    let (scope, statements) = (Scope::job_runner(), app.database.read(Default::default()));
    let rows: Vec<AccountRow> = account::store::accesses(&scope, &statements, &[account_id]).await?;
    let row = rows.first().ok_or_else(|| Error::not_found("account"))?;
    let owner = Owner { studio_id: *row.studio_id.read()?, account_id };
    Ok((owner, Access::open(&app.config.credential_keys, row)?))
}

/// Every campaign with what it did today. Where Shopee could not make its reports there is none: a zero would not be one.
async fn list(app: &App, access: &Access, now: DateTime<Utc>) -> Result<Result<Vec<ListedCampaign>, shopee::Error>> {
    let (from, to) = today::today(access.region, now)?;
    let (state, search, limit) = (CampaignFilter::All, String::new(), MOST_CAMPAIGNS);
    let mut found = Vec::new();
    for page in 0..MOST_PAGES {
        let query = CampaignsQuery { from, to, state, search: search.clone(), offset: page * limit, limit };
        let list = match app.shopee.patient().campaigns(&access.account(), &query).await {
            Ok(list) => list,
            Err(error) => return Ok(Err(error)),
        };
        let is_last = list.page.list.len() < limit as usize;
        if list.has_report_failure != Some(true) {
            found.extend(list.page.list);
        }
        if is_last {
            break;
        }
    }
    Ok(Ok(found))
}

/// Writes down what is new.
async fn note(app: &App, owner: Owner, found: &[Reading]) -> Result<()> {
    let Some(now) = found.first().map(|reading| reading.read_at) else { return Ok(()) };
    let (scope, statements) = (Scope::job_runner(), app.database.read(Default::default()));
    let campaigns: Vec<i64> = found.iter().map(|reading| reading.campaign_id).collect();
    let known = readings::courses(&scope, &statements, owner.account_id, &campaigns, now - SAME_AGAIN).await?;
    let before: HashMap<i64, &Reading> =
        known.iter().filter_map(|(campaign, course)| Some((*campaign, course.last()?))).collect();
    let is_news = |reading: &&Reading| reading.is_news(before.get(&reading.campaign_id).copied());
    let news: Vec<Reading> = found.iter().filter(is_news).cloned().collect();
    if news.is_empty() {
        return Ok(());
    }
    let transaction = app.database.write().await?;
    readings::insert(&scope, &transaction, (owner.studio_id, owner.account_id), &news).await?;
    Ok(transaction.commit().await?)
}

/// Has the studio's rule act, if it is switched on. What cannot be done for one campaign leaves the others.
async fn act(app: &App, owner: Owner, day: NaiveDate, found: &[Reading]) -> Result<()> {
    let (scope, statements) = (Scope::job_runner(), app.database.read(Default::default()));
    let rule = rules::of_studio(&scope, &statements, owner.studio_id).await?;
    let Some(user_id) = rule.changed_by.filter(|_| rule.is_enabled) else { return Ok(()) };
    for reading in found.iter().filter(|reading| rule.pauses((*reading).into())) {
        if let Err(error) = pause::pause(app, owner, (rule, user_id), day, reading).await {
            let (error, campaign_id) = (error.for_log(), reading.campaign_id);
            tracing::warn!(error, campaign_id, "a campaign could not be paused by rule; the next look tries again");
        }
    }
    Ok(())
}
