//! Operations over HTTP: queries by GET or POST, mutations by POST, subscriptions by either as a stream of events.

use std::sync::Arc;

use async_graphql::{Executor, parser::types::OperationType};
use axum::{
    Extension,
    extract::{
        RawQuery, Request, State,
        ws::{WebSocketUpgrade, rejection::WebSocketUpgradeRejection},
    },
    http::{
        HeaderMap, HeaderValue,
        header::{ALLOW, UPGRADE},
    },
    response::{IntoResponse, Response},
};

use super::{
    Gate, RequestId, SignedIn,
    answer::Answer,
    bearer,
    client_address::ClientAddress,
    media::{self, Media},
    operation::{Operation, Place, unbroken},
    parameters::{Body, Parameters},
    refusal::Refusal,
    ws,
};

const GET_ONLY_QUERIES: &str = "Only queries may be sent by GET; send mutations by POST.";
const OTHER_METHODS: &str = "Send queries by GET or POST, and mutations by POST.";

pub(super) async fn get<E: Executor>(
    State(gate): State<Arc<Gate<E>>>,
    Extension(id): Extension<RequestId>,
    Extension(from): Extension<ClientAddress>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    match upgrade {
        Ok(upgrade) => ws::accept(&gate, upgrade, &headers, from)
            .await
            .unwrap_or_else(|refusal| Answer::refused(refusal, &id).into_http(Media::Json)),
        Err(rejection) if headers.contains_key(UPGRADE) => rejection.into_response(),
        Err(_) => {
            let query = query.unwrap_or_default();
            respond(&id, &headers, |media| gate.answer_get(&id, from, &headers, &query, media)).await
        }
    }
}

pub(super) async fn post<E: Executor>(
    State(gate): State<Arc<Gate<E>>>,
    Extension(id): Extension<RequestId>,
    Extension(from): Extension<ClientAddress>,
    request: Request,
) -> Response {
    let headers = request.headers().clone();
    respond(&id, &headers, |media| gate.answer_post(&id, from, &headers, request, media)).await
}

pub(super) async fn method_not_allowed(Extension(id): Extension<RequestId>, headers: HeaderMap) -> Response {
    let media = Media::negotiate(&headers).unwrap_or(Media::Json);
    let mut response = Answer::refused(Refusal::method_not_allowed(OTHER_METHODS), &id).into_http(media);
    response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD, POST"));
    response
}

/// One answer, or one for each request of an array.
enum Answers {
    Single(Answer),
    Batch(Vec<Answer>),
    /// Answers that come one after the other.
    Stream(Response),
}

async fn respond<F>(id: &RequestId, headers: &HeaderMap, work: impl FnOnce(Media) -> F) -> Response
where
    F: Future<Output = Result<Answers, Refusal>>,
{
    let media = match Media::negotiate(headers) {
        Ok(media) => media,
        Err(refusal) => return Answer::refused(refusal, id).into_http(Media::Json),
    };
    match unbroken(work(media)).await.flatten() {
        Ok(Answers::Single(answer)) => answer.into_http(media),
        Ok(Answers::Batch(answers)) => Answer::all_into_http(&answers, media),
        Ok(Answers::Stream(response)) => response,
        Err(refusal) => Answer::refused(refusal, id).into_http(media),
    }
}

impl<E: Executor> Gate<E> {
    async fn answer_get(
        self: &Arc<Self>,
        id: &RequestId,
        from: ClientAddress,
        headers: &HeaderMap,
        query: &str,
        media: Media,
    ) -> Result<Answers, Refusal> {
        let place = self.place()?;
        let parameters = Parameters::from_query_string(query)?;
        let client = self.sign_in(bearer::from_headers(headers)?, from).await?;
        let operation = self.prepare(parameters).await?;
        if operation.kind == OperationType::Mutation {
            return Err(Refusal::method_not_allowed(GET_ONLY_QUERIES));
        }
        self.run_or_stream(operation, client, id, place, media).await
    }

    async fn answer_post(
        self: &Arc<Self>,
        id: &RequestId,
        from: ClientAddress,
        headers: &HeaderMap,
        request: Request,
        media: Media,
    ) -> Result<Answers, Refusal> {
        media::require_json(headers)?;
        let body = self.read(headers, request.into_body()).await?;
        let place = self.place()?;
        let body = Body::from_json(&body, self.front.limits.batch)?;
        let client = self.sign_in(bearer::from_headers(headers)?, from).await?;
        match body {
            Body::Single(parameters) => {
                let operation = self.prepare(parameters).await?;
                self.run_or_stream(operation, client, id, place, media).await
            }
            Body::Batch(_) if media == Media::EventStream => {
                Err(Refusal::batch("Arrays of requests have no event stream; send them one by one."))
            }
            Body::Batch(requests) => {
                let mut answers = Vec::with_capacity(requests.len());
                // One after the other, so that an array takes no more of the machine than a single request.
                for parameters in requests {
                    let answer = self.prepare_and_run(parameters, &client, id, place.clone()).await;
                    answers.push(answer.unwrap_or_else(|refusal| Answer::refused(refusal, id)));
                }
                Ok(Answers::Batch(answers))
            }
        }
    }

    async fn run_or_stream(
        self: &Arc<Self>,
        operation: Operation,
        client: SignedIn,
        id: &RequestId,
        place: Place,
        media: Media,
    ) -> Result<Answers, Refusal> {
        if operation.kind == OperationType::Subscription && media == Media::EventStream {
            // It has a place of its own, among the sockets.
            drop(place);
            return self.event_stream(operation, client, id).await.map(Answers::Stream);
        }
        self.run(operation, &client, id, place).await.map(Answers::Single)
    }

    async fn prepare_and_run(
        &self,
        parameters: Parameters,
        client: &SignedIn,
        id: &RequestId,
        place: Place,
    ) -> Result<Answer, Refusal> {
        let operation = self.prepare(parameters).await?;
        self.run(operation, client, id, place).await
    }

    async fn run(
        &self,
        operation: Operation,
        client: &SignedIn,
        id: &RequestId,
        place: Place,
    ) -> Result<Answer, Refusal> {
        match operation.kind {
            OperationType::Subscription => Err(Refusal::subscription_over_http()),
            OperationType::Query | OperationType::Mutation => Ok(self.execute(operation, client, id, place).await),
        }
    }
}
