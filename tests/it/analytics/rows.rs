//! Rows of every kind, of which some report less than others, added up one by one in the test.

use std::collections::BTreeMap;

use chrono::{NaiveDate, TimeDelta};
use chrono_tz::Tz;
use entity::{live_session, live_session::Status, live_session_item, studio};
use live_gateway::graphql::id::{GlobalId, Kind};
use rust_decimal::Decimal;
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, DatabaseConnection, EntityTrait as _, IntoActiveModel as _,
    QueryOrder as _,
};
use serde_json::{Value, json};
use testing::{Database, on_both};

use crate::support::{
    answer::code,
    world::{Start, World},
};

on_both!(
    every_day_adds_up_in_every_time_zone,
    the_summary_adds_up,
    what_sold_most_is_on_top,
    a_day_without_sessions_has_no_figures,
    a_period_that_makes_no_sense_is_refused,
);

const FIGURES: &str = "totalSessions totalViewers averageViewers peakViewers totalOrders conversionRate engagementRate totalComments totalLikes
    totalShares totalDurationSeconds byCurrency { currencyCode totalRevenue { amount currencyCode } averageOrderValue { amount }
    totalAdSpend { amount } totalCommission { amount } returnOnInvestment }";

const ZONES: [&str; 3] = ["Asia/Jakarta", "America/Sao_Paulo", "Pacific/Auckland"];

/// A world of three regions, some of whose sessions report less than others.
async fn world(database: &Database) -> (World, DatabaseConnection) {
    let world = World::start_with(database, Start::default()).await;
    let connection = database.connect().await;
    let sessions = live_session::Entity::find().order_by_asc(live_session::Column::Id).all(&connection).await.unwrap();
    for (number, session) in sessions.into_iter().enumerate() {
        let mut row = session.into_active_model();
        match number % 7 {
            0 => row.total_viewers = Set(None),
            1 => row.total_orders = Set(None),
            2 => row.campaign_spent = Set(Some(number as i64 * 123_457)),
            3 => row.campaign_spent = Set(Some(0)),
            4 => (row.total_revenue, row.campaign_spent) = (Set(None), Set(Some(5_000_001))),
            5 => (row.total_viewers, row.total_shares) = (Set(Some(0)), Set(Some(3))),
            _ => row.status = Set(Status::Upcoming),
        }
        row.update(&connection).await.unwrap();
    }
    let items = live_session_item::Entity::find().order_by_asc(live_session_item::Column::Id);
    for (number, item) in items.all(&connection).await.unwrap().into_iter().enumerate().step_by(17) {
        let mut row = item.into_active_model();
        row.total_commission = Set(Some(number as i64 * 1_009));
        row.update(&connection).await.unwrap();
    }
    (world, connection)
}

async fn set_zone(connection: &DatabaseConnection, zone: &str) -> String {
    let studio = studio::Entity::find().order_by_asc(studio::Column::Id).one(connection).await.unwrap().unwrap();
    let id = GlobalId::new(Kind::Studio, studio.id).encode();
    let mut row = studio.into_active_model();
    row.time_zone = Set(zone.to_owned());
    row.update(connection).await.unwrap();
    id.0
}

/// The sessions that count, by the day they began on.
async fn by_day(connection: &DatabaseConnection, zone: Tz) -> BTreeMap<NaiveDate, Vec<live_session::Model>> {
    let mut days: BTreeMap<NaiveDate, Vec<live_session::Model>> = BTreeMap::new();
    for session in live_session::Entity::find().all(connection).await.unwrap() {
        if session.status != Status::Upcoming {
            days.entry(session.started_at.with_timezone(&zone).date_naive()).or_default().push(session);
        }
    }
    days
}

/// What each session's items earned, of those that reported any.
type Commissions = BTreeMap<i64, i64>;

async fn commissions(connection: &DatabaseConnection) -> Commissions {
    let mut earned = Commissions::new();
    for item in live_session_item::Entity::find().all(connection).await.unwrap() {
        if let Some(commission) = item.total_commission {
            *earned.entry(item.live_session_id).or_default() += commission;
        }
    }
    earned
}

type Figure = fn(&live_session::Model) -> Option<i64>;

fn sum<'a>(sessions: impl IntoIterator<Item = &'a live_session::Model>, figure: Figure) -> Option<i64> {
    sessions.into_iter().filter_map(figure).reduce(|one, other| one + other)
}

/// The sums of two figures over the sessions that have both.
fn both(sessions: &[&live_session::Model], above: Figure, below: Figure) -> Option<(Decimal, Decimal)> {
    let with_both = || sessions.iter().copied().filter(|session| above(session).is_some() && below(session).is_some());
    let (above, below) = (sum(with_both(), above)?, sum(with_both(), below)?);
    (below != 0).then(|| (Decimal::from(above), Decimal::from(below)))
}

/// What a session's viewers did, beside watching.
fn interactions(session: &live_session::Model) -> Option<i64> {
    Some(session.total_likes? + session.total_comments? + session.total_shares?)
}

fn text(number: Option<Decimal>) -> Value {
    number.map_or(Value::Null, |number| json!(number.normalize().to_string()))
}

fn amount(amount: Option<i64>) -> Value {
    amount.map_or(Value::Null, |amount| json!({ "amount": Decimal::new(amount, 5).normalize().to_string() }))
}

fn expected(sessions: &[live_session::Model], commissions: &Commissions) -> Value {
    let all: Vec<&live_session::Model> = sessions.iter().collect();
    let watched = all.iter().filter(|session| session.total_viewers.is_some()).count();
    let viewers = sum(sessions, |session| session.total_viewers);
    let average = viewers.map(|viewers| (Decimal::from(viewers) / Decimal::from(watched)).round_dp(2));
    let conversion = both(&all, |session| session.total_orders, |session| session.total_viewers);
    let engagement = both(&all, interactions, |session| session.total_viewers);
    let regions: BTreeMap<&str, Vec<&live_session::Model>> =
        all.iter().fold(BTreeMap::new(), |mut regions, session| {
            regions.entry(session.region.as_str()).or_default().push(session);
            regions
        });
    json!({
        "totalSessions": sessions.len(),
        "totalViewers": viewers,
        "averageViewers": text(average),
        "peakViewers": sessions.iter().filter_map(|session| session.peak_viewers).max(),
        "totalOrders": sum(sessions, |session| session.total_orders),
        "conversionRate": text(conversion.map(|(orders, viewers)| (orders / viewers).round_dp(6))),
        "engagementRate": text(engagement.map(|(done, viewers)| (done / viewers).round_dp(6))),
        "totalComments": sum(sessions, |session| session.total_comments),
        "totalLikes": sum(sessions, |session| session.total_likes),
        "totalShares": sum(sessions, |session| session.total_shares),
        "totalDurationSeconds": sum(sessions, |session| session.duration_seconds),
        "byCurrency": regions.into_iter().map(|(region, sessions)| takings(region, &sessions, commissions)).collect::<Vec<_>>(),
    })
}

fn takings(region: &str, sessions: &[&live_session::Model], commissions: &Commissions) -> Value {
    let currency = region.parse::<shopee::Region>().unwrap().currency();
    let mut revenue = amount(sum(sessions.iter().copied(), |session| session.total_revenue));
    if let Some(revenue) = revenue.as_object_mut() {
        revenue.insert("currencyCode".to_owned(), json!(currency));
    }
    let value = both(sessions, |session| session.total_revenue, |session| session.total_orders);
    let value = value.map(|(revenue, orders)| i64::try_from((revenue / orders).round()).unwrap());
    let returns = both(sessions, |session| session.total_revenue, |session| session.campaign_spent);
    let commission =
        sessions.iter().filter_map(|session| commissions.get(&session.id)).copied().reduce(|one, other| one + other);
    json!({
        "currencyCode": currency,
        "totalRevenue": revenue,
        "averageOrderValue": amount(value),
        "totalAdSpend": amount(sum(sessions.iter().copied(), |session| session.campaign_spent)),
        "totalCommission": amount(commission),
        "returnOnInvestment": text(returns.map(|(revenue, spend)| ((revenue - spend) / spend).round_dp(6))),
    })
}

async fn every_day_adds_up_in_every_time_zone(database: Database) {
    let (world, connection) = world(&database).await;
    let commissions = commissions(&connection).await;
    for zone in ZONES {
        let studio = set_zone(&connection, zone).await;
        let days = by_day(&connection, zone.parse().unwrap()).await;
        let (from, to) = (*days.keys().next().unwrap() - TimeDelta::days(1), *days.keys().last().unwrap());
        let query = format!(
            "query ($studio: ID!, $from: Date!, $to: Date!) {{
            liveAnalytics(studioId: $studio, from: $from, to: $to) {{ date figures {{ {FIGURES} }} }} }}"
        );
        let variables = json!({ "studio": studio, "from": from.to_string(), "to": to.to_string() });
        let answer = world.data(&query, variables).await;
        let answers = answer["liveAnalytics"].as_array().unwrap();
        assert_eq!(answers.len() as i64, (to - from).num_days() + 1);
        for (day, date) in answers.iter().zip(from.iter_days()) {
            assert_eq!(day["date"], date.to_string());
            assert_eq!(
                day["figures"],
                expected(days.get(&date).map_or(&[], Vec::as_slice), &commissions),
                "{zone} {date}"
            );
        }
        assert!(days.len() > 20, "a month");
    }
    world.stop().await;
}

async fn the_summary_adds_up(database: Database) {
    let (world, connection) = world(&database).await;
    let commissions = commissions(&connection).await;
    let zone: Tz = ZONES[0].parse().unwrap();
    let studio = set_zone(&connection, ZONES[0]).await;
    let query = format!("query ($studio: ID!, $days: Int, $from: Date, $to: Date) {{
        analyticsSummary(studioId: $studio, days: $days, from: $from, to: $to) {{ from to timeZone figures {{ {FIGURES} }} }} }}");
    let today = world.gateway.app.clock.now().with_timezone(&zone).date_naive();
    for (from, variables) in [
        (today - TimeDelta::days(6), json!({ "days": 7 })),
        (today, json!({ "days": 1 })),
        (
            today - TimeDelta::days(20),
            json!({ "from": (today - TimeDelta::days(20)).to_string(), "to": today.to_string() }),
        ),
    ] {
        let mut variables = variables;
        variables["studio"] = json!(studio);
        let summary = &world.data(&query, variables).await["analyticsSummary"];
        let sessions: Vec<_> =
            by_day(&connection, zone).await.range(from..=today).flat_map(|(_, sessions)| sessions.clone()).collect();
        assert_eq!(summary["figures"], expected(&sessions, &commissions), "{from}");
        assert_eq!((&summary["from"], &summary["to"]), (&json!(from.to_string()), &json!(today.to_string())));
        assert_eq!(summary["timeZone"], ZONES[0]);
    }
    world.stop().await;
}

async fn what_sold_most_is_on_top(database: Database) {
    let (world, connection) = world(&database).await;
    let studio = set_zone(&connection, ZONES[0]).await;
    let sessions = live_session::Entity::find().all(&connection).await.unwrap();
    let counted: BTreeMap<i64, &live_session::Model> = sessions
        .iter()
        .filter(|session| session.region == "ID" && session.status != Status::Upcoming)
        .map(|session| (session.id, session))
        .collect();
    let mut sales: BTreeMap<i64, i64> = BTreeMap::new();
    for item in live_session_item::Entity::find().all(&connection).await.unwrap() {
        if counted.contains_key(&item.live_session_id) {
            *sales.entry(item.item_id).or_default() += item.total_sales_amount.unwrap_or_default();
        }
    }
    let mut best: Vec<(i64, i64)> = sales.into_iter().collect();
    best.sort_by_key(|(item, sales)| (-sales, *item));

    let query = "query ($studio: ID!) { analyticsSummary(studioId: $studio, days: 60) {
        topProducts(first: 10, region: ID) { itemId region productName quantitySold totalSales { amount } } } }";
    let answer = world.data(query, json!({ "studio": studio })).await;
    let found = answer["analyticsSummary"]["topProducts"].as_array().unwrap();
    let found: Vec<(String, Value)> = found
        .iter()
        .map(|product| (product["itemId"].as_str().unwrap().to_owned(), product["totalSales"].clone()))
        .collect();
    let expected: Vec<(String, Value)> =
        best.iter().take(10).map(|(item, sales)| (item.to_string(), amount(Some(*sales)))).collect();
    assert_eq!(found, expected);
    world.stop().await;
}

async fn a_day_without_sessions_has_no_figures(database: Database) {
    let (world, connection) = world(&database).await;
    let studio = set_zone(&connection, ZONES[0]).await;
    let query = format!(
        "query ($studio: ID!) {{
        liveAnalytics(studioId: $studio, from: \"2001-01-01\", to: \"2001-01-01\") {{ figures {{ {FIGURES} }} }} }}"
    );
    let figures = world.data(&query, json!({ "studio": studio })).await["liveAnalytics"][0]["figures"].take();
    assert_eq!(figures, expected(&[], &Commissions::new()));
    assert_eq!((&figures["totalOrders"], &figures["byCurrency"]), (&json!(null), &json!([])));
    world.stop().await;
}

async fn a_period_that_makes_no_sense_is_refused(database: Database) {
    let (world, connection) = world(&database).await;
    let studio = set_zone(&connection, ZONES[0]).await;
    for arguments in [
        "days: 0",
        "days: 367",
        "days: -9223372036854775808",
        "",
        "from: \"2026-01-01\"",
        "days: 1, from: \"2026-01-01\", to: \"2026-01-02\"",
        "from: \"2026-01-02\", to: \"2026-01-01\"",
        "from: \"2025-01-02\", to: \"2026-01-03\"",
    ] {
        let query = format!("{{ analyticsSummary(studioId: \"{studio}\", {arguments}) {{ from }} }}");
        let answer = world.ask(&query, json!({})).await;
        assert_eq!(code(&answer), "BAD_USER_INPUT", "{arguments}: {answer}");
    }
    for date in ["22.11.2026", "2026-13-01", "1999-12-31", "2200-01-01", ""] {
        let query =
            format!("{{ liveAnalytics(studioId: \"{studio}\", from: \"{date}\", to: \"2026-01-01\") {{ date }} }}");
        let answer = world.ask(&query, json!({})).await;
        assert!(answer["errors"][0]["message"].as_str().unwrap().contains("2026-11-22"), "{date}: {answer}");
    }
    world.stop().await;
}
