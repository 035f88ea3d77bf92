//! Serving connections: each has so long to send the head of its next request, and so many bytes for it, so many may wait for a first
//! request at once and so many for another (`connections/waiting.rs`), and a stop lets each finish the request that it is at.
//!
//! axum's own server gives a client that sends a byte now and then all the time there is, and a place for as long.

use std::{convert::Infallible, future::pending, pin::pin};

use axum::{
    Router,
    extract::{ConnectInfo, Request},
    response::Response,
    serve::Listener,
};
use futures_util::{FutureExt as _, future::BoxFuture};
use hyper::{
    body::Incoming,
    server::conn::http1,
    service::{Service as _, service_fn},
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use self::waiting::{Connection, WaitingRooms};
use super::{
    HeadLimits, PatientListener,
    patient::{Patient, Peer},
};

mod waiting;

/// Serves the routes until `stop` is cancelled and every connection has ended.
pub fn serve(
    listener: PatientListener,
    routes: Router,
    limits: HeadLimits,
    stop: CancellationToken,
) -> BoxFuture<'static, ()> {
    served(listener, routes, limits, stop).boxed()
}

async fn served(mut listener: PatientListener, routes: Router, limits: HeadLimits, stop: CancellationToken) {
    let connections = TaskTracker::new();
    let (http, rooms) = (protocol(limits), WaitingRooms::of(limits));
    while let Some((client, address)) = stop.run_until_cancelled(listener.accept()).await {
        let (http, routes, stop) = (http.clone(), routes.clone(), stop.clone());
        let waits = rooms.arrival(address.ip());
        connections.spawn(serve_one(http, routes, client, (Peer(address), waits), stop));
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}

fn protocol(limits: HeadLimits) -> http1::Builder {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limits.within).max_header_size(limits.bytes);
    http
}

async fn serve_one(
    http: http1::Builder,
    routes: Router,
    client: Patient,
    (peer, waits): (Peer, Connection),
    stop: CancellationToken,
) {
    let routes = TowerToHyperService::new(routes);
    let service = service_fn(|request: Request<Incoming>| {
        let mut request = request.map(|body| waits.arriving(body));
        request.extensions_mut().insert(ConnectInfo(peer));
        answer(routes.clone(), request, waits.clone())
    });
    let mut connection = pin!(http.serve_connection(TokioIo::new(client), service).with_upgrades());
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = waits.gives_way() => {
            tracing::debug!("a connection that waited for a request gave way to others");
            return;
        }
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            tokio::select! {
                ended = connection => ended,
                () = waits.gives_way() => return,
            }
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}

async fn answer(
    routes: TowerToHyperService<Router>,
    request: Request,
    waits: Connection,
) -> Result<Response, Infallible> {
    if waits.gave_way() {
        return pending().await;
    }
    let answer = routes.call(request).await?;
    Ok(answer.map(|body| waits.answering(body)))
}
