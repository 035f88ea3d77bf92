//! Writes down what has come and what is over. Several may do so at once: of one kind about one thing one alert is open, and what is
//! over is over once.

use std::collections::{BTreeMap, HashSet};

use entity::alert::{ActiveModel, Kind, Model};
use sea_orm::ActiveValue::Set;

use super::{
    about::{self, subject},
    judge::{Condition, Numbers},
    store,
};
use crate::{
    app::App,
    error::Result,
    identity::{scope::Scope, store::member},
};

/// What is to be written for one studio.
#[derive(Default)]
struct News {
    raised: Vec<ActiveModel>,
    /// Keys of alerts.
    over: Vec<i64>,
}

/// Brings the alerts of all studios in line with what stands. Nothing is written where nothing has changed.
pub async fn write(app: &App, open: &[Model], standing: &[Condition]) -> Result<()> {
    for (studio_id, news) in news(open, standing) {
        write_studio(app, studio_id, news).await?;
    }
    Ok(())
}

fn news(open: &[Model], standing: &[Condition]) -> BTreeMap<i64, News> {
    let stands: HashSet<(Kind, String)> = standing.iter().map(|of| (of.kind, subject(of.about))).collect();
    let is_open: HashSet<(Kind, &str)> = open.iter().map(|alert| (alert.kind, alert.subject.as_str())).collect();
    let mut all: BTreeMap<i64, News> = BTreeMap::new();
    for alert in open.iter().filter(|alert| !stands.contains(&(alert.kind, alert.subject.clone()))) {
        all.entry(alert.studio_id).or_default().over.push(alert.id);
    }
    let raises = standing.iter().filter(|of| of.raises);
    for condition in raises.filter(|of| !is_open.contains(&(of.kind, subject(of.about).as_str()))) {
        all.entry(condition.studio_id).or_default().raised.push(row(condition));
    }
    all
}

fn row(condition: &Condition) -> ActiveModel {
    let Numbers { usual, observed, threshold, stale_since } = condition.numbers;
    let mut row = ActiveModel {
        studio_id: Set(condition.studio_id),
        kind: Set(condition.kind),
        live_session_id: Set(None),
        live_session_item_id: Set(None),
        shopee_account_id: Set(None),
        intent_id: Set(None),
        usual_millionths: Set(usual.map(millionths)),
        observed_millionths: Set(observed.map(millionths)),
        threshold: Set(threshold),
        stale_since: Set(stale_since),
        ..Default::default()
    };
    about::write(&mut row, condition.about);
    row
}

fn millionths(number: f64) -> i64 {
    (number * 1e6).round() as i64
}

/// In the studio's turn, so that no two changes have one revision and none is committed behind a later one.
async fn write_studio(app: &App, studio_id: i64, news: News) -> Result<()> {
    let (transaction, scope, now) = (app.database.write().await?, Scope::job_runner(), app.clock.now());
    member::take_turn(&scope, &transaction, studio_id).await?;
    let revision = store::next_after(&scope, &transaction, studio_id, now).await?;
    let after_clearing = revision + news.over.len() as i64;
    store::clear(&scope, &transaction, &news.over, revision, now).await?;
    store::insert(&scope, &transaction, studio_id, news.raised, after_clearing, now).await?;
    Ok(transaction.commit().await?)
}
