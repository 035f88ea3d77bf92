//! How spans get to a collector: in batches, by a thread of their own, as many as fit into its queue. What does not fit, or cannot be sent,
//! is lost; nothing waits for it.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use opentelemetry::{global, trace::TracerProvider as _};
use opentelemetry_otlp::{Protocol, SpanExporter as Otlp, WithExportConfig as _};
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    trace::{ParentBasedSampler, Sampler, SdkTracerProvider, SpanData, SpanExporter},
};
use tracing::Subscriber;
use tracing_opentelemetry::OpenTelemetryLayer;
use tracing_subscriber::{
    Layer,
    filter::{FilterFn, LevelFilter},
    registry::LookupSpan,
};

use super::traces::{self, NAME};
use crate::config::Traces;

/// For one batch to be taken by the collector.
const SEND_WITHIN: Duration = Duration::from_secs(3);
/// For the last batch, at the end of a stop: the whole of it has to be over within ten seconds.
const FINISH_WITHIN: Duration = Duration::from_millis(800);

/// The way out for traces, if there is one.
pub struct Exported(Result<Option<SdkTracerProvider>, ()>);

impl Exported {
    pub(super) fn to(collector: Option<&Traces>) -> Self {
        let provider = collector.map(provider).transpose();
        if let Ok(Some(provider)) = &provider {
            global::set_tracer_provider(provider.clone());
        }
        Self(provider)
    }

    /// What makes spans of ours into those that are exported.
    pub(super) fn layer<S: Subscriber + for<'a> LookupSpan<'a>>(&self) -> Option<impl Layer<S> + use<S>> {
        let provider = self.0.as_ref().ok()?.as_ref()?;
        let ours = FilterFn::new(|metadata| metadata.is_span() && metadata.target() == traces::TARGET);
        let layer = OpenTelemetryLayer::new(provider.tracer(NAME));
        let layer = layer.with_location(false).with_threads(false).with_target(false).with_tracked_inactivity(false);
        Some(layer.with_filter(ours.with_max_level_hint(LevelFilter::INFO)))
    }

    /// Says so if traces were wanted and cannot be had.
    pub(super) fn tell(&self) {
        match &self.0 {
            Ok(None) => {}
            Ok(Some(_)) => tracing::info!("traces are exported"),
            Err(()) => tracing::error!("traces cannot be exported: no client for the collector can be built"),
        }
    }

    /// Sends what has not been sent yet, if that can be done in time.
    pub async fn finish(self) {
        let Ok(Some(provider)) = self.0 else { return };
        let sent = tokio::task::spawn_blocking(move || provider.shutdown_with_timeout(FINISH_WITHIN)).await;
        if !matches!(sent, Ok(Ok(()))) {
            tracing::warn!("the last traces could not be sent");
        }
    }
}

/// The causes of a failure may repeat the address, which may have a password in it.
fn provider(collector: &Traces) -> Result<SdkTracerProvider, ()> {
    let exporter = Otlp::builder().with_http().with_protocol(Protocol::HttpBinary).with_timeout(SEND_WITHIN);
    let exporter = exporter.with_endpoint(collector.url());
    let exporter = Watched { exporter: exporter.build().map_err(drop)?, fails: AtomicBool::new(false) };
    let resource = Resource::builder().with_service_name(NAME);
    let resource = resource.with_attribute(opentelemetry::KeyValue::new("service.version", env!("CARGO_PKG_VERSION")));
    let builder = SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource.build());
    Ok(builder.with_sampler(sampler(collector.ratio)).build())
}

/// So much of what begins here, and of what others began and sampled: callers choose the trace, not how much of it we export.
fn sampler(ratio: f64) -> ParentBasedSampler {
    let share = || Sampler::TraceIdRatioBased(ratio);
    ParentBasedSampler::new(share()).with_remote_parent_sampled(share())
}

/// An exporter that says once that it fails, and once that it works again.
#[derive(Debug)]
struct Watched {
    exporter: Otlp,
    fails: AtomicBool,
}

impl SpanExporter for Watched {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let outcome = self.exporter.export(batch).await;
        match (outcome.is_err(), self.fails.swap(outcome.is_err(), Ordering::Relaxed)) {
            (true, false) => tracing::warn!("the collector does not take traces; they are lost until it does"),
            (false, true) => tracing::info!("the collector takes traces again"),
            _ => {}
        }
        outcome
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.exporter.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}
