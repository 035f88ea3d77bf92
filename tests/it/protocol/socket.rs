//! A client of graphql-transport-ws that says exactly what a test wants said.

use std::net::SocketAddr;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, client_async, connect_async_with_config,
    tungstenite::{self, Message, client::IntoClientRequest as _, http::Request},
};

use super::gateway::PATIENCE;

pub(super) struct Socket(pub(super) WebSocketStream<MaybeTlsStream<TcpStream>>);

/// The request for an upgrade, with the subprotocol and more headers.
pub(super) fn upgrade(address: SocketAddr, headers: &[(&'static str, &str)]) -> Request<()> {
    let mut request = format!("ws://{address}/graphql").into_client_request().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    request
}

impl Socket {
    pub(super) async fn open(address: SocketAddr) -> Self {
        Self::try_open(upgrade(address, &[])).await.unwrap()
    }

    pub(super) async fn try_open(request: Request<()>) -> Result<Self, tungstenite::Error> {
        let opened = timeout(PATIENCE, connect_async_with_config(request, None, true))
            .await
            .expect("the upgrade is answered in time");
        opened.map(|(socket, _)| Self(socket))
    }

    pub(super) async fn over(connection: TcpStream, request: Request<()>) -> Self {
        Self::try_over(connection, request).await.unwrap()
    }

    pub(super) async fn try_over(connection: TcpStream, request: Request<()>) -> Result<Self, tungstenite::Error> {
        let opened = client_async(request, MaybeTlsStream::Plain(connection));
        let opened = timeout(PATIENCE, opened).await.expect("the upgrade is answered in time");
        opened.map(|(socket, _)| Self(socket))
    }

    pub(super) async fn send(&mut self, message: Value) {
        self.send_raw(Message::text(message.to_string())).await;
    }

    pub(super) async fn send_raw(&mut self, message: Message) {
        // A socket that is closed meanwhile is seen by whoever reads next.
        drop(self.0.send(message).await);
    }

    /// `connection_init`, up to the acknowledgement.
    pub(super) async fn init(&mut self, payload: Value) {
        self.send(json!({"type": "connection_init", "payload": payload})).await;
        assert_eq!(self.next().await, json!({"type": "connection_ack"}));
    }

    pub(super) async fn subscribe(&mut self, id: &str, query: &str) {
        self.send(json!({"type": "subscribe", "id": id, "payload": {"query": query}})).await;
    }

    pub(super) async fn complete(&mut self, id: &str) {
        self.send(json!({"type": "complete", "id": id})).await;
    }

    pub(super) async fn next_frame(&mut self) -> Option<Message> {
        let frame = timeout(PATIENCE, self.0.next()).await.expect("a message comes in time");
        frame.and_then(Result::ok)
    }

    /// The next message; the transport's pings answer themselves.
    pub(super) async fn next(&mut self) -> Value {
        loop {
            match self.next_frame().await {
                Some(Message::Ping(_)) => {}
                Some(Message::Text(text)) => return serde_json::from_str(&text).unwrap(),
                other => panic!("expected a message, got {other:?}"),
            }
        }
    }

    /// The next message that is no ping of the server's.
    pub(super) async fn next_but_ping(&mut self) -> Value {
        loop {
            let message = self.next().await;
            if message["type"] != "ping" {
                return message;
            }
        }
    }

    /// The next message that is of another operation than this one.
    pub(super) async fn next_but(&mut self, id: &str) -> Value {
        loop {
            let message = self.next_but_ping().await;
            if message["id"] != id {
                return message;
            }
        }
    }

    /// The next message is an event of this operation, with this data.
    pub(super) async fn expect_data(&mut self, id: &str, data: Value) {
        assert_eq!(self.next().await, json!({"type": "next", "id": id, "payload": {"data": data}}));
    }

    pub(super) async fn expect_complete(&mut self, id: &str) {
        assert_eq!(self.next().await, json!({"type": "complete", "id": id}));
    }

    /// The next message is an error of this operation; returns its first error's code.
    pub(super) async fn expect_error(&mut self, id: &str) -> String {
        let message = self.next().await;
        assert_eq!((&message["type"], &message["id"]), (&json!("error"), &json!(id)), "{message}");
        let extensions = &message["payload"][0]["extensions"];
        assert!(extensions["requestId"].is_string(), "{message}");
        extensions["code"].as_str().unwrap().to_owned()
    }

    /// Reads on until the server closes the socket: the code and the reason, or `None` if it just went away.
    pub(super) async fn closed(&mut self) -> Option<(u16, String)> {
        while let Some(frame) = self.next_frame().await {
            if let Message::Close(frame) = frame {
                return frame.map(|frame| (frame.code.into(), frame.reason.to_string()));
            }
        }
        None
    }

    pub(super) async fn expect_close(&mut self, code: u16) {
        let (found, reason) = self.closed().await.expect("the server says why it closes");
        assert_eq!(found, code, "{reason}");
        assert!(!reason.is_empty() && reason.len() <= 123, "{reason}");
    }
}
