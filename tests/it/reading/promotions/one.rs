//! One promotion, by its id.

use serde_json::{Value, json};
use testing::{Database, on_both};

use super::{account_id, campaigns_of, money, state};
use crate::support::{
    answer::{argument, code, shopee_calls},
    world::World,
};

on_both!(
    a_promotion_is_read_by_its_id,
    limits_and_figures_are_asked_when_selected,
    a_promotion_is_its_accounts_own,
    ids_that_make_no_sense_ask_nobody,
);

fn promotion(fields: &str) -> String {
    format!(
        "query($account: ID!, $campaign: ID!) {{
            promotion(shopeeAccountId: $account, campaignId: $campaign) {{ {fields} }} }}"
    )
}

async fn a_promotion_is_read_by_its_id(database: Database) {
    let world = World::start(&database).await;
    let account = account_id(&world).await;
    let query = promotion(
        "campaignId name state dailyBudget { amount currencyCode } shopeeAccount { id } settings { objective }",
    );
    for campaign in campaigns_of(&world, world.first_account().user_id) {
        let id = campaign.campaign_id.to_string();
        let answer = world.ask(&query, json!({ "account": account, "campaign": id })).await;
        assert_eq!(shopee_calls(&answer), 1, "{answer:#}");
        let told = &answer["data"]["promotion"];
        assert_eq!((&told["campaignId"], &told["name"]), (&json!(id), &json!(campaign.name)));
        assert_eq!((&told["state"], &told["shopeeAccount"]["id"]), (&json!(state(&campaign)), &json!(account)));
        assert_eq!(told["dailyBudget"], money(campaign.daily_budget, campaign.currency));
        assert!(told["settings"]["objective"].is_string(), "{told}");
    }
    world.stop().await;
}

async fn limits_and_figures_are_asked_when_selected(database: Database) {
    let world = World::start(&database).await;
    let account = account_id(&world).await;
    let query = promotion(
        "budgetLimits { minimum { amount } maximum { amount currencyCode } step { amount } recommended { amount }
            lowThreshold { amount } mayDecrease spentToday { amount currencyCode } }
        today { spent { amount currencyCode } sales { amount currencyCode } orders }",
    );
    for campaign in campaigns_of(&world, world.first_account().user_id) {
        world.shopee().reset_calls();
        let id = campaign.campaign_id.to_string();
        let told = world.data(&query, json!({ "account": account, "campaign": id })).await["promotion"].take();
        assert_eq!(world.shopee().calls("budget_for_edit"), 1);
        let limits = &told["budgetLimits"];
        assert_eq!(limits["maximum"], json!({ "amount": "100000000", "currencyCode": "IDR" }));
        assert_eq!((&limits["step"]["amount"], &limits["mayDecrease"]), (&json!("1000"), &json!(true)));
        assert_eq!(limits["spentToday"], money(campaign.spent_today, campaign.currency));
        let amount = |name: &str| limits[name]["amount"].as_str().unwrap().parse::<i64>().unwrap();
        let spent = campaign.spent_today / 100_000;
        assert!(amount("minimum") >= spent.max(25_000) && amount("minimum") < spent.max(25_000) + 2_000, "{limits}");
        assert!((amount("minimum")..=100_000_000).contains(&amount("recommended")), "{limits}");
        assert_eq!(amount("lowThreshold"), 3_000_000);
        let expected = json!({
            "spent": money(campaign.spent_today, campaign.currency),
            "sales": money(campaign.sales_today, campaign.currency),
            "orders": campaign.orders_today,
        });
        assert_eq!(told["today"], expected);
    }
    world.stop().await;
}

async fn a_promotion_is_its_accounts_own(database: Database) {
    let world = World::start(&database).await;
    let account = account_id(&world).await;
    let user_id = world.first_account().user_id;
    let foreign = world.shopee().campaigns().into_iter().find(|campaign| campaign.user_id != user_id).unwrap();
    for id in [foreign.campaign_id, 1] {
        let answer = world.ask(&promotion("name"), json!({ "account": account, "campaign": id.to_string() })).await;
        assert_eq!((code(&answer), &answer["data"]["promotion"]), ("SHOPEE_REFUSED", &Value::Null));
    }
    world.stop().await;
}

async fn ids_that_make_no_sense_ask_nobody(database: Database) {
    let world = World::start(&database).await;
    let account = account_id(&world).await;
    for (variables, name) in [
        (json!({ "account": "nonsense", "campaign": "1" }), "shopeeAccountId"),
        (json!({ "account": account, "campaign": "0" }), "campaignId"),
        (json!({ "account": account, "campaign": "-1" }), "campaignId"),
        (json!({ "account": account, "campaign": "a" }), "campaignId"),
        (json!({ "account": account, "campaign": "9223372036854775808" }), "campaignId"),
    ] {
        let answer = world.ask(&promotion("name"), variables.clone()).await;
        assert_eq!((code(&answer), argument(&answer)), ("BAD_USER_INPUT", name), "{variables}");
    }
    assert!(world.shopee().calls_by_name().is_empty());
    world.stop().await;
}
