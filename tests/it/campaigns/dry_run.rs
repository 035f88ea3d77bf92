//! A dry run says what the rule then does.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use testing::{Database, on_both, on_sqlite};

use super::{amount, campaigns, edits, ledger, look_by, minutes, now, pass, start, switch_on};
use crate::support::{
    answer::{argument, code},
    world::World,
};

on_both!(a_dry_run_says_what_the_rule_does, a_dry_run_changes_nothing);

const DRY_RUN: &str = "query ($id: ID!, $rule: CampaignRuleBounds, $days: Int) {
    campaignRuleDryRun(studioId: $id, rule: $rule, days: $days) {
        from to coveredFrom campaignCount pauseCount
        pauses {
            shopeeAccount { username } campaignId name pausedAt dailyBudget { amount } spent { amount } sales { amount }
            spentShare returnOnAdSpend resumedAt savedSpend { amount } lostSales { amount }
        }
        byCurrency { savedSpend { amount currencyCode } lostSales { amount } }
    }
}";

async fn dry_run(world: &World, mut variables: Value) -> Value {
    variables["id"] = json!(world.studio_id().await);
    world.data(DRY_RUN, variables).await["campaignRuleDryRun"].take()
}

/// When a campaign was paused, and what it had spent and brought.
type Pauses = BTreeMap<String, (DateTime<Utc>, Value, Value)>;

const STEPS: usize = 30;

async fn a_dry_run_says_what_the_rule_does(database: Database) {
    let world = start(&database, 2).await;
    let began = now(&world);
    pass(&world, STEPS, minutes(20)).await;
    assert_eq!(edits(&world), []);
    let told = dry_run(&world, json!({})).await;
    let nodes = told["pauses"].as_array().unwrap();
    let foretold: Pauses = nodes
        .iter()
        .map(|pause| {
            let at = pause["pausedAt"].as_str().unwrap().parse().unwrap();
            let numbers = (at, pause["spent"]["amount"].clone(), pause["sales"]["amount"].clone());
            (pause["campaignId"].as_str().unwrap().to_owned(), numbers)
        })
        .collect();
    assert!(!foretold.is_empty() && told["pauseCount"] == foretold.len(), "{told:#}");
    let covered: DateTime<Utc> = told["coveredFrom"].as_str().unwrap().parse().unwrap();
    assert_eq!(covered, began + chrono::TimeDelta::minutes(20));
    let without = spent(&world);

    // The same course once more, with the rule switched on.
    let (done, with) = {
        let (sender, receiver) = tokio::sync::oneshot::channel();
        on_sqlite(async move |database| sender.send(in_earnest(&database).await).unwrap()).await;
        receiver.await.unwrap()
    };
    assert_eq!(foretold, done);

    // What was to be saved is what the rule has saved.
    let saved: i64 = without.iter().map(|(campaign, spent)| spent - with[campaign]).sum();
    assert_eq!(told["byCurrency"][0]["savedSpend"], json!({ "amount": amount(saved), "currencyCode": "IDR" }));
    assert!(saved > 0);
    world.stop().await;
}

fn spent(world: &World) -> BTreeMap<i64, i64> {
    campaigns(world).into_iter().map(|campaign| (campaign.campaign_id, campaign.spent_today)).collect()
}

/// What the rule does on the same course, and what campaigns have spent in the end.
async fn in_earnest(database: &Database) -> (Pauses, BTreeMap<i64, i64>) {
    let world = start(database, 2).await;
    switch_on(&world).await;
    let mut at = BTreeMap::new();
    for _ in 0..STEPS {
        world.shopee().step(minutes(20));
        look_by(&world.gateway, &world).await;
        for (campaign, _) in edits(&world) {
            at.entry(campaign.to_string()).or_insert(now(&world));
        }
    }
    let found = ledger(&world).await;
    let pauses = found.iter().map(|edit| {
        let (campaign, rule) = (edit["campaignId"].as_str().unwrap().to_owned(), &edit["rule"]);
        let numbers = (at[&campaign], rule["spent"]["amount"].clone(), rule["sales"]["amount"].clone());
        (campaign, numbers)
    });
    let done = (pauses.collect(), spent(&world));
    world.stop().await;
    done
}

async fn a_dry_run_changes_nothing(database: Database) {
    let world = start(&database, 1).await;
    let none = dry_run(&world, json!({})).await;
    assert_eq!((&none["coveredFrom"], &none["pauseCount"], &none["byCurrency"]), (&Value::Null, &json!(0), &json!([])));
    pass(&world, 6, minutes(30)).await;
    world.shopee().reset_calls();
    // Nothing is below the least threshold but what brings nothing at all, and everything that is below the largest.
    let least = json!({ "rule": { "pausesBelowReturn": "0.000001" } });
    let most = json!({ "rule": { "pausesBelowReturn": "1000", "minimumSpentPercent": 1 }, "days": 30 });
    let [least, most] = [dry_run(&world, least).await, dry_run(&world, most).await];
    assert!(least["pauseCount"].as_i64() < most["pauseCount"].as_i64(), "{least:#} {most:#}");
    assert_eq!(most["campaignCount"], 4, "the one that is over has done nothing");
    // Yesterday's readings are not today's.
    assert_eq!(dry_run(&world, json!({ "rule": null, "days": 30 })).await["campaignCount"], 4);
    assert_eq!((edits(&world), world.shopee().calls_by_name().len()), (vec![], 0));

    for (variables, wrong) in [
        (json!({ "days": 0 }), "days"),
        (json!({ "days": 31 }), "days"),
        (json!({ "rule": { "pausesBelowReturn": "0" } }), "rule.pausesBelowReturn"),
        (json!({ "rule": { "minimumSpentPercent": 101 } }), "rule.minimumSpentPercent"),
    ] {
        let mut variables = variables;
        variables["id"] = json!(world.studio_id().await);
        let answer = world.ask(DRY_RUN, variables).await;
        assert_eq!((code(&answer), argument(&answer)), ("BAD_USER_INPUT", wrong));
    }
    world.stop().await;
}
