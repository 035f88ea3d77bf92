//! Asking Shopee again about sessions whose figures somebody does not believe. Figures are added up from sessions, so building them anew
//! means reading these anew: what they are, their numbers and their products, as `syncLiveSession` does with one.
//!
//! What is wanted stands in the database until it is done, so a gateway that dies leaves it to the next. Whoever takes a session in hand
//! moves its time on; that two do at once does no harm.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::{
    period::{Period, Span},
    store::recounts::{self, Due},
};
use crate::{
    account::{self, access::Access},
    app::App,
    database::Statements,
    error::{Error, Result},
    graphql::id::Kind,
    identity::{
        actor::Actor,
        audit::{Action, Entry},
        change::Change,
        scope::Scope,
    },
    session::{ask::Asking, refresh::Refreshes},
};

/// Between two looks when nothing is due.
const PAUSE: Duration = Duration::from_secs(2);
/// Sessions that one look takes up.
const AT_ONCE: u64 = 20;
/// For how long others leave a session alone that somebody has in hand: longer than its calls can take.
const IN_HAND: TimeDelta = TimeDelta::minutes(2);
/// The longest that a session waits after it has failed, however often.
const LONGEST_WAIT_SECONDS: i64 = 3_600;

/// Wants all sessions of a studio asked for that began in a period; how many those are.
pub async fn request(change: Change, period: Period, whole: Span) -> Result<i64> {
    let Change { scope, transaction, studio_id, now, .. } = &change;
    let studio_id = *studio_id;
    let sessions = recounts::request(scope, transaction, studio_id, whole, *now).await?;
    let entry = Entry::in_studio(Action::AnalyticsRebuildRequested, studio_id, Kind::Studio, studio_id);
    let asked = json!({ "from": period.from.to_string(), "to": period.to.to_string(), "sessions": sessions });
    change.record(entry.after(asked)?).await?;
    change.commit().await?;
    Ok(sessions)
}

/// Asks for what is wanted, one session after the other, until told to stop.
pub async fn run(app: App, stop: CancellationToken) {
    let refreshes = Refreshes::new(app.clock);
    let work = async {
        loop {
            match look(&app, &refreshes).await {
                Ok(true) => {}
                Ok(false) => tokio::time::sleep(PAUSE).await,
                Err(error) => {
                    tracing::warn!(error = error.for_log(), "sessions to ask for again could not be looked at");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    };
    stop.run_until_cancelled(work).await;
}

/// Takes up some of what is due; whether there was anything.
async fn look(app: &App, refreshes: &Refreshes) -> Result<bool> {
    let (scope, statements) = (Scope::job_runner(), app.database.read(Default::default()));
    let due = recounts::due(&scope, &statements, app.clock.now(), AT_ONCE).await?;
    for due in &due {
        let transaction = app.database.write().await?;
        let is_ours = recounts::begin(&scope, &transaction, due, app.clock.now() + IN_HAND).await?;
        transaction.commit().await?;
        if is_ours {
            settle(app, &scope, due, ask(app, &scope, &statements, refreshes, due).await).await?;
        }
    }
    Ok(!due.is_empty())
}

async fn ask(app: &App, scope: &Scope, statements: &Statements, refreshes: &Refreshes, due: &Due) -> Result<()> {
    let rows = account::store::accesses(scope, statements, &[due.shopee_account_id]).await?;
    let row = rows.first().ok_or_else(|| Error::not_found("account"))?;
    let access = Access::open(&app.config.credential_keys, row)?;
    let cost = Default::default();
    let asking = Asking { app, access: &access, cost: &cost, session_id: due.session_id };
    // That Shopee does not know the session any more leaves what is stored of it.
    refreshes.refresh(asking, scope, &Actor::gateway(), due.live_session_id).await.map(|_| ())
}

async fn settle(app: &App, scope: &Scope, due: &Due, outcome: Result<()>) -> Result<()> {
    let transaction = app.database.write().await?;
    match outcome {
        Ok(()) => recounts::finish(scope, &transaction, due).await?,
        Err(error) => {
            let (error, session_key) = (error.for_log(), due.live_session_id);
            tracing::warn!(error, session_key, "a session could not be asked for again; a later look tries again");
            recounts::put_off(scope, &transaction, due, app.clock.now() + wait(due.attempts)).await?;
        }
    }
    Ok(transaction.commit().await?)
}

/// Twice as long after each failure.
fn wait(attempts: i64) -> TimeDelta {
    let doubled = 2_i64.saturating_pow(u32::try_from(attempts).unwrap_or(u32::MAX));
    TimeDelta::seconds(doubled.clamp(1, LONGEST_WAIT_SECONDS))
}
