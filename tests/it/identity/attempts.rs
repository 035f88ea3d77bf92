//! How often somebody may try: the answers must not tell who is there.

use serde_json::{Value, json};
use testing::{Database, on_both};

use super::{PASSWORD, SIGN_IN, give_password, tokens};
use crate::support::{
    answer::{code, without_request_ids},
    world::{OWNER, Start, World},
};

on_both!(
    an_account_has_so_many_attempts,
    an_address_has_so_many_attempts,
    who_gets_in_has_failed_nothing,
    a_current_password_is_an_attempt_too,
);

const WRONG: &str = "another horse battery";

/// A world that believes what is said of where a request comes from.
async fn start(database: &Database) -> World {
    let variables = vec![("TRUSTED_PROXIES", "127.0.0.1".to_owned())];
    let world = World::start_with(database, Start { accounts: 0, variables }).await;
    give_password(&world, OWNER, PASSWORD).await;
    world
}

/// The answer to an attempt from an address.
async fn attempt(world: &World, address: &str, email: &str, password: &str) -> Value {
    let body = json!({ "query": SIGN_IN, "variables": { "email": email, "password": password } });
    let request = crate::support::client().post(format!("{}/graphql", world.gateway.url())).json(&body);
    request.header("x-forwarded-for", address).send().await.unwrap().json().await.unwrap()
}

/// Tries in vain until that is refused: how often it was not, and the refusal.
async fn exhaust(world: &World, address: &str, email: &str) -> (usize, Value) {
    for tried in 0..20 {
        let answer = attempt(world, address, email, WRONG).await;
        if answer.get("errors").is_some() {
            return (tried, answer);
        }
        assert_eq!(answer["data"]["signIn"]["userErrors"][0]["code"], "INVALID_CREDENTIALS");
    }
    panic!("never refused");
}

async fn an_account_has_so_many_attempts(database: Database) {
    let world = start(&database).await;
    let mut refusals = Vec::new();
    for (address, email) in [("203.0.113.1", OWNER), ("203.0.113.2", "nobody@first.example")] {
        let (tried, mut refusal) = exhaust(&world, address, email).await;
        // One more for each half minute that it took.
        assert!((10..=12).contains(&tried), "{tried}");
        assert_eq!((code(&refusal), &refusal["data"]["signIn"]), ("TOO_MANY_ATTEMPTS", &Value::Null));
        let wait = refusal["errors"][0]["extensions"]["retryAfter"].take().as_i64().unwrap();
        assert!((1..=30).contains(&wait), "{wait}");
        refusals.push(without_request_ids(&refusal.to_string()));
    }
    assert_eq!(refusals[0], refusals[1], "the same whether there is such a user");
    let elsewhere = attempt(&world, "203.0.113.3", &OWNER.to_uppercase(), PASSWORD).await;
    assert_eq!(code(&elsewhere), "TOO_MANY_ATTEMPTS", "from everywhere, and with the right password too");
    world.stop().await;
}

async fn an_address_has_so_many_attempts(database: Database) {
    let world = start(&database).await;
    // Once the account has none left nothing is hashed any more, but the address still pays.
    let mut refused = false;
    for tried in 0..200 {
        attempt(&world, "2001:db8:1:2::1", "nobody@first.example", WRONG).await;
        if tried >= 50 && !refused {
            let answer = attempt(&world, "2001:db8:1:2::ffff", OWNER, PASSWORD).await;
            refused = answer.get("errors").is_some() && code(&answer) == "TOO_MANY_ATTEMPTS";
        }
        if refused {
            break;
        }
    }
    assert!(refused, "a neighbour in the same /64 shares its attempts");
    let elsewhere = attempt(&world, "2001:db8:1:3::1", OWNER, PASSWORD).await;
    tokens(&elsewhere["data"]["signIn"]);
    world.stop().await;
}

async fn who_gets_in_has_failed_nothing(database: Database) {
    let world = start(&database).await;
    for round in 0..3 {
        for _ in 0..8 {
            attempt(&world, &format!("203.0.113.{round}"), OWNER, WRONG).await;
        }
        let answer = attempt(&world, &format!("203.0.113.{round}"), OWNER, PASSWORD).await;
        tokens(&answer["data"]["signIn"]);
    }
    world.stop().await;
}

async fn a_current_password_is_an_attempt_too(database: Database) {
    let world = start(&database).await;
    let answer = attempt(&world, "203.0.113.1", OWNER, PASSWORD).await;
    let (token, _) = tokens(&answer["data"]["signIn"]);
    let query = "mutation ($current: String!) {
        changePassword(input: { currentPassword: $current, newPassword: \"yet another horse\" }) { userErrors { code } }
    }";
    let mut answers = Vec::new();
    for _ in 0..13 {
        answers.push(world.ask_as(Some(&token), query, json!({ "current": WRONG })).await);
    }
    assert_eq!(code(answers.last().unwrap()), "TOO_MANY_ATTEMPTS");
    assert_eq!(code(&world.ask_as(Some(&token), query, json!({ "current": PASSWORD })).await), "TOO_MANY_ATTEMPTS");
    world.stop().await;
}
