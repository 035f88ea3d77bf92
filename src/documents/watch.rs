//! Trusted documents while the gateway runs: what is written anew is read anew.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use tokio::{
    sync::watch,
    time::{Instant, MissedTickBehavior, interval_at},
};
use tokio_util::sync::CancellationToken;

use super::{Problems, folder, read, trusted};
use crate::http::Trusted;

/// How often the files are looked at.
const EVERY: Duration = Duration::from_secs(1);

/// What the files looked like, without what is in them.
type Look = Vec<(PathBuf, Option<SystemTime>, u64)>;

/// Documents that are trusted, and how they change.
pub struct Watched {
    path: Option<PathBuf>,
    own: Vec<&'static str>,
    look: Option<Look>,
    trusted: watch::Sender<Arc<Trusted>>,
}

impl Watched {
    /// What is there now, with the gateway's own documents; only those if there is no path.
    pub async fn open(path: Option<PathBuf>, own: Vec<&'static str>) -> Result<Self, Problems> {
        let mut watched = Self { path, own, look: None, trusted: watch::channel(Arc::default()).0 };
        watched.look = watched.look_now().await;
        watched.load().await?;
        Ok(watched)
    }

    pub fn trusted(&self) -> watch::Receiver<Arc<Trusted>> {
        self.trusted.subscribe()
    }

    /// Looks again and again, until the gateway stops.
    pub async fn run(mut self, shutdown: CancellationToken) {
        let mut ticks = interval_at(Instant::now() + EVERY, EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let work = async {
            loop {
                ticks.tick().await;
                self.look_again().await;
            }
        };
        shutdown.run_until_cancelled(work).await;
    }

    async fn look_again(&mut self) {
        let look = self.look_now().await;
        if look == self.look {
            return;
        }
        // Before reading, so that what is written meanwhile is read next time.
        self.look = look;
        match self.load().await {
            Ok(count) => tracing::info!(count, "the trusted documents were read anew"),
            Err(problems) => {
                tracing::error!(error = %problems, "the trusted documents stay as they were");
            }
        }
    }

    async fn load(&self) -> Result<usize, Problems> {
        let trusted = match &self.path {
            Some(path) => trusted(read(path).await?, &self.own),
            None => trusted(super::Manifest::of(Vec::new()), &self.own),
        };
        let count = trusted.len();
        self.trusted.send_replace(Arc::new(trusted));
        Ok(count)
    }

    /// `None` when it cannot be told, which is something else than before or after.
    async fn look_now(&self) -> Option<Look> {
        let path = self.path.clone()?;
        tokio::task::spawn_blocking(move || look(&path).ok()).await.ok().flatten()
    }
}

fn look(path: &Path) -> io::Result<Look> {
    let files = if path.is_dir() { folder::files(path)? } else { vec![path.to_owned()] };
    let look = files.into_iter().map(|file| {
        let metadata = std::fs::metadata(&file)?;
        Ok((file, metadata.modified().ok(), metadata.len()))
    });
    look.collect()
}
