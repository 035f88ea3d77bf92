//! How variables are read: one after the other, collecting what is wrong.

use std::{collections::HashMap, net::SocketAddr, num::NonZeroU32, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use shopee::{HostRole, Hosts, Region};

use super::{Config, CredentialKey, LogFormat, VARIABLES};

/// Reads one variable after the other and collects what is wrong. A problem yields a stand-in value, so that reading goes on;
/// no configuration with a stand-in in it ever gets out.
pub(super) struct Reader {
    pub(super) variables: HashMap<String, String>,
    pub(super) problems: Vec<String>,
}

impl Reader {
    pub(super) fn text(&mut self, name: &'static str) -> String {
        let default = VARIABLES.iter().find(|variable| variable.name == name).and_then(|variable| variable.default);
        match (self.variables.get(name).map(|value| value.trim()), default) {
            (Some(value), _) if !value.is_empty() => value.to_owned(),
            (_, Some(default)) => default.to_owned(),
            (_, None) => {
                self.problems.push(format!("{name} is not set"));
                String::new()
            }
        }
    }

    pub(super) fn address(&mut self, name: &'static str) -> SocketAddr {
        self.text(name).parse().unwrap_or_else(|_| {
            self.problems.push(format!("{name} is not an address and port such as 127.0.0.1:8000"));
            SocketAddr::from(([127, 0, 0, 1], 0))
        })
    }

    pub(super) fn number(&mut self, name: &'static str, least: u32, most: u32) -> u32 {
        match self.text(name).parse() {
            Ok(number) if (least..=most).contains(&number) => number,
            _ => {
                self.problems.push(format!("{name} is not a whole number from {least} to {most}"));
                least
            }
        }
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

    pub(super) fn database_url(&mut self) -> String {
        let url = self.text("DATABASE_URL");
        let known = ["sqlite:", "postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme));
        // Checked here, since the database library repeats an address that it cannot parse, password and all.
        if !known || url::Url::parse(&url).is_err() {
            self.problems.push("DATABASE_URL is neither a sqlite: nor a postgres:// URL".to_owned());
        }
        url
    }

    pub(super) fn token_secret(&mut self) -> String {
        let secret = self.text("TOKEN_SECRET");
        if !secret.is_empty() && secret.len() < 32 {
            self.problems.push("TOKEN_SECRET is shorter than 32 characters".to_owned());
        }
        secret
    }

    pub(super) fn credential_key(&mut self) -> CredentialKey {
        let text = self.text("CREDENTIAL_KEY");
        match STANDARD.decode(&text).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok()) {
            Some(key) => CredentialKey(key),
            None => {
                if !text.is_empty() {
                    self.problems.push(
                        "CREDENTIAL_KEY is not 32 bytes in base64 (make one: openssl rand -base64 32)".to_owned(),
                    );
                }
                CredentialKey([0; 32])
            }
        }
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

    fn override_host(&mut self, hosts: &mut Hosts, region: Region, role: HostRole) {
        let name = format!("SHOPEE_BASE_URL_{region}_{}", role.to_string().to_uppercase());
        let Some(base) = self.variables.get(&name).filter(|base| !base.trim().is_empty()) else { return };
        if hosts.set(region, role, base.trim()).is_err() {
            self.problems.push(format!("{name} is not an http or https URL"));
        }
    }

    pub(super) fn check_token_stays_local(&mut self, config: &Config) {
        if config.graphiql_token.is_some() && !config.listen_addr.ip().is_loopback() {
            self.problems.push("GRAPHIQL_TOKEN would sign in everybody who can reach LISTEN_ADDR; listen on a loopback address or unset it".to_owned());
        }
    }
}
