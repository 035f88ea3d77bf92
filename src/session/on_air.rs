//! All sessions of a studio that are on air, as one level: put together from the levels of each, so that it costs no call of its own.
//!
//! Which sessions there are is read from the database. While somebody watches, [`discovery`] looks for new ones.

use std::{
    collections::{BTreeMap, HashMap},
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};
use tokio::time::timeout;

use super::{
    discovery,
    metrics::Metrics,
    store,
    watch::{self, Watched},
};
use crate::{
    account::access,
    app::App,
    database::sparse::Read as _,
    engine::watch::{Polled, Topic, Watcher},
    error::Result,
    identity::scope::Scope,
};

/// Levels that are kept: a minute and a half at the usual pace.
const KEPT: usize = 32;
/// For so many levels a session is shown on that the database does not call on air.
const LONGEST_DOUBT: u32 = 5;
/// How long the first level waits for the numbers of all sessions.
const PATIENCE: Duration = Duration::from_secs(1);

/// The sessions of a studio that are on air, and those that just were, by key.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct OnAir(pub BTreeMap<i64, Shown>);

/// What a session shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shown {
    pub region: shopee::Region,
    /// The place of this among the levels of the session; `None` before the first.
    pub sequence: Option<i64>,
    pub observed_at: Option<DateTime<Utc>>,
    pub stale_since: Option<DateTime<Utc>>,
    pub metrics: Option<Metrics>,
    pub ended: bool,
}

/// Somebody who watches what is on air in a studio.
pub fn follow(app: &App, studio_id: i64) -> Watcher<OnAir> {
    let name = format!("studio/{studio_id}/on_air");
    let (polled, every) = (app.clone(), app.config.poll_interval);
    let stage = Arc::new(Stage::default());
    app.pollers.follow(Topic { name, kept: KEPT, every: move || every }, move || {
        poll(polled.clone(), studio_id, stage.clone())
    })
}

async fn poll(app: App, studio_id: i64, stage: Arc<Stage>) -> Polled<OnAir> {
    match on_air(&app, studio_id).await {
        Ok(sessions) => Polled::Value(stage.show(&app, studio_id, sessions).await),
        Err(error) => {
            tracing::warn!(error = error.for_log(), studio_id, "what is on air in a studio could not be read");
            Polled::Failed { retry_after: None }
        }
    }
}

type Sessions = HashMap<i64, (Watched, shopee::Region)>;

async fn on_air(app: &App, studio_id: i64) -> Result<Sessions> {
    let statements = app.database.read(Arc::default());
    let rows = store::on_air_of(&Scope::job_runner(), &statements, studio_id).await?;
    let session = |row: &store::SessionRow| {
        let watched = Watched {
            session_key: *row.id.read()?,
            account_id: *row.shopee_account_id.read()?,
            session_id: *row.session_id.read()?,
        };
        Ok((watched.session_key, (watched, access::region(row.region.read()?)?)))
    };
    rows.iter().map(session).collect()
}

/// What has to be kept from one level to the next.
#[derive(Default)]
struct Stage(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    playing: BTreeMap<i64, Playing>,
    /// Sessions that are over, each for as many levels as are kept: whoever saw it on air in one of them is told of its end.
    over: HashMap<i64, (Shown, usize)>,
    discovery: Option<Watcher<()>>,
}

struct Playing {
    region: shopee::Region,
    watcher: Watcher<Metrics>,
    /// For how many levels the database has said otherwise.
    doubted: u32,
}

impl Stage {
    async fn show(&self, app: &App, studio_id: i64, sessions: Sessions) -> OnAir {
        let first: Vec<_> = {
            let mut kept = self.lock();
            kept.discovery.get_or_insert_with(|| discovery::follow(app, studio_id));
            kept.end_all_but(&sessions);
            kept.begin(app, sessions)
        };
        timeout(PATIENCE, join_all(first)).await.ok();
        self.lock().shown()
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// Watches what is new; gives what to wait for.
    fn begin(&mut self, app: &App, sessions: Sessions) -> Vec<impl Future<Output = ()> + Send + use<>> {
        let mut first = Vec::new();
        for (key, (watched, region)) in sessions {
            if !self.playing.contains_key(&key) && !self.over.contains_key(&key) {
                let watcher = watch::follow(app, watched);
                first.push(watcher.first());
                self.playing.insert(key, Playing { region, watcher, doubted: 0 });
            }
        }
        first
    }

    /// Ends what is not on air any more: the session itself says so, or the database for some time. An end is stored before it is told,
    /// and its numbers are worth waiting for.
    fn end_all_but(&mut self, sessions: &Sessions) {
        self.over.retain(|_, (_, left)| {
            *left = left.saturating_sub(1);
            *left > 0
        });
        for (key, mut playing) in mem::take(&mut self.playing) {
            playing.doubted = if sessions.contains_key(&key) { 0 } else { playing.doubted + 1 };
            let shown = playing.shown();
            if shown.ended || playing.doubted > LONGEST_DOUBT {
                self.over.insert(key, (shown.over(), KEPT));
            } else {
                self.playing.insert(key, playing);
            }
        }
    }

    fn shown(&self) -> OnAir {
        let playing = self.playing.iter().map(|(key, playing)| (*key, playing.shown()));
        OnAir(playing.chain(self.over.iter().map(|(key, (shown, _))| (*key, shown.clone()))).collect())
    }
}

impl Playing {
    fn shown(&self) -> Shown {
        let level = self.watcher.newest();
        let metrics = level.as_ref().and_then(|level| level.value.as_deref().copied());
        Shown {
            region: self.region,
            sequence: level.as_ref().map(|level| level.sequence),
            observed_at: level.as_ref().and_then(|level| level.observed_at),
            stale_since: level.as_ref().and_then(|level| level.stale_since),
            metrics,
            ended: metrics.is_some_and(|metrics| !metrics.on_air),
        }
    }
}

impl Shown {
    /// The same, of a session that is over.
    pub fn over(self) -> Self {
        let metrics = self.metrics.map(|metrics| Metrics { on_air: false, ..metrics });
        Self { ended: true, metrics, ..self }
    }
}
