//! Who gets nothing, and what is no request.

use entity::membership::Role;
use live_gateway::rest;
use reqwest::Method;
use sandbox::{Fault, FaultKind};
use serde_json::{Value, json};
use testing::{Database, on_both, on_sqlite};

use super::{PREFIX, Things, call, call_as, refusal, send};
use crate::support::{
    client,
    world::{Start, World},
};

on_both!(nobody_gets_nothing, what_is_not_yours_is_not_there, roles_hold);

async fn nobody_gets_nothing(database: Database) {
    let world = World::start(&database).await;
    for door in rest::doors().doors {
        let path = door.path.replace("{id}", "1");
        for token in [None, Some("no-such-token")] {
            let answer = send(&world, token, (door.method.as_str(), &path), Value::Null).await;
            assert_eq!((answer.status().as_u16(), &answer.headers()["www-authenticate"] == "Bearer"), (401, true));
            assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
            assert_eq!(answer.headers()["cache-control"], "no-store");
            let answer: Value = answer.json().await.unwrap();
            assert_eq!((&answer["success"], &answer["error"]["code"]), (&json!(false), &json!("UNAUTHENTICATED")));
        }
    }
    assert!(world.shopee().calls_by_name().is_empty());
    world.stop().await;
}

/// Every route with the things of the first studio in it.
fn about(things: &Things) -> Vec<(&'static str, String, Value)> {
    let Things { studio, account, session, .. } = things;
    let of_account = || json!({ "shopee_account_id": account });
    let coins = json!({ "amount": 1, "recipients": 1 });
    vec![
        ("POST", "sessions".to_owned(), json!({ "shopee_account_id": account, "session_id": "1" })),
        ("GET", format!("sessions/{session}"), Value::Null),
        ("PUT", format!("sessions/{session}"), json!({ "session_name": "Mine" })),
        ("DELETE", format!("sessions/{session}"), Value::Null),
        ("POST", "sessions/sync".to_owned(), json!({ "live_session_id": session })),
        ("POST", "sessions/sync".to_owned(), of_account()),
        ("GET", format!("analytics?studio_id={studio}&from=2026-01-01&to=2026-01-02"), Value::Null),
        ("GET", format!("analytics/summary?studio_id={studio}"), Value::Null),
        ("POST", "creator/user-info".to_owned(), of_account()),
        ("POST", "creator/session-list".to_owned(), of_account()),
        ("POST", "promotions/today".to_owned(), of_account()),
        ("POST", "campaign/expense-today".to_owned(), of_account()),
        ("POST", "ads-data".to_owned(), of_account()),
        ("POST", "items/promotion".to_owned(), of_account()),
        ("POST", format!("coin/giveout/{session}"), coins),
        ("GET", format!("share-link/{session}"), Value::Null),
    ]
}

async fn what_is_not_yours_is_not_there(database: Database) {
    let world = World::start(&database).await;
    let things = Things::of(&world).await;
    world.shopee().reset_calls();
    for (method, path, body) in about(&things) {
        let (status, code, _) = refusal(&world, &world.stranger_token, (method, &path), body).await;
        assert_eq!((status, code.as_str()), (404, "NOT_FOUND"), "{method} {path}");
    }
    let by_shopee = format!("sessions/{}", things.session_id);
    assert_eq!(refusal(&world, &world.stranger_token, ("GET", &by_shopee), Value::Null).await.0, 404);
    let (status, answer) = call_as(&world, &world.stranger_token, ("GET", "sessions"), Value::Null).await;
    assert_eq!((status, &answer["data"], &answer["pagination"]["total"]), (200, &json!([]), &json!(0)));
    let none = refusal(&world, &world.stranger_token, ("POST", "ads-data"), Value::Null).await;
    assert_eq!(none, (400, "BAD_USER_INPUT".to_owned(), Some("shopee_account_id".to_owned())));
    assert!(world.shopee().calls_by_name().is_empty());
    world.stop().await;
}

async fn roles_hold(database: Database) {
    let world = World::start(&database).await;
    let things = Things::of(&world).await;
    let analyst = world.token_with_role(Role::Analyst).await;
    for (method, path, body) in about(&things) {
        let changes =
            matches!(method, "PUT" | "DELETE") || ["sessions", "coin/"].iter().any(|begin| path.starts_with(begin));
        let answer = call_as(&world, &analyst, (method, &path), body).await;
        match changes && method != "GET" {
            true => assert_eq!((answer.0, &answer.1["error"]["code"]), (403, &json!("FORBIDDEN")), "{method} {path}"),
            false => assert_eq!(answer.0, 200, "{method} {path}: {:#}", answer.1),
        }
    }
    world.stop().await;
}

#[tokio::test]
async fn what_is_no_request_is_told() {
    on_sqlite(async |database| {
        let world = World::start(&database).await;
        let things = Things::of(&world).await;
        let coins = format!("coin/giveout/{}", things.session);
        let page = json!({ "page": "first" });
        for (route, body, status, field) in [
            (("GET", "sessions?limit=1000"), Value::Null, 400, Some("first")),
            (("GET", "sessions?limit=many"), Value::Null, 400, Some("limit")),
            (("GET", "sessions?page=2"), Value::Null, 400, Some("page")),
            (("GET", "sessions?status=nonsense"), Value::Null, 400, Some("status")),
            (("GET", "sessions?order_by=nonsense"), Value::Null, 400, None),
            (("GET", "sessions?cursor=nonsense"), Value::Null, 400, None),
            (("GET", "sessions/1"), Value::Null, 404, None),
            (("GET", "sessions/nonsense"), Value::Null, 400, Some("id")),
            (("POST", "sessions"), json!({}), 400, Some("session_id")),
            (("PUT", "sessions/nonsense"), json!({}), 400, Some("id")),
            (("GET", "analytics"), Value::Null, 400, Some("from")),
            (("GET", "analytics?from=2026-01-01"), Value::Null, 400, Some("to")),
            (("GET", "analytics?from=yesterday&to=today"), Value::Null, 400, None),
            (("GET", "analytics/summary?days=0"), Value::Null, 400, Some("days")),
            (("POST", "creator/session-list"), page, 400, Some("page")),
            (("POST", "ads-data"), json!({ "shopee_account_id": "nonsense" }), 404, None),
            (("POST", "ads-data"), json!({ "shopee_account_id": {} }), 400, Some("shopee_account_id")),
            (("POST", "ads-data"), json!({ "shopee_account_id": things.studio }), 404, None),
            (("POST", "ads-data"), json!([]), 400, None),
            (("POST", &coins), json!({ "recipients": 1 }), 400, Some("amount")),
            (("POST", &coins), json!({ "amount": 1.5, "recipients": 1 }), 400, Some("amount")),
            (("POST", &coins), json!({ "amount": 0, "recipients": 1 }), 400, Some("amount")),
            (("GET", "product-url?shop_id=1"), Value::Null, 400, Some("item_id")),
            (("GET", "product-url?shop_id=a&item_id=1"), Value::Null, 400, None),
            (("GET", "nowhere"), Value::Null, 404, None),
            (("GET", "coin/giveout/1"), Value::Null, 405, None),
            (("DELETE", "sessions"), Value::Null, 405, None),
        ] {
            let (found, _, told) = refusal(&world, &world.token, route, body.clone()).await;
            assert_eq!(found, status, "{route:?} {body}");
            assert!(field.is_none() || told.as_deref() == field, "{route:?} {body}: {told:?}");
        }
        bodies(&world).await;
        world.stop().await;
    })
    .await;
}

/// Bodies that are not read.
async fn bodies(world: &World) {
    let url = format!("{}{PREFIX}/ads-data", world.gateway.url());
    for (kind, body, status) in [
        ("application/json", "{".to_owned(), 400),
        ("text/plain", "{}".to_owned(), 415),
        ("application/json", " ".repeat(1_000_001), 413),
        ("text/plain", String::new(), 200),
    ] {
        let request = client().post(&url).bearer_auth(&world.token).header("content-type", kind);
        let answer = request.body(body).send().await.unwrap();
        assert_eq!(answer.status(), status, "{kind}");
    }
}

#[tokio::test]
async fn which_account_is_asked_only_where_there_are_more() {
    on_sqlite(async |database| {
        let world = World::start_with(&database, Start { accounts: 2, ..Start::default() }).await;
        let unclear = refusal(&world, &world.token, ("POST", "ads-data"), Value::Null).await;
        assert_eq!(unclear, (400, "BAD_USER_INPUT".to_owned(), Some("shopee_account_id".to_owned())));
        let things = Things::of(&world).await;
        let named = call(&world, ("POST", "ads-data"), json!({ "shopee_account_id": things.account })).await;
        assert_eq!(named.0, 200, "{named:?}");
        world.stop().await;
    })
    .await;
}

#[tokio::test]
async fn what_shopee_does_not_answer_is_the_gateways_trouble() {
    on_sqlite(async |database| {
        let variables = vec![("SHOPEE_TIMEOUT_MS", "1000".to_owned())];
        let world = World::start_with(&database, Start { accounts: 1, variables }).await;
        world.shopee().inject(Fault::new(FaultKind::Html));
        let (status, code, _) = refusal(&world, &world.token, ("POST", "creator/user-info"), Value::Null).await;
        assert_eq!((status, code.as_str()), (502, "SHOPEE_GARBLED"));
        world.stop().await;
    })
    .await;
}

#[tokio::test]
async fn allowed_pages_may_use_every_method() {
    on_sqlite(async |database| {
        let variables = vec![("ALLOWED_ORIGINS", "https://studio.example".to_owned())];
        let world = World::start_with(&database, Start { accounts: 0, variables }).await;
        let url = format!("{}{PREFIX}/sessions/1", world.gateway.url());
        for (origin, allowed) in [("https://studio.example", true), ("https://evil.example", false)] {
            let asked = client().request(Method::OPTIONS, &url).header("origin", origin);
            let asked = asked.header("access-control-request-method", "PUT");
            let asked = asked.header("access-control-request-headers", "authorization,content-type,idempotency-key");
            let answer = asked.send().await.unwrap();
            let header = |name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
            assert_eq!(header("access-control-allow-origin").as_deref(), allowed.then_some(origin));
            assert_eq!(header("access-control-allow-methods").as_deref(), Some("GET,POST,PUT,DELETE"));
            assert!(header("access-control-allow-headers").unwrap().contains("idempotency-key"));
        }
        world.stop().await;
    })
    .await;
}
