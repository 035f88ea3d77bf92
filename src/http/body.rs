//! Bodies of requests: so large, so soon, with so many values, and of all that arrive at once so much.
//!
//! A request has no place while its body arrives: a few hundred that send a byte now and then would have all of them.

use async_graphql::Executor;
use axum::{
    body::{Body, BodyDataStream},
    http::{HeaderMap, header::CONTENT_LENGTH},
};
use futures_util::StreamExt as _;
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::timeout,
};

use super::{Gate, refusal::Refusal, values};

/// What of each body counts for nothing, so that large ones are never in the way of usual ones.
const FREE_BYTES: usize = 16 * 1024;

impl<E: Executor> Gate<E> {
    /// Reads a body, but no more of it than the limit. One that announces more is not read at all.
    pub(super) async fn read(&self, headers: &HeaderMap, body: Body) -> Result<Vec<u8>, Refusal> {
        let limits = &self.front.limits;
        let length = headers.get(CONTENT_LENGTH);
        let announced = length.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
        if announced.is_some_and(|length| length > limits.body_bytes as u64) {
            return Err(Refusal::body_too_large(limits.body_bytes));
        }
        let arriving = Arriving { bytes: Vec::new(), most: limits.body_bytes, room: &self.body_room, taken: None };
        let whole = timeout(limits.body_within, arriving.whole(body.into_data_stream()));
        let body = whole.await.unwrap_or_else(|_| Err(Refusal::body_too_slow()))?;
        values::check(&body, limits.body_values)?;
        Ok(body)
    }
}

struct Arriving<'a> {
    bytes: Vec<u8>,
    most: usize,
    room: &'a Semaphore,
    taken: Option<SemaphorePermit<'a>>,
}

impl Arriving<'_> {
    async fn whole(mut self, mut chunks: BodyDataStream) -> Result<Vec<u8>, Refusal> {
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(|_| Refusal::malformed("The request body broke off."))?;
            if self.bytes.len() + chunk.len() > self.most {
                return Err(Refusal::body_too_large(self.most));
            }
            self.bytes.extend_from_slice(&chunk);
            self.take_room()?;
        }
        Ok(self.bytes)
    }

    fn take_room(&mut self) -> Result<(), Refusal> {
        let taken = self.taken.as_ref().map_or(0, SemaphorePermit::num_permits);
        let more = self.bytes.len().saturating_sub(FREE_BYTES + taken);
        let more = self.room.try_acquire_many(u32::try_from(more).unwrap_or(u32::MAX));
        let more = more.map_err(|_| Refusal::overloaded("large requests"))?;
        match &mut self.taken {
            Some(taken) => taken.merge(more),
            none => *none = Some(more),
        }
        Ok(())
    }
}
