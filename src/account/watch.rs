//! How a studio's accounts stand, as that changes: read from the database, so that it does not matter which instance changed it.

use std::{collections::HashMap, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use entity::shopee_account::Status;
use futures_util::{Stream, StreamExt as _, stream};

use super::store::{self, AccountRow};
use crate::{
    app::App,
    database::sparse::Read as _,
    engine::watch::{Level, Polled},
    error::{Error, Result},
    identity::scope::Scope,
};

const SLOWEST: Duration = Duration::from_secs(1);

/// The part of a row whose change is told.
type Standing = (Status, Option<DateTime<Utc>>);

/// Each account of a studio as it stands now, then each one whose standing changes and each one that is added.
pub fn accounts(app: &App, studio_id: i64) -> impl Stream<Item = AccountRow> + Send + use<> {
    let (polled, every) = (app.clone(), app.config.poll_interval.min(SLOWEST));
    let levels =
        app.pollers.watch(format!("studio/{studio_id}/accounts"), every, move || poll(polled.clone(), studio_id));
    let changes = levels.scan(HashMap::new(), |seen, level| std::future::ready(Some(news(seen, level))));
    changes.flat_map(stream::iter)
}

async fn poll(app: App, studio_id: i64) -> Polled<Vec<AccountRow>> {
    let statements = app.database.read(Arc::default());
    match store::all_accounts_of(&Scope::job_runner(), &statements, studio_id).await {
        Ok(rows) => Polled::Value(rows),
        Err(error) => {
            tracing::warn!(error = error.for_log(), studio_id, "how a studio's accounts stand could not be read");
            Polled::Failed { retry_after: None }
        }
    }
}

/// The accounts of a level that stand otherwise than they did in the one before.
fn news(seen: &mut HashMap<i64, Standing>, level: Level<Vec<AccountRow>>) -> Vec<AccountRow> {
    let rows = level.value.into_iter().flat_map(|rows| rows.as_ref().clone());
    rows.filter(|row| is_news(seen, row).unwrap_or_default()).collect()
}

fn is_news(seen: &mut HashMap<i64, Standing>, row: &AccountRow) -> Result<bool, Error> {
    let standing = (*row.status.read()?, *row.signed_out_at.read()?);
    Ok(seen.insert(*row.id.read()?, standing) != Some(standing))
}
