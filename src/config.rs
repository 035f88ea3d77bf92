//! Configuration: from environment variables only, all problems reported at once, every variable in one table.
//!
//! `.env.example` lists the same variables with the same defaults; a test compares the two.

mod credential_keys;
mod documents;
mod production;
mod reader;
pub mod reference;
mod traces;

use std::{collections::HashMap, ffi::OsString, net::SocketAddr, num::NonZeroU32, time::Duration};

use chrono::TimeDelta;
use ipnet::IpNet;
use secrecy::SecretString;
use shopee::{Hosts, urls::ExternalBase};
use tracing_subscriber::filter::Targets;
use url::Url;

use crate::cost::bucket::Budget;

use self::reader::Reader;
pub use self::{
    credential_keys::{CredentialKey, CredentialKeys},
    documents::Documents,
    traces::Traces,
};

/// One environment variable: its name, what it is when unset (`None`: it has to be set), and what it means.
pub struct Variable {
    pub name: &'static str,
    pub default: Option<&'static str>,
    pub meaning: &'static str,
}

const fn variable(name: &'static str, default: Option<&'static str>, meaning: &'static str) -> Variable {
    Variable { name, default, meaning }
}

/// Every variable there is, but for `SHOPEE_BASE_URL_<REGION>_<ROLE>`, of which there is one per region and host role.
pub const VARIABLES: &[Variable] = &[
    variable(
        "ENVIRONMENT",
        Some("development"),
        "development or production. In production the gateway refuses to start with a published secret or with GraphiQL open.",
    ),
    variable("LISTEN_ADDR", Some("127.0.0.1:8000"), "Address and port to listen on."),
    variable(
        "DRAIN_DELAY_MS",
        Some("0"),
        "How long a gateway that is told to stop serves on after /readyz says so, in milliseconds, 0 to 60000: longer than its proxy takes to notice.",
    ),
    variable(
        "DATABASE_URL",
        Some("sqlite://live-gateway.db"),
        "sqlite://path of a file, or postgres://user:password@host/database; with TLS ?sslmode=verify-full&sslrootcert=path of a CA's certificate.",
    ),
    variable("DATABASE_CONNECTIONS", Some("10"), "Largest number of database connections, 1 to 1000."),
    variable("MIGRATE_ON_START", Some("true"), "Whether `serve` brings the database up to date before it listens."),
    variable(
        "TOKEN_SECRET",
        None,
        "Secret that signs bearer tokens: at least 32 characters, the same on every instance.",
    ),
    variable("ACCESS_TOKEN_MINUTES", Some("15"), "How long an access token is good for, in minutes, 1 to 1440."),
    variable(
        "REFRESH_TOKEN_DAYS",
        Some("30"),
        "How long a sign-in lasts that is not used, in days, 1 to 365: each use of its refresh token brings a new one.",
    ),
    variable(
        "TOKEN_ISSUER",
        Some(""),
        "Another issuer whose bearer tokens are taken, as their `iss` names it. Empty: none. Goes with the next two.",
    ),
    variable(
        "TOKEN_JWKS_URL",
        Some(""),
        "Where that issuer publishes its keys (JWKS). https, or http on a loopback host.",
    ),
    variable("TOKEN_AUDIENCE", Some(""), "What the `aud` of that issuer's tokens has to name."),
    variable(
        "CREDENTIAL_KEY",
        None,
        "Key that encrypts Shopee credentials at rest: 32 bytes in base64, the same on every instance.",
    ),
    variable(
        "CREDENTIAL_KEYS_READ_ONLY",
        Some(""),
        "Further keys, separated by commas, that open credentials and never encrypt any; for `rotate-key`.",
    ),
    variable(
        "SHOPEE_BASE_URL",
        Some(""),
        "Base URL of every Shopee host, with {region} and {role} in it. Empty: Shopee's own hosts.",
    ),
    variable(
        "SHOPEE_CALLS_PER_SECOND",
        Some("10"),
        "Shopee calls a second for one account, of all gateways that share a Redis together, 1 to 1000. A call whose turn would not come within 3 seconds is refused.",
    ),
    variable(
        "SHOPEE_CALL_BURST",
        Some("20"),
        "Shopee calls of one account that may go out at once after a rest, 1 to 1000.",
    ),
    variable(
        "SHOPEE_TIMEOUT_MS",
        Some("8000"),
        "Longest time for one Shopee call with its retries, in milliseconds, 100 to 60000.",
    ),
    variable(
        "SHOPEE_STALE_SECONDS",
        Some("300"),
        "How old an answer of Shopee may be that is given, marked as stale, while Shopee gives no newer one, in seconds, at most 86400; 0 switches it off.",
    ),
    variable(
        "INTENT_SETTLE_MS",
        Some("30000"),
        "How long after a call that costs money Shopee may still be carrying it out, in milliseconds, 200 to 600000; never less than three times SHOPEE_TIMEOUT_MS.",
    ),
    variable(
        "EXTERNAL_API_BASE_URL",
        Some(""),
        "Base URL that externalApiUrl joins paths to, http or https. Empty: there is none.",
    ),
    variable(
        "POLL_INTERVAL_MS",
        Some("3000"),
        "How often a watched session is asked for its numbers, in milliseconds, 100 to 60000.",
    ),
    variable(
        "REDIS_URL",
        Some(""),
        "redis://host:port or rediss://user:password@host:port of the Redis or Valkey that many gateways share. Empty: this is the only one.",
    ),
    variable(
        "REDIS_CA_FILE",
        Some(""),
        "File with the certificates, in PEM, that vouch for a rediss:// server. Empty: those that the system trusts.",
    ),
    variable("REDIS_KEY_PREFIX", Some("live-gateway"), "What the names of all keys and channels there begin with."),
    variable(
        "LEASE_TTL_MS",
        Some("5000"),
        "How long a gateway that has died keeps others from polling in its place, in milliseconds, 500 to 60000.",
    ),
    variable(
        "SYNC_INTERVAL_SECONDS",
        Some("300"),
        "How often every account's newest sessions are stored, in seconds; 0 switches it off.",
    ),
    variable(
        "ALERT_INTERVAL_SECONDS",
        Some("30"),
        "How often what alerts are about is looked at, in seconds: the length of the steps that a session's course is judged in; 0 switches it off.",
    ),
    variable(
        "CAMPAIGN_INTERVAL_SECONDS",
        Some("900"),
        "How often it is noted what every account's campaigns have done, in seconds, and where a studio wants it, which of them a rule pauses; 0 switches it off.",
    ),
    variable(
        "JOB_LEASE_SECONDS",
        Some("30"),
        "After how many seconds without a sign of life a job is taken over by another instance, 1 to 3600.",
    ),
    variable(
        "SAMPLES_WHOLE_HOURS",
        Some("48"),
        "For how many hours after a session's end its whole course is kept, 1 to 8760; then one sample a minute.",
    ),
    variable(
        "SAMPLES_BY_MINUTE_DAYS",
        Some("30"),
        "For how many days after a session's end one sample a minute is kept, 1 to 3650; then one each 15 minutes.",
    ),
    variable(
        "OPERATION_TIMEOUT_MS",
        Some("10000"),
        "Longest time for one query or mutation, in milliseconds, 100 to 600000. A tenth before its end, half a second at most, fields that still wait for Shopee give up, so that the others are answered.",
    ),
    variable(
        "COST_LIMIT",
        Some("2000"),
        "Most points that one operation may cost, 1 to 1000000: a Shopee call is 20, an SQL statement 5, a hundred values of the answer 1.",
    ),
    variable(
        "COST_BUCKET",
        Some("4000"),
        "Points that one user, or one network of those not signed in, may spend at once, 1 to 100000000 and no less than COST_LIMIT.",
    ),
    variable(
        "COST_REFILL_PER_SECOND",
        Some("200"),
        "Points that come back to each of them every second, 1 to 1000000.",
    ),
    variable("BATCH_LIMIT", Some("0"), "How many operations one HTTP request may carry as an array; 0 refuses arrays."),
    variable(
        "TRUSTED_DOCUMENTS",
        Some(""),
        "Folder of .graphql files, or a manifest that `live-gateway documents` has made of one, whose documents requests may name by id. Read anew when it changes. Empty: none.",
    ),
    variable(
        "TRUSTED_DOCUMENTS_ONLY",
        Some("false"),
        "Whether all other documents are refused. GraphiQL is not served then, and introspection is refused unless it is among them.",
    ),
    variable(
        "PERSISTED_QUERIES",
        Some("true"),
        "Whether clients may leave documents here and name them by their hashes (automatic persisted queries); not where only trusted ones are executed.",
    ),
    variable("REST_ROUTES", Some("true"), "Whether the old REST routes below /api/live-streaming are served."),
    variable(
        "ALLOWED_ORIGINS",
        Some(""),
        "Origins, separated by commas, whose pages may read answers (CORS) and open websockets, besides the gateway's own.",
    ),
    variable(
        "TRUSTED_PROXIES",
        Some(""),
        "Networks, separated by commas, of the proxies whose X-Forwarded-For tells where clients are: 10.0.0.0/8.",
    ),
    variable(
        "INTROSPECTION",
        Some("true"),
        "Whether the schema may be asked for its types, and what is nearly right is answered with what would be; in production too: it is published with the source, and every field is guarded.",
    ),
    variable("GRAPHIQL", Some("true"), "Whether GraphiQL is served at /."),
    variable(
        "GRAPHIQL_TOKEN",
        Some(""),
        "Bearer token that GraphiQL starts with. For demos; refused unless LISTEN_ADDR is a loopback address.",
    ),
    variable(
        "LOG",
        Some("info"),
        "What is logged: off, error, warn, info, debug or trace, also for parts: info,live_gateway=debug.",
    ),
    variable("LOG_FORMAT", Some("text"), "text or json."),
    variable(
        "METRICS_ADDR",
        Some(""),
        "Address and port of a listener of its own with the metrics at /metrics, such as 127.0.0.1:9464. Empty: there is none.",
    ),
    variable(
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        Some(""),
        "Base URL of the OpenTelemetry collector that traces are sent to (OTLP, HTTP with protobuf), such as http://127.0.0.1:4318. Empty: none are.",
    ),
    variable(
        "OTEL_EXPORTER_OTLP_HEADERS",
        Some(""),
        "Headers that the collector asks for, name=value separated by commas, percent-encoded.",
    ),
    variable(
        "OTEL_TRACES_SAMPLER_ARG",
        Some("1"),
        "Which part of the traces is sent, 0 to 1, of what callers have begun too.",
    ),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

/// The whole configuration, checked. Secrets print nothing.
#[derive(Clone, Debug)]
pub struct Config {
    pub listen_addr: SocketAddr,
    pub drain_delay: Duration,
    pub database_url: SecretString,
    pub database_connections: u32,
    pub migrate_on_start: bool,
    pub token_secret: SecretString,
    pub access_token_lifetime: Duration,
    pub refresh_token_lifetime: Duration,
    pub outside_issuer: Option<OutsideIssuer>,
    pub credential_keys: CredentialKeys,
    pub hosts: Hosts,
    pub shopee_calls_per_second: NonZeroU32,
    pub shopee_call_burst: NonZeroU32,
    pub shopee_timeout: Duration,
    /// `None` for never.
    pub shopee_stale: Option<Duration>,
    pub intent_settle: Duration,
    pub external_api: Option<ExternalBase>,
    pub poll_interval: Duration,
    pub redis: Option<Redis>,
    pub sync_interval: Option<Duration>,
    pub alert_interval: Option<Duration>,
    pub campaign_interval: Option<Duration>,
    pub job_lease: Duration,
    pub samples_whole: TimeDelta,
    pub samples_by_minute: TimeDelta,
    pub operation_timeout: Duration,
    pub budget: Budget,
    pub batch_limit: Option<usize>,
    pub documents: Documents,
    pub rest_routes: bool,
    pub allowed_origins: Vec<String>,
    pub trusted_proxies: Vec<IpNet>,
    pub introspection: bool,
    pub graphiql: bool,
    pub graphiql_token: Option<SecretString>,
    pub log: Targets,
    pub log_format: LogFormat,
    pub metrics_addr: Option<SocketAddr>,
    pub traces: Option<Traces>,
}

/// What many gateways share.
#[derive(Clone, Debug)]
pub struct Redis {
    pub url: SecretString,
    /// Certificates in PEM that vouch for the server; `None` for those that the system trusts.
    pub authorities: Option<Vec<u8>>,
    pub key_prefix: String,
    pub lease_lasts: Duration,
}

/// Another issuer whose bearer tokens are taken.
#[derive(Clone, Debug)]
pub struct OutsideIssuer {
    /// As the tokens' `iss` names it.
    pub name: String,
    pub keys_url: Url,
    pub audience: String,
}

/// The name by which our own tokens call us; no other issuer may have it.
pub const OWN_ISSUER: &str = "live-gateway";

/// What to say when [`Config::gives_token_away`].
pub const TOKEN_GIVEN_AWAY: &str = "GRAPHIQL_TOKEN would sign in everybody who can reach LISTEN_ADDR; listen on a loopback address such as 127.0.0.1:8000, or unset it";

/// What is wrong with the environment: one line a problem, none of them with a value in it.
#[derive(Debug, thiserror::Error)]
#[error("the configuration has {} (live-gateway --help lists all variables):\n  - {}", counted(.0.len()), .0.join("\n  - "))]
pub struct ConfigProblems(pub Vec<String>);

fn counted(problems: usize) -> String {
    if problems == 1 { "a problem".to_owned() } else { format!("{problems} problems") }
}

impl Config {
    /// Reads the process's environment.
    pub fn from_env() -> Result<Self, ConfigProblems> {
        Self::read(std::env::vars_os().collect())
    }

    /// Reads the given variables, as if they were the environment.
    pub fn from_variables(variables: HashMap<String, String>) -> Result<Self, ConfigProblems> {
        Self::read(variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }

    /// The variables of others may hold anything.
    fn read(variables: HashMap<OsString, OsString>) -> Result<Self, ConfigProblems> {
        let mut reader = Reader::of(variables);
        let config = Self::take(&mut reader);
        if reader.production() {
            let objections = production::objections(&config, |name| reader.as_given(name));
            reader.problems.extend(objections);
        }
        if config.gives_token_away() {
            reader.problems.push(TOKEN_GIVEN_AWAY.to_owned());
        }
        if reader.problems.is_empty() { Ok(config) } else { Err(ConfigProblems(reader.problems)) }
    }

    fn take(reader: &mut Reader) -> Self {
        let documents = reader.documents();
        let shopee_timeout = reader.milliseconds("SHOPEE_TIMEOUT_MS", 100, 60_000);
        Self {
            listen_addr: reader.address("LISTEN_ADDR"),
            drain_delay: reader.milliseconds("DRAIN_DELAY_MS", 0, 60_000),
            database_url: SecretString::from(reader.database_url()),
            database_connections: reader.number("DATABASE_CONNECTIONS", 1, 1000),
            migrate_on_start: reader.switch("MIGRATE_ON_START"),
            token_secret: SecretString::from(reader.token_secret()),
            access_token_lifetime: Duration::from_secs(60 * u64::from(reader.number("ACCESS_TOKEN_MINUTES", 1, 1440))),
            refresh_token_lifetime: Duration::from_secs(
                86_400 * u64::from(reader.number("REFRESH_TOKEN_DAYS", 1, 365)),
            ),
            outside_issuer: reader.outside_issuer(),
            credential_keys: reader.credential_keys(),
            hosts: reader.hosts(),
            shopee_calls_per_second: reader.positive("SHOPEE_CALLS_PER_SECOND", 1000),
            shopee_call_burst: reader.positive("SHOPEE_CALL_BURST", 1000),
            shopee_timeout,
            shopee_stale: reader.interval("SHOPEE_STALE_SECONDS"),
            intent_settle: reader.milliseconds("INTENT_SETTLE_MS", 200, 600_000).max(3 * shopee_timeout),
            external_api: reader.external_base("EXTERNAL_API_BASE_URL"),
            poll_interval: reader.milliseconds("POLL_INTERVAL_MS", 100, 60_000),
            redis: reader.redis(),
            sync_interval: reader.interval("SYNC_INTERVAL_SECONDS"),
            alert_interval: reader.interval("ALERT_INTERVAL_SECONDS"),
            campaign_interval: reader.interval("CAMPAIGN_INTERVAL_SECONDS"),
            job_lease: Duration::from_secs(u64::from(reader.number("JOB_LEASE_SECONDS", 1, 3600))),
            samples_whole: TimeDelta::hours(i64::from(reader.number("SAMPLES_WHOLE_HOURS", 1, 8760))),
            samples_by_minute: TimeDelta::days(i64::from(reader.number("SAMPLES_BY_MINUTE_DAYS", 1, 3650))),
            operation_timeout: reader.milliseconds("OPERATION_TIMEOUT_MS", 100, 600_000),
            budget: reader.budget(),
            batch_limit: Some(reader.number("BATCH_LIMIT", 0, 1000) as usize).filter(|limit| *limit > 0),
            rest_routes: reader.switch("REST_ROUTES"),
            allowed_origins: reader.origins("ALLOWED_ORIGINS"),
            trusted_proxies: reader.networks("TRUSTED_PROXIES"),
            introspection: reader.switch("INTROSPECTION"),
            // It would have nothing to send.
            graphiql: reader.switch("GRAPHIQL") && !documents.only_trusted,
            graphiql_token: Some(reader.text("GRAPHIQL_TOKEN"))
                .filter(|token| !token.is_empty())
                .map(SecretString::from),
            log: reader.log(),
            log_format: reader.log_format(),
            metrics_addr: reader.metrics_address(),
            traces: reader.traces(),
            documents,
        }
    }

    /// Whether GraphiQL would sign in everybody who can reach this machine.
    pub fn gives_token_away(&self) -> bool {
        self.graphiql_token.is_some() && !self.listen_addr.ip().is_loopback()
    }
}
