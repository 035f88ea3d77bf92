//! The messages of graphql-transport-ws, as JSON.

use async_graphql::ServerError;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, value::RawValue};

use super::{super::parameters::Parameters, close::Close};
use crate::http::{answer::Answer, parameters};

/// What a client may send.
pub(super) enum ClientMessage {
    ConnectionInit(Map<String, Value>),
    /// With the payload to send back, as it was written.
    Ping(Option<Box<RawValue>>),
    Pong,
    Subscribe(String, Parameters),
    Complete(String),
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
    pub(super) fn read(text: &str) -> Result<Self, Close> {
        let Envelope { kind, id, payload } = serde_json::from_str(text).map_err(|error| invalid(&error))?;
        let payload = payload.map_or("null", RawValue::get);
        match kind.as_str() {
            "connection_init" => Ok(Self::ConnectionInit(object(payload)?.unwrap_or_default())),
            "ping" => Ok(Self::Ping(raw_object(payload)?)),
            "pong" => raw_object(payload).map(|_| Self::Pong),
            "subscribe" => {
                let parameters =
                    Parameters::from_json(payload.as_bytes()).map_err(|refusal| Close::invalid(refusal.message))?;
                if !parameters.has_query() {
                    return Err(Close::invalid("A subscribe message needs a query"));
                }
                Ok(Self::Subscribe(required(id)?, parameters))
            }
            "complete" => Ok(Self::Complete(required(id)?)),
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
    Ping,
    Pong {
        #[serde(skip_serializing_if = "Option::is_none")]
        payload: Option<Box<RawValue>>,
    },
    Next {
        id: &'a str,
        payload: &'a Answer,
    },
    Error {
        id: &'a str,
        payload: &'a [ServerError],
    },
    Complete {
        id: &'a str,
    },
}

/// The beginning of a message, up to its payload, which is there already.
pub(super) fn opening(kind: &str, id: &str) -> String {
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
            assert_eq!(ClientMessage::read(text).err().map(|close| close.code), Some(4400), "{text}");
        }
    }

    #[test]
    fn a_pong_carries_the_payload_of_the_ping_as_it_was_written() {
        let Ok(ClientMessage::Ping(payload)) = ClientMessage::read(r#"{"payload":{"b":1.0,"a":[2]},"type":"ping"}"#)
        else {
            panic!("this is a ping");
        };
        let pong = ServerMessage::Pong { payload }.to_json().unwrap();
        assert_eq!(pong, r#"{"type":"pong","payload":{"b":1.0,"a":[2]}}"#);
        assert_eq!(ServerMessage::Pong { payload: None }.to_json().unwrap(), r#"{"type":"pong"}"#);
    }
}
