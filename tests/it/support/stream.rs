//! One subscription on a websocket of its own.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest as _},
};

use super::PATIENCE;

pub(crate) struct Stream(WebSocketStream<MaybeTlsStream<TcpStream>>);

/// What a subscription's next message is.
#[derive(Debug, PartialEq)]
pub(crate) enum Event {
    Next(Value),
    Error(Value),
    Complete,
}

impl Stream {
    pub(crate) async fn open(url: &str, token: Option<&str>, query: &str, variables: Value) -> Self {
        let mut request = format!("{}/graphql", url.replacen("http", "ws", 1)).into_client_request().unwrap();
        request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
        let mut stream = Self(connect_async(request).await.unwrap().0);
        let payload = token.map(|token| json!({ "authorization": format!("Bearer {token}") }));
        stream.send(json!({ "type": "connection_init", "payload": payload })).await;
        assert_eq!(stream.message().await, json!({ "type": "connection_ack" }));
        stream.start("1", query, variables).await;
        stream
    }

    /// Starts an operation on this socket.
    pub(crate) async fn start(&mut self, id: &str, query: &str, variables: Value) {
        self.send(json!({ "type": "subscribe", "id": id, "payload": { "query": query, "variables": variables } }))
            .await;
    }

    /// The whole answer to a query or mutation on a socket with nothing else at work.
    pub(crate) async fn ask(&mut self, query: &str, variables: Value) -> Value {
        self.start("ask", query, variables).await;
        let Event::Next(answer) = self.event().await else { panic!("no answer") };
        assert_eq!(self.event().await, Event::Complete);
        answer
    }

    /// The next event of the subscription; the server's pings are answered on the way.
    pub(crate) async fn event(&mut self) -> Event {
        loop {
            let mut message = self.message().await;
            match message["type"].as_str() {
                Some("ping") => self.send(json!({ "type": "pong" })).await,
                Some("next") => return Event::Next(message["payload"].take()),
                Some("error") => return Event::Error(message["payload"].take()),
                Some("complete") => return Event::Complete,
                _ => panic!("unexpected message: {message}"),
            }
        }
    }

    /// The data of the next event, which must be one without errors.
    pub(crate) async fn data(&mut self) -> Value {
        match self.event().await {
            Event::Next(mut payload) if payload.get("errors").is_none() => payload["data"].take(),
            other => panic!("expected data, got {other:?}"),
        }
    }

    /// The data of the next event, or the code that the server closes the socket with.
    pub(crate) async fn data_or_close(&mut self) -> Result<Value, u16> {
        loop {
            let frame = timeout(PATIENCE, self.0.next()).await.expect("a message comes in time");
            let message: Value = match frame {
                Some(Ok(Message::Text(text))) => serde_json::from_str(&text).unwrap(),
                Some(Ok(Message::Close(Some(frame)))) => return Err(frame.code.into()),
                other => panic!("expected a message or a close frame, got {other:?}"),
            };
            match message["type"].as_str() {
                Some("ping") => self.send(json!({ "type": "pong" })).await,
                Some("next") if message["payload"].get("errors").is_none() => {
                    return Ok(message["payload"]["data"].clone());
                }
                _ => panic!("unexpected message: {message}"),
            }
        }
    }

    /// Reads on until an event's data fulfils the condition, and returns that data.
    pub(crate) async fn until(&mut self, what: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let found = timeout(PATIENCE, async {
            loop {
                let data = self.data().await;
                if holds(&data) {
                    return data;
                }
            }
        });
        found.await.unwrap_or_else(|_| panic!("never: {what}"))
    }

    /// Reads for so long, as a client does that shows what comes: one that does not is taken for gone.
    pub(crate) async fn read_on(&mut self, time: Duration) {
        let reading = async {
            loop {
                self.data().await;
            }
        };
        let _: Result<(), _> = timeout(time, reading).await;
    }

    /// The code that the server closes the socket with; what it sends before that is passed over.
    pub(crate) async fn closed(&mut self) -> u16 {
        loop {
            match timeout(PATIENCE, self.0.next()).await.expect("the socket is closed in time") {
                Some(Ok(Message::Close(Some(frame)))) => return frame.code.into(),
                Some(Ok(_)) => {}
                other => panic!("expected a close frame, got {other:?}"),
            }
        }
    }

    async fn send(&mut self, message: Value) {
        self.0.send(Message::text(message.to_string())).await.unwrap();
    }

    async fn message(&mut self) -> Value {
        let frame = timeout(PATIENCE, self.0.next()).await.expect("a message comes in time");
        match frame {
            Some(Ok(Message::Text(text))) => serde_json::from_str(&text).unwrap(),
            other => panic!("expected a message, got {other:?}"),
        }
    }
}
