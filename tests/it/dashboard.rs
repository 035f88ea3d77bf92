//! A studio's live screen in one operation, which is the example of GraphiQL: its calls to Shopee are all under way at once and each
//! is made once, and one that fails takes nothing with it. `benches/dashboard.rs` measures what that saves.

use std::collections::{BTreeMap, BTreeSet};

use live_gateway::serve::Gateway;
use sandbox::{Fault, FaultKind, SessionView};
use serde_json::{Value, json};
use testing::{Database, on_both};

use crate::support::{
    answer::{cache_hits, gaps, shopee_calls},
    eventually,
    world::{Start, World},
};

on_both!(
    every_call_is_under_way_at_once_and_made_once,
    screens_opened_together_share_their_calls,
    a_call_that_fails_costs_its_own_field,
);

/// The calls that the screen makes for each session on air, and where it shows what came.
const OF_A_SESSION: [(&str, &str); 3] =
    [("overview", "/overview"), ("product_list", "/products"), ("coin_totals", "/coins")];
/// The calls for each account that is on air, which all of its sessions show.
const OF_AN_ACCOUNT: [(&str, &str); 2] =
    [("campaign_report", "/shopeeAccount/campaignExpenseToday"), ("campaigns", "/shopeeAccount/promotionsToday")];

/// Calls that may go out at once for one account of a gateway as it is shipped.
const BURST: usize = 20;

/// A gateway as it is shipped, with its pace. It has been asked nothing yet.
async fn shipped(world: &World, database: &Database) -> Gateway {
    let pace = [("SHOPEE_CALLS_PER_SECOND", "10".to_owned()), ("SHOPEE_CALL_BURST", BURST.to_string())];
    world.another_gateway(database, &pace).await
}

/// A world with two sessions on air of one account, one of another, and two accounts that are not on air.
async fn world(database: &Database) -> World {
    let world = World::start_with(database, Start::default()).await;
    let (sessions, accounts) = on_air(&world);
    assert_eq!((sessions.len(), accounts.len(), world.shopee().accounts().len()), (3, 2, 4));
    world
}

/// The sessions on air and who holds them.
fn on_air(world: &World) -> (Vec<SessionView>, BTreeSet<i64>) {
    let sessions = world.shopee().on_air();
    let accounts = sessions.iter().map(|session| session.user_id).collect();
    (sessions, accounts)
}

/// How often each call is to be made for one screen.
fn calls(world: &World) -> BTreeMap<String, u64> {
    let (sessions, accounts) = on_air(world);
    let times = |calls: &[(&str, &str)], times: usize| {
        calls.iter().map(|(call, _)| ((*call).to_owned(), times as u64)).collect::<Vec<_>>()
    };
    times(&OF_A_SESSION, sessions.len()).into_iter().chain(times(&OF_AN_ACCOUNT, accounts.len())).collect()
}

/// Opens the screen.
async fn screen(world: &World, gateway: &Gateway) -> Value {
    let (_, operation) = web::examples().iter().find(|(name, _)| name.ends_with("dashboard")).unwrap();
    world.ask_of(gateway, operation, json!({ "studioId": world.studio_id().await })).await
}

/// Lets Shopee answer nothing before all calls have come.
async fn once_all_are_under_way(world: &World) {
    let expected = calls(world);
    eventually("all calls are under way at once", async || world.shopee().calls_by_name() == expected).await;
    world.shopee().clear_faults();
}

async fn every_call_is_under_way_at_once_and_made_once(database: Database) {
    let world = world(&database).await;
    let gateway = shipped(&world, &database).await;
    world.shopee().inject(Fault::new(FaultKind::Hang));
    let (answer, ()) = tokio::join!(screen(&world, &gateway), once_all_are_under_way(&world));
    assert!(answer.get("errors").is_none(), "{answer:#}");
    assert_eq!(gaps(&answer["data"]), [] as [&str; 0], "{answer:#}");

    let (expected, sessions) = (calls(&world), on_air(&world).0.len() as u64);
    assert_eq!(world.shopee().calls_by_name(), expected, "none twice");
    assert!(most_of_an_account(&world) <= BURST, "no call waits for its turn");
    let asked = sessions * (OF_A_SESSION.len() + OF_AN_ACCOUNT.len()) as u64;
    let made: u64 = expected.values().sum();
    assert_eq!((shopee_calls(&answer), cache_hits(&answer)), (made, asked - made));
    gateway.stop().await;
    world.stop().await;
}

/// How many calls were made for the account with the most.
fn most_of_an_account(world: &World) -> usize {
    let calls = world.shopee().call_log();
    let of = |user_id| calls.iter().filter(|call| call.user_id == Some(user_id)).count();
    on_air(world).1.into_iter().map(of).max().unwrap()
}

async fn screens_opened_together_share_their_calls(database: Database) {
    let world = world(&database).await;
    let gateway = shipped(&world, &database).await;
    world.shopee().inject(Fault::new(FaultKind::Hang));
    let screens = async { tokio::join!(screen(&world, &gateway), screen(&world, &gateway)) };
    let ((one, other), ()) = tokio::join!(screens, once_all_are_under_way(&world));
    assert_eq!(one["data"], other["data"]);
    assert_eq!(world.shopee().calls_by_name(), calls(&world));
    gateway.stop().await;
    world.stop().await;
}

async fn a_call_that_fails_costs_its_own_field(database: Database) {
    let world = world(&database).await;
    let gateway = shipped(&world, &database).await;
    let healthy = screen(&world, &gateway).await;
    gateway.stop().await;
    let (session, position) = lonely_session(&world, &healthy);
    for (call, field) in OF_A_SESSION.into_iter().chain(OF_AN_ACCOUNT) {
        world.shopee().inject(Fault::new(FaultKind::Html).on(call).account(session.user_id).times(1));
        // One that has no answers kept.
        let gateway = shipped(&world, &database).await;
        let answer = screen(&world, &gateway).await;
        let mut expected = healthy["data"].clone();
        let place = format!("/studio/liveSessions/nodes/{position}{field}");
        *expected.pointer_mut(&place).unwrap() = Value::Null;
        assert_eq!(answer["data"], expected, "{call}");
        assert_eq!(failures(&answer), [(place, call.to_owned(), "SHOPEE_GARBLED".to_owned())]);
        gateway.stop().await;
    }
    world.stop().await;
}

/// The session of the account that has no other on air, and its position in an answer.
fn lonely_session(world: &World, answer: &Value) -> (SessionView, usize) {
    let sessions = on_air(world).0;
    let of = |user_id| sessions.iter().filter(|session| session.user_id == user_id).count();
    let lonely = sessions.iter().find(|session| of(session.user_id) == 1).unwrap();
    let nodes = answer["data"]["studio"]["liveSessions"]["nodes"].as_array().unwrap();
    let id = json!(lonely.session_id.to_string());
    (lonely.clone(), nodes.iter().position(|node| node["sessionId"] == id).unwrap())
}

/// Place, call and code of each error.
fn failures(answer: &Value) -> Vec<(String, String, String)> {
    let errors = answer["errors"].as_array().unwrap_or_else(|| panic!("no error: {answer:#}"));
    let word = |error: &Value, name: &str| error["extensions"][name].as_str().unwrap().to_owned();
    errors.iter().map(|error| (place(&error["path"]), word(error, "call"), word(error, "code"))).collect()
}

/// A path as a JSON pointer.
fn place(path: &Value) -> String {
    let steps = path.as_array().unwrap().iter();
    steps.map(|step| format!("/{}", step.as_str().map_or_else(|| step.to_string(), str::to_owned))).collect()
}
