//! Bearer tokens: our own, signed with the gateway's secret (HS256), each naming a user and the sign-in it was handed out for;
//! and another issuer's, where one is configured. What a token says of its issuer only chooses who checks it.

use std::{net::IpAddr, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

use super::{
    outside_token::{self, Issuer},
    scope::Viewer,
    store,
};
use crate::{
    app::App,
    config::OWN_ISSUER,
    cost::Cost,
    engine::gathered::Gathered,
    error::{ClientError, Error, Result},
};

/// Issuer and audience: a token for something else that happens to share the secret is refused.
const GATEWAY: &str = OWN_ISSUER;
/// How far the clocks of two instances may be apart.
const LEEWAY_SECONDS: i64 = 30;

#[derive(Serialize, Deserialize)]
struct Claims {
    sub: String,
    /// The sign-in: once it has ended, so has the token.
    sid: String,
    iss: String,
    aud: String,
    iat: i64,
    exp: i64,
}

/// A viewer whose token was accepted, and until when it is.
pub struct SignedIn {
    pub viewer: Arc<Viewer>,
    pub expires_at: DateTime<Utc>,
}

/// Who checks tokens. Cheap to clone.
#[derive(Clone, Default)]
pub struct Checks {
    issuer: Option<Arc<Issuer>>,
    viewers: Viewers,
}

/// Viewers as they are read for those who sign in at the same time: a crowd that comes back at once, or a screen that starts all its
/// operations at once, costs a statement after the other, and not one for each.
pub(super) type Viewers = Gathered<Whose, Result<Option<Arc<Viewer>>>>;

/// Whose a token is.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) enum Whose {
    /// A user's, of one of their sign-ins.
    SignIn { user_id: i64, sign_in_id: i64 },
    /// The outside issuer's name for somebody.
    Subject(String),
}

/// A token for a sign-in of a user, valid from `now` for `lifetime`, and no longer than the sign-in.
pub fn mint(
    secret: &SecretString,
    user_id: i64,
    sign_in_id: i64,
    now: DateTime<Utc>,
    lifetime: Duration,
) -> Result<String> {
    let claims = Claims {
        sub: user_id.to_string(),
        sid: sign_in_id.to_string(),
        iss: GATEWAY.to_owned(),
        aud: GATEWAY.to_owned(),
        iat: now.timestamp(),
        exp: now.timestamp().saturating_add_unsigned(lifetime.as_secs()),
    };
    let key = EncodingKey::from_secret(secret.expose_secret().as_bytes());
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key).map_err(Error::internal)
}

impl Checks {
    /// With another issuer, where one is configured.
    pub fn new(issuer: Option<Issuer>) -> Self {
        Self { issuer: issuer.map(Arc::new), viewers: Viewers::default() }
    }

    /// The viewer a token stands for, as they are now. Costs one statement, which those who come at the same time share; more only when
    /// another issuer's user comes for the first time.
    pub async fn sign_in(&self, app: &App, token: &str, address: Option<IpAddr>, cost: Arc<Cost>) -> Result<SignedIn> {
        match self.issuer.as_deref().filter(|issuer| issuer.claims(token)) {
            Some(issuer) => outside_token::sign_in(app, (issuer, &self.viewers), token, address, cost).await,
            None => self.sign_in_here(app, token, cost).await,
        }
    }

    async fn sign_in_here(&self, app: &App, token: &str, cost: Arc<Cost>) -> Result<SignedIn> {
        let claims = verify(&app.config.token_secret, token, app.clock.now())?;
        let key = |text: &str| text.parse().map_err(|_| ClientError::InvalidToken);
        let (user_id, sign_in_id) = (key(&claims.sub)?, key(&claims.sid)?);
        let statements = app.database.read(cost);
        let read = async { Ok(store::viewer(&statements, user_id, sign_in_id).await?.map(Arc::new)) };
        let viewer = self.viewers.ask(Whose::SignIn { user_id, sign_in_id }, read).await?;
        accept(viewer.ok_or(ClientError::InvalidToken)?, claims.exp)
    }
}

/// A viewer whose token is good until `exp`.
pub(super) fn accept(viewer: Arc<Viewer>, exp: i64) -> Result<SignedIn> {
    let expires_at = DateTime::from_timestamp(exp, 0).ok_or(ClientError::InvalidToken)?;
    Ok(SignedIn { viewer, expires_at })
}

/// One answer for every way a token can be wrong, so that trying teaches nothing.
fn verify(secret: &SecretString, token: &str, now: DateTime<Utc>) -> Result<Claims, ClientError> {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_issuer(&[GATEWAY]);
    validation.set_audience(&[GATEWAY]);
    validation.set_required_spec_claims(&["exp", "sub", "iss", "aud"]);
    // The library would take the time from the system; ours comes from the clock, below.
    validation.validate_exp = false;
    let key = DecodingKey::from_secret(secret.expose_secret().as_bytes());
    let decoded = jsonwebtoken::decode::<Claims>(token, &key, &validation);
    let claims = decoded.map_err(|_| ClientError::InvalidToken)?.claims;
    if is_current(&[claims.iat], claims.exp, now) { Ok(claims) } else { Err(ClientError::InvalidToken) }
}

/// Whether a token has begun and not yet ended. A clock that is a little ahead may have made it.
pub(super) fn is_current(begins: &[i64], ends: i64, now: DateTime<Utc>) -> bool {
    let latest = now.timestamp() + LEEWAY_SECONDS;
    begins.iter().all(|begin| *begin <= latest) && ends > now.timestamp()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn secret(text: &str) -> SecretString {
        SecretString::from(text)
    }

    #[test]
    fn a_token_is_good_from_its_mint_until_its_expiry() {
        let token = mint(&secret("a"), 7, 8, instant(1_000), Duration::from_secs(60)).unwrap();
        let accepted = |secret: SecretString, now| verify(&secret, &token, instant(now)).is_ok();
        assert!(accepted(secret("a"), 1_000));
        assert!(accepted(secret("a"), 1_059));
        assert!(!accepted(secret("a"), 1_060), "expired");
        assert!(!accepted(secret("a"), 1_000 - LEEWAY_SECONDS - 1), "from the future");
        assert!(!accepted(secret("b"), 1_000), "signed by somebody else");
    }

    #[test]
    fn tokens_of_another_kind_are_refused() {
        let claims = |iss: &str, aud: &str| Claims {
            sub: "7".into(),
            sid: "8".into(),
            iss: iss.into(),
            aud: aud.into(),
            iat: 0,
            exp: 100,
        };
        let key = EncodingKey::from_secret(b"a");
        let sign = |algorithm, claims: &Claims| jsonwebtoken::encode(&Header::new(algorithm), claims, &key).unwrap();
        for token in [
            sign(Algorithm::HS256, &claims("somebody", GATEWAY)),
            sign(Algorithm::HS256, &claims(GATEWAY, "something")),
            sign(Algorithm::HS512, &claims(GATEWAY, GATEWAY)),
            "eyJhbGciOiJub25lIn0.eyJzdWIiOiI3IiwiaXNzIjoibGl2ZS1nYXRld2F5IiwiYXVkIjoibGl2ZS1nYXRld2F5IiwiaWF0IjowLCJleHAiOjEwMH0.".to_owned(),
            "not a token".to_owned(),
        ] {
            assert!(verify(&secret("a"), &token, instant(1)).is_err(), "{token}");
        }
    }
}
