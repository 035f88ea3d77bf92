//! A month of sessions, synced through the front door, against what the sandbox itself knows of them: to the last unit, in three time
//! zones, over a month's end and a change of the clocks. And again after Shopee has changed its mind.

mod oracle;
mod rebuild;

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike as _, NaiveDate, TimeDelta, Timelike as _, Utc};
use chrono_tz::Tz;
use entity::{live_session, shopee_account};
use live_gateway::{
    graphql::id::{GlobalId, Kind},
    session::sync::{Reach, sync_account},
};
use sea_orm::{DatabaseConnection, EntityTrait as _};
use serde_json::{Value, json};
use testing::{Database, on_both};

use self::oracle::{FIGURES, Truth, change, figures, products, streamers};
use crate::support::world::{Start, World};

on_both!(a_months_figures_are_shopees, what_shopee_changes_later_is_counted_anew, what_is_deleted_counts_no_more);

/// One hour behind UTC and more, with the clocks put back on 1 November; seven ahead; and thirteen, where it is tomorrow already.
const ZONES: [&str; 3] = ["America/New_York", "Asia/Jakarta", "Pacific/Auckland"];
/// Thirty days before it there are sessions.
const NOW: &str = "2026-11-08T05:00:00Z";

/// A world, and the truth about all that its gateway has stored.
struct Month {
    world: World,
    connection: DatabaseConnection,
    studio: String,
    spent: BTreeMap<i64, i64>,
    deleted: Vec<i64>,
}

impl Month {
    async fn of(database: &Database) -> Self {
        let world = World::start_at(database, Start::default(), Some(NOW.parse().unwrap())).await;
        let (connection, studio) = (database.connect().await, world.studio_id().await);
        let mut month = Self { world, connection, studio, spent: BTreeMap::new(), deleted: Vec::new() };
        for (number, (session_id, key)) in month.keys().await.into_iter().enumerate() {
            if number % 4 == 1 {
                month.spend(session_id, key, number as i64 * 1_234_567).await;
            }
        }
        month
    }

    /// Stored sessions, by Shopee's ids.
    async fn keys(&self) -> BTreeMap<i64, i64> {
        let rows = live_session::Entity::find().all(&self.connection).await.unwrap();
        rows.into_iter().map(|row| (row.session_id, row.id)).collect()
    }

    /// Somebody has a session compared with Shopee.
    async fn compare(&self, key: i64) {
        let id = GlobalId::new(Kind::LiveSession, key).encode().0;
        let query = "mutation ($id: ID!) { syncLiveSession(input: { id: $id }) { userErrors { code } } }";
        assert_eq!(self.world.data(query, json!({ "id": id })).await["syncLiveSession"]["userErrors"], json!([]));
    }

    /// Somebody notes what a session's campaign has cost.
    async fn spend(&mut self, session_id: i64, key: i64, amount: i64) {
        let id = GlobalId::new(Kind::LiveSession, key).encode().0;
        let currency = self.world.shopee().session(session_id).unwrap().currency;
        let query = "mutation ($id: ID!, $spent: MoneyInput!) {
            updateLiveSession(input: { id: $id, updatedAt: \"2100-01-01T00:00:00Z\", campaignSpent: $spent }) { userErrors { code message } } }";
        let amount_text = rust_decimal::Decimal::new(amount, 5).to_string();
        let spent = json!({ "amount": amount_text, "currencyCode": currency });
        let data = self.world.data(query, json!({ "id": id, "spent": spent })).await;
        assert_eq!(data["updateLiveSession"]["userErrors"], json!([]));
        self.spent.insert(session_id, amount);
    }

    /// What Shopee knows now of the sessions that are stored.
    fn truth(&self) -> Vec<Truth> {
        let shopee = self.world.shopee();
        let (now, accounts) = (shopee.clock().now, shopee.accounts());
        let sessions = shopee.sessions().into_iter().filter(|view| !self.deleted.contains(&view.session_id));
        let truth = |view: sandbox::SessionView| Truth {
            products: shopee.products(view.session_id),
            streamer: accounts.iter().find(|account| account.user_id == view.user_id).unwrap().username.clone(),
            seconds: (view.ended_at.unwrap_or(now) - view.started_at).num_seconds(),
            spend: self.spent.get(&view.session_id).copied(),
            view,
        };
        sessions.map(truth).collect()
    }

    async fn set_zone(&self, zone: &str) {
        let query = "mutation ($studio: ID!, $zone: String!) {
            updateStudio(input: { studioId: $studio, timeZone: $zone }) { userErrors { code } } }";
        let data = self.world.data(query, json!({ "studio": self.studio, "zone": zone })).await;
        assert_eq!(data["updateStudio"]["userErrors"], json!([]));
    }

    async fn summary(&self, from: NaiveDate, to: NaiveDate, selection: &str) -> Value {
        let query = format!(
            "query ($studio: ID!, $from: Date!, $to: Date!) {{
            analyticsSummary(studioId: $studio, from: $from, to: $to) {{ {selection} }} }}"
        );
        let variables = json!({ "studio": self.studio, "from": from.to_string(), "to": to.to_string() });
        self.world.data(&query, variables).await["analyticsSummary"].take()
    }

    /// Everything that can be asked, in every zone.
    async fn check(&self) {
        let truth = self.truth();
        for zone in ZONES {
            self.set_zone(zone).await;
            let zone: Tz = zone.parse().unwrap();
            self.check_days(&truth, zone).await;
            self.check_series(&truth, zone).await;
            self.check_comparison(&truth, zone).await;
        }
    }

    async fn check_days(&self, truth: &[Truth], zone: Tz) {
        let (from, to) = stretch(truth, zone);
        let query = format!(
            "query ($studio: ID!, $from: Date!, $to: Date!) {{
            liveAnalytics(studioId: $studio, from: $from, to: $to) {{ date figures {{ {FIGURES} }} }} }}"
        );
        let variables = json!({ "studio": self.studio, "from": from.to_string(), "to": to.to_string() });
        let data = self.world.data(&query, variables).await;
        let days = data["liveAnalytics"].as_array().unwrap();
        assert_eq!(days.len() as i64, (to - from).num_days() + 1);
        for (day, date) in days.iter().zip(from.iter_days()) {
            assert_eq!(day["date"], date.to_string());
            let began: Vec<&Truth> = truth.iter().filter(|session| local(session, zone).date_naive() == date).collect();
            assert_eq!(day["figures"], figures(&began), "{zone} {date}");
        }
    }

    /// Each session in exactly one piece, and in the right one.
    async fn check_series(&self, truth: &[Truth], zone: Tz) {
        let (from, to) = stretch(truth, zone);
        for (interval, name) in NAMES {
            let selection = format!("series(interval: {interval}) {{ beginsAt endsAt date figures {{ {FIGURES} }} }}");
            let summary = self.summary(from, to, &selection).await;
            let mut by_name: BTreeMap<String, Vec<&Truth>> = BTreeMap::new();
            for session in truth {
                by_name.entry(name(local(session, zone))).or_default().push(session);
            }
            let points = summary["series"].as_array().unwrap();
            assert!(points.windows(2).all(|pair| pair[0]["endsAt"] == pair[1]["beginsAt"]), "{interval}");
            for point in points {
                let begins: DateTime<Utc> = point["beginsAt"].as_str().unwrap().parse().unwrap();
                let piece = name(begins.with_timezone(&zone));
                let began = by_name.remove(&piece).unwrap_or_default();
                assert_eq!(point["figures"], figures(&began), "{zone} {interval} {piece}");
            }
            assert!(by_name.is_empty(), "{zone} {interval}: in no piece: {:?}", by_name.keys());
        }
    }

    async fn check_comparison(&self, truth: &[Truth], zone: Tz) {
        let to = stretch(truth, zone).1;
        let (from, was) = (to - TimeDelta::days(9), to - TimeDelta::days(19));
        let between = |first: NaiveDate, last: NaiveDate| -> Vec<&Truth> {
            truth.iter().filter(|session| (first..=last).contains(&local(session, zone).date_naive())).collect()
        };
        let (now, before) = (between(from, to), between(was, from - TimeDelta::days(1)));
        let selection = format!(
            "figures {{ {FIGURES} }} previous {{ {FIGURES} }}
            change {{ totalSessions totalViewers totalOrders byCurrency {{ currencyCode totalRevenue }} }}
            topProducts(first: 50, region: ID) {{ itemId sessions quantitySold totalSales {{ amount }} }}
            topStreamers(region: ID) {{ streamerId streamerName sessions totalOrders totalRevenue {{ amount }} }}"
        );
        let summary = self.summary(from, to, &selection).await;
        assert_eq!(summary["figures"], figures(&now), "{zone}");
        assert_eq!(summary["previous"], figures(&before), "{zone}");
        assert_eq!(summary["change"], changes(&now, &before), "{zone}");
        let in_indonesia: Vec<&Truth> =
            now.into_iter().filter(|session| session.view.region.to_string() == "ID").collect();
        let sold: Vec<Value> = products(&in_indonesia).into_iter().take(50).collect();
        assert_eq!(summary["topProducts"], json!(sold), "{zone}");
        assert_eq!(summary["topStreamers"], json!(streamers(&in_indonesia)), "{zone}");
    }
}

type Name = fn(DateTime<Tz>) -> String;

/// What each piece of a series is called by the calendar.
const NAMES: [(&str, Name); 4] = [
    ("HOUR", |at| format!("{} {}h {}", at.date_naive(), at.hour(), at.format("%z"))),
    ("DAY", |at| at.date_naive().to_string()),
    ("WEEK", |at| format!("{:?}", at.date_naive().iso_week())),
    ("MONTH", |at| format!("{} {}", at.year(), at.month())),
];

fn local(session: &Truth, zone: Tz) -> DateTime<Tz> {
    session.view.started_at.with_timezone(&zone)
}

/// From the first day with a session to the last.
fn stretch(truth: &[Truth], zone: Tz) -> (NaiveDate, NaiveDate) {
    let days = || truth.iter().map(|session| local(session, zone).date_naive());
    (days().min().unwrap(), days().max().unwrap())
}

fn changes(now: &[&Truth], before: &[&Truth]) -> Value {
    let sum = |sessions: &[&Truth], figure: fn(&Truth) -> i128| {
        sessions.iter().map(|session| figure(session)).reduce(|one, other| one + other)
    };
    let changed = |figure| change(sum(now, figure), sum(before, figure));
    let mut currencies: BTreeMap<String, &str> = BTreeMap::new();
    for session in now {
        currencies.insert(session.view.region.to_string(), session.view.currency);
    }
    let of = |sessions: &[&Truth], region: &str| -> Option<i128> {
        let sales = sessions.iter().filter(|session| session.view.region.to_string() == region);
        sales.map(|session| session.view.sales as i128).reduce(|one, other| one + other)
    };
    let by_currency = currencies.iter().map(|(region, currency)| {
        json!({ "currencyCode": currency, "totalRevenue": change(of(now, region), of(before, region)) })
    });
    json!({
        "totalSessions": changed(|_| 1),
        "totalViewers": changed(|session| session.view.total_viewers as i128),
        "totalOrders": changed(|session| session.view.orders as i128),
        "byCurrency": by_currency.collect::<Vec<_>>(),
    })
}

async fn a_months_figures_are_shopees(database: Database) {
    let month = Month::of(&database).await;
    let truth = month.truth();
    let crosses = |session: &&Truth, zone: Tz, what: fn(NaiveDate) -> u32| {
        let ends = session.view.started_at + TimeDelta::seconds(session.seconds);
        what(local(session, zone).date_naive()) != what(ends.with_timezone(&zone).date_naive())
    };
    let zone: Tz = ZONES[0].parse().unwrap();
    assert!(truth.iter().filter(|session| crosses(session, zone, |date| date.day())).count() > 5, "across midnight");
    assert!(
        truth.iter().any(|session| local(session, zone).month() != session.view.started_at.month()),
        "a month's end"
    );
    let offsets: std::collections::BTreeSet<String> =
        truth.iter().map(|session| local(session, zone).format("%z").to_string()).collect();
    assert_eq!(offsets.len(), 2, "before the clocks are changed and after");
    month.check().await;
    month.world.stop().await;
}

/// The next sync counts anew what its lists tell; products of a session that has settled are asked for by somebody.
async fn what_shopee_changes_later_is_counted_anew(database: Database) {
    let month = Month::of(&database).await;
    let keys = month.keys().await;
    let ended =
        month.truth().into_iter().find(|session| session.view.ended_at.is_some() && session.view.orders > 20).unwrap();
    let session_id = ended.view.session_id;
    month.world.shopee().take_orders_back(session_id, 3).unwrap();
    let changed = month.world.shopee().session(session_id).unwrap();
    assert!(changed.orders < ended.view.orders && changed.sales < ended.view.sales);

    let app = &month.world.gateway.app;
    for account in shopee_account::Entity::find().all(&month.connection).await.unwrap() {
        sync_account(app, account.id, Reach::All).await.unwrap();
    }
    let zone: Tz = ZONES[2].parse().unwrap();
    month.set_zone(ZONES[2]).await;
    let day = local(&ended, zone).date_naive();
    let truth = month.truth();
    let began: Vec<&Truth> = truth.iter().filter(|session| local(session, zone).date_naive() == day).collect();
    let summary = month
        .summary(
            day,
            day,
            "figures { totalOrders confirmedOrders byCurrency { totalRevenue { amount currencyCode } } }",
        )
        .await;
    let expected = figures(&began);
    for figure in ["totalOrders", "confirmedOrders"] {
        assert_eq!(summary["figures"][figure], expected[figure], "{figure}");
    }
    let revenue = |figures: &Value| -> Vec<Value> {
        figures["byCurrency"].as_array().unwrap().iter().map(|currency| currency["totalRevenue"].clone()).collect()
    };
    assert_eq!(revenue(&summary["figures"]), revenue(&expected));

    month.compare(keys[&session_id]).await;
    month.check().await;
    month.world.stop().await;
}

async fn what_is_deleted_counts_no_more(database: Database) {
    let mut month = Month::of(&database).await;
    let ended = month.truth().into_iter().filter(|session| session.view.ended_at.is_some());
    let (session_ids, keys): (Vec<i64>, _) =
        (ended.map(|session| session.view.session_id).step_by(5).collect(), month.keys().await);
    for session_id in session_ids {
        let id = GlobalId::new(Kind::LiveSession, keys[&session_id]).encode().0;
        let query = "mutation ($id: ID!) { deleteLiveSession(input: { id: $id }) { userErrors { code } } }";
        assert_eq!(month.world.data(query, json!({ "id": id })).await["deleteLiveSession"]["userErrors"], json!([]));
        month.deleted.push(session_id);
    }
    month.check().await;
    month.world.stop().await;
}
