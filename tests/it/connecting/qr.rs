//! The QR flow as its user sees it.

use std::time::Duration;

use entity::{membership::Role, shopee_login::Status};
use sandbox::{Fault, FaultKind};
use serde_json::json;
use testing::{Database, on_both};

use super::{
    START, STATUS, account_rows, audited, demote, login_becomes, login_row, started, started_as, studio_of, told,
    world_without_accounts,
};
use crate::support::{
    answer, eventually,
    stream::Event,
    world::{Start, World},
};

on_both!(
    whoever_scans_and_says_yes_is_connected,
    a_login_ends_without_a_yes,
    nobody_has_to_watch,
    only_so_many_codes_wait,
    only_owners_start_and_see_a_login,
    an_account_of_another_studio_stays_there,
    what_shopee_says_no_to_is_said,
    sessions_are_stored_soon_after,
    whoever_is_no_longer_an_owner_connects_nothing,
);

async fn whoever_scans_and_says_yes_is_connected(database: Database) {
    let world = world_without_accounts(&database).await;
    let account = world.first_account();
    let studio = studio_of(&world, &world.token).await;
    let answer = world.data(START, json!({ "studio": studio, "region": "ID" })).await;
    let login = &answer["startShopeeLogin"]["login"];
    assert_eq!((&login["status"], &login["studio"]["name"]), (&json!("NEW"), &json!("First Studio")));
    assert!(login["imageUrl"].as_str().unwrap().starts_with("data:image/png;base64,iVBORw0KGgo"), "{login}");
    assert!(login["link"].as_str().unwrap().starts_with("https://shopee.co.id/universal-link/qrcode-login?id="));
    let code = &world.shopee().qr_codes()[0].id;

    let mut stream = world.subscribe_with(STATUS, json!({ "id": login["id"] })).await;
    let event = &stream.data().await["shopeeLoginStatus"];
    assert_eq!((&event["status"], &event["imageUrl"]), (&json!("NEW"), &login["imageUrl"]));
    world.shopee().scan_qr(code).unwrap();
    let event = &stream.data().await["shopeeLoginStatus"];
    assert_eq!((&event["status"], &event["link"]), (&json!("SCANNED"), &login["link"]));
    world.shopee().confirm_qr(code, account.user_id).unwrap();
    let event = &stream.data().await["shopeeLoginStatus"];
    let connected = json!({ "username": account.username, "status": "ACTIVE" });
    let expected = json!({ "id": login["id"], "status": "CONFIRMED", "imageUrl": null, "link": null, "failure": null,
        "shopeeAccount": connected });
    assert_eq!(event, &expected);
    assert_eq!(stream.event().await, Event::Complete);

    let query = "query($id: ID!) { studio(id: $id) { shopeeAccounts { nodes { username creator { userName } } } } }";
    let accounts = &world.data(query, json!({ "id": studio })).await["studio"]["shopeeAccounts"]["nodes"];
    assert_eq!(accounts[0]["creator"]["userName"], account.username);
    assert_eq!(world.shopee().calls("qrcode_login"), 1);
    let log = audited(&database).await;
    assert_eq!(log[0], ("SHOPEE_LOGIN_STARTED".to_owned(), json!(null), json!({ "region": "ID" })));
    assert_eq!(log[1], ("SHOPEE_ACCOUNT_CONNECTED".to_owned(), json!(null), told("ACTIVE", &account.username)));
    assert_eq!(log.len(), 2);
    let row = login_row(&database).await;
    assert!(row.sealed_code.is_none() && row.sealed_key_id.is_none() && row.claimed_until.is_none(), "wiped");
    world.stop().await;
}

async fn a_login_ends_without_a_yes(database: Database) {
    let world = world_without_accounts(&database).await;
    for (scanned, expires, status) in
        [(false, true, "EXPIRED"), (true, true, "EXPIRED"), (false, false, "CANCELED"), (true, false, "CANCELED")]
    {
        let (id, code) = started(&world).await;
        let mut stream = world.subscribe_with(STATUS, json!({ "id": id })).await;
        assert_eq!(stream.data().await["shopeeLoginStatus"]["status"], "NEW");
        if scanned {
            world.shopee().scan_qr(&code).unwrap();
            assert_eq!(stream.data().await["shopeeLoginStatus"]["status"], "SCANNED");
        }
        match expires {
            true => world.shopee().step(Duration::from_secs(61)),
            false => world.shopee().cancel_qr(&code).unwrap(),
        }
        let event = &stream.data().await["shopeeLoginStatus"];
        let over = json!({ "id": id, "status": status, "imageUrl": null, "link": null, "failure": null,
            "shopeeAccount": null });
        assert_eq!(event, &over);
        assert_eq!(stream.event().await, Event::Complete);
        assert!(login_row(&database).await.sealed_code.is_none());
    }
    assert_eq!((world.shopee().calls("qrcode_login"), account_rows(&database).await.len()), (0, 0));
    eventually("nobody asks any more", async || world.gateway.app.pollers.running() == 0).await;
    world.stop().await;
}

/// The page is closed, the gateway is restarted, somebody says yes meanwhile: all the same.
async fn nobody_has_to_watch(database: Database) {
    let world = world_without_accounts(&database).await;
    let user_id = world.first_account().user_id;
    let (_, code) = started(&world).await;
    world.shopee().scan_qr(&code).unwrap();
    login_becomes(&database, Status::Scanned).await;
    let world = world.restarted(&database, |shopee| shopee.confirm_qr(&code, user_id).unwrap()).await;
    let login = login_becomes(&database, Status::Confirmed).await;
    assert_eq!(account_rows(&database).await[0].id, login.shopee_account_id.unwrap());
    world.stop().await;
}

async fn only_so_many_codes_wait(database: Database) {
    let world = world_without_accounts(&database).await;
    let variables = json!({ "studio": studio_of(&world, &world.token).await, "region": "ID" });
    for _ in 0..5 {
        started(&world).await;
    }
    let refused = &world.data(START, variables.clone()).await["startShopeeLogin"];
    assert_eq!((&refused["login"], &refused["userErrors"][0]["code"]), (&json!(null), &json!("TOO_MANY")));
    assert_eq!(world.shopee().calls("gen_qrcode"), 5, "Shopee is not asked for nothing");

    world.shopee().step(Duration::from_secs(61));
    let again = async || world.data(START, variables.clone()).await["startShopeeLogin"]["login"].is_object();
    eventually("there is room again", again).await;
    world.stop().await;
}

async fn only_owners_start_and_see_a_login(database: Database) {
    let world = world_without_accounts(&database).await;
    let (id, _) = started(&world).await;
    let studio = studio_of(&world, &world.token).await;
    let query = "query($id: ID!) { shopeeLogin(id: $id) { status imageUrl } }";
    let start = json!({ "studio": studio, "region": "ID" });
    assert_eq!(world.data(query, json!({ "id": id })).await["shopeeLogin"]["status"], "NEW");

    let stranger = Some(world.stranger_token.as_str());
    let theirs = world.ask_as(stranger, query, json!({ "id": id })).await;
    assert_eq!((&theirs["data"], theirs.get("errors")), (&json!({ "shopeeLogin": null }), None));
    assert_eq!(answer::code(&world.ask_as(stranger, START, start.clone()).await), "NOT_FOUND");
    assert_eq!(answer::code(&world.ask_as(None, START, start.clone()).await), "UNAUTHENTICATED");

    demote(&database, Role::Operator).await;
    assert_eq!(answer::code(&world.ask(query, json!({ "id": id })).await), "FORBIDDEN");
    assert_eq!(answer::code(&world.ask(START, start).await), "FORBIDDEN");
    let event = world.subscribe_with(STATUS, json!({ "id": id })).await.event().await;
    let Event::Error(errors) = event else { panic!("{event:?}") };
    assert_eq!(answer::code(&json!({ "errors": errors })), "FORBIDDEN");
    assert_eq!(world.shopee().calls("gen_qrcode"), 1);
    world.stop().await;
}

async fn an_account_of_another_studio_stays_there(database: Database) {
    let world = World::start(&database).await;
    let before = account_rows(&database).await;
    let (id, code) = started_as(&world, &world.stranger_token).await;
    world.shopee().confirm_qr(&code, world.first_account().user_id).unwrap();
    login_becomes(&database, Status::Failed).await;
    let query = "query($id: ID!) { shopeeLogin(id: $id) { status failure shopeeAccount { username } imageUrl } }";
    let mut answer = world.ask_as(Some(&world.stranger_token), query, json!({ "id": id })).await;
    let expected = json!({ "status": "FAILED", "failure": "ACCOUNT_OF_ANOTHER_STUDIO", "shopeeAccount": null,
        "imageUrl": null });
    assert_eq!(answer["data"]["shopeeLogin"].take(), expected);
    assert_eq!(account_rows(&database).await, before, "theirs is as it was");
    world.stop().await;
}

async fn what_shopee_says_no_to_is_said(database: Database) {
    let world = world_without_accounts(&database).await;
    let start = json!({ "studio": studio_of(&world, &world.token).await, "region": "ID" });
    world.shopee().inject(Fault::new(FaultKind::RiskControl { status: 403 }).on("gen_qrcode"));
    assert_eq!(answer::code(&world.ask(START, start.clone()).await), "SHOPEE_RISK_CONTROL");
    world.shopee().clear_faults();
    world.shopee().inject(Fault::new(FaultKind::ServerError(503)).on("gen_qrcode"));
    assert_eq!(answer::code(&world.ask(START, start).await), "SHOPEE_UNREACHABLE");
    assert_eq!(world.shopee().calls("gen_qrcode"), 2, "it is not repeated");
    world.shopee().clear_faults();

    for (call, kind, failure) in [
        ("qrcode_status", FaultKind::RiskControl { status: 403 }, "RISK_CONTROL"),
        ("qrcode_login", FaultKind::RiskControl { status: 200 }, "RISK_CONTROL"),
        ("user_info", FaultKind::Forbidden, "ACCOUNT_REFUSED"),
    ] {
        let (_, code) = started(&world).await;
        world.shopee().confirm_qr(&code, world.first_account().user_id).unwrap();
        world.shopee().inject(Fault::new(kind).on(call));
        let login = login_becomes(&database, Status::Failed).await;
        assert_eq!(login.failure.as_deref(), Some(failure), "{call}");
        world.shopee().clear_faults();
    }
    assert_eq!(account_rows(&database).await.len(), 0);
    world.stop().await;
}

async fn sessions_are_stored_soon_after(database: Database) {
    let variables = vec![("SYNC_INTERVAL_SECONDS", "86400".to_owned())];
    let world = World::start_with(&database, Start { accounts: 0, variables }).await;
    let account = world.first_account();
    let sessions = world.shopee().sessions().into_iter().filter(|session| session.user_id == account.user_id).count();
    let (_, code) = started(&world).await;
    world.shopee().confirm_qr(&code, account.user_id).unwrap();
    let stored = async || world.data("{ liveSessions { totalCount } }", json!({})).await["liveSessions"].take();
    eventually("all sessions are stored", async || stored().await["totalCount"] == json!(sessions)).await;
    world.stop().await;
}

async fn whoever_is_no_longer_an_owner_connects_nothing(database: Database) {
    let world = world_without_accounts(&database).await;
    let (_, code) = started(&world).await;
    demote(&database, Role::Operator).await;
    world.shopee().confirm_qr(&code, world.first_account().user_id).unwrap();
    let row = login_becomes(&database, Status::Failed).await;
    assert_eq!(row.failure.as_deref(), Some("NO_LONGER_ALLOWED"));
    assert!(account_rows(&database).await.is_empty());
    world.stop().await;
}
