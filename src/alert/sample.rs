//! Sees to it that sessions on air are sampled although nobody watches them: where no sample of the last step is stored, their poller is
//! joined for as long as it takes to hear of them, by whichever instance comes first. A session that somebody watches is asked for
//! nothing more.

use std::{collections::HashMap, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use entity::shopee_account::Status;
use futures_util::{StreamExt as _, stream};
use tokio::time::timeout;

use super::{
    facts::OnAir,
    settings::Settings,
    store::{self, facts},
};
use crate::{
    app::App,
    error::Result,
    identity::scope::Scope,
    session::{
        samples,
        watch::{self, Watched},
    },
};

/// Sessions that are asked for at once.
const AT_ONCE: usize = 16;
/// How long a session's numbers are waited for: those of the next step come soon.
const PATIENCE: Duration = Duration::from_secs(8);

/// Sees to it that there is a fresh sample of each session on air of which drops are looked for, as far as Shopee tells.
pub async fn take(app: &App, step: TimeDelta) -> Result<()> {
    let fresh = app.clock.now() - step * 9 / 10;
    let due = due(app, step, fresh).await?;
    stream::iter(due).for_each_concurrent(AT_ONCE, async |session| hear(app, &session, fresh).await).await;
    samples::store(app).await;
    Ok(())
}

/// The sessions of which nothing was heard since.
async fn due(app: &App, step: TimeDelta, fresh: DateTime<Utc>) -> Result<Vec<OnAir>> {
    let (scope, statements) = (Scope::job_runner(), app.database.read(Default::default()));
    let settings = store::settings::all(&scope, &statements).await?;
    let on_air: Vec<OnAir> = facts::on_air(&scope, &statements).await?;
    let wanted: Vec<OnAir> = on_air.into_iter().filter(|session| is_wanted(&settings, session)).collect();
    let keys: Vec<i64> = wanted.iter().map(|session| session.id).collect();
    let known = facts::courses(&scope, &statements, &keys, fresh, step).await?;
    Ok(wanted.into_iter().filter(|session| !known.contains_key(&session.id)).collect())
}

fn is_wanted(settings: &HashMap<i64, Settings>, session: &OnAir) -> bool {
    let settings = settings.get(&session.studio_id).copied().unwrap_or_default();
    session.account_status == Status::Active && settings.looks_for_drops()
}

/// Waits until the session's poller has heard of it, which notes a sample, or has failed to.
async fn hear(app: &App, session: &OnAir, fresh: DateTime<Utc>) {
    let watched =
        Watched { session_key: session.id, account_id: session.shopee_account_id, session_id: session.session_id };
    let levels = watch::metrics(app, watched, None);
    // What it heard before is of no use.
    let news = levels.skip_while(|level| {
        let is_old = level.stale_since.or(level.observed_at).is_none_or(|at| at < fresh);
        async move { is_old }
    });
    let _ = timeout(PATIENCE, Box::pin(news).next()).await;
}
