//! What has to hold of any document that is sent to `/graphql`: everything that is done with it before it is executed, over the routes
//! themselves and the whole schema.
//!
//! An input: a document, whose first line may be `#?` and the other members of the request as JSON; or a whole request in JSON.

use std::{cell::OnceCell, sync::Arc};

use async_graphql::{
    Positioned, Value,
    parser::types::{Directive, ExecutableDocument, Field, Selection, SelectionSet},
};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode},
};
use futures_util::{FutureExt as _, future};
use hyper::service::Service as _;
use hyper_util::service::TowerToHyperService;
use live_gateway::{
    api::{self, Attachment},
    app::App,
    config::Config,
    cost::{Cost, bucket::Budget},
    http::{self, DocumentLimits, Documents, Front, Limits, Origins, SignedIn, Wanted, documents},
    metrics::Metrics,
};
use serde_json::{Map, Value as Json, json};
use tokio::runtime::{self, Runtime};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Twenty errors, each with a message of a kilobyte, which JSON may write with six letters for one.
const ANSWER_BYTES: usize = 128 * 1024;
/// As costly as any operation of the limits may be.
const PLENTY: u64 = 1 << 50;

/// Of `docs/protocol.md`, what may become of a request that nobody executes.
const CODES: [&str; 16] = [
    "BAD_REQUEST",
    "BAD_USER_INPUT",
    "BATCH_REFUSED",
    "GRAPHQL_PARSE_FAILED",
    "GRAPHQL_VALIDATION_FAILED",
    "OPERATION_RESOLUTION_FAILURE",
    "PERSISTED_QUERY_MISMATCH",
    "PERSISTED_QUERY_NOT_FOUND",
    "PERSISTED_QUERY_NOT_SUPPORTED",
    "QUERY_TOO_COMPLEX",
    "QUERY_TOO_DEEP",
    "QUERY_TOO_LARGE",
    "SUBSCRIPTION_NEEDS_WEBSOCKET",
    "TOO_MANY_ALIASES",
    "TOO_MANY_DIRECTIVES",
    "TOO_MANY_ROOT_FIELDS",
];

thread_local! {
    static GATEWAY: OnceCell<Gateway> = const { OnceCell::new() };
}

pub(crate) fn check(input: &[u8]) {
    GATEWAY.with(|gateway| gateway.get_or_init(Gateway::new).check(&body(input)));
    if let Ok(text) = str::from_utf8(input) {
        check_guard(text);
    }
}

/// The request that an input is meant as.
fn body(input: &[u8]) -> Vec<u8> {
    match str::from_utf8(input) {
        Ok(text) if serde_json::from_str::<Map<String, Json>>(text).is_err() => {
            let first = text.lines().next().and_then(|line| line.strip_prefix("#?"));
            let mut members: Map<String, Json> =
                first.and_then(|members| serde_json::from_str(members).ok()).unwrap_or_default();
            members.insert("query".to_owned(), json!(text));
            Json::Object(members).to_string().into_bytes()
        }
        _ => input.to_vec(),
    }
}

struct Gateway {
    runtime: Runtime,
    routes: TowerToHyperService<Router>,
}

impl Gateway {
    fn new() -> Self {
        let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let routes = runtime.block_on(async {
            let attachment =
                Attachment::new(App::build(config()).await.unwrap(), None, None, Arc::new(Cost::default()));
            let client = SignedIn {
                attach: Arc::new(|request, _| request),
                charge: Some(Arc::new(move |wanted: Wanted<'_>| {
                    attachment.charge(wanted.document, wanted.operation_name, wanted.variables).boxed()
                })),
                share: None,
                expires_in: None,
                ended: Arc::new(|| future::pending().boxed()),
            };
            http::router(Front {
                schema: api::validator(),
                sign_in: Arc::new(move |_| future::ready(Ok(client.clone())).boxed()),
                documents: Documents::default(),
                doors: None,
                limits: Limits::default(),
                allowed_origins: Origins::and(Vec::<String>::new()),
                trusted_proxies: Vec::new(),
                shutdown: CancellationToken::new(),
                sockets: TaskTracker::new(),
                metrics: Metrics::default(),
            })
        });
        Self { runtime, routes: TowerToHyperService::new(routes) }
    }

    fn check(&self, body: &[u8]) {
        let request = Request::post("/graphql")
            .header("content-type", "application/json")
            .header("accept", "application/graphql-response+json")
            .body(Body::from(body.to_vec()));
        let (status, answer) = self.runtime.block_on(async {
            let response = self.routes.call(request.unwrap()).await.unwrap();
            (response.status(), to_bytes(response.into_body(), usize::MAX).await.unwrap())
        });
        assert!(answer.len() <= ANSWER_BYTES, "{} bytes for {}", answer.len(), body.len());
        let answer: Json = serde_json::from_slice(&answer).expect("an answer is JSON");
        let errors = answer["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        let expected = if errors.is_empty() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
        assert_eq!((status, answer.get("data").is_some()), (expected, errors.is_empty()), "{answer}");
        for error in errors {
            let code = error["extensions"]["code"].as_str();
            assert!(code.is_some_and(|code| CODES.contains(&code)), "{error}");
            assert!(error["extensions"]["requestId"].is_string(), "{error}");
        }
    }
}

/// With a database that nobody asks.
fn config() -> Config {
    let variables = [
        ("TOKEN_SECRET", "a secret of this test and of nothing else"),
        ("CREDENTIAL_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
    ];
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let budget = Budget { operation: 10_000, capacity: PLENTY, per_second: PLENTY };
    Config { database_url: "sqlite::memory:".into(), budget, ..Config::from_variables(variables.into()).unwrap() }
}

/// What the guard lets through is within the limits, counted anew and in another way: written out, fragment by fragment.
fn check_guard(text: &str) {
    let limits = DocumentLimits::default();
    let Ok(document) = documents::parse(text, &limits) else { return };
    let mut all = Counted::default();
    for (_, operation) in document.operations.iter() {
        let mut counted = Counted::default();
        counted.directives(&operation.node.directives);
        for variable in &operation.node.variable_definitions {
            counted.directives(&variable.node.directives);
        }
        counted.set(&operation.node.selection_set.node, &document, At::default());
        assert!(counted.aliases <= limits.aliases, "{} aliases", counted.aliases);
        assert!(counted.directives <= limits.directives, "{} directives", counted.directives);
        assert!(counted.roots <= limits.root_fields, "{} fields at the root", counted.roots);
        assert!(counted.depth <= limits.depth, "a depth of {}", counted.depth);
        assert!(counted.nesting <= limits.nesting, "a nesting of {}", counted.nesting);
        all.selections += counted.selections;
    }
    assert!(all.selections <= limits.selections, "{} selections", all.selections);
    let brackets = brackets(&document);
    assert!(brackets <= limits.bracket_depth, "{brackets} brackets");
}

#[derive(Default)]
struct Counted {
    selections: u32,
    aliases: u32,
    directives: u32,
    roots: u32,
    depth: u32,
    nesting: u32,
}

/// Where a selection stands.
#[derive(Clone, Copy, Default)]
struct At {
    depth: u32,
    nesting: u32,
    introspects: bool,
}

impl Counted {
    fn directives(&mut self, directives: &[Positioned<Directive>]) {
        self.directives += directives.len() as u32;
    }

    fn set(&mut self, set: &SelectionSet, document: &ExecutableDocument, at: At) {
        assert!(self.selections <= 1_000_000, "what is written out has an end");
        self.nesting = self.nesting.max(at.nesting);
        let within = At { nesting: at.nesting + 1, ..at };
        for selection in &set.items {
            self.selections += 1;
            match &selection.node {
                Selection::Field(field) => {
                    let field = &field.node;
                    self.aliases += u32::from(field.alias.is_some());
                    self.directives(&field.directives);
                    self.roots += u32::from(at.depth == 0);
                    let depth = at.depth + 1;
                    if !at.introspects {
                        self.depth = self.depth.max(depth);
                    }
                    let introspects = at.introspects || matches!(field.name.node.as_str(), "__schema" | "__type");
                    let nesting = if field.selection_set.node.items.is_empty() { at.nesting } else { within.nesting };
                    self.set(&field.selection_set.node, document, At { depth, nesting, introspects });
                }
                Selection::InlineFragment(fragment) => {
                    self.directives(&fragment.node.directives);
                    self.set(&fragment.node.selection_set.node, document, within);
                }
                Selection::FragmentSpread(spread) => {
                    self.directives(&spread.node.directives);
                    if let Some(fragment) = document.fragments.get(&spread.node.fragment_name.node) {
                        self.directives(&fragment.node.directives);
                        self.set(&fragment.node.selection_set.node, document, within);
                    }
                }
            }
        }
    }
}

/// How many were open at once when the document was read, of those that the parsed document shows.
fn brackets(document: &ExecutableDocument) -> usize {
    let operations = document.operations.iter().map(|(_, operation)| in_set(&operation.node.selection_set.node));
    let fragments = document.fragments.values().map(|fragment| in_set(&fragment.node.selection_set.node));
    operations.chain(fragments).max().unwrap_or_default()
}

fn in_set(set: &SelectionSet) -> usize {
    let one = |selection: &Positioned<Selection>| match &selection.node {
        Selection::Field(field) => in_arguments(&field.node).max(in_set(&field.node.selection_set.node)),
        Selection::InlineFragment(fragment) => in_set(&fragment.node.selection_set.node),
        Selection::FragmentSpread(_) => 0,
    };
    set.items.iter().map(|selection| 1 + one(selection)).max().unwrap_or_default()
}

fn in_arguments(field: &Field) -> usize {
    let values = field.arguments.iter().map(|(_, value)| {
        let value = value.node.clone().into_const_with(|_| Ok::<_, ()>(Value::Null));
        1 + value.map_or(0, |value| in_value(&value))
    });
    values.max().unwrap_or_default()
}

fn in_value(value: &Value) -> usize {
    match value {
        Value::List(entries) => 1 + entries.iter().map(in_value).max().unwrap_or_default(),
        Value::Object(members) => 1 + members.values().map(in_value).max().unwrap_or_default(),
        _ => 0,
    }
}
