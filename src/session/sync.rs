//! Stores what Shopee lists: an account's sessions and their items. Repeating it changes nothing, whoever does it.
//!
//! What goes wrong for one session or account is logged and left for the next run; it never stops the others.

use std::{collections::HashSet, sync::Arc};

use shopee::{ListedProduct, ListedSession, ProductListQuery, Region, SessionListQuery, SessionStatus};
use tokio_util::sync::CancellationToken;

use super::{
    metrics::Metrics,
    shops,
    store::upsert::{self, ListedItem, ListedRow, Owner},
};
use crate::{
    account::{self, access::Access, signed_out},
    app::App,
    cost::Cost,
    database::{Statements, sparse::Read as _},
    error::{Error, Result},
    identity::scope::Scope,
};

/// Sessions that one call lists.
const PAGE_SIZE: u32 = 50;
/// Products that one call lists; a bag holds some two hundred at most.
const MOST_PRODUCTS: u32 = 500;
/// Lists longer than this many pages are cut: something is wrong with them.
const MOST_PAGES: u32 = 1_000;

/// How far back a sync goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Every session that Shopee lists.
    All,
    /// The first page: what is on air, and what ended last.
    Newest,
}

/// Stores the newest sessions of every active account, every `sync_interval`, and all sessions of an account as soon as it is
/// connected, until the gateway stops.
pub async fn run(app: App, shutdown: CancellationToken) {
    let Some(every) = app.config.sync_interval else { return };
    let mut ticks = tokio::time::interval(every);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let work = async {
        loop {
            tokio::select! {
                _ = ticks.tick() => sync_all(&app).await,
                connected = app.connected.take() => sync_each(&app, connected, Reach::All).await,
            }
        }
    };
    shutdown.run_until_cancelled(work).await;
}

async fn sync_all(app: &App) {
    let accounts = account::store::active_accounts(&Scope::job_runner(), &statements(app)).await;
    let accounts = accounts.and_then(|rows| rows.iter().map(|row| row.id.read().copied()).collect::<Result<Vec<_>>>());
    match accounts {
        Ok(accounts) => sync_each(app, accounts, Reach::Newest).await,
        Err(error) => {
            let error = error.for_log();
            tracing::error!(error, "the accounts to sync could not be read; the next run tries again");
        }
    }
}

async fn sync_each(app: &App, accounts: impl IntoIterator<Item = i64>, reach: Reach) {
    for account_id in accounts {
        if let Err(error) = sync_account(app, account_id, reach).await {
            let error = error.for_log();
            tracing::warn!(error, account_id, "an account could not be synced; the next run tries again");
        }
    }
}

/// Stores an account's sessions and their items, and says how many sessions Shopee listed.
pub async fn sync_account(app: &App, account_id: i64, reach: Reach) -> Result<u64> {
    let scope = Scope::job_runner();
    let rows = account::store::accesses(&scope, &statements(app), &[account_id]).await?;
    let row = rows.first().ok_or_else(|| Error::not_found("account"))?;
    let access = Access::open(&app.config.credential_keys, row)?;
    let owner = Owner {
        studio_id: *row.studio_id.read()?,
        account_id,
        region: access.region,
        streamer_id: *row.shopee_user_id.read()?,
        streamer_name: row.username.read()?.clone(),
    };
    let run = Run { app, shopee: app.shopee.patient(), scope, access, owner };
    let listed = run.sessions(reach).await?;
    let transaction = app.database.write().await?;
    account::store::change::set_synced(&run.scope, &transaction, account_id, app.clock.now()).await?;
    transaction.commit().await?;
    Ok(listed)
}

/// What a run counts for nobody's operation.
fn statements(app: &App) -> Statements {
    app.database.read(Arc::new(Cost::default()))
}

/// One account being synced.
struct Run<'a> {
    app: &'a App,
    /// A job has time to wait for its turn.
    shopee: shopee::Client,
    scope: Scope,
    access: Arc<Access>,
    owner: Owner,
}

impl Run<'_> {
    async fn sessions(&self, reach: Reach) -> Result<u64> {
        let mut listed = HashSet::new();
        for page in 1..=MOST_PAGES {
            let sessions = self.page(page).await?;
            listed.extend(sessions.iter().map(|session| session.session_id));
            self.store_page(&sessions).await?;
            if reach == Reach::Newest || sessions.len() < PAGE_SIZE as usize {
                break;
            }
        }
        self.end_what_is_over(&listed).await?;
        Ok(listed.len() as u64)
    }

    async fn page(&self, page: u32) -> Result<Vec<ListedSession>> {
        let query = SessionListQuery { page, page_size: PAGE_SIZE, ..SessionListQuery::default() };
        match self.shopee.session_list(&self.access.account(), &query).await {
            Ok(answer) => Ok(answer.list),
            Err(error) => {
                signed_out::note(self.app, &self.access, &error).await;
                Err(Error::from(&error))
            }
        }
    }

    async fn store_page(&self, sessions: &[ListedSession]) -> Result<()> {
        let now = self.app.clock.now();
        let mut rows: Vec<ListedRow> = sessions.iter().filter_map(|session| listed_row(session, now)).collect();
        for row in rows.iter_mut().filter(|row| row.on_air) {
            row.on_air = !self.is_over(row.session_id).await;
        }
        let transaction = self.app.database.write().await?;
        upsert::store_listed(&self.scope, &transaction, &self.owner, &rows, now).await?;
        transaction.commit().await?;
        self.store_items_of(&rows).await
    }

    /// Lists call a session "on air" for minutes after its end; what is asked of the session itself is reliable.
    async fn is_over(&self, session_id: i64) -> bool {
        let info = self.shopee.session_info(&self.access.account(), session_id).await;
        matches!(info, Ok(Some(info)) if info.status == Some(SessionStatus::Ended))
    }

    async fn store_items_of(&self, rows: &[ListedRow]) -> Result<()> {
        let session_ids: Vec<i64> = rows.iter().map(|row| row.session_id).collect();
        let (statements, account_id) = (statements(self.app), self.owner.account_id);
        for (session_key, session_id) in upsert::unsettled(&self.scope, &statements, account_id, &session_ids).await? {
            if let Err(error) = self.items(session_key, session_id).await {
                let error = error.for_log();
                tracing::warn!(error, session_key, "a session's items could not be stored; the next run tries again");
            }
        }
        Ok(())
    }

    async fn items(&self, session_key: i64, session_id: i64) -> Result<()> {
        let answer = self.shopee.product_list(&self.access.account(), session_id, &whole_bag()).await;
        let products = answer.map_err(|error| Error::from(&error))?.list;
        let mut items: Vec<ListedItem> =
            products.iter().map(|product| listed_item(product, self.owner.region)).collect();
        shops::name(&self.app.shops, &self.shopee, &self.access, &Cost::default(), session_id, &mut items).await;
        let transaction = self.app.database.write().await?;
        upsert::store_items(&self.scope, &transaction, session_key, &items, self.app.clock.now()).await?;
        Ok(transaction.commit().await?)
    }

    /// Sessions that are stored as on air and were not listed, since newer ones have taken their place: they may have ended.
    async fn end_what_is_over(&self, listed: &HashSet<i64>) -> Result<()> {
        let stored = upsert::on_air(&self.scope, &statements(self.app), self.owner.account_id).await?;
        for (session_key, session_id) in stored.into_iter().filter(|(_, session_id)| !listed.contains(session_id)) {
            if !self.is_over(session_id).await {
                continue;
            }
            if let Ok(Some(overview)) = self.shopee.overview(&self.access.account(), session_id).await {
                let transaction = self.app.database.write().await?;
                let (metrics, now) = (Metrics::from(&overview), self.app.clock.now());
                upsert::set_ended(&self.scope, &transaction, session_key, &metrics, now).await?;
                transaction.commit().await?;
            }
        }
        Ok(())
    }
}

/// A session without a start cannot be placed in any list; Shopee has not been seen to send one.
fn listed_row(session: &ListedSession, now: chrono::DateTime<chrono::Utc>) -> Option<ListedRow> {
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
        total_comments: session.comments,
        total_likes: session.likes,
    })
}

/// All products of a session at once.
pub(super) fn whole_bag() -> ProductListQuery {
    ProductListQuery { page_size: MOST_PRODUCTS, ..ProductListQuery::default() }
}

pub(super) fn listed_item(product: &ListedProduct, region: Region) -> ListedItem {
    let image = product.cover_image.as_deref().and_then(|image| shopee::urls::image_url(region, image));
    ListedItem {
        item_id: product.item_id,
        shop_id: None,
        product_name: product.title.clone().unwrap_or_default(),
        product_image_url: image.map(Into::into),
        live_price: product.min_price.map(|amount| amount.0),
        quantity_sold: product.placed_items_sold,
        total_sales_amount: product.placed_sales.map(|amount| amount.0),
    }
}
