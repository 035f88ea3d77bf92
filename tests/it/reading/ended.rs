//! The list of an account's ended sessions: as the panel of the simulated Shopee has them.

use chrono::{DateTime, FixedOffset, NaiveDate, TimeDelta, Utc};
use sandbox::SessionView;
use serde_json::{Value, json};
use testing::{Database, on_both};

use crate::support::{
    answer::{argument, code},
    introspection::{list, text},
    world::World,
};

on_both!(what_is_over_is_listed, a_window_ends_with_its_day, arguments_of_ended_sessions_are_checked);

const ENDED: &str = "query($page: Int, $pageSize: Int, $name: String, $orderBy: RemoteSessionOrder,
        $window: EndedSessionWindow, $endDate: Date) {
    liveSessions(first: 1) { nodes { shopeeAccount {
        endedSessions(page: $page, pageSize: $pageSize, name: $name, orderBy: $orderBy, window: $window, endDate: $endDate) {
            page pageSize total nodes { sessionId title startedAt endedAt viewers peakViewers likes placedOrders
                placedItemsSold placedSales { amount currencyCode } paidSales { amount } } } } } } }";

async fn ended(world: &World, variables: Value) -> Value {
    world.data(ENDED, variables).await["liveSessions"]["nodes"][0]["shopeeAccount"]["endedSessions"].take()
}

/// The account's sessions that are over, the newest first.
fn over(world: &World) -> Vec<SessionView> {
    let user_id = world.first_account().user_id;
    let mut sessions = world.shopee().sessions();
    sessions.retain(|session| session.user_id == user_id && !session.on_air);
    sessions.sort_by_key(|session| std::cmp::Reverse(session.started_at));
    sessions
}

/// The day in Jakarta on which a session began.
fn day(session: &SessionView) -> NaiveDate {
    session.started_at.with_timezone(&FixedOffset::east_opt(7 * 3600).unwrap()).date_naive()
}

async fn what_is_over_is_listed(database: Database) {
    let world = World::start(&database).await;
    let last = world.shopee().clock().now;
    let today = last.with_timezone(&FixedOffset::east_opt(7 * 3600).unwrap()).date_naive();
    let mut expected = over(&world);
    expected.retain(|session| today - day(session) < TimeDelta::days(30));
    let page = ended(&world, json!({ "pageSize": 100 })).await;
    assert_eq!((&page["page"], &page["pageSize"], &page["total"]), (&json!(1), &json!(100), &json!(expected.len())));
    assert!(expected.len() > 10);
    for (node, session) in list(&page["nodes"]).iter().zip(&expected) {
        assert_eq!(node["sessionId"], session.session_id.to_string());
        assert_eq!(text(&node["endedAt"]).parse::<DateTime<Utc>>().ok(), session.ended_at);
        assert_eq!((&node["title"], &node["viewers"]), (&json!(session.title), &json!(session.total_viewers)));
        assert_eq!((&node["peakViewers"], &node["likes"]), (&json!(session.peak_viewers), &json!(session.likes)));
        assert_eq!(node["placedItemsSold"], session.items_sold);
        let sales = json!({ "amount": super::money::written(session.sales), "currencyCode": session.currency });
        assert_eq!(node["placedSales"], sales);
    }
    let largest = json!({ "pageSize": 1, "orderBy": { "field": "PEAK_VIEWERS" } });
    let most = expected.iter().map(|session| session.peak_viewers).max();
    assert_eq!(ended(&world, largest).await["nodes"][0]["peakViewers"], json!(most));
    world.stop().await;
}

async fn a_window_ends_with_its_day(database: Database) {
    let world = World::start(&database).await;
    let sessions = over(&world);
    let last = day(&sessions[3]);
    for (window, days) in [("DAY", 1), ("SEVEN_DAYS", 7), ("THIRTY_DAYS", 30)] {
        let within = |session: &&SessionView| (0..days).contains(&(last - day(session)).num_days());
        let expected: Vec<String> =
            sessions.iter().filter(within).map(|session| session.session_id.to_string()).collect();
        let page = ended(&world, json!({ "pageSize": 100, "window": window, "endDate": last.to_string() })).await;
        assert_eq!(crate::support::answer::texts(&page, "sessionId"), expected, "{window}");
    }
    world.stop().await;
}

async fn arguments_of_ended_sessions_are_checked(database: Database) {
    let world = World::start(&database).await;
    for (variables, name) in [
        (json!({ "page": 0 }), "page"),
        (json!({ "pageSize": 101 }), "pageSize"),
        (json!({ "name": "a".repeat(201) }), "name"),
    ] {
        let answer = world.ask(ENDED, variables.clone()).await;
        assert_eq!((code(&answer), argument(&answer)), ("BAD_USER_INPUT", name), "{variables}");
    }
    assert_eq!(code(&world.ask(ENDED, json!({ "endDate": "2026-13-01" })).await), "BAD_USER_INPUT");
    assert!(world.shopee().calls_by_name().is_empty());
    world.stop().await;
}
