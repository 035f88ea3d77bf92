//! What ads cost, what is left for them, and whom they may show.

use sandbox::{Fault, FaultKind};
use serde_json::{Value, json};
use testing::{Database, on_both};

use super::{campaigns_of, money};
use crate::support::{answer::code, world::World};

on_both!(
    expense_is_told_in_total_and_by_promotion,
    a_failing_list_leaves_the_total,
    credit_is_what_is_left,
    streamers_are_whom_the_account_may_advertise,
);

fn of_account(fields: &str) -> String {
    format!("{{ liveSessions(first: 1) {{ nodes {{ shopeeAccount {{ {fields} }} }} }} }}")
}

async fn told(world: &World, fields: &str) -> Value {
    world.data(&of_account(fields), json!({})).await["liveSessions"]["nodes"][0]["shopeeAccount"].take()
}

async fn expense_is_told_in_total_and_by_promotion(database: Database) {
    let world = World::start(&database).await;
    let truth = campaigns_of(&world, world.first_account().user_id);
    let fields = "campaignExpenseToday {
        total { amount currencyCode } campaigns { campaignId name expense { amount currencyCode } }
        figures { spent { amount currencyCode } sales { amount currencyCode } orders clicks clickRate impressions
            checkouts directOrders } }";
    let expense = told(&world, fields).await["campaignExpenseToday"].take();
    let currency = truth[0].currency;
    let spent = money(truth.iter().map(|campaign| campaign.spent_today).sum(), currency);
    assert_eq!((&expense["total"], &expense["figures"]["spent"]), (&spent, &spent));
    let figures = &expense["figures"];
    assert_eq!(figures["sales"], money(truth.iter().map(|campaign| campaign.sales_today).sum(), currency));
    assert_eq!(figures["orders"], truth.iter().map(|campaign| campaign.orders_today).sum::<u64>());
    for name in ["clicks", "impressions", "checkouts", "directOrders"] {
        assert!(figures[name].is_u64(), "{name}: {figures}");
    }
    assert!(figures["clickRate"].is_string(), "{figures}");
    let expected: Vec<Value> = truth
        .iter()
        .map(|campaign| {
            json!({
                "campaignId": campaign.campaign_id.to_string(),
                "name": campaign.name,
                "expense": money(campaign.spent_today, currency),
            })
        })
        .collect();
    assert_eq!(expense["campaigns"], json!(expected));
    world.stop().await;
}

async fn a_failing_list_leaves_the_total(database: Database) {
    let world = World::start(&database).await;
    world.shopee().inject(Fault::new(FaultKind::Html).on("campaigns"));
    let fields = of_account("campaignExpenseToday { total { amount } campaigns { name } }");
    let answer = world.ask(&fields, json!({})).await;
    assert_eq!(code(&answer), "SHOPEE_GARBLED");
    let expense = &answer["data"]["liveSessions"]["nodes"][0]["shopeeAccount"]["campaignExpenseToday"];
    assert_eq!((expense["total"]["amount"].is_string(), &expense["campaigns"]), (true, &Value::Null));
    world.stop().await;
}

async fn credit_is_what_is_left(database: Database) {
    let world = World::start(&database).await;
    let (user_id, currency) = (world.first_account().user_id, "IDR");
    let credit = 12_345_678_900_000;
    world.shopee().set_ads_credit(user_id, credit).unwrap();
    let fields = "ads { credit { amount currencyCode } liveCredit { amount currencyCode } isCampaignDay
        expiringCredit { amount currencyCode } isCreditLow creditStatus expenseToday { amount currencyCode } }";
    let ads = told(&world, fields).await["ads"].take();
    assert_eq!(ads["credit"], money(credit, currency));
    assert_eq!(ads["liveCredit"], money(credit / 10 * 9, currency));
    assert_eq!(ads["expiringCredit"], money(0, currency));
    assert_eq!((ads["isCreditLow"].is_boolean(), ads["isCampaignDay"].is_boolean()), (true, true), "{ads}");
    assert_eq!(ads["creditStatus"], if ads["isCreditLow"] == true { "low" } else { "normal" });
    let amount: f64 = ads["expenseToday"]["amount"].as_str().unwrap().parse().unwrap();
    let promotions: i64 = campaigns_of(&world, user_id).iter().map(|campaign| campaign.spent_today).sum();
    assert!(amount >= promotions as f64 / 100_000.0, "ads of every kind cost at least what promotions do: {ads}");
    world.stop().await;
}

async fn streamers_are_whom_the_account_may_advertise(database: Database) {
    let world = World::start(&database).await;
    let own = world.first_account();
    let mut near = world.shopee().accounts();
    near.retain(|account| account.region == own.region && (account.user_id == own.user_id || account.shop_id == 0));
    assert_eq!(near.len(), 2);
    let fields = "streamers { total nodes { userId username shopId avatarUrl } }";
    let streamers = told(&world, fields).await["streamers"].take();
    assert_eq!(streamers["total"], near.len());
    for (node, account) in streamers["nodes"].as_array().unwrap().iter().zip(&near) {
        let shop_id = (account.shop_id != 0).then(|| account.shop_id.to_string());
        assert_eq!((&node["userId"], &node["shopId"]), (&json!(account.user_id.to_string()), &json!(shop_id)));
        assert_eq!(node["username"], account.username);
        assert!(node["avatarUrl"].as_str().unwrap().starts_with("https://"), "{node}");
    }
    world.stop().await;
}
