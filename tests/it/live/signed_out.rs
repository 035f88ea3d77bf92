//! An account whose credential Shopee no longer accepts: it is noted, nobody presents the credential again, and connecting the
//! account anew mends everything that was waiting.

use live_gateway::{account::connect, commands::ensure_studio, identity::scope::Scope};
use sandbox::{Fault, FaultKind, SignedOut};
use serde_json::{Value, json};
use shopee::Credential;
use testing::{Database, on_both};

use super::{is_stale, viewer_count};
use crate::support::{
    answer, eventually,
    world::{OWNER, World},
};

on_both!(
    an_expired_credential_is_noted_and_not_presented_again,
    whatever_signed_out_looks_like_a_new_credential_mends_it,
    one_refused_call_does_not_sign_an_account_out,
);

/// What is stored of the account that streams the session on air.
async fn account(world: &World) -> Value {
    let query = "query($id: ID!) { liveSession(sessionId: $id) { shopeeAccount { status signedOutAt } } }";
    let session_id = world.on_air().session_id.to_string();
    world.data(query, json!({ "id": session_id })).await["liveSession"]["shopeeAccount"].take()
}

/// Connects the account again, as its owner would after signing in anew.
async fn reconnect(world: &World) {
    let (app, account) = (&world.gateway.app, world.first_account());
    world.shopee().renew(account.user_id).unwrap();
    let credential = Credential::from_cookie_header(&account.cookie).unwrap();
    let region = account.region.to_string().parse().unwrap();
    let studio = ensure_studio(app, "First Studio", OWNER, chrono_tz::Asia::Jakarta).await.unwrap();
    connect::connect(app, &Scope::job_runner(), studio, region, &credential).await.unwrap();
}

async fn an_expired_credential_is_noted_and_not_presented_again(database: Database) {
    let world = World::start(&database).await;
    let session_id = world.on_air().session_id;
    let mut stream = world.subscribe(&viewer_count(session_id)).await;
    stream.data().await;
    world.shopee().expire_cookie(world.first_account().user_id).unwrap();
    eventually("the account is known to be signed out", async || account(&world).await["status"] == "SIGNED_OUT").await;
    assert!(account(&world).await["signedOutAt"].is_string());

    world.shopee().reset_calls();
    let query = "query($id: ID!) { liveSession(sessionId: $id) { sessionName overview { viewers } } }";
    let refused = world.ask(query, json!({ "id": session_id.to_string() })).await;
    assert_eq!(answer::code(&refused), "SHOPEE_SIGNED_OUT");
    assert!(refused["data"]["liveSession"]["sessionName"].is_string(), "{refused}");
    stream.until("the poller knows it too", is_stale).await;
    for _ in 0..3 {
        assert!(is_stale(&stream.data().await));
    }
    assert_eq!(world.shopee().calls_by_name(), [].into());

    reconnect(&world).await;
    assert_eq!(account(&world).await, json!({ "status": "ACTIVE", "signedOutAt": null }));
    stream.until("the new credential works", |data| !is_stale(data)).await;
    drop(stream);
    world.stop().await;
}

async fn whatever_signed_out_looks_like_a_new_credential_mends_it(database: Database) {
    let world = World::start(&database).await;
    let mut stream = world.subscribe(&viewer_count(world.on_air().session_id)).await;
    stream.data().await;
    for style in [SignedOut::Unauthorized, SignedOut::Forbidden, SignedOut::EmptyData] {
        world.shopee().set_signed_out(style);
        world.shopee().expire_cookie(world.first_account().user_id).unwrap();
        stream.until("the credential has expired", is_stale).await;
        reconnect(&world).await;
        stream.until("the new credential works", |data| !is_stale(data)).await;
    }
    drop(stream);
    world.stop().await;
}

async fn one_refused_call_does_not_sign_an_account_out(database: Database) {
    let world = World::start(&database).await;
    let mut stream = world.subscribe(&viewer_count(world.on_air().session_id)).await;
    stream.data().await;
    for kind in [FaultKind::Expired, FaultKind::Forbidden] {
        world.shopee().inject(Fault::new(kind).on("overview"));
        stream.until("the call is refused", is_stale).await;
        assert!(is_stale(&stream.data().await), "and once more");
        world.shopee().clear_faults();
        stream.until("it works again", |data| !is_stale(data)).await;
        assert_eq!(account(&world).await, json!({ "status": "ACTIVE", "signedOutAt": null }));
    }
    drop(stream);
    world.stop().await;
}
