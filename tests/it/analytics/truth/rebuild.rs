//! Asking Shopee again about the sessions of some days.

use chrono::TimeDelta;
use entity::{audit_entry, live_session, recount};
use live_gateway::graphql::id::{GlobalId, Kind};
use sandbox::{Fault, FaultKind};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use serde_json::{Value, json};
use testing::{Database, on_both};

use super::{Month, Truth, local, stretch};
use crate::support::{answer::code, eventually};

on_both!(
    what_shopee_has_changed_since_is_found_out,
    what_fails_is_tried_again,
    only_the_days_that_were_named_are_asked_for,
    another_gateway_goes_on,
);

const REBUILD: &str = "mutation ($studio: ID!, $from: Date!, $to: Date!) {
    rebuildAnalytics(input: { studioId: $studio, from: $from, to: $to }) { sessions userErrors { code } } }";

impl Month {
    async fn rebuild(&self, from: chrono::NaiveDate, to: chrono::NaiveDate) -> i64 {
        let variables = json!({ "studio": self.studio, "from": from.to_string(), "to": to.to_string() });
        self.world.data(REBUILD, variables).await["rebuildAnalytics"]["sessions"].as_i64().unwrap()
    }

    async fn waiting(&self) -> usize {
        recount::Entity::find().all(&self.connection).await.unwrap().len()
    }

    async fn is_rebuilt(&self) {
        eventually("all are asked for", async || self.waiting().await == 0).await;
    }
}

/// Orders are taken back all over the month, and nobody syncs: afterwards all figures are Shopee's, products included.
async fn what_shopee_has_changed_since_is_found_out(database: Database) {
    let month = Month::of(&database).await;
    let truth = month.truth();
    for session in truth.iter().filter(|session| session.view.ended_at.is_some()).step_by(3) {
        month.world.shopee().take_orders_back(session.view.session_id, 2).unwrap();
    }
    let (from, to) = stretch(&truth, chrono_tz::Asia::Jakarta);
    assert_eq!(month.rebuild(from, to).await, truth.len() as i64);
    month.is_rebuilt().await;
    let summary = month.summary(from, to, "sessionsBeingRebuilt").await;
    assert_eq!(summary["sessionsBeingRebuilt"], 0);

    month.check().await;
    let entry = audit_entry::Entity::find().filter(audit_entry::Column::Action.eq("ANALYTICS_REBUILD_REQUESTED"));
    let entry = entry.one(&month.connection).await.unwrap().unwrap();
    let after: Value = serde_json::from_str(&entry.after.unwrap()).unwrap();
    assert_eq!(after, json!({ "from": from.to_string(), "to": to.to_string(), "sessions": truth.len() }));
    assert!(entry.user_id.is_some());
    month.world.stop().await;
}

async fn what_fails_is_tried_again(database: Database) {
    let month = Month::of(&database).await;
    let truth = month.truth();
    let to = stretch(&truth, chrono_tz::Asia::Jakarta).1;
    for kind in [FaultKind::Html, FaultKind::ServerError(503), FaultKind::WrongTypes] {
        month.world.shopee().inject(Fault::new(kind).on("product_list").times(1));
    }
    assert!(month.rebuild(to - TimeDelta::days(2), to).await > 3);
    month.is_rebuilt().await;
    month.world.stop().await;
}

async fn only_the_days_that_were_named_are_asked_for(database: Database) {
    let month = Month::of(&database).await;
    let zone = chrono_tz::Asia::Jakarta;
    let truth = month.truth();
    let day = stretch(&truth, zone).0 + TimeDelta::days(10);
    let of_the_day: Vec<&Truth> = truth.iter().filter(|session| local(session, zone).date_naive() == day).collect();
    let before = month.synced().await;
    assert_eq!(month.rebuild(day, day).await, of_the_day.len() as i64);
    month.is_rebuilt().await;
    let after = month.synced().await;
    let asked: Vec<i64> =
        before.iter().zip(&after).filter(|(before, after)| before != after).map(|(before, _)| before.0).collect();
    let mut expected: Vec<i64> = of_the_day.iter().map(|session| session.view.session_id).collect();
    expected.sort_unstable();
    assert_eq!(asked, expected);

    let variables = json!({ "studio": month.studio, "from": "2026-11-02", "to": "2026-11-01" });
    assert_eq!(code(&month.world.ask(REBUILD, variables).await), "BAD_USER_INPUT");
    let variables =
        json!({ "studio": GlobalId::new(Kind::Studio, 2).encode().0, "from": "2026-11-01", "to": "2026-11-01" });
    assert_eq!(code(&month.world.ask(REBUILD, variables).await), "NOT_FOUND");
    month.world.stop().await;
}

/// A gateway has died with sessions in hand: what it has left is due again some time after.
async fn another_gateway_goes_on(database: Database) {
    let month = Month::of(&database).await;
    let session = live_session::Entity::find().one(&month.connection).await.unwrap().unwrap();
    let now = month.world.gateway.app.clock.now();
    let left = recount::ActiveModel {
        live_session_id: sea_orm::ActiveValue::Set(session.id),
        studio_id: sea_orm::ActiveValue::Set(session.studio_id),
        requested_at: sea_orm::ActiveValue::Set(now - TimeDelta::hours(1)),
        due_at: sea_orm::ActiveValue::Set(now + TimeDelta::seconds(1)),
        attempts: sea_orm::ActiveValue::Set(1),
    };
    recount::Entity::insert(left).exec_without_returning(&month.connection).await.unwrap();
    month.is_rebuilt().await;
    let again = live_session::Entity::find_by_id(session.id).one(&month.connection).await.unwrap().unwrap();
    assert!(again.synced_at > session.synced_at);
    month.world.stop().await;
}

impl Month {
    /// When each session was last compared with Shopee, by Shopee's ids.
    async fn synced(&self) -> Vec<(i64, Option<chrono::DateTime<chrono::Utc>>)> {
        let rows = live_session::Entity::find().order_by_asc(live_session::Column::SessionId);
        let rows = rows.all(&self.connection).await.unwrap();
        rows.into_iter().map(|row| (row.session_id, row.synced_at)).collect()
    }
}
