//! The messages of graphql-transport-ws, as JSON, and those of the older subprotocol that is called graphql-ws.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, value::RawValue};

use super::{super::parameters::Parameters, close::Close};
use crate::http::{answer::Answer, parameters};

/// A subprotocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// `graphql-transport-ws`, of the package graphql-ws.
    New,
    /// `graphql-ws`, of the package subscriptions-transport-ws.
    Old,
}

impl Dialect {
    pub(super) const ALL: [Self; 2] = [Self::New, Self::Old];

    /// As the handshake names it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::New => "graphql-transport-ws",
            Self::Old => "graphql-ws",
        }
    }

    fn next(self) -> &'static str {
        match self {
            Self::New => "next",
            Self::Old => "data",
        }
    }
}

/// What a client may send.
pub(super) enum ClientMessage {
    ConnectionInit(Map<String, Value>),
    /// With the payload to send back, as it was written.
    Ping(Option<Box<RawValue>>),
    Pong,
    Subscribe(String, Parameters),
    Complete(String),
    /// The client has enough.
    Terminate,
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(rename = "type")]
    kind: String,
    id: Option<String>,
    #[serde(borrow)]
    payload: Option<&'a RawValue>,
}

impl ClientMessage {
    /// Reads a message; what is not one closes the socket.
    pub(super) fn read(text: &str, dialect: Dialect) -> Result<Self, Close> {
        let Envelope { kind, id, payload } = serde_json::from_str(text).map_err(|error| invalid(&error))?;
        let payload = payload.map_or("null", RawValue::get);
        match (kind.as_str(), dialect) {
            ("connection_init", _) => Ok(Self::ConnectionInit(object(payload)?.unwrap_or_default())),
            ("ping", Dialect::New) => Ok(Self::Ping(raw_object(payload)?)),
            ("pong", Dialect::New) => raw_object(payload).map(|_| Self::Pong),
            ("connection_terminate", Dialect::Old) => Ok(Self::Terminate),
            ("subscribe", Dialect::New) | ("start", Dialect::Old) => {
                let parameters =
                    Parameters::from_json(payload.as_bytes()).map_err(|refusal| Close::invalid(refusal.message))?;
                if !parameters.has_document() {
                    return Err(Close::invalid("A subscribe message needs a query"));
                }
                Ok(Self::Subscribe(required(id)?, parameters))
            }
            ("complete", Dialect::New) | ("stop", Dialect::Old) => Ok(Self::Complete(required(id)?)),
            _ => Err(Close::invalid("There is no message of this type for a server")),
        }
    }
}

fn required(id: Option<String>) -> Result<String, Close> {
    id.filter(|id| !id.is_empty()).ok_or_else(|| Close::invalid("This message needs an id"))
}

fn object(json: &str) -> Result<Option<Map<String, Value>>, Close> {
    serde_json::from_str(json).map_err(|error| invalid(&error))
}

fn raw_object(json: &str) -> Result<Option<Box<RawValue>>, Close> {
    match json.as_bytes().first() {
        Some(b'{') => RawValue::from_string(json.to_owned()).map(Some).map_err(|error| invalid(&error)),
        _ if json == "null" => Ok(None),
        _ => Err(Close::invalid("A payload must be an object")),
    }
}

fn invalid(error: &serde_json::Error) -> Close {
    Close::invalid(parameters::quote(error))
}

/// What we send.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum ServerMessage<'a> {
    ConnectionAck,
    /// In the old dialect: why the socket is closed.
    ConnectionError {
        payload: Reason<'a>,
    },
    Ping,
    Pong {
        #[serde(skip_serializing_if = "Option::is_none")]
        payload: Option<Box<RawValue>>,
    },
    Next {
        id: &'a str,
        payload: &'a Answer,
    },
    /// The same in the old dialect.
    Data {
        id: &'a str,
        payload: &'a Answer,
    },
    /// A ping in the old dialect, which nobody answers.
    Ka,
}

/// Why, in the old dialect.
#[derive(Serialize)]
pub(super) struct Reason<'a> {
    pub(super) message: &'a str,
}

impl<'a> ServerMessage<'a> {
    pub(super) fn ping(dialect: Dialect) -> Self {
        match dialect {
            Dialect::New => Self::Ping,
            Dialect::Old => Self::Ka,
        }
    }

    pub(super) fn next(dialect: Dialect, id: &'a str, payload: &'a Answer) -> Self {
        match dialect {
            Dialect::New => Self::Next { id, payload },
            Dialect::Old => Self::Data { id, payload },
        }
    }
}

/// What stands before the payload of each event.
pub(super) fn opening_of_events(dialect: Dialect, id: &str) -> String {
    opening(dialect.next(), id)
}

/// The last message of an operation that did not even start, or broke off. In the old dialect it has one error.
pub(super) fn error(dialect: Dialect, id: &str, errors: &str) -> String {
    let first: Option<Box<RawValue>> = match dialect {
        Dialect::New => None,
        Dialect::Old => serde_json::from_str(errors).ok().and_then(|all: Vec<_>| all.into_iter().next()),
    };
    framed(&opening("error", id), first.as_deref().map_or(errors, RawValue::get))
}

/// The beginning of a message, up to its payload, which is there already.
fn opening(kind: &str, id: &str) -> String {
    let id = Value::from(id);
    format!(r#"{{"type":"{kind}","id":{id},"payload":"#)
}

/// A message of its beginning and its payload.
pub(super) fn framed(opening: &str, payload: &str) -> String {
    let mut text = String::with_capacity(opening.len() + payload.len() + 1);
    text.push_str(opening);
    text.push_str(payload);
    text.push('}');
    text
}

pub(super) fn complete(id: &str) -> String {
    let id = Value::from(id);
    format!(r#"{{"type":"complete","id":{id}}}"#)
}

impl ServerMessage<'_> {
    pub(super) fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_another_shape_are_invalid() {
        for text in [
            "",
            "{}",
            "[]",
            "null",
            r#"{"type":7}"#,
            r#"{"type":"next","id":"1","payload":{}}"#,
            r#"{"type":"start","id":"1"}"#,
            r#"{"type":"connection_init","payload":7}"#,
            r#"{"type":"ping","payload":[1]}"#,
            r#"{"type":"subscribe","payload":{"query":"{a}"}}"#,
            r#"{"type":"subscribe","id":"","payload":{"query":"{a}"}}"#,
            r#"{"type":"subscribe","id":7,"payload":{"query":"{a}"}}"#,
            r#"{"type":"subscribe","id":"1"}"#,
            r#"{"type":"subscribe","id":"1","payload":{}}"#,
            r#"{"type":"subscribe","id":"1","payload":{"query":"{a}","variables":[1]}}"#,
            r#"{"type":"complete"}"#,
        ] {
            assert_eq!(ClientMessage::read(text, Dialect::New).err().map(|close| close.code), Some(4400), "{text}");
        }
    }

    #[test]
    fn a_pong_carries_the_payload_of_the_ping_as_it_was_written() {
        let Ok(ClientMessage::Ping(payload)) =
            ClientMessage::read(r#"{"payload":{"b":1.0,"a":[2]},"type":"ping"}"#, Dialect::New)
        else {
            panic!("this is a ping");
        };
        let pong = ServerMessage::Pong { payload }.to_json().unwrap();
        assert_eq!(pong, r#"{"type":"pong","payload":{"b":1.0,"a":[2]}}"#);
        assert_eq!(ServerMessage::Pong { payload: None }.to_json().unwrap(), r#"{"type":"pong"}"#);
    }
}
