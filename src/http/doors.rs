//! Doors: routes for those who speak no GraphQL, each onto stored operations that it runs as its caller.
//!
//! Which routes there are, and which operations they run, is for the room above to say. Here is what all of them have in common: who
//! asks is found out as for any operation, the guard and all limits hold, names are written as such interfaces write them
//! (`started_at`), and the status says how it went.

use std::{fmt, sync::Arc};

use async_graphql::{Executor, Variables};
use axum::{
    Extension, Router,
    extract::{FromRequestParts as _, RawPathParams, Request, State, rejection::RawPathParamsRejection},
    http::{Method, StatusCode, request::Parts},
    response::Response,
    routing::{self, MethodFilter, MethodRouter},
};
use futures_util::future::BoxFuture;
use serde_json::{Map, Value};

use self::asked::Asked;
use super::{
    Gate, RequestId, SignedIn, bearer,
    client_address::ClientAddress,
    operation::{Operation, Place, unbroken},
    parameters::Parameters,
    refusal::{Refusal, Standing},
};

pub mod asked;
mod names;
pub mod outcome;

use self::outcome::{Declined, Outcome, Reply};

/// Answers what came in through a door.
pub type Handler = fn(Desk, Asked) -> BoxFuture<'static, Result<Reply, Declined>>;

/// A method and a route below the prefix, such as `sessions/{id}`.
#[derive(Clone, Debug)]
pub struct Door {
    pub method: Method,
    pub path: &'static str,
    pub answer: Handler,
}

/// All doors.
#[derive(Clone, Debug)]
pub struct Doors {
    /// What all routes begin with, such as `/api`.
    pub prefix: &'static str,
    pub doors: Vec<Door>,
    /// The status that says what a code of an executed operation says, if the room above knows the code.
    pub status: fn(&str) -> Option<StatusCode>,
}

type Run = dyn Fn(&'static str, Variables) -> BoxFuture<'static, Result<Outcome, Declined>> + Send + Sync;

/// Where a door has its operations run, as its caller.
#[derive(Clone)]
pub struct Desk(Arc<Run>);

impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Desk")
    }
}

impl Desk {
    /// Runs one stored operation.
    pub async fn run(&self, document: &'static str, variables: Value) -> Result<Outcome, Declined> {
        self.0(document, Variables::from_json(variables)).await
    }
}

/// The routes of all doors.
pub(super) fn router<E: Executor>(doors: &Doors) -> Router<Arc<Gate<E>>> {
    let at = |path: &str| format!("{}/{path}", doors.prefix);
    let mut router = Router::new();
    for door in &doors.doors {
        router = router.route(&at(door.path), method(door.clone(), doors.status));
    }
    router.method_not_allowed_fallback(wrong_method).route(&at("{*other}"), routing::any(nowhere))
}

fn method<E: Executor>(door: Door, status: fn(&str) -> Option<StatusCode>) -> MethodRouter<Arc<Gate<E>>> {
    // A method that axum has no filter for is none that a door has.
    let filter = MethodFilter::try_from(door.method.clone()).unwrap_or(MethodFilter::GET);
    let answer = async move |State(gate): State<Arc<Gate<E>>>,
                             Extension(id): Extension<RequestId>,
                             Extension(from): Extension<ClientAddress>,
                             request: Request| {
        let visit = Visit { gate, id: id.clone(), status };
        let answer = unbroken(visit.answer(door.answer, from, request)).await;
        match answer.unwrap_or_else(|refusal| Err(Declined::refused(refusal, status))) {
            Ok(reply) => reply.into_http(),
            Err(declined) => declined.into_http(&id),
        }
    };
    routing::on(filter, answer)
}

async fn wrong_method(Extension(id): Extension<RequestId>) -> Response {
    let message = "This route has no such method.";
    Declined::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", message).into_http(&id)
}

async fn nowhere(Extension(id): Extension<RequestId>) -> Response {
    Declined::new(StatusCode::NOT_FOUND, "NOT_FOUND", "There is no such route.").into_http(&id)
}

/// One request at a door.
struct Visit<E> {
    gate: Arc<Gate<E>>,
    id: RequestId,
    status: fn(&str) -> Option<StatusCode>,
}

impl<E: Executor> Visit<E> {
    async fn answer(self, handler: Handler, from: ClientAddress, request: Request) -> Result<Reply, Declined> {
        let refused = |refusal: Refusal| Declined::refused(refusal, self.status);
        let bearer = bearer::from_headers(request.headers()).map_err(|error| refused(error.into()))?;
        if bearer.is_none() {
            // There is nothing behind a door for nobody.
            return Err(Declined::signed_out());
        }
        let (mut parts, body) = request.into_parts();
        let path = RawPathParams::from_request_parts(&mut parts, &()).await;
        let body = self.gate.read(&parts.headers, body).await.map_err(refused)?;
        let place = self.gate.place().map_err(refused)?;
        let client = self.gate.sign_in(bearer, from).await.map_err(|error| refused(error.into()))?;
        let asked = asked(path, &parts, &body).map_err(refused)?;
        handler(self.desk(client, place), asked).await
    }

    fn desk(self, client: SignedIn, place: Place) -> Desk {
        let visit = Arc::new(self);
        Desk(Arc::new(move |document, variables| {
            let (visit, client, place) = (visit.clone(), client.clone(), place.clone());
            Box::pin(async move { visit.run(document, variables, &client, place).await })
        }))
    }

    async fn run(
        &self,
        document: &str,
        variables: Variables,
        client: &SignedIn,
        place: Place,
    ) -> Result<Outcome, Declined> {
        let operation = Operation::prepare(Parameters::of(document, variables), &self.gate.front.limits.document)
            .map_err(|refusal| Declined::refused(refusal, self.status))?;
        let answer = self.gate.execute(operation, client, &self.id, place).await;
        let (data, errors, refused) = answer.into_parts();
        let outcome = Outcome::of(data, &errors, self.status);
        match (refused, outcome.errors.first().cloned()) {
            (Some(standing), Some(error)) => Err(Declined { status: refused_with(standing, error.status), ..error }),
            _ => Ok(outcome),
        }
    }
}

fn asked(path: Result<RawPathParams, RawPathParamsRejection>, parts: &Parts, body: &[u8]) -> Result<Asked, Refusal> {
    let Ok(path) = &path else { return Err(Refusal::malformed("The path is not text in UTF-8.")) };
    let path = path.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    Asked::of(path, parts.uri.query().unwrap_or_default(), &parts.headers, body)
}

/// The status of an operation that was not executed, whose code may have one of its own.
fn refused_with(standing: Standing, of_code: StatusCode) -> StatusCode {
    match standing {
        Standing::Status(status) => status,
        Standing::Throttled(_) => StatusCode::TOO_MANY_REQUESTS,
        Standing::RequestError if of_code.is_client_error() => of_code,
        Standing::RequestError => StatusCode::BAD_REQUEST,
    }
}

/// What stands in an object under a name.
pub type Members = Map<String, Value>;
