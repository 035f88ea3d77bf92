//! Pasted cookies, checking an account, disconnecting it.

use entity::membership::Role;
use sandbox::{Fault, FaultKind};
use serde_json::{Value, json};
use testing::{Database, on_both};

use super::{CONNECT, account_rows, audited, demote, studio_of, told, world_without_accounts};
use crate::support::{answer, world::World};

on_both!(
    good_cookies_connect,
    bad_cookies_are_said_to_be_bad,
    checking_stores_what_has_changed,
    a_disconnected_account_asks_nothing_and_connects_again,
    only_who_may_may,
);

const CHECK: &str = "mutation($id: ID!) { checkShopeeAccount(input: { shopeeAccountId: $id }) {
    shopeeAccount { status username signedOutAt } userErrors { code } } }";
const DISCONNECT: &str = "mutation($id: ID!) { disconnectShopeeAccount(input: { shopeeAccountId: $id }) {
    shopeeAccount { status liveSessions { totalCount } } userErrors { code } } }";
const FIRST: &str = "{ viewer { memberships { studio { shopeeAccounts(first: 1) { nodes { id } } } } } }";

async fn first_account_id(world: &World) -> Value {
    world.data(FIRST, json!({})).await["viewer"]["memberships"][0]["studio"]["shopeeAccounts"]["nodes"][0]["id"].take()
}

async fn connect(world: &World, token: &str, cookies: &str) -> Value {
    let variables = json!({ "studio": studio_of(world, token).await, "cookies": cookies });
    world.ask_as(Some(token), CONNECT, variables).await
}

async fn good_cookies_connect(database: Database) {
    let world = world_without_accounts(&database).await;
    let account = world.first_account();
    for (before, entries) in [(json!(null), 1), (told("ACTIVE", &account.username), 2)] {
        let answer = connect(&world, &world.token, &format!(" {}\n", account.cookie)).await;
        let connected = &answer["data"]["connectShopeeAccount"];
        assert_eq!(connected["userErrors"], json!([]), "{answer}");
        assert_eq!(connected["shopeeAccount"]["creator"]["userName"], account.username);
        assert_eq!(connected["shopeeAccount"]["studio"]["name"], "First Studio");
        let log = audited(&database).await;
        let entry = ("SHOPEE_ACCOUNT_CONNECTED".to_owned(), before, told("ACTIVE", &account.username));
        assert_eq!((log.last(), log.len()), (Some(&entry), entries));
    }
    assert_eq!(account_rows(&database).await.len(), 1);
    world.stop().await;
}

async fn bad_cookies_are_said_to_be_bad(database: Database) {
    let world = World::start(&database).await;
    let (stored, log) = (account_rows(&database).await, audited(&database).await);
    let account = world.first_account();
    let stranger = world.stranger_token.as_str();
    for (cookies, code) in [
        ("canary", "INVALID"),
        ("SPC_F=canary", "INVALID"),
        ("SPC_ST=canary", "REFUSED_BY_SHOPEE"),
        (account.cookie.as_str(), "ACCOUNT_OF_ANOTHER_STUDIO"),
    ] {
        let answer = connect(&world, stranger, cookies).await;
        let refused = &answer["data"]["connectShopeeAccount"];
        assert_eq!(refused["shopeeAccount"], json!(null), "{answer}");
        assert_eq!(refused["userErrors"][0]["code"], code);
        assert_eq!(refused["userErrors"][0]["field"], "cookies");
        assert!(!answer.to_string().contains("canary") && !answer.to_string().contains(&account.username), "{answer}");
    }
    for (kind, code) in [
        (FaultKind::RiskControl { status: 403 }, "SHOPEE_RISK_CONTROL"),
        (FaultKind::ServerError(503), "SHOPEE_UNREACHABLE"),
        (FaultKind::RateLimited { retry_after: Some(7) }, "SHOPEE_THROTTLED"),
        (FaultKind::Html, "SHOPEE_GARBLED"),
    ] {
        world.shopee().inject(Fault::new(kind).on("user_info"));
        let answer = connect(&world, stranger, &account.cookie).await;
        assert_eq!((answer::code(&answer), &answer["data"]["connectShopeeAccount"]), (code, &json!(null)));
        world.shopee().clear_faults();
    }
    assert_eq!((account_rows(&database).await, audited(&database).await), (stored, log));
    world.stop().await;
}

async fn checking_stores_what_has_changed(database: Database) {
    let world = World::start(&database).await;
    let (id, account) = (first_account_id(&world).await, world.first_account());
    let check = async || world.data(CHECK, json!({ "id": id })).await["checkShopeeAccount"]["shopeeAccount"].take();
    let entries = audited(&database).await.len();
    let unchanged = account_rows(&database).await;
    assert_eq!(check().await, json!({ "status": "ACTIVE", "username": account.username, "signedOutAt": null }));
    assert_eq!((audited(&database).await.len(), account_rows(&database).await), (entries, unchanged));

    world.shopee().expire_cookie(account.user_id).unwrap();
    for _ in 0..2 {
        assert_eq!(check().await["status"], "SIGNED_OUT");
    }
    world.shopee().renew(account.user_id).unwrap();
    assert_eq!(check().await, json!({ "status": "ACTIVE", "username": account.username, "signedOutAt": null }));
    let [active, signed_out] = ["ACTIVE", "SIGNED_OUT"].map(|status| told(status, &account.username));
    let checked = |before: &Value, after: &Value| ("SHOPEE_ACCOUNT_CHECKED".to_owned(), before.clone(), after.clone());
    assert_eq!(audited(&database).await[entries..], [checked(&active, &signed_out), checked(&signed_out, &active)]);

    world.shopee().inject(Fault::new(FaultKind::ServerError(503)).on("user_info"));
    assert_eq!(answer::code(&world.ask(CHECK, json!({ "id": id })).await), "SHOPEE_UNREACHABLE");
    world.stop().await;
}

async fn a_disconnected_account_asks_nothing_and_connects_again(database: Database) {
    let world = World::start(&database).await;
    let (id, account, session_id) = (first_account_id(&world).await, world.first_account(), world.on_air().session_id);
    let query = format!(r#"subscription {{ viewerCount(sessionId: "{session_id}") {{ viewers staleSince }} }}"#);
    let mut stream = world.subscribe(&query).await;
    stream.data().await;
    for _ in 0..2 {
        let payload = world.data(DISCONNECT, json!({ "id": id })).await["disconnectShopeeAccount"].take();
        let history = json!({ "status": "SIGNED_OUT", "liveSessions": { "totalCount": 62 } });
        assert_eq!(payload, json!({ "shopeeAccount": history, "userErrors": [] }));
    }
    let row = account_rows(&database).await.remove(0);
    assert!(row.credential.is_none() && row.credential_key_id.is_none() && row.signed_out_at.is_some());
    let log = audited(&database).await;
    let [active, signed_out] = ["ACTIVE", "SIGNED_OUT"].map(|status| told(status, &account.username));
    assert_eq!(log.last(), Some(&("SHOPEE_ACCOUNT_DISCONNECTED".to_owned(), active, signed_out)));

    stream.until("the poller knows it", |data| data["viewerCount"]["staleSince"].is_string()).await;
    world.shopee().reset_calls();
    for _ in 0..3 {
        stream.data().await;
    }
    let checked = world.data(CHECK, json!({ "id": id })).await["checkShopeeAccount"]["shopeeAccount"].take();
    assert_eq!(checked["status"], "SIGNED_OUT");
    assert_eq!(world.shopee().calls_by_name(), [].into());

    connect(&world, &world.token, &account.cookie).await;
    stream.until("it asks again by itself", |data| data["viewerCount"]["staleSince"].is_null()).await;
    world.stop().await;
}

async fn only_who_may_may(database: Database) {
    let world = World::start(&database).await;
    let (id, account) = (first_account_id(&world).await, world.first_account());
    let of_the_first = studio_of(&world, &world.token).await;
    let (account_id, cookies) = (json!({ "id": id }), json!({ "studio": of_the_first, "cookies": account.cookie }));
    let stranger = Some(world.stranger_token.as_str());
    for (operation, variables) in [(CHECK, &account_id), (DISCONNECT, &account_id), (CONNECT, &cookies)] {
        assert_eq!(answer::code(&world.ask_as(stranger, operation, variables.clone()).await), "NOT_FOUND");
        assert_eq!(answer::code(&world.ask_as(None, operation, variables.clone()).await), "UNAUTHENTICATED");
    }
    demote(&database, Role::Operator).await;
    assert_eq!(answer::code(&world.ask(CONNECT, cookies).await), "FORBIDDEN");
    assert_eq!(answer::code(&world.ask(DISCONNECT, account_id.clone()).await), "FORBIDDEN");
    assert_eq!(world.shopee().calls_by_name(), [].into());
    assert!(world.data(CHECK, account_id.clone()).await["checkShopeeAccount"]["shopeeAccount"].is_object());
    demote(&database, Role::Analyst).await;
    assert_eq!(answer::code(&world.ask(CHECK, account_id).await), "FORBIDDEN");
    world.stop().await;
}
