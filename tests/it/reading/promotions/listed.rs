//! Today's promotions, in pages.

use sandbox::{CampaignView, Fault, FaultKind};
use serde_json::{Value, json};
use testing::{Database, on_both};

use super::{accounts, campaigns_of, money, state};
use crate::support::{
    answer::{argument, code, texts},
    world::{Start, World},
};

on_both!(
    every_sellers_promotions_are_listed_with_their_day,
    pages_states_and_names_narrow_the_list,
    how_promotions_are_set_up_is_asked_when_selected,
    a_promotion_that_fails_leaves_the_others,
    arguments_of_promotions_are_checked,
);

const LISTED: &str = "query($page: Int, $pageSize: Int, $name: String, $state: PromotionListState) {
    liveSessions(first: 1) { nodes { shopeeAccount {
        promotionsToday(page: $page, pageSize: $pageSize, name: $name, state: $state) {
            page pageSize total hasReportFailure nodes { campaignId name state } } } } } }";

async fn listed(world: &World, variables: Value) -> Value {
    world.data(LISTED, variables).await["liveSessions"]["nodes"][0]["shopeeAccount"]["promotionsToday"].take()
}

async fn every_sellers_promotions_are_listed_with_their_day(database: Database) {
    let world = World::start_with(&database, Start::default()).await;
    let fields = "shopeeUserId promotionsToday(pageSize: 100) { total nodes {
        campaignId name state dailyBudget { amount currencyCode } shopeeAccount { shopeeUserId }
        today { spent { amount currencyCode } sales { amount currencyCode } orders returnOnAdSpend clicks } } }";
    let connected = world.shopee().accounts();
    let sellers: Vec<_> = connected.iter().filter(|account| account.shop_id != 0).collect();
    assert_eq!(sellers.len(), 3);
    for account in accounts_that_sell(&world, fields).await {
        let user_id = account["shopeeUserId"].as_str().unwrap();
        let truth = campaigns_of(&world, user_id.parse().unwrap());
        let page = &account["promotionsToday"];
        assert_eq!((&page["total"], truth.len()), (&json!(5), 5));
        for (node, campaign) in page["nodes"].as_array().unwrap().iter().zip(&truth) {
            check_promotion(node, campaign);
            assert_eq!(node["shopeeAccount"]["shopeeUserId"], user_id);
        }
    }
    world.stop().await;
}

/// The accounts that sell; the others are told that they have no ads.
async fn accounts_that_sell(world: &World, fields: &str) -> Vec<Value> {
    let ids = accounts(world, "id username").await;
    let known = world.shopee().accounts();
    let mut found = Vec::new();
    for account in ids {
        let query = format!("query($id: ID!) {{ node(id: $id) {{ ... on ShopeeAccount {{ {fields} }} }} }}");
        let mut answer = world.ask(&query, json!({ "id": account["id"] })).await;
        let shop_id = known.iter().find(|known| account["username"] == known.username).unwrap().shop_id;
        match answer.get("errors") {
            Some(_) => assert_eq!((code(&answer), shop_id), ("SHOPEE_NO_PERMISSION", 0)),
            None => found.push(answer["data"]["node"].take()),
        }
    }
    assert_eq!(found.len(), known.iter().filter(|account| account.shop_id != 0).count());
    found
}

fn check_promotion(node: &Value, campaign: &CampaignView) {
    assert_eq!(node["campaignId"], campaign.campaign_id.to_string());
    assert_eq!((&node["name"], &node["state"]), (&json!(campaign.name), &json!(state(campaign))));
    assert_eq!(node["dailyBudget"], money(campaign.daily_budget, campaign.currency));
    let today = &node["today"];
    assert_eq!(today["spent"], money(campaign.spent_today, campaign.currency));
    assert_eq!(today["sales"], money(campaign.sales_today, campaign.currency));
    assert_eq!((&today["orders"], &today["clicks"]), (&json!(campaign.orders_today), &Value::Null));
    match campaign.spent_today {
        0 => assert_eq!(today["returnOnAdSpend"], Value::Null),
        spent => {
            let expected = campaign.sales_today as f64 / spent as f64;
            let told: f64 = today["returnOnAdSpend"].as_str().unwrap().parse().unwrap();
            assert!((told - expected).abs() <= 0.000_001, "{told} is not {expected}");
        }
    }
}

async fn pages_states_and_names_narrow_the_list(database: Database) {
    let world = World::start(&database).await;
    let truth = campaigns_of(&world, world.first_account().user_id);
    let ids = |campaigns: Vec<&CampaignView>| -> Vec<String> {
        campaigns.into_iter().map(|campaign| campaign.campaign_id.to_string()).collect()
    };
    let mut tiled = Vec::new();
    for number in 1..=3 {
        let page = listed(&world, json!({ "page": number, "pageSize": 2 })).await;
        assert_eq!((&page["page"], &page["pageSize"], &page["total"]), (&json!(number), &json!(2), &json!(5)));
        assert_eq!(page["hasReportFailure"], false);
        tiled.extend(texts(&page, "campaignId"));
    }
    assert_eq!(tiled, ids(truth.iter().collect()));
    for (filter, wanted) in [("ONGOING", "ongoing"), ("PAUSED", "paused"), ("CLOSED", "ended")] {
        let page = listed(&world, json!({ "state": filter })).await;
        let expected = ids(truth.iter().filter(|campaign| campaign.state == wanted).collect());
        assert!(!expected.is_empty());
        assert_eq!(texts(&page, "campaignId"), expected, "{filter}");
    }
    let name = &truth[0].name;
    let page = listed(&world, json!({ "name": format!(" {} ", name.to_uppercase()) })).await;
    assert_eq!(texts(&page, "campaignId"), ids(truth.iter().filter(|campaign| campaign.name == *name).collect()));
    let nothing = listed(&world, json!({ "name": "no promotion is called so" })).await;
    assert_eq!((&nothing["nodes"], &nothing["total"]), (&json!([]), &json!(0)));
    world.stop().await;
}

async fn how_promotions_are_set_up_is_asked_when_selected(database: Database) {
    let world = World::start(&database).await;
    listed(&world, json!({ "pageSize": 100 })).await;
    assert_eq!(world.shopee().calls("live_stream"), 0);
    let query = "{ liveSessions(first: 1) { nodes { shopeeAccount { promotionsToday { nodes {
        settings { objective returnTarget totalBudget { amount } startedAt endsAt } } } } } } }";
    let mut data = world.data(query, json!({})).await;
    let page = data["liveSessions"]["nodes"][0]["shopeeAccount"]["promotionsToday"].take();
    let told = |field: &str| -> Vec<Value> {
        page["nodes"].as_array().unwrap().iter().map(|node| node["settings"][field].clone()).collect()
    };
    assert_eq!(told("objective"), ["SALES_AT_TARGET", "VIEWS", "SALES", "SALES", "SALES"]);
    assert_eq!(told("returnTarget"), [json!("7.2"), Value::Null, Value::Null, Value::Null, Value::Null]);
    assert_eq!((told("totalBudget"), told("endsAt")), (vec![Value::Null; 5], vec![Value::Null; 5]));
    // Promotions begin at midnight in Jakarta.
    assert!(told("startedAt").iter().all(|at| at.as_str().unwrap().ends_with("T17:00:00+00:00")), "{page}");
    assert_eq!(world.shopee().calls("live_stream"), 5);
    world.stop().await;
}

async fn a_promotion_that_fails_leaves_the_others(database: Database) {
    let world = World::start(&database).await;
    world.shopee().inject(Fault::new(FaultKind::Html).on("live_stream").times(1));
    let query = "{ liveSessions(first: 1) { nodes { shopeeAccount { promotionsToday { nodes {
        name settings { objective } } } } } } }";
    let answer = world.ask(query, json!({})).await;
    assert_eq!((code(&answer), answer["errors"].as_array().unwrap().len()), ("SHOPEE_GARBLED", 1));
    let nodes = &answer["data"]["liveSessions"]["nodes"][0]["shopeeAccount"]["promotionsToday"]["nodes"];
    let nodes = nodes.as_array().unwrap();
    assert_eq!(nodes.iter().filter(|node| node["settings"].is_null()).count(), 1);
    assert!(nodes.len() == 5 && nodes.iter().all(|node| node["name"].is_string()), "{answer}");
    world.stop().await;
}

async fn arguments_of_promotions_are_checked(database: Database) {
    let world = World::start(&database).await;
    for (variables, name) in [
        (json!({ "page": 0 }), "page"),
        (json!({ "pageSize": 101 }), "pageSize"),
        (json!({ "name": "a".repeat(201) }), "name"),
    ] {
        let answer = world.ask(LISTED, variables.clone()).await;
        assert_eq!((code(&answer), argument(&answer)), ("BAD_USER_INPUT", name), "{variables}");
    }
    let beyond = listed(&world, json!({ "page": 100_000, "pageSize": 100 })).await;
    assert_eq!((&beyond["nodes"], &beyond["total"]), (&json!([]), &json!(5)));
    assert_eq!(world.shopee().calls("campaigns"), 1);
    world.stop().await;
}
