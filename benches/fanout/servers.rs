//! What the gateway is measured against: a frame that is ready, broadcast by axum; and the ready-made subscriptions of
//! async-graphql-axum over the gateway's own schema.

use std::{env, net::SocketAddr, sync::Arc};

use async_graphql::{Data, Executor, Request, Response};
use async_graphql_axum::GraphQLSubscription;
use axum::{
    Router,
    extract::{
        State,
        ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade},
    },
    response::IntoResponse,
    routing::{get, post},
};
use futures_util::stream::BoxStream;
use live_gateway::{
    api::{self, Attachment, Schema},
    app::App,
    config::Config,
    http,
    identity::scope::Viewer,
};
use tokio::{net::TcpListener, sync::broadcast};

async fn serve(routes: Router) {
    let address: SocketAddr = env::var("LISTEN_ADDR").unwrap().parse().unwrap();
    let listener = http::listener(TcpListener::bind(address).await.unwrap());
    axum::serve(listener, routes).await.unwrap();
}

/// Broadcasts what is posted to it, as it is.
pub(crate) async fn raw() {
    let frames = broadcast::Sender::<Utf8Bytes>::new(64);
    let tick = async |State(frames): State<broadcast::Sender<Utf8Bytes>>, frame: String| {
        frames.send(frame.into()).ok();
    };
    let upgrade = async |State(frames): State<broadcast::Sender<Utf8Bytes>>, upgrade: WebSocketUpgrade| {
        let upgrade = upgrade.protocols(["graphql-transport-ws"]).read_buffer_size(1024).write_buffer_size(0);
        upgrade.on_upgrade(move |socket| forward(socket, frames.subscribe())).into_response()
    };
    serve(Router::new().route("/graphql", get(upgrade)).route("/tick", post(tick)).with_state(frames)).await;
}

async fn forward(mut socket: WebSocket, mut frames: broadcast::Receiver<Utf8Bytes>) {
    loop {
        tokio::select! {
            frame = frames.recv() => {
                let Ok(frame) = frame else { return };
                if socket.send(Message::Text(frame)).await.is_err() {
                    return;
                }
            }
            message = socket.recv() => match message {
                Some(Ok(Message::Text(text))) if text.contains("connection_init") => {
                    drop(socket.send(Message::text(r#"{"type":"connection_ack"}"#)).await);
                }
                Some(Ok(_)) => {}
                _ => return,
            },
        }
    }
}

/// The gateway's schema for any member of the first studio.
#[derive(Clone)]
struct Attached(Schema, Attachment);

impl Executor for Attached {
    async fn execute(&self, request: Request) -> Response {
        self.0.execute(self.1.attach(request, "bench")).await
    }

    fn execute_stream(&self, request: Request, session: Option<Arc<Data>>) -> BoxStream<'static, Response> {
        Executor::execute_stream(&self.0, self.1.attach(request, "bench"), session)
    }
}

pub(crate) async fn stock() {
    let app = App::build(Config::from_env().unwrap()).await.unwrap();
    let viewer = Arc::new(Viewer::of_any_member(1));
    let attachment = Attachment::new(app.clone(), Some(viewer), None, Arc::default());
    let subscriptions = GraphQLSubscription::new(Attached(api::schema(app), attachment));
    serve(Router::new().route_service("/graphql", subscriptions)).await;
}
