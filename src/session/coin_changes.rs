//! The changes in a session's coin giveouts, as they come, from whichever instance made them.
//!
//! One poller an instance asks for the latest revision; each watcher then reads what has changed after the last it was told. So a slow
//! one misses nothing and nothing has to be kept for it.

use std::{collections::VecDeque, time::Duration};

use futures_util::{Stream, StreamExt as _, stream::unfold};

use super::{
    coins::resource,
    store::coins::{LedgerRow, changed_since},
};
use crate::{
    app::App,
    engine::watch::{Level, Polled},
    error::Result,
    identity::scope::Scope,
    ledger::store::revision,
};

/// How often the latest revision is asked for, of a session that somebody watches.
const EVERY: Duration = Duration::from_millis(500);

/// Changes after a revision, in their order.
pub fn changes(app: &App, session_key: i64, after: i64) -> impl Stream<Item = LedgerRow> + Send + use<> {
    let (topic, polled) = (resource(session_key), app.clone());
    let levels = app.pollers.watch(topic.clone(), EVERY, move || latest(polled.clone(), resource(session_key)));
    let watcher = Watcher { app: app.clone(), resource: topic, told: after, waiting: VecDeque::new() };
    unfold((watcher, Box::pin(levels)), |(mut watcher, mut levels)| async move {
        let row = watcher.next(&mut levels).await?;
        Some((row, (watcher, levels)))
    })
}

async fn latest(app: App, resource: String) -> Polled<i64> {
    let statements = app.database.read(Default::default());
    match revision(&Scope::job_runner(), &statements, &resource).await {
        Ok(revision) => Polled::Value(revision),
        Err(_) => Polled::Failed { retry_after: None },
    }
}

/// Somebody who is told of every change.
struct Watcher {
    app: App,
    resource: String,
    /// The revision that they were told last.
    told: i64,
    /// Read, and not told yet; no more than one look brings.
    waiting: VecDeque<LedgerRow>,
}

impl Watcher {
    async fn next(&mut self, levels: &mut (impl Stream<Item = Level<i64>> + Unpin)) -> Option<LedgerRow> {
        loop {
            if let Some(row) = self.waiting.pop_front() {
                self.told = row.1.revision;
                return Some(row);
            }
            let level = levels.next().await?;
            if level.value.is_some_and(|latest| *latest > self.told) {
                self.look().await;
            }
        }
    }

    /// What cannot be read now is read when the next level comes.
    async fn look(&mut self) {
        let rows: Result<Vec<LedgerRow>> = async {
            let statements = self.app.database.read(Default::default());
            changed_since(&Scope::job_runner(), &statements, &self.resource, self.told).await
        }
        .await;
        match rows {
            Ok(rows) => self.waiting.extend(rows),
            Err(error) => tracing::info!(error = error.for_log(), "changes of coin giveouts could not be read"),
        }
    }
}
