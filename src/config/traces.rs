//! Where the metrics are served, and where traces go.

use std::net::SocketAddr;

use url::Url;

use super::reader::Reader;

/// The collector that traces are sent to.
#[derive(Clone, Debug)]
pub struct Traces {
    endpoint: Url,
    /// Which part of the traces is sent, from 0 to 1.
    pub ratio: f64,
}

impl Traces {
    /// Where spans are posted.
    pub fn url(&self) -> String {
        format!("{}/v1/traces", self.endpoint.as_str().trim_end_matches('/'))
    }
}

impl Reader {
    pub(super) fn metrics_address(&mut self) -> Option<SocketAddr> {
        (!self.text("METRICS_ADDR").is_empty()).then(|| self.address("METRICS_ADDR"))
    }

    pub(super) fn traces(&mut self) -> Option<Traces> {
        let (endpoint, ratio) = (self.collector(), self.ratio());
        self.check_headers();
        endpoint.map(|endpoint| Traces { endpoint, ratio })
    }

    /// The problem is told without the URL, which may have a password in it.
    fn collector(&mut self) -> Option<Url> {
        let text = self.text("OTEL_EXPORTER_OTLP_ENDPOINT");
        if text.is_empty() {
            return None;
        }
        let url = Url::parse(&text).ok().filter(|url| {
            let has_user = !url.username().is_empty() || url.password().is_some();
            matches!(url.scheme(), "http" | "https") && !has_user && url.query().is_none()
        });
        if url.is_none() {
            let message = "OTEL_EXPORTER_OTLP_ENDPOINT is not an http or https URL without user and query, such as http://127.0.0.1:4318";
            self.problems.push(message.to_owned());
        }
        url
    }

    fn ratio(&mut self) -> f64 {
        let ratio = self.text("OTEL_TRACES_SAMPLER_ARG").parse().ok().filter(|ratio| (0.0..=1.0).contains(ratio));
        ratio.unwrap_or_else(|| {
            self.problems.push("OTEL_TRACES_SAMPLER_ARG is not a number from 0 to 1".to_owned());
            0.0
        })
    }

    /// They are secrets, which the exporter reads by itself from the same variable.
    fn check_headers(&mut self) {
        if self.list("OTEL_EXPORTER_OTLP_HEADERS").iter().any(|header| !header.contains('=')) {
            self.problems.push("OTEL_EXPORTER_OTLP_HEADERS is not a list such as name=value,name=value".to_owned());
        }
    }
}
