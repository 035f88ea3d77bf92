//! The attacks, and with which configuration of the gateway each is made.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::{FutureExt as _, future::join_all};
use tokio::time::Instant;

use super::{
    attack::{AT_ONCE, Attack},
    connection::lane,
    world::World,
};

#[path = "attacks/bodies.rs"]
mod bodies;
#[path = "attacks/documents.rs"]
mod documents;
#[path = "attacks/held.rs"]
mod held;
#[path = "attacks/sockets.rs"]
mod sockets;
#[path = "attacks/variables.rs"]
mod variables;

/// Connections that an attack of requests comes from, each with an address of its own.
const LANES: usize = 4;

type Configured = (Vec<(&'static str, String)>, Vec<Attack>);

/// By somebody with this token, where it has to be somebody.
pub(crate) fn all(world: &World, token: &str) -> Vec<Configured> {
    let usual = [
        documents::attacks(token),
        variables::attacks(token),
        bodies::attacks(),
        sockets::attacks(world, token),
        held::attacks(),
    ];
    let other = vec![("INTROSPECTION", "false".to_owned()), ("BATCH_LIMIT", "10".to_owned())];
    vec![(Vec::new(), usual.into_iter().flatten().collect()), (other, documents::attacks_where_less_is_allowed())]
}

/// The same request again and again, so many a second.
fn requests(name: &'static str, each_second: u32, request: Bytes, refusals: &'static [&'static str]) -> Attack {
    in_turn(name, each_second, vec![request], refusals)
}

/// Requests in turn, so many a second.
fn in_turn(name: &'static str, each_second: u32, requests: Vec<Bytes>, refusals: &'static [&'static str]) -> Attack {
    let requests: Arc<[Bytes]> = requests.into();
    // One after the other, not all lanes at once: so many a second, and not four times as many now and then.
    let between = Duration::from_secs(1) / each_second;
    Attack {
        name,
        rate: format!("{each_second}/s of {}", size(requests[0].len())),
        refusals,
        within: AT_ONCE,
        held: None,
        wave: Box::new(move |target, until| {
            let begun = Instant::now();
            let lanes = (0..LANES).map(|number| {
                let when = (begun + between * number as u32, between * LANES as u32);
                tokio::spawn(lane(target, number, requests.clone(), when, until))
            });
            join_all(lanes).map(|lanes| lanes.into_iter().flat_map(Result::unwrap).collect()).boxed()
        }),
    }
}

fn size(bytes: usize) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} KB", bytes / 1_000),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

fn head(token: Option<&str>, more: &str) -> String {
    let bearer = token.map(|token| format!("authorization: Bearer {token}\r\n")).unwrap_or_default();
    format!(
        "POST /graphql HTTP/1.1\r\nhost: gateway.example\r\naccept: application/graphql-response+json\r\n\
         content-type: application/json\r\n{bearer}{more}\r\n"
    )
}

/// A request with this body.
pub(crate) fn post(token: Option<&str>, body: &str) -> Bytes {
    Bytes::from(head(token, &format!("content-length: {}\r\n", body.len())) + body)
}
