//! Turning a confirmed code into a credential: once, whoever does it, and whatever happens in between.

use chrono::{DateTime, TimeDelta, Utc};
use entity::shopee_login::{self, Status};
use sandbox::{Fault, FaultKind};
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set};
use serde_json::json;
use testing::{Database, on_both};

use super::{STATUS, account_rows, audited, login_becomes, login_row, started, world_without_accounts};
use crate::support::{eventually, stream::Stream};

on_both!(
    two_gateways_see_it_confirmed_and_one_redeems,
    a_spent_token_ends_the_login,
    a_claim_runs_out,
    what_was_redeemed_is_not_lost,
    shopee_may_be_silent_for_a_while,
    a_login_ends_even_if_shopee_stays_silent,
);

async fn two_gateways_see_it_confirmed_and_one_redeems(database: Database) {
    let world = world_without_accounts(&database).await;
    let other = world.another_gateway(&database, &[]).await;
    for round in 1..=3 {
        let (id, code) = started(&world).await;
        let mut streams = [
            world.subscribe_with(STATUS, json!({ "id": id })).await,
            Stream::open(&other.url(), Some(&world.token), STATUS, json!({ "id": id })).await,
        ];
        for stream in &mut streams {
            stream.data().await;
        }
        // Long enough for the other one to come by.
        world.shopee().inject(Fault::new(FaultKind::Delay(400)).on("qrcode_login"));
        world.shopee().confirm_qr(&code, world.first_account().user_id).unwrap();
        for stream in &mut streams {
            stream.until("it is confirmed", |data| data["shopeeLoginStatus"]["status"] == "CONFIRMED").await;
        }
        world.shopee().clear_faults();
        assert_eq!(world.shopee().calls("qrcode_login"), round);
        let connected = audited(&database).await.iter().filter(|entry| entry.0 == "SHOPEE_ACCOUNT_CONNECTED").count();
        assert_eq!(connected as u64, round);
    }
    assert_eq!(account_rows(&database).await.len(), 1);
    other.stop().await;
    world.stop().await;
}

async fn a_spent_token_ends_the_login(database: Database) {
    let world = world_without_accounts(&database).await;
    let (_, code) = started(&world).await;
    world.shopee().inject(Fault::new(FaultKind::CutBody).on("qrcode_login").times(1));
    world.shopee().confirm_qr(&code, world.first_account().user_id).unwrap();
    let login = login_becomes(&database, Status::Failed).await;
    assert_eq!(login.failure.as_deref(), Some("CODE_REFUSED"));
    assert_eq!((world.shopee().calls("qrcode_login"), account_rows(&database).await.len()), (2, 0));
    world.stop().await;
}

/// As if another instance had claimed the login and died.
async fn a_claim_runs_out(database: Database) {
    let world = world_without_accounts(&database).await;
    let (_, code) = started(&world).await;
    let until = login_row(&database).await.created_at + TimeDelta::seconds(2);
    change(&database, |row| row.claimed_until = Set(Some(until))).await;
    world.shopee().confirm_qr(&code, world.first_account().user_id).unwrap();
    let login = login_becomes(&database, Status::Confirmed).await;
    assert!(login.updated_at >= until, "not before: {} {until}", login.updated_at);
    assert_eq!(world.shopee().calls("qrcode_login"), 1);
    world.stop().await;
}

/// The code is spent, and Shopee does not yet say whose the credential is.
async fn what_was_redeemed_is_not_lost(database: Database) {
    let world = world_without_accounts(&database).await;
    let (_, code) = started(&world).await;
    world.shopee().inject(Fault::new(FaultKind::ServerError(503)).on("user_info"));
    world.shopee().confirm_qr(&code, world.first_account().user_id).unwrap();
    eventually("somebody asks whose it is", async || world.shopee().calls("user_info") > 0).await;
    assert_eq!(world.shopee().calls("qrcode_login"), 1);
    let world = world.restarted(&database, |shopee| shopee.clear_faults()).await;
    login_becomes(&database, Status::Confirmed).await;
    assert_eq!((world.shopee().calls("qrcode_login"), account_rows(&database).await.len()), (1, 1));
    world.stop().await;
}

async fn shopee_may_be_silent_for_a_while(database: Database) {
    let world = world_without_accounts(&database).await;
    let (id, code) = started(&world).await;
    let mut stream = world.subscribe_with(STATUS, json!({ "id": id })).await;
    world.shopee().inject(Fault::new(FaultKind::ServerError(502)));
    let asked = world.shopee().calls("qrcode_status");
    eventually("it is asked again and again", async || world.shopee().calls("qrcode_status") > asked + 6).await;
    world.shopee().confirm_qr(&code, world.first_account().user_id).unwrap();
    world.shopee().clear_faults();
    stream.until("it is confirmed", |data| data["shopeeLoginStatus"]["status"] == "CONFIRMED").await;
    world.stop().await;
}

async fn a_login_ends_even_if_shopee_stays_silent(database: Database) {
    let world = world_without_accounts(&database).await;
    world.shopee().inject(Fault::new(FaultKind::ServerError(502)).on("qrcode_status"));
    started(&world).await;
    change(&database, |row| row.expires_at = Set(DateTime::<Utc>::UNIX_EPOCH)).await;
    let login = login_becomes(&database, Status::Expired).await;
    assert!(login.sealed_code.is_none());
    world.stop().await;
}

/// Changes the newest login's row behind the gateway's back.
async fn change(database: &Database, change: impl FnOnce(&mut shopee_login::ActiveModel)) {
    let connection = database.connect().await;
    let mut row: shopee_login::ActiveModel = login_row(database).await.into();
    change(&mut row);
    row.update(&connection).await.unwrap();
    connection.close().await.unwrap();
}
