//! What the program says of secrets at its most talkative: nothing. And how it rotates the key that keeps them.

use serde_json::{Value, json};
use testing::{Database, on_both};

use super::{Machine, Serving, last_words};
use crate::support::{
    stream::{Event, Stream},
    world::OWNER,
};

on_both!(pasted_cookies_are_in_no_log, rotating_is_told_and_happens_once, what_does_not_open_is_named);

const CONNECT: &str = "mutation Connect($studio: ID!, $cookies: String!) {
    connectShopeeAccount(input: { studioId: $studio, region: ID, cookies: $cookies }) {
        shopeeAccount { username } userErrors { code } } }";
const NEW: &str = "bmV3IG5ldyBuZXcgbmV3IG5ldyBuZXcgbmV3IG5ldyA=";

async fn ask(serving: &Serving, token: &str, query: &str, variables: Value) -> Value {
    let request = serving.client.post(format!("{}/graphql", serving.url)).bearer_auth(token);
    let request = request.json(&json!({ "query": query, "variables": variables }));
    request.send().await.unwrap().json().await.unwrap()
}

async fn pasted_cookies_are_in_no_log(database: Database) {
    let mut machine = Machine::with(&database).await;
    let cookie = machine.account().cookie;
    assert_eq!(machine.connect("First Studio", OWNER, &cookie).await.code, Some(0));
    let token = machine.succeed(&["token", "--email", OWNER]).await.trim().to_owned();
    machine.set("LOG", "trace");
    let serving = machine.serve().await;
    let studios = ask(&serving, &token, "{ viewer { memberships { studio { id } } } }", json!({})).await;
    let studio = &studios["data"]["viewer"]["memberships"][0]["studio"]["id"];

    let canary = "SPC_ST=a-canary-that-nobody-knows";
    for cookies in [canary, &cookie] {
        let variables = json!({ "studio": studio, "cookies": cookies });
        let answer = ask(&serving, &token, CONNECT, variables.clone()).await;
        assert!(answer["data"]["connectShopeeAccount"].is_object(), "{answer}");
        let event = Stream::open(&serving.url, Some(&token), CONNECT, variables).await.event().await;
        assert!(matches!(event, Event::Next(_)), "{event:?}");
        let literal = CONNECT.replace("$studio: ID!, $cookies: String!", "$studio: ID!");
        let literal = literal.replace("cookies: $cookies", &format!("cookies: {}", json!(cookies)));
        let answer = ask(&serving, &token, &literal, json!({ "studio": studio })).await;
        assert!(answer["data"]["connectShopeeAccount"].is_object(), "{answer}");
    }
    let ended = serving.stop().await;
    assert!(ended.logged.contains("TRACE"), "it was talkative");
    assert!(!ended.said().contains("a-canary-that-nobody-knows"), "{}", line_with(&ended.said(), "a-canary"));
    machine.assert_discreet(&ended);
}

fn line_with<'a>(said: &'a str, canary: &str) -> &'a str {
    said.lines().find(|line| line.contains(canary)).unwrap_or_default()
}

async fn rotating_is_told_and_happens_once(database: Database) {
    let mut machine = Machine::with(&database).await;
    machine.connect("First Studio", OWNER, &machine.account().cookie).await;
    let old = machine.variables["CREDENTIAL_KEY"].clone();
    machine.set("CREDENTIAL_KEY", NEW);
    machine.set("CREDENTIAL_KEYS_READ_ONLY", old);
    let told = machine.succeed(&["rotate-key"]).await;
    assert_eq!(told, "1 encrypted anew, 0 were current, 0 cannot be opened\n");
    machine.variables.remove("CREDENTIAL_KEYS_READ_ONLY");
    let told = machine.succeed(&["rotate-key"]).await;
    assert_eq!(told, "0 encrypted anew, 1 were current, 0 cannot be opened\n");
}

async fn what_does_not_open_is_named(database: Database) {
    let mut machine = Machine::with(&database).await;
    machine.connect("First Studio", OWNER, &machine.account().cookie).await;
    machine.set("CREDENTIAL_KEY", NEW);
    let ended = machine.run(&["rotate-key"], "").await;
    assert_eq!(ended.printed, "0 encrypted anew, 0 were current, 1 cannot be opened\n");
    assert_eq!(last_words(ended), "no key given here opens what these rows hold: accounts [1], logins []");
}
