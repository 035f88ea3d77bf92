//! Leaving: one sign-in, all of them, and what another password does.

use entity::user;
use futures_util::future::join_all;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::{Value, json};
use testing::{Database, on_both};

use super::{PASSWORD, actions, refresh, sign_in_as, status, tokens, world_with_password};
use crate::support::{
    answer::code,
    world::{OWNER, World},
};

on_both!(
    signing_out_ends_one_sign_in,
    signing_out_everywhere_ends_all,
    who_has_left_is_nobody,
    another_password_ends_the_other_sign_ins,
    what_a_password_cannot_be_is_said,
    an_old_password_does_not_slip_in,
);

const SIGN_OUT: &str = "mutation { signOut { endedSignIns userErrors { code } } }";
const EVERYWHERE: &str = "mutation { signOutEverywhere { endedSignIns userErrors { code } } }";
const CHANGE: &str = "mutation ($current: String!, $new: String!) {
    changePassword(input: { currentPassword: $current, newPassword: $new }) {
        endedSignIns userErrors { code field }
    }
}";
const ANOTHER: &str = "another horse battery";

async fn revision(database: &Database) -> i64 {
    let connection = database.connect().await;
    let user = user::Entity::find().filter(user::Column::Email.eq(OWNER)).one(&connection).await.unwrap();
    user.unwrap().access_revision
}

async fn change(world: &World, token: &str, current: &str, new: &str) -> Value {
    let mut answer = world.ask_as(Some(token), CHANGE, json!({ "current": current, "new": new })).await;
    assert!(answer.get("errors").is_none(), "{answer:#}");
    answer["data"]["changePassword"].take()
}

async fn signing_out_ends_one_sign_in(database: Database) {
    let world = world_with_password(&database).await;
    let (access, refresh_token) = tokens(&sign_in_as(&world, OWNER, PASSWORD).await);
    let before = revision(&database).await;
    let answer = world.ask_as(Some(&access), SIGN_OUT, json!({})).await;
    assert_eq!(answer["data"]["signOut"], json!({ "endedSignIns": 1, "userErrors": [] }));
    assert_eq!(revision(&database).await, before + 1, "whoever remembers what they saw asks anew");
    assert_eq!(status(&world, &access).await, 401);
    assert!(refresh(&world, &refresh_token).await["accessToken"].is_null());
    assert_eq!(status(&world, &world.token).await, 200, "the other one goes on");
    assert_eq!(actions(&database).await.last().unwrap(), "SIGNED_OUT");
    world.stop().await;
}

async fn signing_out_everywhere_ends_all(database: Database) {
    let world = world_with_password(&database).await;
    let (access, refresh_token) = tokens(&sign_in_as(&world, OWNER, PASSWORD).await);
    let answer = world.ask_as(Some(&access), EVERYWHERE, json!({})).await;
    assert_eq!(answer["data"]["signOutEverywhere"], json!({ "endedSignIns": 2, "userErrors": [] }));
    for token in [&access, &world.token] {
        assert_eq!(status(&world, token).await, 401);
    }
    assert!(refresh(&world, &refresh_token).await["accessToken"].is_null());
    assert_eq!(status(&world, &world.stranger_token).await, 200, "somebody else's");
    assert_eq!(actions(&database).await.last().unwrap(), "SIGNED_OUT_EVERYWHERE");
    world.stop().await;
}

async fn who_has_left_is_nobody(database: Database) {
    let world = world_with_password(&database).await;
    let query = r#"mutation { signOut { endedSignIns }
        createStudio(input: { name: "A", timeZone: "Asia/Jakarta" }) { studio { name } } }"#;
    let answer = world.ask(query, json!({})).await;
    assert_eq!(code(&answer), "UNAUTHENTICATED", "{answer:#}");
    assert_eq!(status(&world, &world.token).await, 401);
    for query in [SIGN_OUT, EVERYWHERE] {
        assert_eq!(code(&world.ask_as(None, query, json!({})).await), "UNAUTHENTICATED");
    }
    let variables = json!({ "current": PASSWORD, "new": ANOTHER });
    assert_eq!(code(&world.ask_as(None, CHANGE, variables).await), "UNAUTHENTICATED");
    world.stop().await;
}

async fn another_password_ends_the_other_sign_ins(database: Database) {
    let world = world_with_password(&database).await;
    let (access, refresh_token) = tokens(&sign_in_as(&world, OWNER, PASSWORD).await);
    let before = revision(&database).await;
    let changed = change(&world, &access, PASSWORD, ANOTHER).await;
    assert_eq!(changed, json!({ "endedSignIns": 1, "userErrors": [] }));
    assert_eq!(revision(&database).await, before + 1);
    assert_eq!(actions(&database).await.last().unwrap(), "PASSWORD_CHANGED");
    assert_eq!((status(&world, &access).await, status(&world, &world.token).await), (200, 401));
    tokens(&refresh(&world, &refresh_token).await);
    assert_eq!(sign_in_as(&world, OWNER, PASSWORD).await["userErrors"][0]["code"], "INVALID_CREDENTIALS");
    tokens(&sign_in_as(&world, OWNER, ANOTHER).await);
    world.stop().await;
}

async fn what_a_password_cannot_be_is_said(database: Database) {
    let world = world_with_password(&database).await;
    let long = "a".repeat(129);
    for new in ["eleven char", "", &long, OWNER] {
        let refused = change(&world, &world.token, PASSWORD, new).await;
        let said = json!({ "endedSignIns": null, "userErrors": [{ "code": "INVALID", "field": "newPassword" }] });
        assert_eq!(refused, said, "{new}");
    }
    let refused = change(&world, &world.token, ANOTHER, ANOTHER).await;
    let wrong = json!([{ "code": "INVALID_CREDENTIALS", "field": "currentPassword" }]);
    assert_eq!(refused, json!({ "endedSignIns": null, "userErrors": wrong }));
    let stranger = change(&world, &world.stranger_token, PASSWORD, ANOTHER).await;
    assert_eq!(stranger["userErrors"], wrong, "who has no password cannot say it");
    tokens(&sign_in_as(&world, OWNER, PASSWORD).await);
    world.stop().await;
}

/// Whoever was being let in with the old password when it changed is let out again, or never was in.
async fn an_old_password_does_not_slip_in(database: Database) {
    let world = world_with_password(&database).await;
    let coming = join_all((0..4).map(|_| sign_in_as(&world, OWNER, PASSWORD)));
    let (changed, came) = tokio::join!(change(&world, &world.token, PASSWORD, ANOTHER), coming);
    assert_eq!(changed["userErrors"], json!([]));
    for payload in came {
        if let Some(token) = payload["accessToken"].as_str() {
            assert_eq!(status(&world, token).await, 401);
        }
    }
    assert_eq!(status(&world, &world.token).await, 200);
    world.stop().await;
}
