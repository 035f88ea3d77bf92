//! Bearer tokens: signed with the gateway's own secret (HS256), short-lived, naming a user and nothing else.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

use super::{scope::Viewer, store};
use crate::{
    app::App,
    cost::Cost,
    error::{ClientError, Error, Result},
};

/// Issuer and audience: a token for something else that happens to share the secret is refused.
const GATEWAY: &str = "live-gateway";
/// How far the clocks of two instances may be apart.
const LEEWAY_SECONDS: i64 = 30;

#[derive(Serialize, Deserialize)]
struct Claims {
    sub: String,
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

/// A token for a user, valid from `now` for `lifetime`.
pub fn mint(secret: &SecretString, user_id: i64, now: DateTime<Utc>, lifetime: Duration) -> Result<String> {
    let claims = Claims {
        sub: user_id.to_string(),
        iss: GATEWAY.to_owned(),
        aud: GATEWAY.to_owned(),
        iat: now.timestamp(),
        exp: now.timestamp().saturating_add_unsigned(lifetime.as_secs()),
    };
    let key = EncodingKey::from_secret(secret.expose_secret().as_bytes());
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key).map_err(Error::internal)
}

/// The viewer a token stands for. Costs one statement.
pub async fn sign_in(app: &App, token: &str, cost: Arc<Cost>) -> Result<SignedIn> {
    let claims = verify(&app.config.token_secret, token, app.clock.now())?;
    let user_id = claims.sub.parse().map_err(|_| ClientError::InvalidToken)?;
    let viewer = store::viewer(&app.database.read(cost), user_id).await?.ok_or(ClientError::InvalidToken)?;
    let expires_at = DateTime::from_timestamp(claims.exp, 0).ok_or(ClientError::InvalidToken)?;
    Ok(SignedIn { viewer: Arc::new(viewer), expires_at })
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
    let from_future = claims.iat > now.timestamp() + LEEWAY_SECONDS;
    let expired = claims.exp <= now.timestamp();
    if from_future || expired { Err(ClientError::InvalidToken) } else { Ok(claims) }
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
        let token = mint(&secret("a"), 7, instant(1_000), Duration::from_secs(60)).unwrap();
        let accepted = |secret: SecretString, now| verify(&secret, &token, instant(now)).is_ok();
        assert!(accepted(secret("a"), 1_000));
        assert!(accepted(secret("a"), 1_059));
        assert!(!accepted(secret("a"), 1_060), "expired");
        assert!(!accepted(secret("a"), 1_000 - LEEWAY_SECONDS - 1), "from the future");
        assert!(!accepted(secret("b"), 1_000), "signed by somebody else");
    }

    #[test]
    fn tokens_of_another_kind_are_refused() {
        let claims =
            |iss: &str, aud: &str| Claims { sub: "7".into(), iss: iss.into(), aud: aud.into(), iat: 0, exp: 100 };
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
