//! The spans that are exported, all of them: what is not made here is in no trace. They say what kind of thing was done, how it ended and how
//! long it took, and never with which values: no document, variable, statement, address, token or answer.
//!
//! They are told apart from the log's spans by their target, and made below those, so that a line of the log has its request's id whether
//! traces are exported or not.

use std::{borrow::Cow, time::Duration};

use axum::http::{HeaderMap, HeaderName};
use opentelemetry::{
    Context, KeyValue, global,
    propagation::{Extractor, TextMapPropagator as _},
    time,
    trace::{Span as _, SpanBuilder, SpanContext, SpanKind, Status, TraceContextExt as _, TraceState, Tracer as _},
};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::{Span, field::Empty, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

/// Of all spans that are exported, and of no line of the log.
pub(super) const TARGET: &str = "live_gateway::traces";
/// By which collectors know us.
pub(super) const NAME: &str = "live-gateway";

/// Names of operations are their senders'; longer ones are cut.
const LONGEST_NAME: usize = 64;

/// A request over HTTP. It goes on with its caller's trace, if there is one.
pub fn request(method: &str, headers: &HeaderMap) -> Span {
    let method = ["GET", "POST", "OPTIONS", "HEAD"].into_iter().find(|known| *known == method).unwrap_or("_OTHER");
    let span = info_span!(
        target: TARGET,
        "request",
        otel.name = %format_args!("{method} /graphql"),
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = method,
        http.route = "/graphql",
        http.response.status_code = Empty,
    );
    if !span.is_disabled() {
        // It has not begun yet, so it takes a parent.
        drop(span.set_parent(caller(headers)));
    }
    span
}

/// How a request over HTTP was answered.
pub fn answered(span: &Span, status: u16) {
    span.record("http.response.status_code", status);
    if status >= 500 {
        span.record("otel.status_code", "ERROR");
    }
}

/// A query or mutation that came over a websocket.
pub fn socket_request() -> Span {
    info_span!(target: TARGET, "request", otel.name = "WEBSOCKET /graphql", otel.kind = "server", http.route = "/graphql")
}

/// The execution of a query or mutation.
pub fn operation(kind: &'static str, name: Option<&str>) -> Span {
    let span = info_span!(
        target: TARGET,
        "operation",
        otel.name = kind,
        otel.status_code = Empty,
        graphql.operation.type = kind,
        graphql.operation.name = Empty,
        error.type = Empty,
    );
    if let Some(name) = name {
        span.record("graphql.operation.name", &name[..name.floor_char_boundary(LONGEST_NAME)]);
    }
    span
}

/// What it failed with; of an operation the first error that it was answered with.
pub fn failed(span: &Span, code: &str) {
    span.record("otel.status_code", "ERROR");
    span.record("error.type", code);
}

/// An event of a subscription, whose own span would last for hours. Nothing below an operation, which has a span of its own.
pub fn event() -> Span {
    if Span::current().context().span().span_context().is_valid() {
        return Span::none();
    }
    info_span!(target: TARGET, "event", otel.name = "subscription event", graphql.operation.type = "subscription")
}

/// One poll for whoever watches.
pub fn poll(topic: &str) -> Span {
    info_span!(target: TARGET, "poll", otel.name = %format_args!("poll {topic}"), topic)
}

/// One page of a sync, which itself may last for hours: its list, what is asked about each session of it, and how that is stored.
pub fn page_of_sync(kind: &'static str, page: u32) -> Span {
    info_span!(
        target: TARGET,
        "page",
        otel.name = %format_args!("page of {kind}"),
        otel.status_code = Empty,
        page,
        error.type = Empty,
    )
}

/// Something that was done for whatever is under way, and is over: asked of somebody else, as named by `describe`, with its attributes.
pub fn past(took: Duration, error: Option<&'static str>, describe: impl FnOnce() -> (String, Vec<KeyValue>)) {
    let parent = Span::current().context();
    if !parent.span().span_context().is_sampled() {
        return;
    }
    let (name, mut attributes) = describe();
    attributes.extend(error.map(|code| KeyValue::new("error.type", code)));
    // By the clock that the spans around it have been stamped with.
    let ended = time::now();
    let span = SpanBuilder::from_name(Cow::from(name)).with_kind(SpanKind::Client);
    let span = span.with_start_time(ended - took).with_attributes(attributes);
    let mut span = global::tracer(NAME).build_with_context(span, &parent);
    if error.is_some() {
        span.set_status(Status::error(""));
    }
    span.end_with_timestamp(ended);
}

/// The span that a caller's request belongs to. What vendors write beside it is text of somebody's, and goes no further.
fn caller(headers: &HeaderMap) -> Context {
    let theirs = TraceContextPropagator::new().extract_with_context(&Context::new(), &Headers(headers));
    let theirs = theirs.span().span_context().clone();
    let (trace, span) = (theirs.trace_id(), theirs.span_id());
    Context::new().with_remote_span_context(SpanContext::new(trace, span, theirs.trace_flags(), true, TraceState::NONE))
}

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(HeaderName::as_str).collect()
    }
}
