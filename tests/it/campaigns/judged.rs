//! The numbers by which promotions are judged.

use chrono::{DateTime, TimeDelta, Utc};
use entity::campaign_reading::{Column, Entity};
use rust_decimal::Decimal;
use sandbox::CampaignView;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use serde_json::{Value, json};
use testing::{Database, on_both};

use super::{account_id, amount, campaigns, look_by, minutes, pass, start, update_rule};
use crate::support::{
    answer::{shopee_calls, statements},
    world::World,
};

on_both!(the_numbers_are_shopees_own, a_page_of_promotions_is_judged_at_once, thresholds_are_the_studios,);

const JUDGEMENT: &str = "judgement {
    spentShare dayShare pace projectedSpend { amount } returnOnAdSpend observedAt
    trend { recent earlier direction }
    suggestion { action reason dailyBudget { amount currencyCode } pausesBelowReturn targetReturn minimumSpentPercent }
}";

async fn list(database: &Database, world: &World) -> Value {
    let query = format!(
        "query ($id: ID!) {{ node(id: $id) {{ ... on ShopeeAccount {{ promotionsToday {{ nodes {{
            campaignId state {JUDGEMENT} }} }} }} }} }}"
    );
    world.ask(&query, json!({ "id": account_id(database).await })).await
}

async fn judged(database: &Database, world: &World) -> Vec<Value> {
    let mut answer = list(database, world).await;
    assert!(answer.get("errors").is_none(), "{answer:#}");
    let Value::Array(nodes) = answer["data"]["node"]["promotionsToday"]["nodes"].take() else { panic!("{answer:#}") };
    nodes
}

fn of<'a>(nodes: &'a [Value], campaign: &CampaignView) -> &'a Value {
    let id = json!(campaign.campaign_id.to_string());
    nodes.iter().find(|node| node["campaignId"] == id).unwrap()
}

fn ratio(above: i64, below: i64) -> Value {
    match Decimal::from(above).checked_div(Decimal::from(below)) {
        Some(ratio) => json!(ratio.round_dp(6).normalize().to_string()),
        None => Value::Null,
    }
}

/// The milliseconds of the region's day that were over when Shopee was asked.
fn passed(judgement: &Value) -> i64 {
    let at: DateTime<Utc> = judgement["observedAt"].as_str().unwrap().parse().unwrap();
    let local = at.with_timezone(&chrono_tz::Asia::Jakarta);
    (at - local.date_naive().and_hms_opt(0, 0, 0).unwrap().and_local_timezone(local.timezone()).unwrap().to_utc())
        .num_milliseconds()
}

async fn the_numbers_are_shopees_own(database: Database) {
    let world = start(&database, 0).await;
    pass(&world, 8, minutes(15)).await;
    let nodes = judged(&database, &world).await;
    let mut suggested = Vec::new();
    for campaign in campaigns(&world) {
        let judgement = &of(&nodes, &campaign)["judgement"];
        let (spent, budget, sales) = (campaign.spent_today, campaign.daily_budget, campaign.sales_today);
        assert_eq!(judgement["spentShare"], ratio(spent, budget), "{campaign:?}");
        assert_eq!(judgement["returnOnAdSpend"], ratio(sales, spent));
        let passed = passed(judgement);
        let projected = i128::from(spent) * 86_400_000 / i128::from(passed);
        assert_eq!(judgement["projectedSpend"]["amount"], amount(projected as i64));
        assert_eq!(judgement["dayShare"], ratio(passed, 86_400_000));
        assert_eq!(judgement["pace"], ratio(projected as i64, budget));
        assert_eq!(judgement["trend"], trend(&database, &campaign, judgement).await, "{campaign:?}");
        let is_paused = campaign.state == "ongoing" && spent * 5 >= budget && sales < spent;
        let action = &judgement["suggestion"]["action"];
        assert_eq!(action == "PAUSE", is_paused, "{campaign:?} {judgement:#}");
        suggested.push((action.clone(), judgement["suggestion"]["reason"].clone()));
    }
    let is_among = |action, reason| suggested.contains(&(json!(action), json!(reason)));
    assert!(is_among("PAUSE", "RETURN_TOO_LOW") && is_among("LEAVE", "NOT_RUNNING"), "{suggested:?}");
    world.stop().await;
}

/// What a trend has to be, by the readings that are stored and the present one.
async fn trend(database: &Database, campaign: &CampaignView, judgement: &Value) -> Value {
    let at: DateTime<Utc> = judgement["observedAt"].as_str().unwrap().parse().unwrap();
    let rows = Entity::find().filter(Column::CampaignId.eq(campaign.campaign_id)).order_by_asc(Column::ReadAt);
    let rows = rows.filter(Column::ReadAt.lt(at)).all(&database.connect().await).await.unwrap();
    let mut points: Vec<_> = rows.iter().map(|row| (row.read_at, row.spent, row.sales)).collect();
    points.push((at, campaign.spent_today, campaign.sales_today));
    let mut sums = [(0, 0); 2];
    for pair in points.windows(2) {
        let part = &mut sums[usize::from(pair[1].0 > at - TimeDelta::hours(3))];
        *part = (part.0 + pair[1].1 - pair[0].1, part.1 + pair[1].2 - pair[0].2);
    }
    let [earlier, recent] = sums.map(|(spent, sales)| ratio(sales, spent));
    json!({ "recent": recent, "earlier": earlier, "direction": judgement["trend"]["direction"] })
}

async fn a_page_of_promotions_is_judged_at_once(database: Database) {
    let world = start(&database, 0).await;
    pass(&world, 2, minutes(15)).await;
    let answer = list(&database, &world).await;
    let nodes = answer["data"]["node"]["promotionsToday"]["nodes"].as_array().unwrap();
    assert_eq!((nodes.len(), shopee_calls(&answer)), (5, 1));
    // The account and what it takes to ask, the rule, the courses; the sign-in comes first.
    assert!(statements(&answer) <= 6, "{answer}");
    let alone = format!(
        "query ($id: ID!, $campaign: ID!) {{ promotion(shopeeAccountId: $id, campaignId: $campaign) {{
            campaignId today {{ orders }} {JUDGEMENT} }} }}"
    );
    let variables = json!({ "id": account_id(&database).await, "campaign": nodes[1]["campaignId"] });
    let answer = world.ask(&alone, variables).await;
    assert_eq!(shopee_calls(&answer), 2, "itself, and the list for both of its fields: {answer:#}");
    let judgement = &answer["data"]["promotion"]["judgement"];
    assert_eq!(judgement["spentShare"], nodes[1]["judgement"]["spentShare"]);
    world.stop().await;
}

async fn thresholds_are_the_studios(database: Database) {
    let world = start(&database, 0).await;
    world.shopee().step(minutes(90));
    look_by(&world.gateway, &world).await;
    update_rule(&world, json!({ "pausesBelowReturn": "0.000001", "targetReturn": "1000", "minimumSpentPercent": 1 }))
        .await;
    let nodes = judged(&database, &world).await;
    for node in &nodes {
        let suggestion = &node["judgement"]["suggestion"];
        assert_eq!(suggestion["pausesBelowReturn"], "0.000001");
        assert_eq!((&suggestion["targetReturn"], &suggestion["minimumSpentPercent"]), (&json!("1000"), &json!(1)));
        assert_eq!(suggestion["dailyBudget"].is_null(), suggestion["action"] != "LOWER", "{suggestion}");
        assert_ne!(suggestion["action"], "RAISE");
    }
    world.stop().await;
}
