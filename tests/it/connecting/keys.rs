//! Rotating the credential key while gateways run.

use live_gateway::{
    account::rotation::{self, Rotation},
    serve::Gateway,
};
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};
use testing::{Database, on_both};

use super::{account_rows, login_becomes, login_row, started};
use crate::support::{
    answer,
    world::{Start, World},
};

on_both!(a_rotation_needs_no_pause, what_no_key_opens_is_named);

const OLD: &str = "b2xkIG9sZCBvbGQgb2xkIG9sZCBvbGQgb2xkIG9sZCA=";
const NEW: &str = "bmV3IG5ldyBuZXcgbmV3IG5ldyBuZXcgbmV3IG5ldyA=";

fn keys(sealing: &str, read_only: &str) -> Vec<(&'static str, String)> {
    vec![("CREDENTIAL_KEY", sealing.to_owned()), ("CREDENTIAL_KEYS_READ_ONLY", read_only.to_owned())]
}

async fn world(database: &Database, variables: Vec<(&'static str, String)>) -> World {
    World::start_with(database, Start { accounts: 2, variables }).await
}

/// Whether a gateway gets at both accounts' credentials.
async fn opens(world: &World, gateway: &Gateway) -> Result<(), String> {
    let query =
        "{ viewer { memberships { studio { shopeeAccounts(first: 2) { nodes { remoteSessions { total } } } } } } }";
    let request = crate::support::client().post(format!("{}/graphql", gateway.url())).bearer_auth(&world.token);
    let answer: Value = request.json(&json!({ "query": query })).send().await.unwrap().json().await.unwrap();
    match answer.get("errors") {
        None => Ok(()),
        Some(_) => Err(answer::code(&answer).to_owned()),
    }
}

async fn rotate(world: &World, database: &Database, sealing: &str, read_only: &str) -> Rotation {
    let gateway = world.another_gateway(database, &keys(sealing, read_only)).await;
    let rotation = rotation::rotate(&gateway.app).await;
    gateway.stop().await;
    rotation.unwrap_or_else(|error| panic!("{}", error.for_log()))
}

fn rotated(encrypted_anew: u64, already_current: u64) -> Rotation {
    Rotation { encrypted_anew, already_current, ..Rotation::default() }
}

async fn a_rotation_needs_no_pause(database: Database) {
    // The first step of a rotation: the running gateway can open what the new key seals.
    let world = world(&database, keys(OLD, NEW)).await;
    let connection = database.connect().await;
    connection.execute_unprepared("UPDATE shopee_accounts SET credential_key_id = '1' WHERE id = 1").await.unwrap();
    let (_, code) = started(&world).await;
    let before = (account_rows(&database).await, login_row(&database).await);
    assert_eq!(opens(&world, &world.gateway).await, Ok(()), "a row from before keys had names");

    assert_eq!(rotate(&world, &database, NEW, OLD).await, rotated(3, 0));
    assert_eq!(rotate(&world, &database, NEW, OLD).await, rotated(0, 3), "it can be repeated");
    let after = (account_rows(&database).await, login_row(&database).await);
    let key_id = after.0[0].credential_key_id.clone().unwrap();
    assert!(key_id.len() == 8 && after.0.iter().all(|row| row.credential_key_id.as_deref() == Some(&key_id)));
    assert!(before.0.iter().zip(&after.0).all(|(before, after)| before.credential != after.credential));
    assert!(before.1.sealed_code != after.1.sealed_code && after.1.sealed_key_id == Some(key_id));

    assert_eq!(opens(&world, &world.gateway).await, Ok(()));
    world.shopee().confirm_qr(&code, world.first_account().user_id).unwrap();
    login_becomes(&database, entity::shopee_login::Status::Confirmed).await;
    assert_eq!(
        rotate(&world, &database, NEW, OLD).await,
        rotated(1, 1),
        "the running gateway still seals with its own"
    );

    for (key, outcome) in [(NEW, Ok(())), (OLD, Err("INTERNAL".to_owned()))] {
        let gateway = world.another_gateway(&database, &keys(key, "")).await;
        assert_eq!(opens(&world, &gateway).await, outcome);
        gateway.stop().await;
    }
    connection.close().await.unwrap();
    world.stop().await;
}

async fn what_no_key_opens_is_named(database: Database) {
    let world = world(&database, keys(OLD, "")).await;
    started(&world).await;
    let (before, login_id) = (account_rows(&database).await, login_row(&database).await.id);
    let accounts_left = before.iter().map(|row| row.id).collect();
    let expected = Rotation { accounts_left, logins_left: vec![login_id], ..Rotation::default() };
    assert_eq!(rotate(&world, &database, NEW, "").await, expected);
    assert_eq!(account_rows(&database).await, before, "nothing is lost");
    assert_eq!(opens(&world, &world.gateway).await, Ok(()));
    world.stop().await;
}
