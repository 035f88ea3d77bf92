//! A collector of traces: what OpenTelemetry's own would be sent.

use std::sync::{Arc, Mutex};

use axum::{Router, body::Bytes, extract::State, http::HeaderMap, routing::post};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest, common::v1::any_value::Value, trace::v1::Span,
};
use prost::Message as _;
use tokio::net::TcpListener;
use tokio_util::task::AbortOnDropHandle;

pub(super) struct Collector {
    pub(super) url: String,
    received: Arc<Mutex<Received>>,
    _server: AbortOnDropHandle<()>,
}

#[derive(Default)]
struct Received {
    spans: Vec<Told>,
    /// Everything that came, as it came.
    bytes: Vec<u8>,
    headers: Vec<HeaderMap>,
}

/// A span.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub(super) service: String,
    pub(super) span: Span,
}

impl Told {
    pub(super) fn name(&self) -> &str {
        &self.span.name
    }

    /// An attribute as text.
    pub(super) fn attribute(&self, name: &str) -> Option<String> {
        let attribute = self.span.attributes.iter().find(|attribute| attribute.key == name)?;
        match attribute.value.as_ref()?.value.as_ref()? {
            Value::StringValue(text) => Some(text.clone()),
            Value::IntValue(number) => Some(number.to_string()),
            other => Some(format!("{other:?}")),
        }
    }

    pub(super) fn is_child_of(&self, parent: &Self) -> bool {
        self.span.trace_id == parent.span.trace_id && self.span.parent_span_id == parent.span.span_id
    }

    pub(super) fn is_root(&self) -> bool {
        self.span.parent_span_id.is_empty()
    }
}

impl Collector {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let received = Arc::<Mutex<Received>>::default();
        let routes = Router::new().route("/v1/traces", post(receive)).with_state(received.clone());
        let server = tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        Self { url, received, _server: AbortOnDropHandle::new(server) }
    }

    pub(super) fn spans(&self) -> Vec<Told> {
        self.received.lock().unwrap().spans.clone()
    }

    /// Everything that came, with what is no text of it replaced.
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.received.lock().unwrap().bytes).into_owned()
    }

    /// What a header said, each time.
    pub(super) fn header(&self, name: &str) -> Vec<String> {
        let received = self.received.lock().unwrap();
        received.headers.iter().filter_map(|headers| Some(headers.get(name)?.to_str().unwrap().to_owned())).collect()
    }
}

async fn receive(State(received): State<Arc<Mutex<Received>>>, headers: HeaderMap, body: Bytes) {
    let request = ExportTraceServiceRequest::decode(body.clone()).unwrap();
    let mut received = received.lock().unwrap();
    received.bytes.extend_from_slice(&body);
    received.headers.push(headers);
    for resource in request.resource_spans {
        let attributes = resource.resource.unwrap_or_default().attributes;
        let service = attributes.iter().find(|attribute| attribute.key == "service.name");
        let service = service.and_then(|attribute| attribute.value.clone()?.value);
        let Some(Value::StringValue(service)) = service else { panic!("a service without a name") };
        let spans = resource.scope_spans.into_iter().flat_map(|scope| scope.spans);
        received.spans.extend(spans.map(|span| Told { service: service.clone(), span }));
    }
}
