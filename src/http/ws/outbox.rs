//! What waits for one client to read it: bounded in bytes, so that a client that does not read costs no more than that.
//! When it is full, whoever has something to say waits; what the client may have to wait for in turn is up to them.

use std::{ops::ControlFlow, pin::pin, sync::Arc, task::Poll};

use axum::extract::ws::{Message, WebSocket};
use futures_util::{
    FutureExt as _, SinkExt as _, StreamExt as _, poll,
    stream::{SelectAll, SplitSink, SplitStream},
};
use tokio::{
    select,
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
    time::{Duration, timeout},
};
use tokio_stream::wrappers::ReceiverStream;

use super::{
    close::{self, Close},
    feeds::{Fed, Feeds},
};
use crate::http::{SocketLimits, sharing};

/// Frames that may wait, however small they are.
const MOST_FRAMES: usize = 128;

/// The largest frame that is sent at all.
pub(super) const LARGEST_FRAME_BYTES: usize = sharing::LARGEST_BYTES + 64 * 1024;

/// What the writer is given. A channel keeps places for 32 of them, also for a socket that says nothing: so they are small.
enum Queued {
    /// A frame.
    Frame(Box<Frame>),
    /// A subscription to see to from now on.
    Feed(Box<Fed>),
}

struct Frame {
    message: Message,
    /// What it takes until it is written.
    _room: OwnedSemaphorePermit,
}

/// The end that is written to. Cheap to clone.
#[derive(Clone)]
pub(super) struct Outbox {
    frames: mpsc::Sender<Queued>,
    room: Arc<Semaphore>,
    /// The most that one frame is counted for.
    share: usize,
}

/// Room for one frame.
pub(super) struct Slot {
    frame: mpsc::OwnedPermit<Queued>,
    room: OwnedSemaphorePermit,
}

/// The writer has gone, and the socket with it.
#[derive(Debug)]
pub(super) struct Gone;

impl Outbox {
    /// The reader keeps room for its longest reply while it waits for the next message, so there is that much more.
    pub(super) fn new(limits: &SocketLimits, sink: SplitSink<WebSocket, Message>) -> (Self, Writer) {
        let (frames, queue) = mpsc::channel(MOST_FRAMES);
        let share = limits.queued_bytes.max(limits.message_bytes);
        let room = Arc::new(Semaphore::new(share + limits.message_bytes));
        let queue = SelectAll::from_iter([ReceiverStream::new(queue)]);
        let writer = Writer { sink, queue, feeds: Feeds::default(), write_within: limits.write_within };
        (Self { frames, room, share }, writer)
    }

    /// Waits for room for so many bytes.
    pub(super) async fn reserve(&self, bytes: usize) -> Result<Slot, Gone> {
        let room = self.room.clone().acquire_many_owned(self.counted(bytes)).await.map_err(|_| Gone)?;
        let frame = self.frames.clone().reserve_owned().await.map_err(|_| Gone)?;
        Ok(Slot { frame, room })
    }

    pub(super) async fn send(&self, text: String) -> Result<(), Gone> {
        self.reserve(text.len()).await?.send(text);
        Ok(())
    }

    /// Leaves a subscription to the writer.
    pub(super) async fn feed(&self, fed: Box<Fed>) {
        // Without a writer there is nobody to be told.
        drop(self.frames.send(Queued::Feed(fed)).await);
    }

    /// Sends what may as well be left out when there is no room.
    pub(super) fn try_send(&self, message: Message) {
        let room = self.room.clone().try_acquire_many_owned(self.counted(length(&message)));
        if let (Ok(room), Ok(frame)) = (room, self.frames.clone().try_reserve_owned()) {
            frame.send(queued(message, room));
        }
    }

    fn counted(&self, bytes: usize) -> u32 {
        u32::try_from(bytes.clamp(1, self.share)).unwrap_or(u32::MAX)
    }
}

fn queued(message: Message, _room: OwnedSemaphorePermit) -> Queued {
    Queued::Frame(Box::new(Frame { message, _room }))
}

fn length(message: &Message) -> usize {
    match message {
        Message::Text(text) => text.len(),
        Message::Binary(bytes) | Message::Ping(bytes) | Message::Pong(bytes) => bytes.len(),
        Message::Close(_) => 0,
    }
}

impl Slot {
    /// Gives back the room that the frame does not need.
    pub(super) fn send(mut self, text: String) {
        let needed = self.room.split(text.len().min(self.room.num_permits()));
        if let Some(room) = needed {
            self.frame.send(queued(Message::text(text), room));
        }
    }
}

/// The end that reaches the client.
pub(super) struct Writer {
    sink: SplitSink<WebSocket, Message>,
    /// Asked only when it has been woken itself: an event of a feed is no reason to look at it.
    queue: SelectAll<ReceiverStream<Queued>>,
    feeds: Feeds,
    write_within: Duration,
}

impl Writer {
    /// Writes until a frame cannot be written, or not in time: then the client has gone, or might as well have.
    pub(super) async fn run(&mut self) {
        loop {
            let (message, _room) = select! {
                queued = self.queue.next() => match queued {
                    Some(Queued::Frame(frame)) => (frame.message, Some(frame._room)),
                    Some(Queued::Feed(fed)) => {
                        self.feeds.add(fed);
                        continue;
                    }
                    None => return,
                },
                text = self.feeds.next() => (Message::text(text), None),
            };
            if self.write(message).await.is_break() {
                return;
            }
        }
    }

    async fn write(&mut self, message: Message) -> ControlFlow<()> {
        let mut written = pin!(self.sink.send(message));
        // Most frames are written at once, and then need no timer.
        let written = match poll!(written.as_mut()) {
            Poll::Ready(written) => Ok(written),
            Poll::Pending => timeout(self.write_within, written).await,
        };
        match written {
            Ok(Ok(())) => return ControlFlow::Continue(()),
            Ok(Err(_)) => {}
            Err(_) => tracing::info!("a socket was dropped: its client does not read"),
        }
        ControlFlow::Break(())
    }

    /// Says farewell: what is still queued, then the close frame, then waits for the client's, since dropping a socket with
    /// unread input can take back what was written last.
    pub(super) async fn close(mut self, close: &Close, mut incoming: SplitStream<WebSocket>) {
        let farewell = async {
            while let Some(Some(queued)) = self.queue.next().now_or_never() {
                if let Queued::Frame(frame) = queued {
                    self.sink.send(frame.message).await?;
                }
            }
            self.sink.send(Message::Close(Some(close.frame()))).await?;
            while let Some(Ok(_)) = incoming.next().await {}
            if close.ends_reading() {
                // What is still arriving, nothing reads.
                std::future::pending::<()>().await;
            }
            Ok::<_, axum::Error>(())
        };
        drop(timeout(close.farewell(), farewell).await);
    }

    /// Lets the answer to a client's own close frame go out.
    pub(super) async fn flush(mut self) {
        drop(timeout(close::FAREWELL, self.sink.close()).await);
    }
}
