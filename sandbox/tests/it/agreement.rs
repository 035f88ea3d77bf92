//! Two reads at one instant agree, whichever call they come through; pages tile; filters and orders do what they say.

use std::{collections::BTreeSet, time::Duration};

use sandbox::Region;
use serde_json::Value;

use crate::support::{Desk, data};

#[tokio::test]
async fn families_agree_about_one_instant() {
    let desk = Desk::open().await;
    desk.panel().step(Duration::from_millis(123_457));
    let (session, host) = (desk.on_air(), desk.host());
    let overview = desk.overview(&session).await;
    let ongoing = data(desk.live(&host, &format!("/shop_page/live/ongoing?uid={}", host.user_id))).await;
    let object = data(desk.live(&host, &format!("/session/{}", session.session_id))).await["session"].take();
    assert_eq!(ongoing["ongoing_live"]["session_id"], session.session_id);
    assert_eq!(ongoing["ongoing_live"]["view_count"], overview["ccu"]);
    assert_eq!(object["member_cnt"], overview["ccu"]);
    assert_eq!(object["like_cnt"], overview["engagementData"]["likes"]);
    assert_eq!(overview["ccu"], session.viewers);
    assert_eq!(overview["placedGmv"].as_f64().unwrap(), session.sales as f64 / 100_000.0);
    let row = data(desk.creator(&host, "/realtime/sessionList?page=1&pageSize=1")).await["list"][0].take();
    for (in_list, in_overview) in [
        ("views", "views"),
        ("viewers", "viewers"),
        ("peakViewers", "pcu"),
        ("placedSales", "placedGmv"),
        ("atc", "atc"),
    ] {
        assert_eq!(row[in_list], overview[in_overview], "{in_list}");
    }
}

#[tokio::test]
async fn trends_sum_to_the_totals() {
    let desk = Desk::open().await;
    desk.panel().step(Duration::from_millis(600_017));
    let session = desk.on_air();
    let overview = desk.overview(&session).await;
    let id = session.session_id;
    let path = format!(
        "/realtime/dashboard/trends?sessionId={id}&metricTrend=order,gmv,comment&metricTrend=addToCart,entering,nonsense"
    );
    let trends = data(desk.creator(&desk.host(), &path)).await["trends"].take();
    let sum = |metric: &str| points(&trends[metric]).iter().map(|(_, value)| value).sum::<f64>();
    assert_eq!(sum("order"), overview["placedOrder"].as_f64().unwrap());
    assert_eq!(sum("gmv"), overview["placedGmv"].as_f64().unwrap());
    assert_eq!(sum("comment"), overview["engagementData"]["comments"].as_f64().unwrap());
    assert_eq!(sum("addToCart"), overview["atc"].as_f64().unwrap());
    assert_eq!(sum("entering"), overview["viewers"].as_f64().unwrap());
    assert!(trends.get("nonsense").is_none());
    let times: Vec<i64> = points(&trends["order"]).iter().map(|(time, _)| *time).collect();
    assert!(times.windows(2).all(|pair| pair[1] - pair[0] == 60_000) && times[0] % 60_000 == 0);
    let window = format!(
        "/realtime/dashboard/trends?sessionId={id}&metricTrend=ccu&startTime={}&endTime={}",
        times[2], times[4]
    );
    let window = data(desk.creator(&desk.host(), &window)).await["trends"].take();
    assert_eq!(points(&window["ccu"]).iter().map(|(time, _)| *time).collect::<Vec<_>>(), times[2..=4]);
}

fn points(line: &Value) -> Vec<(i64, f64)> {
    let point = |point: &Value| (point["time"].as_i64().unwrap(), point["value"].as_f64().unwrap());
    line.as_array().unwrap().iter().map(point).collect()
}

#[tokio::test]
async fn pages_tile_exactly() {
    let desk = Desk::open().await;
    let host = desk.host();
    let whole = ids(&data(desk.creator(&host, "/realtime/sessionList?page=1&pageSize=100")).await);
    assert!(whole.len() > 60 && whole.iter().collect::<BTreeSet<_>>().len() == whole.len());
    for size in [1, 7, 50, 62, 100] {
        let mut tiles = Vec::new();
        for page in 1.. {
            let path = format!("/realtime/sessionList?page={page}&pageSize={size}&name=&orderBy=&sort=");
            let tile = data(desk.creator(&host, &path)).await;
            assert_eq!((tile["page"].as_u64(), tile["total"].as_u64()), (Some(page), Some(whole.len() as u64)));
            if ids(&tile).is_empty() {
                break;
            }
            tiles.extend(ids(&tile));
        }
        assert_eq!(tiles, whole, "pages of {size}");
    }
}

#[tokio::test]
async fn sessions_come_newest_first_or_by_a_metric_and_by_name() {
    let desk = Desk::open().await;
    let host = desk.host();
    let list = async |query: &str| {
        let path = format!("/realtime/sessionList?page=1&pageSize=100&{query}");
        data(desk.creator(&host, &path)).await["list"].as_array().unwrap().clone()
    };
    let numbers = |rows: &[Value], key: &str| rows.iter().map(|row| row[key].as_f64().unwrap()).collect::<Vec<_>>();
    assert!(numbers(&list("").await, "startTime").is_sorted_by(|left, right| left >= right));
    assert!(numbers(&list("orderBy=placedSales&sort=asc").await, "placedSales").is_sorted());
    assert!(numbers(&list("orderBy=views&sort=desc").await, "views").is_sorted_by(|left, right| left >= right));
    let found = list("name=FLASH").await;
    assert!(!found.is_empty() && found.iter().all(|row| row["title"].as_str().unwrap().contains("Flash")));
    assert!(list("name=nothing-is-called-so").await.is_empty());
}

#[tokio::test]
async fn products_are_paged_ordered_and_found() {
    let desk = Desk::open().await;
    let (host, id) = (desk.host(), desk.on_air().session_id);
    let list = async |query: &str| {
        data(desk.creator(&host, &format!("/realtime/dashboard/productList?sessionId={id}&{query}"))).await
    };
    let whole = list("pageSize=500&productListOrderBy=itemSold&sort=desc").await;
    let rows = whole["list"].as_array().unwrap();
    assert!((10..=20).contains(&rows.len()) && whole["totalPage"] == 1);
    assert!(rows.is_sorted_by(|left, right| left["itemSold"].as_u64() >= right["itemSold"].as_u64()));
    let pages = list("pageSize=4").await;
    assert_eq!(pages["totalPage"].as_u64().unwrap(), (rows.len() as u64).div_ceil(4));
    let name = rows[3]["title"].as_str().unwrap();
    let found = list(&format!("productName={}", name.replace(['+', ' '], "%20"))).await;
    assert!(found["list"].as_array().unwrap().iter().any(|row| row["itemId"] == rows[3]["itemId"]));
}

#[tokio::test]
async fn ended_sessions_are_those_of_the_days_asked_for() {
    let desk = Desk::open().await;
    let host = desk.host();
    let list = async |query: &str| {
        let path = format!("/liveList/v2?page=1&pageSize=100&name=&orderBy=&sort=&{query}");
        data(desk.creator(&host, &path)).await["list"].as_array().unwrap().clone()
    };
    let (month, week) = (list("timeDim=30d&endDate=").await, list("timeDim=7d&endDate=").await);
    assert!(week.len() < month.len() && month.iter().all(|row| row["status"] == 2));
    let day = list("timeDim=1d&endDate=2026-09-20").await;
    let local_day = |row: &Value| (row["startTime"].as_i64().unwrap() + 7 * 3_600_000) / 86_400_000;
    assert!(!day.is_empty() && day.iter().all(|row| local_day(row) == local_day(&day[0])));
    assert!(month.iter().any(|row| row["paidSales"].is_null()) && month.iter().any(|row| row["paidSales"].is_f64()));
    assert!(month.iter().all(|row| row.get("peakViewers").is_none() && row["peakViews"].is_u64()));
}

#[tokio::test]
async fn audiences_sum_to_viewers_and_buyers() {
    let desk = Desk::open().await;
    let (host, session) = (desk.host(), desk.on_air());
    let overview = desk.overview(&session).await;
    let read = async |name: &str| {
        data(desk.creator(&host, &format!("/realtime/dashboard/{name}?sessionId={}", session.session_id))).await
    };
    let sum = |part: &Value| {
        part["distribution"].as_array().unwrap().iter().map(|item| item["value"].as_u64().unwrap()).sum::<u64>()
    };
    for (name, total) in [("viewer-profile", "viewers"), ("buyer-profile", "buyers")] {
        let profile = read(name).await;
        assert!(profile.as_array().unwrap().iter().all(|part| overview[total] == sum(part)), "{name}");
    }
    assert_eq!(overview["viewers"], sum(&read("viewer-source").await));
}

#[tokio::test]
async fn the_world_has_what_it_promises() {
    let desk = Desk::open().await;
    let (accounts, sessions) = (desk.panel().accounts(), desk.panel().sessions());
    let count = |user_id: i64, on_air: bool| {
        sessions.iter().filter(|session| session.user_id == user_id && session.on_air == on_air).count()
    };
    let regions: Vec<Region> = accounts.iter().map(|account| account.region).collect();
    assert_eq!(regions, [Region::Id, Region::Id, Region::Vn, Region::Th]);
    assert_eq!(accounts.iter().map(|account| count(account.user_id, true)).collect::<Vec<_>>(), [2, 0, 1, 0]);
    assert!([0, 2, 3].iter().all(|place: &usize| count(accounts[*place].user_id, false) >= 60));
    let month_ago = desk.panel().clock().now - chrono::TimeDelta::days(30);
    assert!(sessions.iter().all(|session| session.started_at > month_ago));
    assert!(sessions.is_sorted_by_key(|session| session.started_at));
    assert!(sessions.iter().any(|session| !session.title.is_ascii()));
}

fn ids(page: &Value) -> Vec<i64> {
    page["list"].as_array().unwrap().iter().map(|row| row["sessionId"].as_i64().unwrap()).collect()
}
