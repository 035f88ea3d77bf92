//! How a socket is opened, and when it is not.

use std::sync::Arc;

use async_graphql::Executor;
use axum::{extract::ws::WebSocketUpgrade, http::HeaderMap, response::Response};
use futures_util::StreamExt as _;

use super::{converse, message::Dialect, outbox::LARGEST_FRAME_BYTES};
use crate::http::{Gate, bearer, client_address::ClientAddress, refusal::Refusal};

/// The default of 128 KiB costs that much memory for each socket, and zeroing it costs half of the time. A larger message gets a
/// buffer of its size; clients that subscribe and then listen send hardly more than pongs.
const READ_BUFFER_BYTES: usize = 1024;

/// What may be buffered for a client that stops reading half-way: one frame and the transport's own pongs.
const WRITE_BUFFER_BYTES: usize = LARGEST_FRAME_BYTES + 64 * 1024;

/// Accepts a socket, or refuses the upgrade.
pub(in crate::http) async fn accept<E: Executor>(
    gate: &Arc<Gate<E>>,
    upgrade: WebSocketUpgrade,
    headers: &HeaderMap,
    from: ClientAddress,
) -> Result<Response, Refusal> {
    if !gate.front.allowed_origins.allow(headers) {
        return Err(Refusal::origin());
    }
    let message_bytes = gate.front.limits.socket.message_bytes;
    let upgrade = upgrade
        .protocols(Dialect::ALL.map(Dialect::name))
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(0)
        .max_write_buffer_size(WRITE_BUFFER_BYTES)
        .max_message_size(message_bytes)
        .max_frame_size(message_bytes);
    let selected = upgrade.selected_protocol();
    let spoken = Dialect::ALL.into_iter().find(|dialect| selected.is_some_and(|name| name == dialect.name()));
    gate.open()?;
    let (place, stranger) = gate.places.for_stranger(from).await?;
    let (gate, token, counted) = (gate.clone(), bearer::from_headers(headers), gate.counted()?);
    Ok(upgrade.on_upgrade(move |socket| {
        // Before there is a future, which would keep room for the whole socket besides.
        let socket = socket.split();
        async move {
            converse(gate, socket, (token, from, stranger), spoken).await;
            drop((place, counted));
        }
    }))
}
