//! Signing in with a password, and going on with a refresh token.
//!
//! Each sign-in is a row that all its tokens name. A refresh token is good for one use; whoever brings a used one has a copy, or
//! somebody else has, and since nobody can tell which, the sign-in ends.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use entity::{sign_in::Kind, user::PasswordHash};
use sea_orm::DatabaseTransaction;
use secrecy::SecretString;
use serde_json::json;

use super::{
    actor::Actor,
    attempts::Attempts,
    audit::{self, Action, Entry},
    names::Email,
    password::{Password, Passwords, Verdict},
    revocations,
    scope::{Scope, Viewer},
    secret_token::SecretToken,
    store::{
        self,
        sign_in::{self as rows, Credentials, Refresh, Which},
    },
    token,
};
use crate::{app::App, database::Statements, error::Result};

/// What whoever signs in is handed.
pub struct Handed {
    pub access_token: SecretString,
    pub access_token_expires_at: DateTime<Utc>,
    pub refresh_token: SecretToken,
    pub refresh_token_expires_at: DateTime<Utc>,
    pub viewer: Viewer,
}

/// What checking a password takes.
pub struct Desk<'a> {
    pub app: &'a App,
    pub passwords: &'a Passwords,
    pub attempts: &'a Attempts,
    /// Counted for the operation.
    pub statements: Statements,
    pub actor: Actor,
}

/// A password that was found to be right.
pub struct Checked {
    pub user_id: i64,
    /// What it was checked against: the check is worth nothing once the user has another.
    pub against: PasswordHash,
    /// What is to be kept from now on.
    pub keep: PasswordHash,
}

/// Signs a user in. `None` if there is nobody with this address and this password.
pub async fn sign_in(desk: &Desk<'_>, email: &Email, password: Password) -> Result<Option<Handed>> {
    let (credentials, checked) = check(desk, email, password).await?;
    match (credentials, checked) {
        (_, Some(checked)) => begin(desk, checked).await,
        (Some(credentials), None) => {
            tell_of_refusal(desk, credentials.user_id);
            Ok(None)
        }
        (None, None) => Ok(None),
    }
}

/// Whose password it is, if it is right. Takes an attempt first, and the same work whether there is such a user or not.
pub async fn check(
    desk: &Desk<'_>,
    email: &Email,
    password: Password,
) -> Result<(Option<Credentials>, Option<Checked>)> {
    desk.attempts.take(email, desk.actor.address).await?;
    let credentials = rows::credentials(&desk.statements, email.as_str()).await?;
    let hash = credentials.as_ref().and_then(|credentials| credentials.password_hash.clone());
    let verdict = desk.passwords.verify(password, hash.clone()).await?;
    let checked = match (verdict, hash, &credentials) {
        (Verdict::Right, Some(hash), Some(user)) => {
            Some(Checked { user_id: user.user_id, against: hash.clone(), keep: hash })
        }
        (Verdict::Outdated(new), Some(hash), Some(user)) => {
            Some(Checked { user_id: user.user_id, against: hash, keep: new })
        }
        _ => None,
    };
    if checked.is_some() {
        desk.attempts.forgive(email).await;
    }
    Ok((credentials, checked))
}

async fn begin(desk: &Desk<'_>, checked: Checked) -> Result<Option<Handed>> {
    let (app, user_id) = (desk.app, checked.user_id);
    let (transaction, now) = (app.database.write().await?, app.clock.now());
    if !rows::replace_password(&transaction, user_id, &checked.against, checked.keep).await? {
        return Ok(None);
    }
    let address = desk.actor.address.map(|address| address.to_string());
    let sign_in_id = rows::insert(&transaction, user_id, Kind::Password, address, now).await?;
    let entry = Entry::of_user(Action::SignedIn, user_id).after(json!({ "kind": "PASSWORD" }))?;
    audit::record(&Scope::of_nothing(), &transaction, &desk.actor.as_user(user_id), entry, now).await?;
    let handed = hand_over(app, &transaction, (user_id, sign_in_id), now).await?;
    transaction.commit().await?;
    Ok(handed)
}

/// Told beside the answer, not before it: the time to write it would tell that there is such a user.
fn tell_of_refusal(desk: &Desk<'_>, user_id: i64) {
    let (app, actor) = (desk.app.clone(), desk.actor.clone());
    tokio::spawn(async move {
        if let Err(error) = record_refusal(&app, &actor, user_id).await {
            tracing::error!(error = error.for_log(), "a refused sign-in is missing in the audit log");
        }
    });
}

async fn record_refusal(app: &App, actor: &Actor, user_id: i64) -> Result<()> {
    let (transaction, now) = (app.database.write().await?, app.clock.now());
    let entry = Entry::of_user(Action::SignInRefused, user_id);
    audit::record(&Scope::of_nothing(), &transaction, actor, entry, now).await?;
    Ok(transaction.commit().await?)
}

/// Goes on with a sign-in. `None` if the token is not good, for whichever reason.
pub async fn refresh(app: &App, actor: &Actor, token: &SecretToken) -> Result<Option<Handed>> {
    // Read first: what nobody was given must not make writers wait.
    if rows::refresh_token(&app.database.read(Arc::default()), &token.hash()).await?.is_none() {
        return Ok(None);
    }
    let (transaction, now) = (app.database.write().await?, app.clock.now());
    let Some(found) = rows::refresh_token(&transaction, &token.hash()).await? else { return Ok(None) };
    if found.ended_at.is_some() || found.expires_at <= now {
        return Ok(None);
    }
    if found.used_at.is_some() || !rows::use_refresh_token(&transaction, found.id, now).await? {
        end_reused(&transaction, actor, &found, now).await?;
        transaction.commit().await?;
        revocations::tell(app);
        return Ok(None);
    }
    if !rows::touch(&transaction, found.sign_in_id, now).await? {
        return Ok(None);
    }
    rows::remove_expired(&transaction, found.sign_in_id, now).await?;
    let handed = hand_over(app, &transaction, (found.user_id, found.sign_in_id), now).await?;
    transaction.commit().await?;
    Ok(handed)
}

async fn end_reused(
    transaction: &DatabaseTransaction,
    actor: &Actor,
    found: &Refresh,
    now: DateTime<Utc>,
) -> Result<()> {
    rows::end(transaction, found.user_id, Which::Only(found.sign_in_id), now).await?;
    let entry = Entry::of_user(Action::RefreshTokenReused, found.user_id);
    audit::record(&Scope::of_nothing(), transaction, actor, entry, now).await
}

/// What whoever comes in is handed, read before others can end it. The access token never outlives the refresh token: the longest
/// of the one is the shortest of the other.
async fn hand_over(
    app: &App,
    transaction: &DatabaseTransaction,
    (user_id, sign_in_id): (i64, i64),
    now: DateTime<Utc>,
) -> Result<Option<Handed>> {
    let Some(viewer) = store::viewer(transaction, user_id, sign_in_id).await? else { return Ok(None) };
    let (config, refresh_token) = (&app.config, SecretToken::generate()?);
    let refresh_token_expires_at = now + config.refresh_token_lifetime;
    rows::insert_refresh_token(transaction, sign_in_id, refresh_token.hash(), now, refresh_token_expires_at).await?;
    let access_token = token::mint(&config.token_secret, user_id, sign_in_id, now, config.access_token_lifetime)?;
    Ok(Some(Handed {
        access_token: SecretString::from(access_token),
        access_token_expires_at: whole_seconds(now + config.access_token_lifetime),
        refresh_token,
        refresh_token_expires_at,
        viewer,
    }))
}

/// Tokens count in seconds, so theirs ends at the start of one.
fn whole_seconds(instant: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp(instant.timestamp(), 0).unwrap_or(instant)
}

/// A sign-in that an operator of the gateway makes for a user.
pub async fn by_operator(
    scope: &Scope,
    transaction: &DatabaseTransaction,
    user_id: i64,
    now: DateTime<Utc>,
) -> Result<i64> {
    let sign_in_id = rows::insert(transaction, user_id, Kind::Operator, None, now).await?;
    let entry = Entry::of_user(Action::SignedIn, user_id).after(json!({ "kind": "OPERATOR" }))?;
    audit::record(scope, transaction, &Actor::gateway(), entry, now).await?;
    Ok(sign_in_id)
}
