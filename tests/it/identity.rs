//! Users, studios and their members, through the front door.

mod attempts;
mod audit;
mod invitations;
mod members;
mod outside_issuer;
mod outside_tokens;
mod people;
mod sign_in;
mod sign_out;
mod sockets;
mod studios;

use entity::audit_entry;
use live_gateway::{commands::set_password, identity::password::Password};
use sea_orm::{EntityTrait as _, QueryOrder as _};
use serde_json::{Value, json};
use testing::Database;

use crate::support::world::{OWNER, World};

/// The audit log as it stands: action, subject's kind, who did it.
async fn audit_log(database: &Database) -> Vec<audit_entry::Model> {
    let query = audit_entry::Entity::find().order_by_asc(audit_entry::Column::Id);
    query.all(&database.connect().await).await.unwrap()
}

/// The actions in the audit log.
async fn actions(database: &Database) -> Vec<String> {
    audit_log(database).await.into_iter().map(|entry| entry.action).collect()
}

const PASSWORD: &str = "correct horse battery";

const SIGN_IN: &str = "mutation ($email: String!, $password: String!) {
    signIn(input: { email: $email, password: $password }) {
        accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt
        viewer { email memberships { studio { name } } }
        userErrors { code field message }
    }
}";

const REFRESH: &str = "mutation ($token: String!) {
    refreshSignIn(input: { refreshToken: $token }) {
        accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt viewer { email }
        userErrors { code field message }
    }
}";

/// A world whose owner has a password.
async fn world_with_password(database: &Database) -> World {
    let mut world = World::start(database).await;
    give_password(&world, OWNER, PASSWORD).await;
    // That ended the token the world began with.
    world.token = tokens(&sign_in_as(&world, OWNER, PASSWORD).await).0;
    world
}

async fn give_password(world: &World, email: &str, password: &str) {
    let email = email.parse().unwrap();
    set_password::set(&world.gateway.app, &email, Password::typed(password)).await.unwrap();
}

/// What `signIn` answers, as nobody in particular.
async fn sign_in_as(world: &World, email: &str, password: &str) -> Value {
    let mut answer = world.ask_as(None, SIGN_IN, json!({ "email": email, "password": password })).await;
    assert!(answer.get("errors").is_none(), "{answer:#}");
    answer["data"]["signIn"].take()
}

/// What `refreshSignIn` answers.
async fn refresh(world: &World, token: &str) -> Value {
    let mut answer = world.ask_as(None, REFRESH, json!({ "token": token })).await;
    assert!(answer.get("errors").is_none(), "{answer:#}");
    answer["data"]["refreshSignIn"].take()
}

/// The access token and the refresh token of a payload.
fn tokens(payload: &Value) -> (String, String) {
    assert_eq!(payload["userErrors"], json!([]), "{payload:#}");
    let text = |name: &str| payload[name].as_str().unwrap().to_owned();
    (text("accessToken"), text("refreshToken"))
}

/// The status of a request with this token.
async fn status(world: &World, token: &str) -> u16 {
    world.post(Some(token), "{ viewer { email } }", json!({})).await.status().as_u16()
}
