//! One operation from its parameters to its answer, whichever way it came.

use std::{collections::BTreeMap, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use async_graphql::{
    Executor, Positioned, Request, Value, Variables,
    parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition, OperationType},
};
use futures_util::FutureExt as _;
use tokio::{
    sync::OwnedSemaphorePermit,
    time::{Instant, timeout},
};
use tracing::Instrument as _;

use super::{
    Attach, Caller, DocumentLimits, Gate, RequestId, SignInError, SignedIn,
    answer::{Answer, kind_name},
    client_address::ClientAddress,
    guard,
    parameters::Parameters,
    refusal::Refusal,
    sign_in::Wanted,
};
use crate::{cost::bill::Bill, engine::deadline, graphql::cost::Billed, telemetry::traces};

/// What is left of an operation's time for telling what was found.
const LONGEST_SPARE: Duration = Duration::from_millis(500);

/// The place of a request among those at work. Whatever works for it holds it.
pub(super) type Place = Arc<OwnedSemaphorePermit>;

/// A request whose document is parsed, within the limits, and has the operation that is asked for.
pub(super) struct Operation {
    pub(super) kind: OperationType,
    request: Request,
    /// What it has paid; given back, as far as it is not used, once nobody works for it any more.
    bill: Option<Arc<Bill>>,
}

impl Operation {
    pub(super) fn prepare(parameters: Parameters, limits: &DocumentLimits) -> Result<Self, Refusal> {
        let mut request = parameters.into_request()?;
        let (name, variables) = (request.operation_name.take(), std::mem::take(&mut request.variables));
        let definition = select(guard::parse(&mut request, &variables, limits)?, name.as_deref())?;
        check_presence(&definition.node, &variables)?;
        let kind = definition.node.ty;
        request.operation_name = name;
        Ok(Self { kind, request: request.variables(variables), bill: None })
    }

    /// Looks at what is wanted; `None` for a document that cannot be parsed, of which there is no operation.
    pub(super) fn look<T>(&mut self, look: impl FnOnce(Wanted<'_>) -> T) -> Option<T> {
        let (name, variables) = (self.request.operation_name.take(), std::mem::take(&mut self.request.variables));
        let document = self.request.parsed_query().ok();
        let seen =
            document.map(|document| look(Wanted { document, operation_name: name.as_deref(), variables: &variables }));
        (self.request.operation_name, self.request.variables) = (name, variables);
        seen
    }

    /// Pays what it may cost; nothing is done for an operation before that.
    pub(super) async fn pay(&mut self, client: &SignedIn) -> Result<(), Refusal> {
        let Some(charge) = &client.charge else { return Ok(()) };
        let Some(charged) = self.look(|wanted| charge(wanted)) else { return Ok(()) };
        self.bill = Some(Arc::new(charged.await?));
        Ok(())
    }

    /// The name that its document gives it.
    fn name(&mut self) -> Option<String> {
        let name = self.look(|wanted| match (wanted.operation_name, &wanted.document.operations) {
            (Some(name), _) => Some(name.to_owned()),
            (None, DocumentOperations::Multiple(operations)) => operations.keys().next().map(ToString::to_string),
            (None, DocumentOperations::Single(_)) => None,
        });
        name.flatten()
    }

    /// What tells it from all others, whoever asks: document, operation and everything that was sent with it, in one order.
    pub(super) fn identity(&self) -> String {
        let Request { query, operation_name, variables, extensions, .. } = &self.request;
        let mut text = String::with_capacity(query.len() + 64);
        let parts = [Value::from(query.as_str()), operation_name.as_deref().map_or(Value::Null, Value::from)];
        parts.iter().for_each(|part| canonical(part, &mut text));
        canonical_object(variables.iter().map(|(name, value)| (name.as_str(), value)), &mut text);
        canonical_object(extensions.0.iter().map(|(name, value)| (name.as_str(), value)), &mut text);
        text
    }

    /// What the executor gets of it when it is executed for many; nothing is left for another.
    pub(super) fn take_request(&mut self, attach: &Attach, id: &RequestId) -> Request {
        billed(attach(std::mem::replace(&mut self.request, Request::new("")), id), self.bill.take(), false)
    }

    /// What the executor gets.
    pub(super) fn into_request(self, attach: &Attach, id: &RequestId) -> Request {
        billed(attach(self.request, id), self.bill, true)
    }
}

/// A request with its bill, whose end is that of the last who works for it.
fn billed(request: Request, bill: Option<Arc<Bill>>, told: bool) -> Request {
    match bill {
        Some(bill) => request.data(Billed { bill, told }),
        None => request,
    }
}

/// A value as text, with the members of objects in one order, whichever they came in.
fn canonical(value: &Value, text: &mut String) {
    match value {
        Value::List(values) => {
            text.push('[');
            for value in values {
                canonical(value, text);
                text.push(',');
            }
            text.push(']');
        }
        Value::Object(members) => canonical_object(members.iter().map(|(name, value)| (name.as_str(), value)), text),
        Value::Binary(bytes) => text.push_str(&format!("{bytes:?}")),
        plain => text.push_str(&plain.to_string()),
    }
}

fn canonical_object<'a>(members: impl Iterator<Item = (&'a str, &'a Value)>, text: &mut String) {
    let sorted: BTreeMap<_, _> = members.collect();
    text.push('{');
    for (name, value) in sorted {
        canonical(&Value::from(name), text);
        text.push(':');
        canonical(value, text);
        text.push(',');
    }
    text.push('}');
}

/// The operation to run, as the GraphQL specification's `GetOperation` finds it.
fn select<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Result<&'a Positioned<OperationDefinition>, Refusal> {
    match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => Ok(operation),
        (DocumentOperations::Multiple(operations), None) if operations.len() == 1 => {
            operations.values().next().ok_or_else(Refusal::internal)
        }
        (DocumentOperations::Multiple(operations), None) => {
            let count = operations.len();
            Err(Refusal::which_operation(format!("The document has {count} operations; say which in `operationName`.")))
        }
        (DocumentOperations::Multiple(operations), Some(name)) if operations.contains_key(name) => {
            Ok(&operations[name])
        }
        (_, Some(name)) => Err(Refusal::which_operation(format!("The document has no operation named \"{name}\"."))),
    }
}

/// Each variable that must have a value has one. Whether it is of the right type is checked by the executor, against the
/// arguments it is used for.
fn check_presence(operation: &OperationDefinition, variables: &Variables) -> Result<(), Refusal> {
    for variable in &operation.variable_definitions {
        let (name, kind) = (&variable.node.name.node, &variable.node.var_type.node);
        let given = variables.get(name);
        let absent = given.is_none() && variable.node.default_value.is_none();
        if !kind.nullable && (absent || given == Some(&Value::Null)) {
            return Err(Refusal::missing_variable(name, &kind.to_string(), variable.pos));
        }
    }
    Ok(())
}

impl<E: Executor> Gate<E> {
    /// A place among the requests at work.
    pub(super) fn place(&self) -> Result<Place, Refusal> {
        let place = self.request_places.clone().try_acquire_owned();
        place.map(Arc::new).map_err(|_| Refusal::overloaded("requests"))
    }

    pub(super) async fn sign_in(&self, bearer: Option<String>, from: ClientAddress) -> Result<SignedIn, SignInError> {
        let caller = Caller { bearer, address: from.0 };
        let answer = timeout(self.front.limits.deadline, (self.front.sign_in)(caller));
        answer.await.unwrap_or(Err(SignInError::Unavailable))
    }

    /// Runs a query or mutation to its answer. A mutation also runs on when nobody waits for the answer any more: what it
    /// began, it ends.
    pub(super) async fn execute(
        &self,
        mut operation: Operation,
        client: &SignedIn,
        id: &RequestId,
        place: Place,
    ) -> Answer {
        let span = traces::operation(kind_name(operation.kind), operation.name().as_deref());
        if let Err(refusal) = operation.pay(client).await {
            return Answer::refused(refusal, id);
        }
        let (schema, attach, longest) = (self.front.schema.clone(), client.attach.clone(), self.front.limits.deadline);
        let (kind, its_id, metrics) = (operation.kind, id.clone(), self.front.metrics.clone());
        let work = async move {
            let (_place, _in_flight, begun) = (place, metrics.in_flight(), Instant::now());
            let execution = async { schema.execute(operation.into_request(&attach, &its_id)).await };
            // What waits for others gives up a little earlier, so that there is time to tell the rest.
            let spare = (longest / 10).min(LONGEST_SPARE);
            let execution = deadline::by(Instant::now() + longest - spare, Box::pin(execution));
            let answer = match within(longest, execution).await {
                Ok(response) => Answer::executed(response, &its_id),
                Err(refusal) => Answer::refused(refusal, &its_id),
            };
            answer.ran(&metrics, kind, begun.elapsed())
        };
        let work = work.instrument(span);
        match kind {
            OperationType::Mutation => {
                tokio::spawn(work).await.unwrap_or_else(|_| Answer::refused(Refusal::internal(), id))
            }
            _ => work.await,
        }
    }
}

async fn within<T>(deadline: Duration, work: impl Future<Output = T>) -> Result<T, Refusal> {
    timeout(deadline, unbroken(work)).await.unwrap_or_else(|_| Err(Refusal::deadline()))
}

/// The outcome of the work, even if it panics: a resolver's mistake costs its operation, nothing else.
pub(super) async fn unbroken<T>(work: impl Future<Output = T>) -> Result<T, Refusal> {
    // Nothing the work touched is used again, except what it shares with other operations, which is theirs to keep sound.
    AssertUnwindSafe(work).catch_unwind().await.map_err(|_| Refusal::panicked())
}
