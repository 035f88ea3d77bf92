//! Sees to it that sessions on air are sampled although nobody watches them: where no sample of the last step is stored, one is taken,
//! by whichever instance comes first. A session that somebody watches is asked for nothing more.

use std::{collections::HashMap, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use entity::{metric_sample, shopee_account::Status};
use futures_util::{StreamExt as _, stream};
use tokio::time::timeout;

use super::{
    facts::OnAir,
    settings::Settings,
    store::{self, facts},
};
use crate::{
    app::App,
    engine::watch::Level,
    error::Result,
    identity::scope::Scope,
    session::{
        metrics::Metrics,
        watch::{self, Watched},
    },
};

/// Sessions that are asked for at once.
const AT_ONCE: usize = 16;
/// How long a session's numbers are waited for: those of the next step come soon.
const PATIENCE: Duration = Duration::from_secs(8);

/// Stores a sample of each session on air of which drops are looked for, if there is no fresh one.
pub async fn take(app: &App, step: TimeDelta) -> Result<()> {
    let due = due(app, step).await?;
    let samples: Vec<metric_sample::Model> = stream::iter(due)
        .map(|session| sample(app, session))
        .buffer_unordered(AT_ONCE)
        .filter_map(async |it| it)
        .collect()
        .await;
    if samples.is_empty() {
        return Ok(());
    }
    let transaction = app.database.write().await?;
    store::samples::insert(&Scope::job_runner(), &transaction, &samples).await?;
    Ok(transaction.commit().await?)
}

/// The sessions that nobody has sampled in nearly a step.
async fn due(app: &App, step: TimeDelta) -> Result<Vec<OnAir>> {
    let (scope, statements, now) = (Scope::job_runner(), app.database.read(Default::default()), app.clock.now());
    let settings = store::settings::all(&scope, &statements).await?;
    let on_air: Vec<OnAir> = facts::on_air(&scope, &statements).await?;
    let wanted: Vec<OnAir> = on_air.into_iter().filter(|session| is_wanted(&settings, session)).collect();
    let keys: Vec<i64> = wanted.iter().map(|session| session.id).collect();
    let known = facts::courses(&scope, &statements, &keys, now - step * 2, step).await?;
    let is_due = |session: &OnAir| {
        let newest = known.get(&session.id).and_then(|points| points.last());
        newest.is_none_or(|point| is_old(point.sampled_at, step, now))
    };
    Ok(wanted.into_iter().filter(is_due).collect())
}

fn is_wanted(settings: &HashMap<i64, Settings>, session: &OnAir) -> bool {
    let settings = settings.get(&session.studio_id).copied().unwrap_or_default();
    session.account_status == Status::Active && settings.looks_for_drops()
}

fn is_old(sampled_at: DateTime<Utc>, step: TimeDelta, now: DateTime<Utc>) -> bool {
    (now - sampled_at) * 10 > step * 9
}

/// What a session shows now, through the poller that those who watch it share; `None` when Shopee does not tell, or it is over, which
/// the poller stores.
async fn sample(app: &App, session: OnAir) -> Option<metric_sample::Model> {
    let watched =
        Watched { session_key: session.id, account_id: session.shopee_account_id, session_id: session.session_id };
    let mut levels = Box::pin(watch::metrics(app, watched));
    let level: Level<Metrics> = timeout(PATIENCE, levels.next()).await.ok()??;
    let metrics = level.value.filter(|metrics| metrics.on_air && level.stale_since.is_none())?;
    Some(metric_sample::Model {
        live_session_id: session.id,
        sampled_at: level.observed_at?,
        viewers: metrics.current_viewers,
        peak_viewers: metrics.peak_viewers,
        total_viewers: metrics.total_viewers,
        likes: metrics.likes,
        comments: metrics.comments,
        shares: metrics.shares,
        orders: metrics.orders,
        revenue: metrics.revenue,
    })
}
