//! A studio's alerts as they change, whichever instance changes them.
//!
//! One poller an instance and studio asks for the latest revision; each watcher then reads what has changed after the last it was told.

use std::{collections::VecDeque, time::Duration};

use entity::alert::Model;
use futures_util::{Stream, StreamExt as _, stream::unfold};

use super::store;
use crate::{
    app::App,
    engine::watch::{Level, Polled},
    error::Result,
    identity::scope::Scope,
};

/// How often the latest revision is asked for, of a studio that somebody watches.
const EVERY: Duration = Duration::from_millis(500);

/// The alerts of a studio that are not over, and then each one that changes; or all changes after a revision.
pub async fn changes(
    app: &App,
    studio_id: i64,
    after: Option<i64>,
) -> Result<impl Stream<Item = Model> + Send + use<>> {
    let mut watcher = Watcher { app: app.clone(), studio_id, told: after.unwrap_or(0), waiting: VecDeque::new() };
    if after.is_none() {
        watcher.begin().await?;
    }
    let polled = app.clone();
    let topic = format!("studio/{studio_id}/alerts");
    let levels = app.pollers.watch(topic, EVERY, move || latest(polled.clone(), studio_id));
    Ok(unfold((watcher, Box::pin(levels)), |(mut watcher, mut levels)| async move {
        let alert = watcher.next(&mut levels).await?;
        Some((alert, (watcher, levels)))
    }))
}

async fn latest(app: App, studio_id: i64) -> Polled<i64> {
    let statements = app.database.read(Default::default());
    match store::revision(&Scope::job_runner(), &statements, studio_id).await {
        Ok(revision) => Polled::Value(revision),
        Err(_) => Polled::Failed { retry_after: None },
    }
}

/// Somebody who is told of every change.
struct Watcher {
    app: App,
    studio_id: i64,
    /// Up to which revision changes were read.
    told: i64,
    /// Read, and not told yet; no more than one look brings.
    waiting: VecDeque<Model>,
}

impl Watcher {
    /// Reads what is open now. The revision comes first: what changes in between is told twice rather than never.
    async fn begin(&mut self) -> Result<()> {
        let (scope, statements) = (Scope::job_runner(), self.app.database.read(Default::default()));
        self.told = store::revision(&scope, &statements, self.studio_id).await?;
        self.waiting.extend(store::open_of(&scope, &statements, self.studio_id).await?);
        Ok(())
    }

    async fn next(&mut self, levels: &mut (impl Stream<Item = Level<i64>> + Unpin)) -> Option<Model> {
        loop {
            if let Some(alert) = self.waiting.pop_front() {
                return Some(alert);
            }
            let level = levels.next().await?;
            if level.value.is_some_and(|latest| *latest > self.told) {
                self.look().await;
            }
        }
    }

    /// What cannot be read now is read when the next level comes.
    async fn look(&mut self) {
        let statements = self.app.database.read(Default::default());
        match store::changed_since(&Scope::job_runner(), &statements, self.studio_id, self.told).await {
            Ok(alerts) => {
                self.told = alerts.last().map_or(self.told, |alert| alert.revision);
                self.waiting.extend(alerts);
            }
            Err(error) => tracing::info!(error = error.for_log(), "changes of alerts could not be read"),
        }
    }
}
