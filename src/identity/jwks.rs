//! Another issuer's keys, fetched from its JWKS address and kept. Beside Shopee's client the only file that names reqwest.
//!
//! A fetch is bounded in time and size, follows no redirect, and is made by one caller while the others wait for it. Keys are
//! fetched again when they are ten minutes old, and go on being used while that fails. A key that is not known is looked for with
//! another fetch, but not more often than every thirty seconds, whatever key ids are made up.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jsonwebtoken::{
    Algorithm, DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse},
};
use reqwest::redirect;
use serde::Deserialize;
use serde_json::Value;
use tokio::time::Instant;
use url::Url;

use crate::error::chain;

const FETCH_WITHIN: Duration = Duration::from_secs(3);
const LONGEST_ANSWER: usize = 256 * 1024;
const FRESH_FOR: Duration = Duration::from_secs(600);
/// Between two fetches for keys that are not known, and between two that fail while there are keys to use.
const PAUSE: Duration = Duration::from_secs(30);
/// Between two fetches while there are no keys at all: nobody can come in that way until one succeeds.
const PAUSE_WITHOUT_KEYS: Duration = Duration::from_secs(1);

/// A public key and the one algorithm it is good for.
#[derive(Clone)]
pub struct Key {
    pub algorithm: Algorithm,
    pub key: DecodingKey,
}

/// There are no keys yet: the issuer has never answered.
#[derive(Debug, thiserror::Error)]
#[error("the issuer of tokens has not told its keys yet")]
pub struct NoKeys;

/// The HTTP client cannot be built.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client for the issuer's keys cannot be built")]
pub struct BuildError(#[source] reqwest::Error);

#[derive(Debug, thiserror::Error)]
enum FetchError {
    #[error("the issuer's keys cannot be fetched")]
    Http(#[from] reqwest::Error),
    #[error("the issuer's keys take more than {LONGEST_ANSWER} bytes")]
    TooLong,
    #[error("the issuer's answer is no set of keys")]
    Garbled(#[from] serde_json::Error),
    #[error("none of the issuer's keys can be used")]
    NoneOfUse,
}

/// The keys of one issuer.
pub struct Keys(Arc<Source>);

struct Source {
    client: reqwest::Client,
    url: Url,
    known: Mutex<Known>,
    /// Held while fetching. Who has a key to go on with does not wait for it.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Known {
    keys: HashMap<String, Key>,
    fetched_at: Option<Instant>,
    tried_at: Option<Instant>,
    /// When keys were last fetched for the sake of one that was not known.
    searched_at: Option<Instant>,
}

impl Keys {
    /// Fetches nothing yet.
    pub fn at(url: Url) -> Result<Self, BuildError> {
        let client = reqwest::Client::builder()
            .timeout(FETCH_WITHIN)
            .redirect(redirect::Policy::none())
            .https_only(url.scheme() == "https")
            .user_agent(concat!("live-gateway/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(BuildError)?;
        Ok(Self(Arc::new(Source { client, url, known: Mutex::default(), turn: tokio::sync::Mutex::default() })))
    }

    /// The key of this id; `None` if the issuer has none.
    pub async fn find(&self, id: &str) -> Result<Option<Key>, NoKeys> {
        if self.0.known().wants_fetch(id) {
            let (source, id) = (self.0.clone(), id.to_owned());
            // A task of its own: whoever leaves meanwhile would end the fetch for all who wait, and count as one.
            let refreshed = tokio::spawn(async move { source.refresh(&id).await }).await;
            refreshed.map_err(|_| NoKeys)?;
        }
        let known = self.0.known();
        known.fetched_at.ok_or(NoKeys)?;
        Ok(known.keys.get(id).cloned())
    }
}

impl Source {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn refresh(&self, id: &str) {
        let has_key = self.known().keys.contains_key(id);
        let turn = if has_key { self.turn.try_lock().ok() } else { Some(self.turn.lock().await) };
        if turn.is_none() || !self.known().begins_fetch(id) {
            return;
        }
        match self.fetch().await {
            Ok(keys) => self.known().has_fetched(keys),
            Err(error) => tracing::warn!(error = chain(&error), "an issuer did not tell its keys"),
        }
    }

    async fn fetch(&self) -> Result<HashMap<String, Key>, FetchError> {
        let mut response = self.client.get(self.url.clone()).send().await?.error_for_status()?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if body.len() + chunk.len() > LONGEST_ANSWER {
                return Err(FetchError::TooLong);
            }
            body.extend_from_slice(&chunk);
        }
        let keys = usable(serde_json::from_slice(&body)?);
        if keys.is_empty() { Err(FetchError::NoneOfUse) } else { Ok(keys) }
    }
}

impl Known {
    fn wants_fetch(&self, id: &str) -> bool {
        let rested = |since: Option<Instant>, pause| since.is_none_or(|since| since.elapsed() >= pause);
        match self.fetched_at {
            None => rested(self.tried_at, PAUSE_WITHOUT_KEYS),
            Some(fetched_at) if fetched_at.elapsed() >= FRESH_FOR => rested(self.tried_at, PAUSE),
            Some(_) => self.is_search(id) && rested(self.searched_at, PAUSE),
        }
    }

    /// Notes a fetch, unless somebody else made it while this one waited for its turn.
    fn begins_fetch(&mut self, id: &str) -> bool {
        let wanted = self.wants_fetch(id);
        if wanted {
            self.searched_at = if self.is_search(id) { Some(Instant::now()) } else { self.searched_at };
            self.tried_at = Some(Instant::now());
        }
        wanted
    }

    fn has_fetched(&mut self, keys: HashMap<String, Key>) {
        self.keys = keys;
        self.fetched_at = Some(Instant::now());
    }

    /// Whether the keys would be fetched for the sake of this one alone.
    fn is_search(&self, id: &str) -> bool {
        self.fetched_at.is_some_and(|fetched_at| fetched_at.elapsed() < FRESH_FOR) && !self.keys.contains_key(id)
    }
}

/// A set of keys, each on its own: one that we cannot read does not spoil the others.
#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Value>,
}

fn usable(set: KeySet) -> HashMap<String, Key> {
    let keys = set.keys.into_iter().filter_map(|key| serde_json::from_value::<Jwk>(key).ok());
    keys.filter_map(|key| Some((key.common.key_id.clone()?, read(&key)?))).collect()
}

/// A public key for signatures of one of the three algorithms; anything else is left out.
fn read(key: &Jwk) -> Option<Key> {
    let algorithm = match &key.algorithm {
        AlgorithmParameters::RSA(_) => Algorithm::RS256,
        AlgorithmParameters::EllipticCurve(curve) if curve.curve == EllipticCurve::P256 => Algorithm::ES256,
        AlgorithmParameters::OctetKeyPair(curve) if curve.curve == EllipticCurve::Ed25519 => Algorithm::EdDSA,
        _ => return None,
    };
    let fits = key.common.key_algorithm.is_none_or(|stated| stated == algorithm.into());
    let signs = key.common.public_key_use.as_ref().is_none_or(|stated| *stated == PublicKeyUse::Signature);
    let key = DecodingKey::from_jwk(key).ok()?;
    (fits && signs).then_some(Key { algorithm, key })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn ids(keys: Value) -> Vec<String> {
        let mut ids: Vec<String> =
            usable(serde_json::from_value(json!({ "keys": keys })).unwrap()).into_keys().collect();
        ids.sort();
        ids
    }

    #[test]
    fn only_keys_for_our_algorithms_are_taken() {
        let rsa = |id: &str, more: Value| {
            let mut key = json!({ "kty": "RSA", "kid": id, "n": "AQAB", "e": "AQAB" });
            key.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            key
        };
        let keys = json!([
            rsa("fine", json!({})),
            rsa("stated", json!({ "alg": "RS256", "use": "sig" })),
            rsa("another algorithm", json!({ "alg": "RS512" })),
            rsa("for encryption", json!({ "use": "enc" })),
            { "kty": "EC", "kid": "another curve", "crv": "P-384", "x": "AAAA", "y": "AAAA" },
            { "kty": "EC", "kid": "curve", "crv": "P-256", "x": "AAAA", "y": "AAAA" },
            { "kty": "OKP", "kid": "edwards", "crv": "Ed25519", "x": "AAAA" },
            { "kty": "OKP", "kid": "exchange", "crv": "X25519", "x": "AAAA" },
            { "kty": "oct", "kid": "secret", "k": "AAAA" },
            { "kty": "RSA", "n": "AQAB", "e": "AQAB" },
            "nonsense",
        ]);
        assert_eq!(ids(keys), ["curve", "edwards", "fine", "stated"]);
    }
}
