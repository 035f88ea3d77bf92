//! Tokens of another issuer: checked with its public keys, and good for a user that we have already. The first time a user is
//! found by an e-mail address that the issuer has verified, and from then on by the issuer's own name for them.

use std::{net::IpAddr, sync::Arc};

use chrono::{DateTime, Utc};
use jsonwebtoken::Validation;
use sea_orm::DatabaseTransaction;
use serde::Deserialize;
use serde_json::json;

use super::{
    actor::Actor,
    audit::{self, Action, Entry},
    jwks::{BuildError, Keys},
    names::Email,
    scope::Scope,
    store::{
        external_identity as rows,
        sign_in::{self as sign_in_rows, Which},
    },
    token::{SignedIn, Viewers, Whose, accept, is_current},
};
use crate::{
    app::App,
    config::OutsideIssuer,
    cost::Cost,
    error::{ClientError, Error, Result},
};

/// An issuer whose tokens are taken.
pub struct Issuer {
    name: String,
    audience: String,
    keys: Keys,
}

#[derive(Deserialize)]
struct Unverified {
    iss: String,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    exp: i64,
    iat: Option<i64>,
    nbf: Option<i64>,
    email: Option<String>,
    /// Some issuers write it as text; only the truth counts.
    #[serde(default)]
    email_verified: serde_json::Value,
}

impl Issuer {
    pub fn new(config: &OutsideIssuer) -> Result<Self, BuildError> {
        let OutsideIssuer { name, keys_url, audience } = config.clone();
        Ok(Self { name, audience, keys: Keys::at(keys_url)? })
    }

    /// Whether a token says that it is this issuer's. Chooses who checks it, and nothing more.
    pub fn claims(&self, token: &str) -> bool {
        let claims = jsonwebtoken::dangerous::insecure_decode_claims::<Unverified>(token);
        claims.is_ok_and(|claims| claims.iss == self.name)
    }

    /// The algorithm is the key's, never the token's; a token that wants to be understood in its own way is refused.
    async fn verify(&self, app: &App, token: &str) -> Result<Claims> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| ClientError::InvalidToken)?;
        let id = header.kid.filter(|_| header.crit.is_none()).ok_or(ClientError::InvalidToken)?;
        let key = self.keys.find(&id).await.map_err(Error::internal)?.ok_or(ClientError::InvalidToken)?;
        let mut validation = Validation::new(key.algorithm);
        validation.set_issuer(&[&self.name]);
        validation.set_audience(&[&self.audience]);
        validation.set_required_spec_claims(&["exp", "sub", "iss", "aud"]);
        // As for our own: the time comes from the clock.
        validation.validate_exp = false;
        let decoded = jsonwebtoken::decode::<Claims>(token, &key.key, &validation);
        let claims = decoded.map_err(|_| ClientError::InvalidToken)?.claims;
        let begins: Vec<i64> = claims.iat.into_iter().chain(claims.nbf).collect();
        let good = is_current(&begins, claims.exp, app.clock.now()) && !claims.sub.is_empty();
        if good { Ok(claims) } else { Err(ClientError::InvalidToken.into()) }
    }
}

impl Claims {
    /// The address, if the issuer answers for it.
    fn verified_email(&self) -> Option<Email> {
        let email = self.email.as_deref().filter(|_| self.email_verified == true)?;
        email.parse().ok()
    }
}

/// The viewer whom an issuer's token stands for.
pub(super) async fn sign_in(
    app: &App,
    (issuer, viewers): (&Issuer, &Viewers),
    token: &str,
    address: Option<IpAddr>,
    cost: Arc<Cost>,
) -> Result<SignedIn> {
    let claims = issuer.verify(app, token).await?;
    let statements = app.database.read(cost);
    let known = async || {
        let read = async { Ok(rows::viewer(&statements, &issuer.name, &claims.sub).await?.map(Arc::new)) };
        viewers.ask(Whose::Subject(claims.sub.clone()), read).await
    };
    let viewer = match known().await? {
        Some(viewer) => Some(viewer),
        None => {
            link(app, issuer, &claims, address).await?;
            known().await?
        }
    };
    accept(viewer.ok_or(ClientError::InvalidToken)?, claims.exp)
}

/// Until now nobody has proven that the address is theirs: who chose the password may have been somebody else, by an invitation
/// that they sent to themselves. Whoever the issuer vouches for takes the user over.
async fn take_over(transaction: &DatabaseTransaction, user_id: i64, now: DateTime<Utc>) -> Result<bool> {
    let had_a_password = rows::remove_password(transaction, user_id).await?;
    if had_a_password {
        sign_in_rows::end(transaction, user_id, Which::WithPassword, now).await?;
    }
    Ok(had_a_password)
}

/// Links a user of ours with what the issuer calls them. Makes nobody.
async fn link(app: &App, issuer: &Issuer, claims: &Claims, address: Option<IpAddr>) -> Result<()> {
    let email = claims.verified_email().ok_or(ClientError::InvalidToken)?;
    let (transaction, now) = (app.database.write().await?, app.clock.now());
    let user_id = rows::unlinked_user(&transaction, &issuer.name, email.as_str()).await?;
    let user_id = user_id.ok_or(ClientError::InvalidToken)?;
    if !rows::link(&transaction, &issuer.name, &claims.sub, user_id, now).await? {
        return Ok(());
    }
    let password_removed = take_over(&transaction, user_id, now).await?;
    let entry = Entry::of_user(Action::ExternalIdentityLinked, user_id);
    let after = json!({ "issuer": issuer.name, "subject": claims.sub, "passwordRemoved": password_removed });
    let entry = entry.after(after)?;
    let actor = Actor { user_id: Some(user_id), address, request_id: None };
    audit::record(&Scope::of_nothing(), &transaction, &actor, entry, now).await?;
    Ok(transaction.commit().await?)
}
