//! Stores what Shopee lists: an account's sessions with their figures and items. Repeating it changes nothing, whoever does it.
//!
//! Each run is a job in the database: `schedule` says when an account is due, `runner` takes jobs up on any instance, and `account`
//! works through one, page by page, each page stored in one transaction with the job's place. So a run whose instance has died goes on
//! where it was, and what fails for one session or account is noted and never stops the others.

mod account;
pub mod progress;
mod runner;
mod schedule;
mod session;

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use entity::{
    job::{Model, State},
    membership::Role,
};
use futures_util::{FutureExt as _, future::BoxFuture};
use serde_json::json;
use shopee::{ListedProduct, ProductListQuery, Region};
use tokio::time::sleep;

pub use self::runner::run;
use super::store::{
    jobs::{self, Wanted},
    upsert::ListedItem,
};
use crate::{
    account as accounts,
    app::App,
    cost::Cost,
    database::{Statements, sparse::Read as _},
    error::{Error, Result},
    graphql::id::Kind,
    identity::{
        actor::Actor,
        audit::{Action, Entry},
        change::Change,
        scope::{Scope, Viewer},
    },
};

/// Products that one call lists; a bag holds some two hundred at most.
const MOST_PRODUCTS: u32 = 500;
/// How often whoever waits for a job looks at it.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// How far back a sync goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Every session that Shopee lists.
    All,
    /// What is on air, what has ended since, and what has not settled yet: pages, until one has nothing of these.
    Newest,
}

impl Reach {
    pub const BOTH: [Self; 2] = [Self::All, Self::Newest];

    /// As it stands in the table of jobs.
    pub fn kind(self) -> &'static str {
        match self {
            Self::All => "SYNC_ALL",
            Self::Newest => "SYNC_NEWEST",
        }
    }

    fn of(kind: &str) -> Option<Self> {
        Self::BOTH.into_iter().find(|reach| reach.kind() == kind)
    }
}

/// Asks for an account to be synced: the job that is open for it, or a new one. Somebody takes it up soon.
pub async fn ask_for(
    app: &App,
    scope: &Scope,
    account_id: i64,
    reach: Reach,
    since: Option<DateTime<Utc>>,
) -> Result<Model> {
    let rows = accounts::store::accesses(scope, &statements(app), &[account_id]).await?;
    let row = rows.first().ok_or_else(|| Error::not_found("account"))?;
    let wanted = Wanted { kind: reach.kind(), studio_id: *row.studio_id.read()?, account_id, since };
    let transaction = app.database.write().await?;
    let job = jobs::open(scope, &transaction, &wanted, app.clock.now()).await?;
    transaction.commit().await?;
    app.job_asked_for.notify_one();
    Ok(job)
}

/// Asks for everything of an account, by an operator of its studio, and writes down who asked.
pub async fn request(
    app: &App,
    viewer: &Viewer,
    actor: Actor,
    (studio_id, account_id): (i64, i64),
    since: Option<DateTime<Utc>>,
) -> Result<Model> {
    let change = Change::begin(app, actor, viewer.user_id, studio_id, Role::Operator).await?;
    let wanted = Wanted { kind: Reach::All.kind(), studio_id, account_id, since };
    let job = jobs::open(&change.scope, &change.transaction, &wanted, change.now).await?;
    let entry = Entry::in_studio(Action::SyncRequested, studio_id, Kind::ShopeeAccount, account_id);
    change.record(entry.after(json!({ "since": since }))?).await?;
    change.commit().await?;
    app.job_asked_for.notify_one();
    Ok(job)
}

/// Stores an account's sessions and their items, and says how many sessions it stored. Whoever is at it already is waited for.
pub async fn sync_account(app: &App, account_id: i64, reach: Reach) -> Result<u64> {
    let job = ask_for(app, &Scope::job_runner(), account_id, reach, None).await?;
    let ended = see_through(app, job.id).await?;
    Ok(u64::try_from(ended.done).unwrap_or_default())
}

/// Runs a job here if nobody else does, and waits until it has ended well.
pub fn see_through(app: &App, job_id: i64) -> BoxFuture<'_, Result<Model>> {
    seen_through(app, job_id).boxed()
}

async fn seen_through(app: &App, job_id: i64) -> Result<Model> {
    let scope = Scope::job_runner();
    loop {
        if let Some(job) = runner::claim(app, &Reach::BOTH, Some(job_id)).await? {
            runner::drive(app, job).await?;
        }
        let job = jobs::by_keys(&scope, &statements(app), &[job_id]).await?.pop();
        match job.ok_or_else(|| Error::not_found("job"))? {
            job if job.state == State::Succeeded => return Ok(job),
            Model { state: State::Failed, last_error, .. } => {
                let code = last_error.unwrap_or_default();
                return Err(Error::internal(format!("the sync failed elsewhere: {code}")));
            }
            _ => sleep(LOOK_EVERY).await,
        }
    }
}

/// What a run counts for nobody's operation.
fn statements(app: &App) -> Statements {
    app.database.read(Arc::new(Cost::default()))
}

/// All products of a session at once.
pub(super) fn whole_bag() -> ProductListQuery {
    ProductListQuery { page_size: MOST_PRODUCTS, ..ProductListQuery::default() }
}

pub(super) fn listed_item(product: &ListedProduct, region: Region) -> ListedItem {
    let image = product.cover_image.as_deref().and_then(|image| shopee::urls::image_url(region, image));
    ListedItem {
        item_id: product.item_id,
        product_name: product.title.clone().unwrap_or_default(),
        product_image_url: image.map(Into::into),
        live_price: product.min_price.map(|amount| amount.0),
        quantity_sold: product.placed_items_sold,
        total_sales_amount: product.placed_sales.map(|amount| amount.0),
        confirmed_sales_amount: product.confirmed_sales.map(|amount| amount.0),
        ..ListedItem::default()
    }
}
