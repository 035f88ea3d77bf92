//! `sync`: stores accounts' sessions now, with a progress bar for each account on a terminal and plain lines elsewhere.

use std::{
    convert::Infallible,
    io::{self, IsTerminal as _, Write as _},
    sync::Arc,
    time::Duration,
};

use chrono::{DateTime, NaiveDate, Utc};
use entity::job::State;
use futures_util::future::join_all;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use tokio::time::sleep;

use super::{Failure, require_migrated, say, sentence};
use crate::{
    account::store::{self, AccountRow},
    app::App,
    config::Config,
    database::sparse::Read as _,
    error::Result,
    identity::scope::Scope,
    session::sync::{self, Reach, progress},
};

/// How often what is shown is brought up to date.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// A day, whose midnight in UTC is meant, or an instant.
#[derive(Clone, Copy, Debug)]
pub struct Since(DateTime<Utc>);

impl std::str::FromStr for Since {
    type Err = &'static str;

    fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
        let midnight = |day: NaiveDate| day.and_time(chrono::NaiveTime::MIN).and_utc();
        let instant = text.parse::<DateTime<Utc>>().or_else(|_| text.parse().map(midnight));
        instant.map(Since).map_err(|_| "is a day such as 2026-11-01, or an instant such as 2026-11-01T12:00:00Z")
    }
}

pub(super) async fn run(config: Config, names: &[String], since: Option<Since>) -> std::result::Result<(), Failure> {
    require_migrated(&config).await?;
    let app = App::build(config).await?;
    let outcome = sync_all(&app, names, since.map(|Since(instant)| instant)).await;
    app.database.clone().close().await;
    let failed = outcome?;
    if failed == 0 {
        Ok(())
    } else {
        Err(format!("{failed} accounts are not stored whole; what failed is said above").into())
    }
}

/// Of how many accounts not all is stored.
async fn sync_all(app: &App, names: &[String], since: Option<DateTime<Utc>>) -> std::result::Result<usize, Failure> {
    let accounts = wanted(app, names).await?;
    let shown = io::stderr().is_terminal().then(MultiProgress::new);
    let runs = accounts.into_iter().map(|(id, name)| sync_one(app, id, name, since, shown.as_ref()));
    let outcomes = join_all(runs).await;
    outcomes.into_iter().try_fold(0, |failed, outcome| {
        let (words, is_whole) = outcome?;
        say(&words)?;
        Ok(failed + usize::from(!is_whole))
    })
}

/// The accounts of these names, or all that Shopee takes calls from.
async fn wanted(app: &App, names: &[String]) -> std::result::Result<Vec<(i64, String)>, Failure> {
    let statements = app.database.read(Arc::default());
    let rows = store::active_accounts(&Scope::job_runner(), &statements).await.map_err(sentence)?;
    let accounts: Result<Vec<(i64, String)>> = rows.iter().map(named).collect();
    let accounts = accounts.map_err(sentence)?;
    for name in names {
        if !accounts.iter().any(|(_, known)| known == name) {
            return Err(format!("no account that is connected and signed in is called {name}").into());
        }
    }
    Ok(accounts.into_iter().filter(|(_, name)| names.is_empty() || names.contains(name)).collect())
}

fn named(row: &AccountRow) -> Result<(i64, String)> {
    Ok((*row.id.read()?, row.username.read()?.clone()))
}

/// Syncs one account and shows how far it is; what to say of it in the end, and whether all is stored.
async fn sync_one(
    app: &App,
    account_id: i64,
    name: String,
    since: Option<DateTime<Utc>>,
    shown: Option<&MultiProgress>,
) -> std::result::Result<(String, bool), Failure> {
    let job = sync::ask_for(app, &Scope::job_runner(), account_id, Reach::All, since).await.map_err(sentence)?;
    let display = Display::new(&name, shown);
    let outcome = tokio::select! {
        outcome = sync::see_through(app, job.id) => outcome,
        never = show(app, job.id, &display) => match never {},
    };
    let standing = progress::standing(&Scope::job_runner(), &app.database.read(Arc::default()), job.id).await;
    let standing = standing.map_err(sentence)?.ok_or("the run is no more")?;
    let (done, failures) = (standing.job.done, standing.job.failures);
    display.tell(done, standing.job.total, failures, standing.job.current.as_deref());
    display.end();
    let mut words = match outcome {
        Ok(_) => format!("{name}: {done} sessions stored, {failures} not whole"),
        Err(error) => format!("{name}: {done} sessions stored, then it failed: {}", sentence(error)),
    };
    for failure in &standing.failures {
        let (session_id, code, call) = (failure.session_id, &failure.code, failure.call.as_deref().unwrap_or("-"));
        words.push_str(&format!("\n  session {session_id}: {code} ({call}), tried {} times", failure.attempts));
    }
    Ok((words, standing.job.state == State::Succeeded && failures == 0))
}

async fn show(app: &App, job_id: i64, display: &Display) -> Infallible {
    let mut told = -1;
    loop {
        let standing = progress::standing(&Scope::job_runner(), &app.database.read(Arc::default()), job_id).await;
        if let Ok(Some(standing)) = standing {
            let job = standing.job;
            if std::mem::replace(&mut told, job.done) != job.done {
                display.tell(job.done, job.total, job.failures, job.current.as_deref());
            }
        }
        sleep(LOOK_EVERY).await;
    }
}

/// How far one account is, for a person or for a log.
enum Display {
    Bar(ProgressBar),
    Lines { name: String },
}

impl Display {
    fn new(name: &str, shown: Option<&MultiProgress>) -> Self {
        let Some(shown) = shown else { return Self::Lines { name: name.to_owned() } };
        let bar = shown.add(ProgressBar::no_length().with_prefix(name.to_owned()));
        if let Ok(style) = ProgressStyle::with_template("{prefix:24} {wide_bar} {pos}/{len} {eta} {msg}") {
            bar.set_style(style);
        }
        Self::Bar(bar)
    }

    fn tell(&self, done: i64, total: Option<i64>, failures: i64, current: Option<&str>) {
        match self {
            Self::Bar(bar) => {
                if let Some(total) = total {
                    bar.set_length(total.unsigned_abs());
                }
                bar.set_position(done.unsigned_abs());
                bar.set_message(if failures > 0 { format!("{failures} failed") } else { String::new() });
            }
            Self::Lines { name } => {
                let total = total.map_or_else(String::new, |total| format!(" of {total}"));
                let current = current.map_or_else(String::new, |current| format!(", last: {current}"));
                // A log that nobody takes is no reason to stop.
                let _ = writeln!(io::stderr(), "{name}: {done}{total} sessions, {failures} failed{current}");
            }
        }
    }

    fn end(&self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}
