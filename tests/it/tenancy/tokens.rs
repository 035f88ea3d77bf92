//! Tokens that are not good: one answer for all of them, so that trying teaches nothing.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use entity::sign_in;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use live_gateway::commands::token_for;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, sea_query::Expr};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use testing::{Database, on_both};

use crate::support::{
    answer::without_request_ids,
    world::{OWNER, Start, World},
};

on_both!(a_bad_token_teaches_nothing, a_good_token_is_taken_as_it_is_sent);

const SECRET: &str = "another-secret-that-the-gateway-is-started-with";

async fn start(database: &Database) -> World {
    let variables = vec![("TOKEN_SECRET", SECRET.to_owned())];
    World::start_with(database, Start { accounts: 1, variables }).await
}

/// The claims of a token for the first user's sign-in, good for a minute, with some of them changed; null removes one.
fn claims(now: i64, changes: Value) -> Value {
    let mut claims =
        json!({ "sub": "1", "sid": "1", "iss": "live-gateway", "aud": "live-gateway", "iat": now, "exp": now + 60 });
    let claims_of = claims.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        claims_of.insert(name.clone(), value.clone());
    }
    claims_of.retain(|_, value| !value.is_null());
    claims
}

fn signed(algorithm: Algorithm, secret: &str, claims: &Value) -> String {
    jsonwebtoken::encode(&Header::new(algorithm), claims, &EncodingKey::from_secret(secret.as_bytes())).unwrap()
}

/// Tokens that are each wrong in one way.
fn bad_tokens(now: i64, good: &str) -> Vec<(&'static str, String)> {
    let changed = |changes| signed(Algorithm::HS256, SECRET, &claims(now, changes));
    let unchanged = claims(now, json!({}));
    let [header, payload, signature] = good.split('.').collect::<Vec<_>>()[..] else { panic!("{good}") };
    let forged_payload = URL_SAFE_NO_PAD.encode(claims(now, json!({ "sub": "2" })).to_string());
    let unsigned = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
    vec![
        ("signed by somebody else", signed(Algorithm::HS256, "a-secret-that-is-not-the-gateways", &unchanged)),
        ("signed with nothing", signed(Algorithm::HS256, "", &unchanged)),
        ("another algorithm", signed(Algorithm::HS512, SECRET, &unchanged)),
        ("another one still", signed(Algorithm::HS384, SECRET, &unchanged)),
        ("no algorithm", format!("{unsigned}.{payload}.")),
        ("no algorithm, but a signature", format!("{unsigned}.{payload}.{signature}")),
        ("another payload", format!("{header}.{forged_payload}.{signature}")),
        ("a cut signature", good[..good.len() - 2].to_owned()),
        ("no signature", format!("{header}.{payload}.")),
        ("expired", changed(json!({ "exp": now - 1, "iat": now - 60 }))),
        ("without an end", changed(json!({ "exp": null }))),
        ("an end that is no number", changed(json!({ "exp": "never" }))),
        ("issued tomorrow", changed(json!({ "iat": now + 86_400, "exp": now + 90_000 }))),
        ("for somebody else", changed(json!({ "aud": "another-service" }))),
        ("for nobody", changed(json!({ "aud": null }))),
        ("by somebody else", changed(json!({ "iss": "another-service" }))),
        ("by nobody", changed(json!({ "iss": null }))),
        ("of no user", changed(json!({ "sub": null }))),
        ("of a user who is not there", changed(json!({ "sub": "1000000" }))),
        ("of a user by name", changed(json!({ "sub": "owner@first.example" }))),
        ("of no sign-in", changed(json!({ "sid": null }))),
        ("of a sign-in that is not there", changed(json!({ "sid": "1000000" }))),
        ("of another user's sign-in", changed(json!({ "sid": "2" }))),
        ("of a sign-in that has ended", changed(json!({ "sid": "3" }))),
        ("of a sign-in by name", changed(json!({ "sid": "first" }))),
        ("no token", "nonsense".to_owned()),
        ("dots", "..".to_owned()),
        ("a long text", "A".repeat(5_000)),
    ]
}

async fn a_bad_token_teaches_nothing(database: Database) {
    let world = start(&database).await;
    end_a_third_sign_in(&world, &database).await;
    let now = world.gateway.app.clock.now().timestamp();
    let good = signed(Algorithm::HS256, SECRET, &claims(now, json!({})));
    assert_eq!(ask(&world, &good).await.0, 200);
    let mut answers = Vec::new();
    for (what, token) in bad_tokens(now, &good) {
        let (status, text) = ask(&world, &token).await;
        assert_eq!(status, 401, "{what}: {text}");
        answers.push((text, what));
    }
    let (first, _) = answers[0].clone();
    assert!(first.contains("UNAUTHENTICATED"), "{first}");
    let others: Vec<_> = answers.iter().filter(|(text, _)| *text != first).collect();
    assert!(others.is_empty(), "answered otherwise: {others:?}");
    world.stop().await;
}

/// The world has the owner's sign-in and the stranger's; this is the owner's second.
async fn end_a_third_sign_in(world: &World, database: &Database) {
    let token = token_for(&world.gateway.app, OWNER, Duration::from_secs(60)).await.unwrap();
    let connection = database.connect().await;
    let found = sign_in::Entity::find().order_by_asc(sign_in::Column::Id).all(&connection).await.unwrap();
    let owners: Vec<(i64, i64)> = found.iter().map(|row| (row.id, row.user_id)).collect();
    assert_eq!(owners, [(1, 1), (2, 2), (3, 1)]);
    assert_eq!(ask(world, token.expose_secret()).await.0, 200);
    let update = sign_in::Entity::update_many().col_expr(sign_in::Column::EndedAt, Expr::value(found[2].created_at));
    update.filter(sign_in::Column::Id.eq(3)).exec(&connection).await.unwrap();
    assert_eq!(ask(world, token.expose_secret()).await.0, 401);
}

/// The status, and the text but for the request's id.
async fn ask(world: &World, token: &str) -> (u16, String) {
    let response = world.post(Some(token), "{ viewer { email } }", json!({})).await;
    let status = response.status().as_u16();
    assert_eq!(response.headers().contains_key("www-authenticate"), status == 401);
    (status, without_request_ids(&response.text().await.unwrap()))
}

async fn a_good_token_is_taken_as_it_is_sent(database: Database) {
    let world = start(&database).await;
    let token = token_for(&world.gateway.app, OWNER, Duration::from_secs(60)).await.unwrap();
    let token = token.expose_secret();
    for (header, status) in [
        (format!("Bearer {token}"), 200),
        (format!("bearer   {token} "), 200),
        (token.to_owned(), 401),
        (format!("Basic {token}"), 401),
        ("Bearer".to_owned(), 401),
        (String::new(), 401),
    ] {
        let request = crate::support::client().post(format!("{}/graphql", world.gateway.url()));
        let request = request.header("authorization", &header).json(&json!({ "query": "{ viewer { email } }" }));
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), status, "{header}");
        if status == 200 {
            let answer: Value = response.json().await.unwrap();
            assert_eq!(answer["data"]["viewer"]["email"], OWNER);
        }
    }
    world.stop().await;
}
