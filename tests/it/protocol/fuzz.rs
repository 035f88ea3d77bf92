//! Random conversations against a model of the protocol: every message either has the effect the model says or closes the
//! socket with the code the model says.

use std::collections::HashSet;

use proptest::{prelude::*, test_runner::TestRunner};
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use super::gateway::{Gateway, eventually};

/// What a client may say, in and out of turn.
#[derive(Clone, Debug)]
enum Say {
    Init,
    Ping(u8),
    Pong,
    Query(u8),
    Subscribe(u8),
    Nonsense(u8, String),
    Complete(u8),
    Text(String),
    Binary(Vec<u8>),
}

fn say() -> impl Strategy<Value = Say> {
    prop_oneof![
        3 => Just(Say::Init),
        2 => any::<u8>().prop_map(Say::Ping),
        1 => Just(Say::Pong),
        3 => (0..4_u8).prop_map(Say::Query),
        3 => (0..4_u8).prop_map(Say::Subscribe),
        2 => (0..4_u8, "[{}()a-z\\[\\]\" :$@!.]{0,40}").prop_map(|(id, query)| Say::Nonsense(id, query)),
        2 => (0..4_u8).prop_map(Say::Complete),
        1 => r#"([{}\[\]":,0-9a-z]|\{"type":"(subscribe|next|init)"){0,12}"#.prop_map(Say::Text),
        1 => prop::collection::vec(any::<u8>(), 0..20).prop_map(Say::Binary),
    ]
}

/// The server's side, as the protocol has it.
#[derive(Default)]
struct Model {
    acknowledged: bool,
    subscribed: HashSet<u8>,
}

impl Model {
    /// The code with which the message closes the socket, if it does.
    fn hear(&mut self, say: &Say) -> Option<u16> {
        match say {
            Say::Init if self.acknowledged => Some(4429),
            Say::Init => {
                self.acknowledged = true;
                None
            }
            Say::Query(_) | Say::Subscribe(_) | Say::Nonsense(..) if !self.acknowledged => Some(4401),
            Say::Query(id) | Say::Subscribe(id) | Say::Nonsense(id, _) if self.subscribed.contains(id) => Some(4409),
            Say::Subscribe(id) => {
                self.subscribed.insert(*id);
                None
            }
            Say::Complete(id) => {
                self.subscribed.remove(id);
                None
            }
            Say::Text(_) | Say::Binary(_) => Some(4400),
            Say::Ping(_) | Say::Pong | Say::Query(_) | Say::Nonsense(..) => None,
        }
    }
}

/// One conversation; `Err` says where it left the model.
async fn converse(gateway: &Gateway, conversation: &[Say]) -> Result<(), TestCaseError> {
    let (mut socket, mut model) = (gateway.socket().await, Model::default());
    for say in conversation {
        let subscribe =
            |id: &u8, query: &str| json!({"type": "subscribe", "id": id.to_string(), "payload": {"query": query}});
        let message = match say {
            Say::Init => json!({"type": "connection_init"}).to_string(),
            Say::Ping(number) => json!({"type": "ping", "payload": {"number": number}}).to_string(),
            Say::Pong => json!({"type": "pong"}).to_string(),
            Say::Query(id) => subscribe(id, "{hello}").to_string(),
            Say::Subscribe(id) => subscribe(id, "subscription{ticks}").to_string(),
            Say::Nonsense(id, query) => subscribe(id, &format!("{{{query}")).to_string(),
            Say::Complete(id) => json!({"type": "complete", "id": id.to_string()}).to_string(),
            Say::Text(text) => text.clone(),
            Say::Binary(_) => String::new(),
        };
        match say {
            Say::Binary(bytes) => socket.send_raw(Message::binary(bytes.clone())).await,
            _ => socket.send_raw(Message::text(message)).await,
        }
        if let Some(code) = model.hear(say) {
            prop_assert_eq!(socket.closed().await.map(|(code, _)| code), Some(code), "{:?}", say);
            return Ok(());
        }
        let replies: &[(&str, Option<&u8>)] = match say {
            Say::Init => &[("connection_ack", None)],
            Say::Ping(_) => &[("pong", None)],
            Say::Query(id) => &[("next", Some(id)), ("complete", Some(id))],
            Say::Nonsense(id, _) => &[("error", Some(id))],
            _ => &[],
        };
        for (kind, id) in replies {
            let reply = socket.next().await;
            prop_assert_eq!(reply["type"].as_str(), Some(*kind), "{}", reply);
            let id = id.map(ToString::to_string);
            prop_assert_eq!(reply["id"].as_str(), id.as_deref(), "{}", reply);
        }
    }
    socket.0.close(None).await.map_err(|error| TestCaseError::fail(error.to_string()))?;
    prop_assert_eq!(socket.closed().await, None);
    Ok(())
}

#[test]
fn random_conversations_follow_the_protocol() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let gateway = runtime.block_on(Gateway::start());
    let mut runner =
        TestRunner::new(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() });
    let begun_with_init = (any::<bool>(), prop::collection::vec(say(), 1..30));
    let outcome = runner.run(&begun_with_init, |(init, mut conversation)| {
        if init {
            conversation.insert(0, Say::Init);
        }
        runtime.block_on(converse(&gateway, &conversation))
    });
    outcome.unwrap();
    runtime.block_on(async {
        eventually("the end of all operations", || gateway.controls.alive() == 0).await;
        gateway.assert_alive().await;
    });
}
