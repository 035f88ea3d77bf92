//! What is fine while one tries the gateway, and must not meet the world.

use secrecy::ExposeSecret as _;

use super::Config;

/// Secrets that anybody can read in this repository: those of the demo and of `docker-compose.yml`.
const PUBLISHED_SECRETS: [&str; 2] =
    ["only-for-the-demo-and-for-nothing-else", "ZGVtbyBkZW1vIGRlbW8gZGVtbyBkZW1vIGRlbW8gISE="];

/// What forbids to serve in production: a sentence each, with what to do.
pub(super) fn objections(config: &Config, given: impl Fn(&str) -> String) -> Vec<String> {
    let published = |name: &str| PUBLISHED_SECRETS.contains(&given(name).trim());
    let secrets = [("TOKEN_SECRET", "openssl rand -hex 32"), ("CREDENTIAL_KEY", "openssl rand -base64 32")];
    let mut objections: Vec<String> = secrets
        .into_iter()
        .filter(|(name, _)| published(name))
        .map(|(name, make)| format!("{name} is a published one, which is no secret in production (make one: {make})"))
        .collect();
    if config.graphiql {
        objections.push("GRAPHIQL would be open to everybody in production; set GRAPHIQL=false".to_owned());
    }
    if config.database_url.expose_secret().contains("://gateway:gateway@") {
        objections.push("DATABASE_URL has a published password; give the database user another one".to_owned());
    }
    objections
}
