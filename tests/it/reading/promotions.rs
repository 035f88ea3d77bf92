//! Promotions and ads: the fields say what the panel of the simulated Shopee says, of the same instant.

mod ads;
mod listed;
mod one;

use sandbox::CampaignView;
use serde_json::{Value, json};
use testing::{Database, on_both};

use super::from_shopee::accounts;
use crate::support::{
    answer::{code, shopee_calls},
    world::World,
};

on_both!(who_is_signed_out_is_told_so, identical_selections_ask_once);

/// A campaign's state in our words.
fn state(campaign: &CampaignView) -> String {
    campaign.state.to_uppercase()
}

fn money(amount: i64, currency: &str) -> Value {
    json!({ "amount": super::money::written(amount), "currencyCode": currency })
}

/// An account's campaigns, in Shopee's order.
fn campaigns_of(world: &World, user_id: i64) -> Vec<CampaignView> {
    let mut campaigns = world.shopee().campaigns();
    campaigns.retain(|campaign| campaign.user_id == user_id);
    campaigns
}

/// The global id of the world's one account.
async fn account_id(world: &World) -> String {
    accounts(world, "id").await.remove(0)["id"].as_str().unwrap().to_owned()
}

async fn who_is_signed_out_is_told_so(database: Database) {
    let world = World::start(&database).await;
    let account_id = account_id(&world).await;
    let campaign_id = campaigns_of(&world, world.first_account().user_id)[0].campaign_id;
    world.shopee().expire_cookie(world.first_account().user_id).unwrap();
    let fields = [
        ("streamers", "streamers { total }"),
        ("promotionsToday", "promotionsToday { total }"),
        ("campaignExpenseToday", "campaignExpenseToday { observedAt }"),
        ("ads", "ads { observedAt }"),
    ];
    for (name, field) in fields {
        let query = format!("query($id: ID!) {{ node(id: $id) {{ ... on ShopeeAccount {{ username {field} }} }} }}");
        let answer = world.ask(&query, json!({ "id": account_id })).await;
        assert_eq!(code(&answer), "SHOPEE_SIGNED_OUT", "{answer}");
        let stored = json!({ "username": world.first_account().username, name: null });
        assert_eq!(answer["data"]["node"], stored, "the field alone is null");
    }
    let query = "query($id: ID!, $campaign: ID!) { promotion(shopeeAccountId: $id, campaignId: $campaign) { name } }";
    let answer = world.ask(query, json!({ "id": account_id, "campaign": campaign_id.to_string() })).await;
    assert_eq!((code(&answer), &answer["data"]["promotion"]), ("SHOPEE_SIGNED_OUT", &Value::Null));
    world.stop().await;
}

async fn identical_selections_ask_once(database: Database) {
    let world = World::start(&database).await;
    let campaign_id = campaigns_of(&world, world.first_account().user_id)[0].campaign_id;
    let of_account = "streamers { total } ads { observedAt }
        promotionsToday(pageSize: 100) { nodes { name today { orders } } }
        campaignExpenseToday { total { amount } campaigns { name } }";
    let of_promotion = format!(
        "promotion(shopeeAccountId: $id, campaignId: \"{campaign_id}\") {{
            state settings {{ objective }} budgetLimits {{ minimum {{ amount }} }} }}"
    );
    let query = format!(
        "query($id: ID!) {{ a: node(id: $id) {{ ... on ShopeeAccount {{ {of_account} }} }}
            b: node(id: $id) {{ ... on ShopeeAccount {{ {of_account} }} }} c: {of_promotion} d: {of_promotion} }}"
    );
    let answer = world.ask(&query, json!({ "id": account_id(&world).await })).await;
    assert!(answer.get("errors").is_none(), "{answer:#}");
    assert_eq!((&answer["data"]["a"], &answer["data"]["c"]), (&answer["data"]["b"], &answer["data"]["d"]));
    let calls = ["streamers", "ads_data", "campaigns", "campaign_report", "live_stream", "budget_for_edit"];
    for call in calls {
        assert_eq!(world.shopee().calls(call), 1, "{call}");
    }
    assert_eq!(shopee_calls(&answer), calls.len() as u64, "{:?}", world.shopee().calls_by_name());
    world.stop().await;
}
