//! Comparing one session with Shopee because a person asks for it: what it is, its numbers and its products, stored in one go or not
//! at all. Two who ask at once share one run; what Shopee lists no longer stays, as it does when a job syncs.

use std::{cmp::max, collections::HashMap, time::Duration};

use chrono::{DateTime, Utc};
use entity::{
    live_session::{self, Status},
    live_session_item,
};
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, DatabaseTransaction, IntoActiveModel as _, TryIntoModel as _};
use serde_json::json;

use super::{
    ask::{Asking, Told},
    shown::Changes,
    store::{
        SessionRow, edit,
        upsert::{self, ListedItem, last_numbers, last_of_each, storable},
    },
    sync::listed_item,
};
use crate::{
    clock::Clock,
    engine::joined::Joined,
    error::{Error, Result},
    graphql::id::Kind,
    identity::{
        actor::Actor,
        audit::{self, Action, Entry},
        scope::Scope,
    },
};

/// Sessions compared at once by this process, at most.
const MOST_AT_ONCE: u64 = 10_000;

/// What a comparison has changed.
#[derive(Clone, Debug)]
pub struct Refreshed {
    /// Fields of the session, by their names.
    pub changed_fields: Vec<String>,
    pub items_added: i64,
    pub items_changed: i64,
}

/// The comparisons that this process has in hand: one a session at a time.
pub struct Refreshes(Joined<i64, Option<Refreshed>>);

impl Refreshes {
    pub fn new(clock: Clock) -> Self {
        Self(Joined::new(MOST_AT_ONCE, Duration::ZERO, clock))
    }

    /// Compares a session, or waits for whoever is at it. `None` when Shopee does not know the session as the account's.
    pub async fn refresh(
        &self,
        asking: Asking<'_>,
        scope: &Scope,
        actor: &Actor,
        session_key: i64,
    ) -> Result<Option<Refreshed>> {
        let work = async {
            let Some((told, products)) = asking.told_with_products().await? else { return Ok(None) };
            let mut items: Vec<_> = products.iter().map(|product| listed_item(product, asking.access.region)).collect();
            asking.describe(&mut items).await;
            let (transaction, now) = (asking.app.database.write().await?, asking.app.clock.now());
            let run = Run { scope, actor, transaction, session_key, now };
            run.store(&told, &items).await.map(Some)
        };
        let answer = self.0.join(session_key, work).await;
        answer.map(|answer| answer.value.clone()).map_err(|error: std::sync::Arc<Error>| error.as_ref().clone())
    }
}

/// One comparison being stored.
struct Run<'a> {
    scope: &'a Scope,
    actor: &'a Actor,
    transaction: DatabaseTransaction,
    session_key: i64,
    now: DateTime<Utc>,
}

impl Run<'_> {
    async fn store(self, told: &Told, items: &[ListedItem]) -> Result<Refreshed> {
        let Self { scope, transaction, session_key, now, .. } = &self;
        let before = edit::hold(scope, transaction, *session_key).await?.ok_or_else(|| Error::not_found("session"))?;
        let stored = edit::items(scope, transaction, *session_key).await?;
        let items_before = ItemsBefore(stored.iter().map(|item| (item.item_id, item)).collect());
        let (items_added, items_changed) = items_before.differences(items);

        let mut row = row(&before, told, items, *now);
        let changes = Changes::between(&before, &row.clone().try_into_model()?)?;
        if !changes.is_empty() {
            row.updated_at = Set(max(*now, before.updated_at));
        }
        edit::update(scope, transaction, *session_key, row).await?;
        upsert::store_items(scope, transaction, *session_key, items, *now).await?;
        let refreshed = Refreshed { changed_fields: changes.fields(), items_added, items_changed };
        self.commit(before.studio_id, changes, refreshed).await
    }

    async fn commit(self, studio_id: i64, changes: Changes, refreshed: Refreshed) -> Result<Refreshed> {
        let Changes { before, mut after } = changes;
        after.insert("itemsAdded".to_owned(), json!(refreshed.items_added));
        after.insert("itemsChanged".to_owned(), json!(refreshed.items_changed));
        let entry = Entry::in_studio(Action::LiveSessionSynced, studio_id, Kind::LiveSession, self.session_key);
        let entry = entry.before(before)?.after(after)?;
        audit::record(self.scope, &self.transaction, self.actor, entry, self.now).await?;
        self.transaction.commit().await?;
        Ok(refreshed)
    }
}

/// The session's row as Shopee tells of it now; what Shopee leaves out keeps its last value, and an end is final.
fn row(before: &live_session::Model, told: &Told, items: &[ListedItem], now: DateTime<Utc>) -> SessionRow {
    let mut row = before.clone().into_active_model();
    if let Some(title) = told.info.title.as_deref().filter(|title| !title.is_empty()) {
        row.session_name = Set(storable(title));
    }
    if let Some(started_at) = told.info.started_at {
        row.started_at = Set(started_at);
    }
    if told.has_ended() && before.status != Status::Ended {
        (row.status, row.ended_at) = (Set(Status::Ended), Set(Some(now)));
    }
    for (column, total) in last_numbers(&told.metrics) {
        if total.is_some() {
            row.set(column, total.into());
        }
    }
    row.products_count = Set(Some(last_of_each(items, |item| item.item_id).len() as i64));
    row.synced_at = Set(Some(now));
    row
}

/// The items as they are stored, by Shopee's ids.
struct ItemsBefore<'a>(HashMap<i64, &'a live_session_item::Model>);

impl ItemsBefore<'_> {
    /// How many of the listed items are new, and how many will not stay as they are.
    fn differences(&self, listed: &[ListedItem]) -> (i64, i64) {
        let (mut added, mut changed) = (0, 0);
        for item in last_of_each(listed, |item| item.item_id) {
            match self.0.get(&item.item_id) {
                None => added += 1,
                Some(before) if differs(before, item) => changed += 1,
                Some(_) => {}
            }
        }
        (added, changed)
    }
}

fn differs(before: &live_session_item::Model, listed: &ListedItem) -> bool {
    let name = storable(&listed.product_name);
    let figures = [
        (before.shop_id, listed.shop_id),
        (before.live_price, listed.live_price),
        (before.regular_price, listed.regular_price),
        (before.discount_millionths, listed.discount_millionths),
        (before.quantity_sold, listed.quantity_sold),
        (before.total_sales_amount, listed.total_sales_amount),
        (before.confirmed_sales_amount, listed.confirmed_sales_amount),
        (before.commission_millionths, listed.commission_millionths),
        (before.total_commission, listed.total_commission),
    ];
    !name.is_empty() && name != before.product_name
        || listed.product_image_url.is_some() && listed.product_image_url != before.product_image_url
        || figures.into_iter().any(|(before, listed)| listed.is_some() && listed != before)
}
