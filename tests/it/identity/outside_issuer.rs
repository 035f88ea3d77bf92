//! Another issuer of tokens: it has keys, tells the public ones over HTTP, and signs what a test wants signed.

use std::sync::{Arc, Mutex};

use aws_lc_rs::{
    encoding::{AsDer as _, Pkcs8V1Der},
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair},
};
use axum::{
    Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
    routing::get,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, jwk::Jwk};
use serde_json::{Value, json};
use tokio::net::TcpListener;

pub(super) const ISSUER: &str = "https://issuer.example/";
pub(super) const AUDIENCE: &str = "live-gateway-of-the-studio";

/// A private key, and what its issuer tells of it.
#[derive(Clone)]
pub(super) struct Signer {
    pub(super) algorithm: Algorithm,
    pub(super) id: String,
    key: EncodingKey,
}

impl Signer {
    pub(super) fn new(algorithm: Algorithm, id: &str) -> Self {
        Self { algorithm, id: id.to_owned(), key: key(algorithm) }
    }

    pub(super) fn header(&self) -> Header {
        Header { kid: Some(self.id.clone()), ..Header::new(self.algorithm) }
    }

    pub(super) fn sign(&self, claims: &Value) -> String {
        self.sign_as(&self.header(), claims)
    }

    pub(super) fn sign_as(&self, header: &Header, claims: &Value) -> String {
        jsonwebtoken::encode(header, claims, &self.key).unwrap()
    }

    /// The key as it is published.
    pub(super) fn public(&self) -> Value {
        let mut public = serde_json::to_value(Jwk::from_encoding_key(&self.key, self.algorithm).unwrap()).unwrap();
        public["kid"] = json!(self.id);
        public["use"] = json!("sig");
        public
    }
}

fn key(algorithm: Algorithm) -> EncodingKey {
    let random = SystemRandom::new();
    match algorithm {
        Algorithm::RS256 => {
            let der: Pkcs8V1Der = KeyPair::generate(KeySize::Rsa2048).unwrap().as_der().unwrap();
            let text = STANDARD.encode(der.as_ref());
            let pem = format!("-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----\n");
            EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap()
        }
        Algorithm::ES256 => {
            let der = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
            EncodingKey::from_ec_der(der.as_ref())
        }
        _ => EncodingKey::from_ed_der(Ed25519KeyPair::generate_pkcs8v1(&random).unwrap().as_ref()),
    }
}

/// What the issuer does when it is asked for its keys.
#[derive(Clone)]
pub(super) enum Manner {
    Tells(Vec<Value>),
    Away,
    /// Tells its keys, but elsewhere.
    Elsewhere(Vec<Value>),
    /// Tells more than anybody would.
    AtLength(Vec<Value>),
}

/// An issuer at its address.
pub(super) struct Issuer {
    pub(super) url: String,
    state: Arc<Mutex<(Manner, usize)>>,
}

impl Issuer {
    pub(super) async fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/keys", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new((manner, 0)));
        let routes = Router::new().route("/keys", get(tell)).route("/elsewhere", get(tell_elsewhere));
        tokio::spawn(axum::serve(listener, routes.with_state(state.clone())).into_future());
        Self { url, state }
    }

    pub(super) fn now(&self, manner: Manner) {
        self.state.lock().unwrap().0 = manner;
    }

    /// How often it was asked.
    pub(super) fn asked(&self) -> usize {
        self.state.lock().unwrap().1
    }

    /// What a gateway has to be told of it.
    pub(super) fn variables(&self) -> Vec<(&'static str, String)> {
        vec![
            ("TOKEN_ISSUER", ISSUER.to_owned()),
            ("TOKEN_JWKS_URL", self.url.clone()),
            ("TOKEN_AUDIENCE", AUDIENCE.to_owned()),
        ]
    }
}

async fn tell(State(state): State<Arc<Mutex<(Manner, usize)>>>) -> Response {
    let mut state = state.lock().unwrap();
    state.1 += 1;
    match &state.0 {
        Manner::Tells(keys) => json!({ "keys": keys }).to_string().into_response(),
        Manner::Away => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Manner::Elsewhere(_) => Redirect::temporary("/elsewhere").into_response(),
        Manner::AtLength(keys) => {
            json!({ "keys": keys, "padding": " ".repeat(300 * 1024) }).to_string().into_response()
        }
    }
}

async fn tell_elsewhere(State(state): State<Arc<Mutex<(Manner, usize)>>>) -> Response {
    match &state.lock().unwrap().0 {
        Manner::Elsewhere(keys) => json!({ "keys": keys }).to_string().into_response(),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}
