//! What every answer tells a browser, on every route and at every status; and which pages may read answers.

use reqwest::{Method, header::HeaderMap};
use testing::{Database, on_sqlite};

use crate::support::world::{Start, World};

/// What all answers carry; the last two unless they are a page's or a file's.
const ALWAYS: [(&str, &str); 5] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("x-frame-options", "DENY"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
];
const POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

/// A request, and the status that it is answered with.
struct Case {
    method: Method,
    path: &'static str,
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
    status: u16,
}

const fn case(method: Method, path: &'static str, status: u16) -> Case {
    Case { method, path, headers: &[], body: "", status }
}

const JSON: &[(&str, &str)] = &[("content-type", "application/json")];
const UPGRADE: &[(&str, &str)] = &[
    ("connection", "upgrade"),
    ("upgrade", "websocket"),
    ("sec-websocket-version", "13"),
    ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ("sec-websocket-protocol", "graphql-transport-ws"),
    ("origin", "https://evil.example"),
];
const OLD_UPGRADE: &[(&str, &str)] = &[
    ("connection", "upgrade"),
    ("upgrade", "websocket"),
    ("sec-websocket-version", "1"),
    ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
];

const fn post(headers: &'static [(&'static str, &'static str)], body: &'static str, status: u16) -> Case {
    Case { method: Method::POST, path: "/graphql", headers, body, status }
}

const CASES: [Case; 20] = [
    case(Method::GET, "/", 200),
    case(Method::HEAD, "/", 200),
    case(Method::POST, "/", 405),
    case(Method::GET, "/assets/nothing.js", 404),
    case(Method::GET, "/nowhere", 404),
    case(Method::GET, "/graphql/deeper", 404),
    case(Method::GET, "/livez", 200),
    case(Method::GET, "/readyz", 200),
    case(Method::DELETE, "/readyz", 405),
    case(Method::DELETE, "/graphql", 405),
    case(Method::GET, "/graphql", 400),
    case(Method::GET, "/graphql?query=%7B__typename%7D", 200),
    case(Method::GET, "/graphql?query=mutation%7B__typename%7D", 405),
    post(JSON, r#"{"query":"{__typename}"}"#, 200),
    post(JSON, "{", 400),
    post(&[("content-type", "text/plain")], "{}", 415),
    post(&[("content-type", "application/json"), ("accept", "text/html")], r#"{"query":"{__typename}"}"#, 406),
    post(
        &[("content-type", "application/json"), ("authorization", "Bearer nobody")],
        r#"{"query":"{__typename}"}"#,
        401,
    ),
    Case { method: Method::GET, path: "/graphql", headers: UPGRADE, body: "", status: 403 },
    Case { method: Method::GET, path: "/graphql", headers: OLD_UPGRADE, body: "", status: 400 },
];

#[tokio::test]
async fn every_answer_is_secured() {
    on_sqlite(async |database: Database| {
        let world = World::start(&database).await;
        let client = crate::support::client();
        for Case { method, path, headers, body, status } in CASES {
            let mut request = client.request(method.clone(), format!("{}{path}", world.gateway.url())).body(body);
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let answer = request.send().await.unwrap();
            let what = format!("{method} {path} {headers:?}");
            assert_eq!(answer.status().as_u16(), status, "{what}");
            assert_secured(answer.headers(), &what);
            let policy = answer.headers()["content-security-policy"].to_str().unwrap();
            assert!(policy == POLICY || (path == "/" && policy.contains("frame-ancestors 'none'")), "{what}: {policy}");
            assert_eq!(answer.headers()["cache-control"], "no-store", "{what}");
        }
        files_are_secured_and_kept(&world).await;
        world.stop().await;
    })
    .await;
}

fn assert_secured(headers: &HeaderMap, what: &str) {
    for (name, value) in ALWAYS {
        let all: Vec<_> = headers.get_all(name).into_iter().collect();
        assert_eq!(all, [value], "{what}: {name}");
    }
    for leak in ["server", "x-powered-by", "via", "strict-transport-security"] {
        assert!(!headers.contains_key(leak), "{what}: {leak}");
    }
}

/// What the page loads may be kept, since its name changes with what is in it.
async fn files_are_secured_and_kept(world: &World) {
    let (client, url) = (crate::support::client(), world.gateway.url());
    let page = client.get(&url).send().await.unwrap().text().await.unwrap();
    let paths = page.split(['"', '\'']).filter(|word| word.starts_with("/assets/"));
    let mut files = 0;
    for path in paths {
        let answer = client.get(format!("{url}{path}")).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        assert_secured(answer.headers(), path);
        assert!(answer.headers()["cache-control"].to_str().unwrap().starts_with("public"), "{path}");
        files += 1;
    }
    assert!(files > 0, "the page has files: {page}");
}

/// What pages of an origin may do: `None` stands for a program that is no page.
const ORIGINS: [(Option<&str>, bool); 7] = [
    (Some("https://studio.example"), true),
    (Some("https://other.example:8443"), true),
    (Some("http://studio.example"), false),
    (Some("https://studio.example.evil.example"), false),
    (Some("https://evil.example"), false),
    (Some("null"), false),
    (None, false),
];

#[tokio::test]
async fn only_listed_origins_read_answers() {
    on_sqlite(async |database: Database| {
        let listed = "https://studio.example, https://other.example:8443";
        let variables = vec![("ALLOWED_ORIGINS", listed.to_owned())];
        let world = World::start_with(&database, Start { accounts: 0, variables }).await;
        let (client, url) = (crate::support::client(), format!("{}/graphql", world.gateway.url()));
        for (origin, allowed) in ORIGINS {
            let mut preflight = client.request(Method::OPTIONS, &url);
            let mut asked =
                client.post(&url).header("content-type", "application/json").body(r#"{"query":"{__typename}"}"#);
            if let Some(origin) = origin {
                (preflight, asked) = (preflight.header("origin", origin), asked.header("origin", origin));
            }
            preflight = preflight.header("access-control-request-method", "POST");
            preflight = preflight.header("access-control-request-headers", "authorization,content-type");
            let (preflight, asked) = (preflight.send().await.unwrap(), asked.send().await.unwrap());
            assert_eq!((preflight.status().as_u16(), asked.status().as_u16()), (200, 200), "{origin:?}");
            for answer in [&preflight, &asked] {
                let permitted =
                    answer.headers().get("access-control-allow-origin").map(|value| value.to_str().unwrap());
                assert_eq!(permitted, origin.filter(|_| allowed), "{origin:?}");
                assert!(!answer.headers().contains_key("access-control-allow-credentials"), "{origin:?}");
                let vary = answer.headers().get_all("vary").into_iter().map(|value| value.to_str().unwrap());
                assert!(vary.collect::<String>().to_lowercase().contains("origin"), "{origin:?}");
                assert_secured(answer.headers(), "across origins");
            }
            assert_eq!(preflight.headers()["access-control-max-age"], "600", "{origin:?}");
            let methods = preflight.headers()["access-control-allow-methods"].to_str().unwrap();
            assert_eq!(methods, "GET,POST", "{origin:?}");
        }
        world.stop().await;
    })
    .await;
}
