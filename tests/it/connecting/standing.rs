//! Who is told that an account is signed out, and on which gateway.

use serde_json::{Value, json};
use testing::{Database, on_both};

use super::{CONNECT, audited, studio_of, told};
use crate::support::{
    stream::Stream,
    world::{Start, World},
};

on_both!(whoever_watches_the_studio_is_told_on_every_gateway);

const STATUS: &str = "subscription($id: ID!) { shopeeAccountStatus(studioId: $id) { username status signedOutAt } }";

async fn whoever_watches_the_studio_is_told_on_every_gateway(database: Database) {
    let world = World::start_with(&database, Start { accounts: 2, ..Start::default() }).await;
    let other = world.another_gateway(&database, &[]).await;
    let studio = studio_of(&world, &world.token).await;
    let (account, second) = (world.first_account(), world.shopee().accounts().remove(1));
    let mut here = world.subscribe_with(STATUS, json!({ "id": studio })).await;
    let mut there = Stream::open(&other.url(), Some(&world.token), STATUS, json!({ "id": studio })).await;
    for stream in [&mut here, &mut there] {
        for username in [&account.username, &second.username] {
            let present = json!({ "username": username, "status": "ACTIVE", "signedOutAt": null });
            assert_eq!(stream.data().await["shopeeAccountStatus"], present);
        }
    }

    let session_id = world.on_air().session_id;
    let query = format!(r#"subscription {{ viewerCount(sessionId: "{session_id}") {{ staleSince }} }}"#);
    let mut viewers = world.subscribe(&query).await;
    viewers.data().await;
    world.shopee().expire_cookie(account.user_id).unwrap();
    for stream in [&mut here, &mut there] {
        let event = &stream.data().await["shopeeAccountStatus"];
        assert_eq!((&event["username"], &event["status"]), (&json!(account.username), &json!("SIGNED_OUT")));
        assert!(event["signedOutAt"].is_string());
    }
    let log = audited(&database).await;
    let noted: Vec<&(String, Value, Value)> = log.iter().filter(|entry| entry.0 == "ACCOUNT_SIGNED_OUT").collect();
    let [active, signed_out] = ["ACTIVE", "SIGNED_OUT"].map(|status| told(status, &account.username));
    assert_eq!(noted, [&("ACCOUNT_SIGNED_OUT".to_owned(), active, signed_out)]);

    world.shopee().renew(account.user_id).unwrap();
    world.data(CONNECT, json!({ "studio": studio, "cookies": account.cookie })).await;
    for stream in [&mut here, &mut there] {
        let event = &stream.data().await["shopeeAccountStatus"];
        assert_eq!(event, &json!({ "username": account.username, "status": "ACTIVE", "signedOutAt": null }));
    }
    viewers.until("the poller asks again by itself", |data| data["viewerCount"]["staleSince"].is_null()).await;
    other.stop().await;
    world.stop().await;
}
