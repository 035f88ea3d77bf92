//! Addresses that no call is made for, and what everybody may know of anybody.

use entity::live_session_item;
use live_gateway::config::Config;
use sea_orm::{EntityTrait as _, sea_query::Expr};
use serde_json::{Value, json};
use shopee::Region;
use testing::{Database, on_both};
use url::Url;

use crate::support::{
    answer::{argument, code},
    introspection::{list, text},
    world::{Start, World},
};

on_both!(
    every_region_has_its_own_pages,
    an_item_and_an_account_know_their_pages,
    whoever_is_asked_for_is_told_from_everybody,
    a_crowd_that_asks_for_anybody_leaves_accounts_their_turn,
    nothing_is_smuggled_into_an_address,
    an_external_address_stays_below_its_base,
    without_a_base_there_is_no_external_address,
);

/// What no argument may make of an address.
const NASTY: [&str; 24] = [
    "",
    " ",
    ".",
    "..",
    "../..",
    "/",
    "//evil.example",
    "\\\\evil.example",
    "https://evil.example/",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "%2e%2e/%2e%2e",
    "%2E%2e",
    ".%2e",
    "a/%2e%2e/b",
    "%2f%2fevil.example",
    "a%5cb",
    "\n",
    ".\n.",
    "a\r\nSet-Cookie: a=b",
    "a\tb\0c",
    "@evil.example",
    "a?b=c#d",
];

async fn every_region_has_its_own_pages(database: Database) {
    let world = World::start_with(&database, Start { accounts: 0, ..Start::default() }).await;
    for region in Region::ALL {
        let query = format!(
            "{{ productUrl(shopId: \"{0}\", itemId: {0}, region: {region}) shopUrl(name: \" studio.melati \", region: {region}) }}",
            i64::MAX
        );
        let data = world.data(&query, json!({})).await;
        let host = format!("https://shopee.{}", region.top_level_domain());
        assert_eq!(data["productUrl"], format!("{host}/product/{0}/{0}", i64::MAX));
        assert_eq!(data["shopUrl"], format!("{host}/studio.melati"));
    }
    for (arguments, name) in [
        ("shopId: 0, itemId: 1", "shopId"),
        ("shopId: -1, itemId: 1", "shopId"),
        (r#"shopId: "1/2", itemId: 1"#, "shopId"),
        (r#"shopId: 1, itemId: "../3""#, "itemId"),
        (r#"shopId: 1, itemId: "9223372036854775808""#, "itemId"),
    ] {
        let answer = world.ask(&format!("{{ productUrl({arguments}, region: ID) }}"), json!({})).await;
        assert_eq!((code(&answer), argument(&answer)), ("BAD_USER_INPUT", name), "{arguments}");
    }
    assert!(world.shopee().calls_by_name().is_empty());
    world.stop().await;
}

async fn an_item_and_an_account_know_their_pages(database: Database) {
    let world = World::start(&database).await;
    let query = "{ liveSessions(first: 5) { nodes { shopeeAccount { username shopUrl } items { nodes { productUrl } }
        ids: items { nodes { itemId shopId } } } } }";
    for shop in [None, Some(i64::MAX)] {
        set_shop(&database, shop).await;
        for session in list(&world.data(query, json!({})).await["liveSessions"]["nodes"]) {
            let account = &session["shopeeAccount"];
            assert_eq!(account["shopUrl"], format!("https://shopee.co.id/{}", text(&account["username"])));
            for (item, ids) in list(&session["items"]["nodes"]).iter().zip(list(&session["ids"]["nodes"])) {
                let page = |shop| format!("https://shopee.co.id/product/{shop}/{}", text(&ids["itemId"]));
                assert_eq!(item["productUrl"], json!(shop.map(page)), "{item}");
            }
        }
    }
    world.stop().await;
}

/// Which shop sells everything that is stored.
async fn set_shop(database: &Database, shop_id: Option<i64>) {
    let items = live_session_item::Entity::update_many();
    let items = items.col_expr(live_session_item::Column::ShopId, Expr::value(shop_id));
    items.exec(&database.connect().await).await.unwrap();
}

async fn whoever_is_asked_for_is_told_from_everybody(database: Database) {
    let world = World::start_with(&database, Start { accounts: 0, ..Start::default() }).await;
    let query =
        "query($uid: ID!, $region: Region!) { ongoingLive(uid: $uid, region: $region) { sessionId title viewers } }";
    let on_air = world.shopee().on_air();
    assert!(!on_air.is_empty());
    for session in &on_air {
        let own = on_air.iter().filter(|other| other.user_id == session.user_id);
        let newest = own.max_by_key(|session| session.started_at).unwrap();
        let variables = json!({ "uid": session.user_id.to_string(), "region": session.region.to_string() });
        let live = world.data(query, variables).await["ongoingLive"].take();
        let expected =
            json!({ "sessionId": newest.session_id.to_string(), "title": newest.title, "viewers": newest.viewers });
        assert_eq!(live, expected);
    }
    assert_eq!(world.data(query, json!({ "uid": 1, "region": "BR" })).await["ongoingLive"], Value::Null);
    world.shopee().reset_calls();
    for wrong in ["", "0", "-1", "1&uid=2", "a"] {
        let answer = world.ask(query, json!({ "uid": wrong, "region": "ID" })).await;
        assert_eq!((code(&answer), argument(&answer)), ("BAD_USER_INPUT", "uid"), "{wrong}");
    }
    assert!(world.shopee().calls_by_name().is_empty());
    world.stop().await;
}

async fn a_crowd_that_asks_for_anybody_leaves_accounts_their_turn(database: Database) {
    let slowly = vec![("SHOPEE_CALLS_PER_SECOND", "1".to_owned()), ("SHOPEE_CALL_BURST", "1".to_owned())];
    let world = World::start_with(&database, Start { accounts: 0, variables: slowly }).await;
    let user_id = world.first_account().user_id;
    let fields = (1..=20).map(|uid| format!("u{uid}: ongoingLive(uid: {uid}, region: ID) {{ title }}"));
    let query = format!("{{ {} }}", fields.collect::<String>());
    let (crowd, account) = tokio::join!(world.ask(&query, json!({})), async {
        crate::support::eventually("the crowd is there", async || world.shopee().calls("ongoing_live") > 0).await;
        // As an account's field asks: it waits up to twice as long.
        world.gateway.app.shopee.ongoing_live(Region::Id, user_id).await
    });
    let refused = list(&crowd["errors"]);
    assert!(refused.len() >= 15, "{crowd}");
    assert!(refused.iter().all(|error| error["extensions"]["code"] == "SHOPEE_THROTTLED"), "{crowd}");
    assert!(account.is_ok(), "{account:?}");
    world.stop().await;
}

async fn nothing_is_smuggled_into_an_address(database: Database) {
    let world = World::start_with(&database, Start { accounts: 0, ..Start::default() }).await;
    let long = "a".repeat(201);
    for name in NASTY.iter().copied().chain([long.as_str(), "toko ☕ kopi", "\u{202e}evil"]) {
        let answer =
            world.ask("query($name: String!) { shopUrl(name: $name, region: TH) }", json!({ "name": name })).await;
        let Some(url) = answer["data"]["shopUrl"].as_str() else {
            assert_eq!((code(&answer), argument(&answer)), ("BAD_USER_INPUT", "name"), "{name:?}");
            continue;
        };
        assert!(url.starts_with("https://shopee.co.th/") && url.is_ascii(), "{name:?}: {url}");
        let parsed = Url::parse(url).unwrap();
        assert_eq!(parsed.as_str(), url, "{name:?}");
        assert_eq!((parsed.host_str(), parsed.path_segments().unwrap().count()), (Some("shopee.co.th"), 1), "{name:?}");
        assert_eq!((parsed.query(), parsed.fragment()), (None, None), "{name:?}");
    }
    world.stop().await;
}

async fn an_external_address_stays_below_its_base(database: Database) {
    for base in ["http://api.example:8080/v1", "https://api.example:8080/v1/"] {
        let variables = vec![("EXTERNAL_API_BASE_URL", base.to_owned())];
        let world = World::start_with(&database, Start { accounts: 0, variables }).await;
        let scheme = base.split(':').next().unwrap();
        for (path, joined) in [
            ("reports", "reports"),
            ("reports/today/", "reports/today/"),
            ("a b/c", "a%20b/c"),
            ("kopi ☕", "kopi%20%E2%98%95"),
            ("100%", "100%25"),
            ("a%20b", "a%2520b"),
            // Text like any other: no server that decodes it once sees a step back.
            ("%2e%2e/%2e%2e", "%252e%252e/%252e%252e"),
            ("a%2fb%5cc", "a%252fb%255cc"),
            ("a?b=c d&e=%26", "a?b=c%20d&e=%26"),
            ("a?https://evil.example/..", "a?https://evil.example/.."),
            ("@evil.example", "@evil.example"),
            ("a/b:c", "a/b:c"),
            ("...", "..."),
        ] {
            let expected = format!("{scheme}://api.example:8080/v1/{joined}");
            assert_eq!(external(&world, path).await["data"]["externalApiUrl"], expected, "{path:?}");
        }
        let long = "a".repeat(2001);
        let refused = ["a/./b", "a//b", "b/..", "a:b", "http:evil.example", "a#b", "?a=b", "a?\n", long.as_str()];
        // Nasty elsewhere, and mere text here.
        let text = |path: &&str| path.contains('%') || ["@evil.example", " "].contains(path);
        for path in NASTY.iter().copied().filter(|path| !text(path)).chain(refused) {
            let answer = external(&world, path).await;
            assert_eq!((code(&answer), argument(&answer)), ("BAD_USER_INPUT", "path"), "{path:?}: {answer}");
        }
        assert!(world.shopee().calls_by_name().is_empty());
        world.stop().await;
    }
}

async fn external(world: &World, path: &str) -> Value {
    world.ask("query($path: String!) { externalApiUrl(path: $path) }", json!({ "path": path })).await
}

async fn without_a_base_there_is_no_external_address(database: Database) {
    let world = World::start_with(&database, Start { accounts: 0, ..Start::default() }).await;
    let answer = external(&world, "reports").await;
    assert_eq!((&answer["data"]["externalApiUrl"], answer.get("errors")), (&Value::Null, None));
    world.stop().await;
}

#[test]
fn a_base_is_http_and_nothing_beside() {
    let secrets = [
        ("TOKEN_SECRET", "a-secret-for-tests-that-is-long-enough"),
        ("CREDENTIAL_KEY", "dGVzdCB0ZXN0IHRlc3QgdGVzdCB0ZXN0IHRlc3QgISE="),
    ];
    let problems = |base: &str| {
        let given = secrets.into_iter().chain([("EXTERNAL_API_BASE_URL", base)]);
        let config = Config::from_variables(given.map(|(name, value)| (name.to_owned(), value.to_owned())).collect());
        config.map_or_else(|problems| problems.0.len(), |_| 0)
    };
    for fine in ["", "http://h", "https://h/", "https://h:1/a/b"] {
        assert_eq!(problems(fine), 0, "{fine}");
    }
    for wrong in [
        "h",
        "/a",
        "ftp://h",
        "javascript:alert(1)",
        "file:///a",
        "https://u@h",
        "https://u:p@h",
        "http://h?a",
        "http://h#a",
    ] {
        assert_eq!(problems(wrong), 1, "{wrong}");
    }
}
