//! How variables are read: one after the other, collecting what is wrong.

use std::{
    collections::{BTreeMap, HashMap},
    ffi::{OsStr, OsString},
    net::{IpAddr, SocketAddr},
    num::NonZeroU32,
    str::FromStr,
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ipnet::IpNet;
use rustls::pki_types::{CertificateDer, pem::PemObject as _};
use sea_orm::sqlx::{postgres::PgConnectOptions, sqlite::SqliteConnectOptions};
use secrecy::SecretString;
use shopee::{HostRole, Hosts, Region, urls::ExternalBase};
use tracing_subscriber::filter::{LevelFilter, Targets};
use url::{Host, Url};

use super::{CredentialKey, CredentialKeys, LogFormat, OWN_ISSUER, OutsideIssuer, Redis, VARIABLES};
use crate::cost::bucket::Budget;

/// Reads one variable after the other and collects what is wrong. A problem yields a stand-in value, so that reading goes on;
/// no configuration with a stand-in in it ever gets out.
pub(super) struct Reader {
    pub(super) variables: HashMap<OsString, OsString>,
    pub(super) problems: Vec<String>,
    /// The least and the most that numbers may be, as far as they have been asked for.
    pub(super) bounds: BTreeMap<&'static str, (u32, u32)>,
}

impl Reader {
    pub(super) fn of(variables: HashMap<OsString, OsString>) -> Self {
        Self { variables, problems: Vec::new(), bounds: BTreeMap::new() }
    }

    /// The variable without the space around it. `None` when it is unset or empty, or no text, which is a problem.
    fn given(&mut self, name: &str) -> Option<String> {
        let value = self.variables.get(OsStr::new(name))?;
        let Some(text) = value.to_str() else {
            self.problems.push(format!("{name} is not valid UTF-8"));
            return None;
        };
        Some(text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    pub(super) fn text(&mut self, name: &'static str) -> String {
        let default = VARIABLES.iter().find(|variable| variable.name == name).and_then(|variable| variable.default);
        self.given(name).or(default.map(str::to_owned)).unwrap_or_default()
    }

    /// A variable that has no default, and how to make a value for it.
    fn required(&mut self, name: &'static str, make: &str) -> String {
        let known = self.problems.len();
        let given = self.given(name);
        if given.is_none() && self.problems.len() == known {
            self.problems.push(format!("{name} is not set (make one: {make})"));
        }
        given.unwrap_or_default()
    }

    pub(super) fn address(&mut self, name: &'static str) -> SocketAddr {
        self.text(name).parse().unwrap_or_else(|_| {
            self.problems.push(format!("{name} is not an address and port such as 127.0.0.1:8000"));
            SocketAddr::from(([127, 0, 0, 1], 0))
        })
    }

    pub(super) fn number(&mut self, name: &'static str, least: u32, most: u32) -> u32 {
        self.bounds.insert(name, (least, most));
        match self.text(name).parse() {
            Ok(number) if (least..=most).contains(&number) => number,
            _ => {
                self.problems.push(format!("{name} is not a whole number from {least} to {most}"));
                least
            }
        }
    }

    /// What operations may cost. A bucket that does not hold the costliest of them would never let it through.
    pub(super) fn budget(&mut self) -> Budget {
        let operation = self.number("COST_LIMIT", 1, 1_000_000);
        let capacity = self.number("COST_BUCKET", 1, 100_000_000);
        let per_second = self.number("COST_REFILL_PER_SECOND", 1, 1_000_000);
        if capacity < operation {
            self.problems.push("COST_BUCKET is less than COST_LIMIT, which no operation could then cost".to_owned());
        }
        Budget { operation: operation.into(), capacity: capacity.into(), per_second: per_second.into() }
    }

    pub(super) fn positive(&mut self, name: &'static str, most: u32) -> NonZeroU32 {
        NonZeroU32::new(self.number(name, 1, most)).unwrap_or(NonZeroU32::MIN)
    }

    pub(super) fn milliseconds(&mut self, name: &'static str, least: u32, most: u32) -> Duration {
        Duration::from_millis(self.number(name, least, most).into())
    }

    pub(super) fn interval(&mut self, name: &'static str) -> Option<Duration> {
        let seconds = self.number(name, 0, 86_400);
        (seconds > 0).then(|| Duration::from_secs(seconds.into()))
    }

    pub(super) fn switch(&mut self, name: &'static str) -> bool {
        match self.text(name).as_str() {
            "true" | "1" | "yes" | "on" => true,
            "false" | "0" | "no" | "off" => false,
            _ => {
                self.problems.push(format!("{name} is neither true nor false"));
                false
            }
        }
    }

    pub(super) fn list(&mut self, name: &'static str) -> Vec<String> {
        let text = self.text(name);
        text.split(',').map(str::trim).filter(|entry| !entry.is_empty()).map(str::to_owned).collect()
    }

    /// Origins of pages, each by its name: one that stands for all would let any page act for whoever opens it.
    pub(super) fn origins(&mut self, name: &'static str) -> Vec<String> {
        let origins = self.list(name);
        if origins.iter().any(|origin| origin.contains('*')) {
            self.problems.push(format!("{name} has a `*` in it; name each origin, such as https://studio.example"));
        }
        origins
    }

    /// Networks, or single addresses.
    pub(super) fn networks(&mut self, name: &'static str) -> Vec<IpNet> {
        let entries = self.list(name);
        let network = |entry: &String| entry.parse().or_else(|_| entry.parse::<IpAddr>().map(IpNet::from)).ok();
        let networks: Vec<IpNet> = entries.iter().filter_map(network).collect();
        if networks.len() < entries.len() {
            self.problems.push(format!("{name} is not a list of networks such as 10.0.0.0/8, 192.0.2.1"));
        }
        networks
    }

    /// A list without a level or `=` in one of its entries is mostly a misspelt level, and would log that target alone.
    pub(super) fn log(&mut self) -> Targets {
        let entries = self.list("LOG");
        let understood = entries.iter().all(|entry| entry.contains('=') || entry.parse::<LevelFilter>().is_ok());
        match entries.join(",").parse() {
            Ok(targets) if understood && !entries.is_empty() => targets,
            _ => {
                let example = "such as info or warn,live_gateway=debug";
                self.problems.push(format!("LOG is neither a level nor a list of target=level, {example}"));
                Targets::new()
            }
        }
    }

    pub(super) fn production(&mut self) -> bool {
        match self.text("ENVIRONMENT").as_str() {
            "production" => return true,
            "development" => {}
            _ => self.problems.push("ENVIRONMENT is neither development nor production".to_owned()),
        }
        false
    }

    /// A variable whose problems, if there are any, have been told.
    pub(super) fn as_given(&self, name: &str) -> String {
        self.variables.get(OsStr::new(name)).and_then(|value| value.to_str()).unwrap_or_default().to_owned()
    }

    pub(super) fn log_format(&mut self) -> LogFormat {
        match self.text("LOG_FORMAT").as_str() {
            "text" => LogFormat::Text,
            "json" => LogFormat::Json,
            _ => {
                self.problems.push("LOG_FORMAT is neither text nor json".to_owned());
                LogFormat::Text
            }
        }
    }

    /// Checked to the end here, since the database library repeats an address that it cannot parse, password and all.
    pub(super) fn database_url(&mut self) -> String {
        let url = self.text("DATABASE_URL");
        let problem = match url.split(':').next() {
            Some("sqlite") if in_memory(&url) => Some(
                "is a database in memory, of which every connection has its own; name a file: sqlite://live-gateway.db",
            ),
            Some("sqlite") => unreadable::<SqliteConnectOptions>(&url),
            Some("postgres" | "postgresql") => unreadable::<PgConnectOptions>(&url),
            _ => Some("is neither a sqlite: nor a postgres:// URL"),
        };
        self.problems.extend(problem.map(|problem| format!("DATABASE_URL {problem}")));
        url
    }

    /// The problem is told without the URL, which may have a password in it.
    pub(super) fn redis(&mut self) -> Option<Redis> {
        let (url, key_prefix) = (self.text("REDIS_URL"), self.text("REDIS_KEY_PREFIX"));
        let lease_lasts = self.milliseconds("LEASE_TTL_MS", 500, 60_000);
        let authorities = self.authorities("REDIS_CA_FILE");
        let usable =
            (url.starts_with("redis://") || url.starts_with("rediss://")) && redis::Client::open(&*url).is_ok();
        if !usable && !url.is_empty() {
            self.problems.push("REDIS_URL is neither a redis:// nor a rediss:// URL".to_owned());
        }
        if authorities.is_some() && !url.starts_with("rediss://") {
            self.problems.push("REDIS_CA_FILE is for a REDIS_URL that begins with rediss://".to_owned());
        }
        usable.then(|| Redis { url: SecretString::from(url), authorities, key_prefix, lease_lasts })
    }

    /// The contents of a file with at least one certificate, and nothing in it that cannot be read.
    fn authorities(&mut self, name: &'static str) -> Option<Vec<u8>> {
        let path = self.given(name)?;
        let pem = std::fs::read(path).unwrap_or_default();
        let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
        if certificates.is_ok_and(|certificates| !certificates.is_empty()) {
            return Some(pem);
        }
        self.problems.push(format!("{name} is not a file with certificates in PEM that can be read"));
        None
    }

    pub(super) fn token_secret(&mut self) -> String {
        let secret = self.required("TOKEN_SECRET", "openssl rand -hex 32");
        if !secret.is_empty() && secret.len() < 32 {
            self.problems
                .push("TOKEN_SECRET is shorter than 32 characters (make one: openssl rand -hex 32)".to_owned());
        }
        secret
    }

    /// All three variables or none.
    pub(super) fn outside_issuer(&mut self) -> Option<OutsideIssuer> {
        let [name, url, audience] = ["TOKEN_ISSUER", "TOKEN_JWKS_URL", "TOKEN_AUDIENCE"].map(|name| self.text(name));
        if [&name, &url, &audience].iter().all(|text| text.is_empty()) {
            return None;
        }
        if [&name, &url, &audience].iter().any(|text| text.is_empty()) {
            let message = "TOKEN_ISSUER, TOKEN_JWKS_URL and TOKEN_AUDIENCE go together; set all three or none";
            self.problems.push(message.to_owned());
            return None;
        }
        if name == OWN_ISSUER {
            self.problems.push(format!("TOKEN_ISSUER is {OWN_ISSUER}, which is the issuer of our own tokens"));
        }
        let keys_url = Url::parse(&url).ok().filter(is_safe);
        if keys_url.is_none() {
            let message = "TOKEN_JWKS_URL is neither an https URL nor an http URL on a loopback host";
            self.problems.push(message.to_owned());
        }
        Some(OutsideIssuer { name, keys_url: keys_url?, audience })
    }

    pub(super) fn credential_keys(&mut self) -> CredentialKeys {
        let text = self.required("CREDENTIAL_KEY", "openssl rand -base64 32");
        let sealing = credential_key(&text);
        if sealing.is_none() && !text.is_empty() {
            self.problems
                .push("CREDENTIAL_KEY is not 32 bytes in base64 (make one: openssl rand -base64 32)".to_owned());
        }
        let entries = self.list("CREDENTIAL_KEYS_READ_ONLY");
        let read_only: Vec<CredentialKey> = entries.iter().filter_map(|entry| credential_key(entry)).collect();
        if read_only.len() < entries.len() {
            self.problems.push("CREDENTIAL_KEYS_READ_ONLY is not a list of keys of 32 bytes in base64".to_owned());
        }
        CredentialKeys { sealing: sealing.unwrap_or(CredentialKey([0; 32])), read_only }
    }

    pub(super) fn hosts(&mut self) -> Hosts {
        let template = self.text("SHOPEE_BASE_URL");
        let mut hosts = if template.is_empty() {
            Hosts::shopee()
        } else {
            Hosts::from_template(&template).unwrap_or_else(|_| {
                self.problems
                    .push("SHOPEE_BASE_URL is not an http or https URL with {region} and {role} in it".to_owned());
                Hosts::shopee()
            })
        };
        for region in Region::ALL {
            for role in HostRole::ALL {
                self.override_host(&mut hosts, region, role);
            }
        }
        hosts
    }

    /// Where somebody else's interface lives; may be left out.
    pub(super) fn external_base(&mut self, name: &'static str) -> Option<ExternalBase> {
        let base = self.given(name)?.parse();
        if base.is_err() {
            self.problems.push(format!("{name} is not an http or https URL without user, query and fragment"));
        }
        base.ok()
    }

    fn override_host(&mut self, hosts: &mut Hosts, region: Region, role: HostRole) {
        let name = format!("SHOPEE_BASE_URL_{region}_{}", role.to_string().to_uppercase());
        let Some(base) = self.given(&name) else { return };
        if hosts.set(region, role, &base).is_err() {
            self.problems.push(format!("{name} is not an http or https URL"));
        }
    }
}

/// Whether what comes from there is what was sent from there.
fn is_safe(url: &Url) -> bool {
    let on_this_machine = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "https" || url.scheme() == "http" && on_this_machine
}

/// Neither cause is told, since it repeats what it could not read.
fn unreadable<O: FromStr>(url: &str) -> Option<&'static str> {
    let readable = Url::parse(url).is_ok() && url.parse::<O>().is_ok();
    (!readable).then_some(
        "cannot be read: it has to look like sqlite://live-gateway.db or postgres://user:password@host/database",
    )
}

/// Whether SQLite would keep the database in memory, or in a file without a name that ends with the connection.
fn in_memory(url: &str) -> bool {
    let (name, parameters) = url.split_once('?').unwrap_or((url, ""));
    let name = name.trim_start_matches("sqlite:").trim_start_matches("//");
    name.is_empty() || name == ":memory:" || parameters.split('&').any(|parameter| parameter == "mode=memory")
}

fn credential_key(text: &str) -> Option<CredentialKey> {
    STANDARD.decode(text).ok()?.try_into().ok().map(CredentialKey)
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStringExt as _;

    use super::*;
    use crate::config::{Config, ConfigProblems};

    const SECRETS: [(&str, &str); 2] = [
        ("TOKEN_SECRET", "a-secret-for-tests-that-is-long-enough"),
        ("CREDENTIAL_KEY", "dGVzdCB0ZXN0IHRlc3QgdGVzdCB0ZXN0IHRlc3QgISE="),
    ];

    fn problems(name: &str, value: impl Into<OsString>) -> Vec<String> {
        let variables = SECRETS.map(|(name, value)| (name.into(), value.into()));
        let outcome = Config::read(variables.into_iter().chain([(name.into(), value.into())]).collect());
        outcome.err().map_or_else(Vec::new, |ConfigProblems(problems)| problems)
    }

    #[test]
    fn a_log_filter_is_understood_or_refused() {
        for fine in ["", "off", "INFO", "info,", "warn, live_gateway=debug", "shopee=trace"] {
            assert_eq!(problems("LOG", fine), [""; 0], "{fine}");
        }
        for wrong in ["a=b=c", "inof", "info,live_gateway", "live_gateway=loud", ","] {
            assert_eq!(problems("LOG", wrong).len(), 1, "{wrong}");
        }
    }

    #[test]
    fn a_database_is_a_file_or_a_server() {
        for fine in ["sqlite:a.db", "sqlite:///var/a.db?mode=rwc", "postgres://u:p@h/d", "postgresql://h/d"] {
            assert_eq!(problems("DATABASE_URL", fine), [""; 0], "{fine}");
        }
        for memory in
            ["sqlite::memory:", "sqlite://:memory:", "sqlite://a?mode=memory", "sqlite:", "sqlite://?cache=shared"]
        {
            assert!(problems("DATABASE_URL", memory).concat().contains("in memory"), "{memory}");
        }
        for wrong in ["mysql://h/d", "a.db", "postgres://h:canary/d", "postgres://u:canary@h/d?sslmode=x"] {
            let problems = problems("DATABASE_URL", wrong);
            assert!(problems.len() == 1 && !problems.concat().contains("canary"), "{problems:?}");
        }
    }

    #[test]
    fn only_our_own_variables_have_to_be_text() {
        let bytes = || OsString::from_vec(vec![0xff]);
        assert_eq!(problems("SOMETHING_ELSE", bytes()), [""; 0]);
        for ours in ["LOG", "TOKEN_SECRET", "BATCH_LIMIT", "SHOPEE_BASE_URL_ID_CREATOR"] {
            assert_eq!(problems(ours, bytes()), [format!("{ours} is not valid UTF-8")]);
        }
    }
}
