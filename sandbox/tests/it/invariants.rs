//! What always holds, over seeds, steps of the clock and whatever the panel does to the viewers.

use std::time::Duration;

use proptest::prelude::*;
use serde_json::Value;

use crate::support::{Desk, data};

/// Keys of an overview that may never fall.
const TOTALS: [&str; 17] = [
    "/pcu",
    "/viewers",
    "/views",
    "/engagedViewers",
    "/buyers",
    "/confirmedBuyers",
    "/atc",
    "/placedItemsSold",
    "/placedOrder",
    "/placedGmv",
    "/confirmedItemsSold",
    "/confirmedOrder",
    "/confirmedGmv",
    "/engagementData/likes",
    "/engagementData/comments",
    "/engagementData/shares",
    "/engagementData/newFollowers",
];

#[derive(Debug, Clone)]
enum Step {
    Wait(u64),
    Pin(u64),
    Release,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (1u64..400_000).prop_map(Step::Wait),
        1 => (3_600_000u64..90_000_000).prop_map(Step::Wait),
        2 => prop_oneof![Just(0u64), 1u64..20, 1_000u64..200_000].prop_map(Step::Pin),
        1 => Just(Step::Release),
    ];
    prop::collection::vec(step, 1..8)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_session_stays_consistent_while_it_runs_and_after(seed in any::<u64>(), steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let desk = Desk::with_seed(seed).await;
            let session = desk.on_air();
            let mut last = picture(&desk).await;
            for step in steps {
                take(&desk, session.session_id, &step);
                last = compared(last, picture(&desk).await);
            }
            desk.panel().end_session(session.session_id).unwrap();
            for hours in [0, 1, 30] {
                desk.panel().step(Duration::from_secs(hours * 3_600));
                last = compared(last, picture(&desk).await);
            }
        });
    }
}

fn take(desk: &Desk, session_id: i64, step: &Step) {
    match step {
        Step::Wait(millis) => desk.panel().step(Duration::from_millis(*millis)),
        Step::Pin(count) => {
            desk.panel().set_viewers(session_id, *count).unwrap();
            assert_eq!(desk.panel().session(session_id).unwrap().viewers, *count);
        }
        Step::Release => desk.panel().release_viewers(session_id).unwrap(),
    }
}

struct Picture {
    overview: Value,
    products: Vec<Value>,
    items: Vec<Value>,
}

/// The newest session of the host as three calls see it.
async fn picture(desk: &Desk) -> Picture {
    let host = desk.host();
    let newest =
        data(desk.creator(&host, "/realtime/sessionList?page=1&pageSize=1")).await["list"][0]["sessionId"].as_i64();
    let id = newest.unwrap();
    let overview = data(desk.creator(&host, &format!("/realtime/dashboard/overview?sessionId={id}"))).await;
    let products =
        data(desk.creator(&host, &format!("/realtime/dashboard/productList?sessionId={id}&pageSize=500"))).await;
    let items = data(desk.live(&host, &format!("/session/{id}/items?limit=200"))).await;
    let rows = |list: &Value| list.as_array().unwrap().clone();
    Picture { overview, products: rows(&products["list"]), items: rows(&items["items"]) }
}

fn compared(before: Picture, after: Picture) -> Picture {
    for total in TOTALS {
        let value = |picture: &Picture| picture.overview.pointer(total).unwrap().as_f64().unwrap();
        assert!(value(&before) <= value(&after), "{total} fell from {} to {}", value(&before), value(&after));
    }
    check_bounds(&after.overview);
    check_sums(&after);
    after
}

fn check_bounds(overview: &Value) {
    let count = |key: &str| overview[key].as_u64().unwrap_or_else(|| panic!("{key} in {overview}"));
    let chain = |keys: &[&str]| assert!(keys.is_sorted_by_key(|key| count(key)), "{keys:?} in {overview}");
    chain(&["ccu", "pcu", "viewers", "views"]);
    chain(&["engagedCcu", "ccu"]);
    chain(&["confirmedBuyers", "buyers", "engagedViewers", "viewers"]);
    chain(&["buyers", "placedOrder", "placedItemsSold"]);
    chain(&["confirmedBuyers", "confirmedOrder", "placedOrder", "atc"]);
    chain(&["confirmedItemsSold", "placedItemsSold"]);
    chain(&["atcWhithinLastOneMinute", "atc"]);
    assert!(overview["commentsWhithinLastOneMinute"].as_u64() <= overview["engagementData"]["comments"].as_u64());
}

/// The session's totals are the exact sums over its products, in both units of money.
fn check_sums(picture: &Picture) {
    let Picture { overview, products, items } = picture;
    let sum = |key: &str| products.iter().map(|product| product[key].as_u64().unwrap()).sum::<u64>();
    assert_eq!(sum("ordersCreated"), overview["placedOrder"]);
    assert_eq!(sum("itemSold"), overview["placedItemsSold"]);
    assert_eq!(sum("atc"), overview["atc"]);
    assert_eq!(sum("confirmedOrderCnt"), overview["confirmedOrder"]);
    assert_eq!(sum("confirmedItemSold"), overview["confirmedItemsSold"]);
    let money = |key: &str| products.iter().map(|product| scaled(&product[key])).sum::<i64>();
    assert_eq!(money("revenue"), scaled(&overview["placedGmv"]));
    assert_eq!(money("confirmedRevenue"), scaled(&overview["confirmedGmv"]));
    let sold = items.iter().map(|item| item["price"].as_i64().unwrap() * item["sold"].as_i64().unwrap()).sum::<i64>();
    assert_eq!(sold, scaled(&overview["placedGmv"]));
}

/// Plain units to 1/100000.
fn scaled(plain: &Value) -> i64 {
    (plain.as_f64().unwrap() * 100_000.0).round() as i64
}

#[tokio::test]
async fn the_viewer_count_changes_every_two_seconds() {
    let desk = Desk::open().await;
    let id = desk.on_air().session_id;
    let mut last = None;
    for _ in 0..200 {
        let viewers = desk.panel().session(id).map(|session| session.viewers);
        assert_ne!(viewers, last);
        last = viewers;
        desk.panel().step(Duration::from_secs(2));
    }
}

#[tokio::test]
async fn duration_grows_on_air_and_stands_still_after_the_end() {
    let desk = Desk::open().await;
    let (host, id) = (desk.host(), desk.on_air().session_id);
    let duration = async || {
        let list = data(desk.creator(&host, "/realtime/sessionList?page=1&pageSize=5")).await["list"].take();
        let row = list.as_array().unwrap().iter().find(|row| row["sessionId"] == id).unwrap().clone();
        (row["duration"].as_i64().unwrap(), row["status"].as_i64().unwrap())
    };
    let (first, status) = duration().await;
    assert_eq!(status, 1);
    desk.panel().step(Duration::from_secs(90));
    assert_eq!(duration().await, (first + 90_000, 1));
    desk.panel().end_session(id).unwrap();
    desk.panel().step(Duration::from_secs(3_600));
    assert_eq!(duration().await, (first + 90_000, 2));
}

#[tokio::test]
async fn confirmed_sales_keep_growing_after_the_end() {
    let desk = Desk::open().await;
    let session = desk.on_air();
    desk.panel().end_session(session.session_id).unwrap();
    let before = desk.overview(&session).await;
    desk.panel().step(Duration::from_secs(21 * 3_600));
    let after = desk.overview(&session).await;
    assert!(after["confirmedGmv"].as_f64() > before["confirmedGmv"].as_f64());
    assert_eq!(after["placedGmv"], before["placedGmv"]);
    assert_eq!((after["ccu"].as_i64(), after["status"].as_i64()), (Some(0), Some(2)));
}

#[tokio::test]
async fn a_crowd_buys_more() {
    let desk = Desk::open().await;
    let session = desk.on_air();
    let orders = || desk.panel().session(session.session_id).unwrap().orders;
    let sold_in_ten_minutes = |viewers| {
        desk.panel().set_viewers(session.session_id, viewers).unwrap();
        desk.panel().step(Duration::from_secs(60));
        let before = orders();
        desk.panel().step(Duration::from_secs(600));
        orders() - before
    };
    assert!(sold_in_ten_minutes(20) < sold_in_ten_minutes(3_000));
}
