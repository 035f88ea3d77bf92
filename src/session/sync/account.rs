//! One run over one account, from where the job is to its end. Memory holds one page, however many there are.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use entity::job::Model;
use futures_util::{FutureExt as _, StreamExt as _, future::BoxFuture, stream};
use sea_orm::DatabaseTransaction;
use shopee::{ListedSession, Page, SessionListQuery};
use tokio::time::sleep;
use tracing::Instrument as _;

use super::{
    Reach,
    session::{Asker, Told},
    statements,
};
use crate::{
    account::{self, access::Access},
    app::App,
    database::{sparse::Read as _, was_taken_back},
    error::{ClientError, Error, Result, ShopeeFaultKind},
    identity::scope::Scope,
    session::{
        metrics::Metrics,
        store::{
            jobs::{self, Failure, Progress},
            upsert::{self, ListedItem, ListedRow, Owner, last_of_each},
        },
    },
    telemetry::traces,
};

/// Sessions that one call lists, and that one transaction stores.
const PAGE_SIZE: u32 = 50;
/// Lists longer than this many pages are cut: something is wrong with them.
const MOST_PAGES: u32 = 1_000;
/// Sessions of one account that are asked about at once: few, since people wait in the same queue.
const AT_ONCE: usize = 3;
/// When so many sessions of a page fail and none is told, it is not the sessions' fault.
const TELLING: usize = 5;
/// A session's place on its page, its id, and what was told of it.
type Asked = (usize, i64, Result<Told, shopee::Error>);

/// How often a page is tried, and a session.
const ATTEMPTS: u32 = 4;
/// How long to wait before the second attempt; twice as long before each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// The longest that Shopee can make us wait.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// Where a job is that has seen all pages.
const AFTER_THE_PAGES: &str = "failures";

/// How a run ends that has not failed.
pub(super) enum Ended {
    Well,
    /// Somebody else has taken the job over.
    Lost,
}

/// One run.
pub(super) struct Run<'a> {
    app: &'a App,
    scope: Scope,
    asker: Asker<'a>,
    owner: Owner,
    job: Model,
    holder: String,
    progress: Progress,
}

/// A page of a list, and what Shopee tells of its sessions.
#[derive(Default)]
struct Gathered {
    rows: Vec<ListedRow>,
    items: Vec<(i64, Vec<ListedItem>)>,
    failures: Vec<Failure>,
    /// How many sessions had to be asked about.
    asked: usize,
    is_last: bool,
}

impl<'a> Run<'a> {
    /// Works at a job to its end.
    pub(super) async fn go(app: &'a App, job: Model) -> Result<Ended> {
        let (scope, account_id) = (Scope::job_runner(), job.shopee_account_id.unwrap_or_default());
        let rows = account::store::accesses(&scope, &statements(app), &[account_id]).await?;
        let row = rows.first().ok_or_else(|| Error::not_found("account"))?;
        let access: Arc<Access> = Access::open(&app.config.credential_keys, row)?;
        let owner = Owner {
            studio_id: *row.studio_id.read()?,
            account_id,
            region: access.region,
            streamer_id: *row.shopee_user_id.read()?,
            streamer_name: row.username.read()?.clone(),
        };
        let asker = Asker { app, shopee: app.shopee.in_background(), access: &access };
        let (holder, progress) = (job.holder.clone().unwrap_or_default(), progress_of(&job));
        Run { app, scope, asker, owner, job, holder, progress }.until_the_end().await
    }

    async fn until_the_end(mut self) -> Result<Ended> {
        let held = self.pages().await? && self.make_up().await?;
        if !held {
            return Ok(Ended::Lost);
        }
        self.end_what_is_over().await?;
        self.finish().await
    }

    /// Stores what is left of the pages; whether the job is still ours.
    async fn pages(&mut self) -> Result<bool> {
        let reach = Reach::of(&self.job.kind).unwrap_or(Reach::All);
        while let Some(page) = self.next_page() {
            let span = traces::page_of_sync(reach.kind(), page);
            let stored = self.page(reach, page).instrument(span.clone()).await;
            let ours = stored.inspect_err(|error| traces::failed(&span, error.code()))?;
            if !ours {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn page(&mut self, reach: Reach, page: u32) -> Result<bool> {
        let gathered = self.patiently_gather(page).await?;
        let is_over = gathered.is_last || page >= MOST_PAGES || reach == Reach::Newest && gathered.asked == 0;
        let next = if is_over { AFTER_THE_PAGES.to_owned() } else { (page + 1).to_string() };
        self.store(gathered, next).await
    }

    fn next_page(&self) -> Option<u32> {
        match self.progress.position.as_deref() {
            None => Some(1),
            Some(position) => position.parse().ok(),
        }
    }

    /// One hiccup of Shopee does not end a run; what will not get better by waiting does.
    async fn patiently_gather(&mut self, page: u32) -> Result<Gathered> {
        let mut attempt = 1;
        loop {
            match self.gather(page).await {
                Err(error) if attempt < ATTEMPTS && may_get_better(&error) => sleep(pause(attempt, &error)).await,
                outcome => return outcome,
            }
            attempt += 1;
        }
    }

    async fn gather(&mut self, page: u32) -> Result<Gathered> {
        let query = SessionListQuery { page, page_size: PAGE_SIZE, ..SessionListQuery::default() };
        let answer = self.asker.shopee.session_list(&self.asker.access.account(), &query).await;
        let answer = self.asker.noted(answer).await.map_err(|error| Error::from(&error))?;
        let (since, now) = (self.job.since, self.app.clock.now());
        if since.is_none() && self.job.kind == Reach::All.kind() {
            self.progress.total = answer.total;
        }
        let is_before = |session: &ListedSession| session.started_at < since;
        // A page of which nothing could be read has no sessions before it either.
        let all_before = !answer.list.is_empty() && answer.list.iter().all(is_before);
        let is_last = is_last(&answer, page) || all_before;
        let wanted = answer.list.iter().filter(|session| !is_before(session));
        let rows = wanted.filter_map(|session| listed_row(session, now)).collect();
        let gathered = Gathered { rows, is_last, ..Gathered::default() };
        self.ask_about(gathered).await
    }

    async fn ask_about(&self, mut gathered: Gathered) -> Result<Gathered> {
        let (statements, now) = (statements(self.app), self.app.clock.now());
        let settled = upsert::settled(&self.scope, &statements, &self.owner, &gathered.rows, now).await?;
        let wanted: Vec<(usize, i64, bool)> = (0..)
            .zip(&gathered.rows)
            .filter(|(_, row)| !settled.contains(&row.session_id))
            .map(|(place, row)| (place, row.session_id, row.on_air))
            .collect();
        gathered.asked = wanted.len();
        let asked: Vec<BoxFuture<'_, Asked>> =
            wanted.into_iter().map(|(place, id, on_air)| self.ask(place, id, on_air).boxed()).collect();
        let mut answers = stream::iter(asked).buffer_unordered(AT_ONCE);
        while let Some((place, session_id, told)) = answers.next().await {
            match told {
                Ok(told) => gathered.take(place, told),
                Err(error) => gathered.failures.push(self.failure(session_id, &error, &gathered)?),
            }
        }
        drop(answers);
        Ok(gathered)
    }

    async fn ask(&self, place: usize, session_id: i64, on_air: bool) -> Asked {
        (place, session_id, self.asker.ask(session_id, on_air).await)
    }

    /// What failed for one session; an error when it is the account's fault, or Shopee's.
    fn failure(&self, session_id: i64, error: &shopee::Error, gathered: &Gathered) -> Result<Failure> {
        let nothing_told = gathered.items.is_empty() && gathered.failures.len() + 1 >= TELLING;
        if nothing_told || matches!(error, shopee::Error::SignedOut { .. }) {
            return Err(Error::from(error));
        }
        let code = Error::from(error).code();
        tracing::warn!(session_id, code, call = error.call(), "a session could not be asked about; it is tried again");
        Ok(Failure { session_id, code, call: Some(error.call()) })
    }

    /// Stores a page and the job's place behind it in one transaction, again if the database lets another go first; whether the job is
    /// still ours.
    async fn store(&mut self, gathered: Gathered, next: String) -> Result<bool> {
        self.progress.position = Some(next);
        self.progress.done += gathered.rows.len() as i64;
        self.progress.failures += gathered.failures.len() as i64;
        self.progress.current = gathered.rows.last().map(|row| row.session_name.clone());
        let mut attempt = 1;
        loop {
            match self.store_once(&gathered).await {
                Err(error) if attempt < ATTEMPTS && was_taken_back(&error) => {}
                outcome => return outcome,
            }
            attempt += 1;
        }
    }

    async fn store_once(&self, gathered: &Gathered) -> Result<bool> {
        let now = self.app.clock.now();
        let transaction = self.app.database.write().await?;
        if !self.note(&transaction, now).await? {
            return Ok(false);
        }
        upsert::store_listed(&self.scope, &transaction, &self.owner, &gathered.rows, now).await?;
        upsert::store_items_of(&self.scope, &transaction, self.owner.account_id, &gathered.items, now).await?;
        jobs::add_failures(&transaction, self.job.id, &gathered.failures, now).await?;
        transaction.commit().await?;
        Ok(true)
    }

    async fn note(&self, transaction: &DatabaseTransaction, now: DateTime<Utc>) -> Result<bool> {
        jobs::note(&self.scope, transaction, (self.job.id, &self.holder), &self.progress, now).await
    }

    /// Tries again what has failed; whether the job is still ours.
    async fn make_up(&mut self) -> Result<bool> {
        for attempt in 1..ATTEMPTS {
            let mut has_waited = false;
            loop {
                let failed = jobs::unresolved(&statements(self.app), self.job.id, i64::from(attempt) + 1).await?;
                if failed.is_empty() {
                    break;
                }
                if !has_waited {
                    sleep(FIRST_PAUSE * 2_u32.pow(attempt - 1)).await;
                    has_waited = true;
                }
                let ids: Vec<i64> = failed.iter().map(|failure| failure.session_id).collect();
                if !self.try_again(&ids).await? {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    async fn try_again(&mut self, session_ids: &[i64]) -> Result<bool> {
        let asked: Vec<BoxFuture<'_, Asked>> = session_ids.iter().map(|id| self.ask(0, *id, false).boxed()).collect();
        let answers: Vec<_> = stream::iter(asked).buffer_unordered(AT_ONCE).collect().await;
        let (mut told, mut failures) = (Vec::new(), Vec::new());
        for (_, session_id, answer) in answers {
            match answer {
                Ok(answer) => told.push((session_id, answer)),
                Err(error) if matches!(error, shopee::Error::SignedOut { .. }) => return Err(Error::from(&error)),
                Err(error) => failures.push(self.failure(session_id, &error, &Gathered::default())?),
            }
        }
        // In the order in which a page's rows are taken.
        told.sort_unstable_by_key(|(session_id, _)| *session_id);
        self.store_made_up(told, failures).await
    }

    async fn store_made_up(&mut self, told: Vec<(i64, Told)>, failures: Vec<Failure>) -> Result<bool> {
        let now = self.app.clock.now();
        let ids: Vec<i64> = told.iter().map(|(session_id, _)| *session_id).collect();
        let transaction = self.app.database.write().await?;
        jobs::resolve(&transaction, self.job.id, &ids, now).await?;
        jobs::add_failures(&transaction, self.job.id, &failures, now).await?;
        self.progress.failures = jobs::count_unresolved(&transaction, self.job.id).await?;
        if !self.note(&transaction, now).await? {
            return Ok(false);
        }
        let keys = upsert::keys_of(&self.scope, &transaction, self.owner.account_id, &ids).await?;
        for (session_id, told) in told {
            let Some(key) = keys.get(&session_id) else { continue };
            if let Some(metrics) = &told.metrics {
                upsert::set_shares(&self.scope, &transaction, *key, metrics, now).await?;
            }
            upsert::store_items(&self.scope, &transaction, *key, &told.items, now).await?;
        }
        transaction.commit().await?;
        Ok(true)
    }

    /// Sessions that are stored as on air and were not listed, since newer ones have taken their place: they may have ended.
    async fn end_what_is_over(&self) -> Result<()> {
        let (account_id, began) = (self.owner.account_id, self.job.started_at.unwrap_or(self.job.created_at));
        let unseen = upsert::on_air_unseen_since(&self.scope, &statements(self.app), account_id, began).await?;
        for (session_key, session_id) in unseen {
            if !matches!(self.asker.is_over(session_id).await, Ok(true)) {
                continue;
            }
            if let Ok(Some(overview)) = self.asker.shopee.overview(&self.asker.access.account(), session_id).await {
                let transaction = self.app.database.write().await?;
                let (metrics, now) = (Metrics::from(&overview), self.app.clock.now());
                upsert::set_ended(&self.scope, &transaction, session_key, &metrics, now).await?;
                transaction.commit().await?;
            }
        }
        Ok(())
    }

    async fn finish(&self) -> Result<Ended> {
        let (transaction, now) = (self.app.database.write().await?, self.app.clock.now());
        let ours = jobs::finish(&self.scope, &transaction, (self.job.id, &self.holder), None, now).await?;
        if !ours {
            return Ok(Ended::Lost);
        }
        account::store::change::set_synced(&self.scope, &transaction, self.owner.account_id, now).await?;
        transaction.commit().await?;
        Ok(Ended::Well)
    }
}

impl Gathered {
    /// What a list tells goes before what the session itself does, but for what only the latter knows.
    fn take(&mut self, place: usize, told: Told) {
        let Some(row) = self.rows.get_mut(place) else { return };
        row.on_air &= !told.has_ended;
        row.total_shares = told.metrics.and_then(|metrics| metrics.shares);
        row.products_count = Some(last_of_each(&told.items, |item| item.item_id).len() as i64);
        self.items.push((row.session_id, told.items));
    }
}

fn progress_of(job: &Model) -> Progress {
    Progress {
        position: job.position.clone(),
        done: job.done,
        total: job.total,
        failures: job.failures,
        current: job.current.clone(),
    }
}

/// By the list's own total if it tells one: pages may be shorter than asked for.
fn is_last<T>(answer: &Page<T>, page: u32) -> bool {
    let rows = answer.list.len() as i64 + answer.unreadable as i64;
    let size = answer.page_size.filter(|size| *size > 0).unwrap_or(i64::from(PAGE_SIZE));
    match answer.total {
        Some(total) => rows == 0 || i64::from(page - 1).saturating_mul(size).saturating_add(rows) >= total,
        None => rows < size,
    }
}

/// A credential that counts no more does not come back by itself, and whoever risk control has stopped makes it worse by asking on.
fn may_get_better(error: &Error) -> bool {
    let Error::Client(ClientError::Shopee(fault)) = error else { return false };
    !matches!(fault.kind, ShopeeFaultKind::SignedOut | ShopeeFaultKind::NoPermission | ShopeeFaultKind::RiskControl)
}

/// As long as Shopee asks for, or twice as long each time.
fn pause(attempt: u32, error: &Error) -> Duration {
    let asked_for = match error {
        Error::Client(ClientError::Shopee(fault)) => fault.retry_after,
        _ => None,
    };
    (FIRST_PAUSE * 2_u32.pow(attempt - 1)).max(asked_for.unwrap_or_default()).min(LONGEST_PAUSE)
}

/// A session without a start cannot be placed in any list; Shopee has not been seen to send one.
fn listed_row(session: &ListedSession, now: DateTime<Utc>) -> Option<ListedRow> {
    Some(ListedRow {
        session_id: session.session_id,
        session_name: session.title.clone().unwrap_or_default(),
        on_air: session.is_on_air(now),
        started_at: session.started_at?,
        duration_seconds: session.duration.map(|duration| duration.as_secs() as i64),
        total_viewers: session.viewers,
        peak_viewers: session.peak_viewers,
        total_orders: session.placed_orders,
        total_revenue: session.placed_sales.map(|amount| amount.0),
        confirmed_orders: session.confirmed_orders,
        confirmed_revenue: session.confirmed_sales.map(|amount| amount.0),
        total_comments: session.comments,
        total_likes: session.likes,
        total_shares: None,
        products_count: None,
    })
}
