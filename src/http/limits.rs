//! How much a client may ask for. Every bound of the HTTP layer stands here, with its default.

use std::{num::NonZeroU32, time::Duration};

/// Bounds of connections, requests, documents and sockets.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bounds of a request's head.
    pub head: HeadLimits,
    /// Largest request body, in bytes. Larger ones get 413, and no more than this is ever read of them.
    pub body_bytes: usize,
    /// Values that the JSON of a request body may hold. More get 413.
    pub body_values: usize,
    /// Longest time to wait for a request body. Slower ones get 408.
    pub body_within: Duration,
    /// Bytes of all bodies that arrive at once together, but for the first 16 KiB of each. Beyond it: 503 with `Retry-After`.
    pub arriving_bytes: usize,
    /// Longest time a query or mutation may take. Longer ones get 504. Subscriptions have no such end.
    pub deadline: Duration,
    /// Queries and mutations at work at once, over HTTP and websockets together. Beyond it: 503 with `Retry-After`.
    pub concurrent_requests: usize,
    /// How many operations one request body may carry as an array; `None` refuses arrays.
    pub batch: Option<usize>,
    /// Bounds of a GraphQL document.
    pub document: DocumentLimits,
    /// Bounds of a websocket.
    pub socket: SocketLimits,
}

/// Bounds of a request's head.
#[derive(Clone, Copy, Debug)]
pub struct HeadLimits {
    /// Longest time from the moment a connection is ready for a request until the head has arrived whole. It is what an idle
    /// connection is kept for, too.
    pub within: Duration,
    /// Largest head, in bytes. Larger ones get 431.
    pub bytes: usize,
    /// Connections that may wait for their first request to arrive whole. Beyond it the one that has waited longest is closed, of
    /// the address that has the most of them.
    pub waiting: usize,
    /// The same of connections that have had an answer and wait for another request.
    pub idle: usize,
}

/// Bounds of a GraphQL document, checked before anything is executed. Counts are of the document with every fragment
/// written out where it is spread, since that is what would be executed.
#[derive(Clone, Debug)]
pub struct DocumentLimits {
    /// Lexical tokens.
    pub tokens: usize,
    /// Longest name or number, in bytes: an unknown name is compared with every known one for a suggestion.
    pub word_bytes: usize,
    /// Brackets of any kind open at once. The parser recurses once for each, so this is what protects its stack; 60 is
    /// safe in a debug build on a thread with 2 MiB.
    pub bracket_depth: usize,
    /// Fields and fragments of all operations together.
    pub selections: u32,
    /// Values of arguments, in bytes, of all operations together and with variables as what they are.
    pub value_bytes: u32,
    /// Fields within fields; what is below `__schema` and `__type` is not counted.
    pub depth: u32,
    /// Selection sets within selection sets, of fields and fragments alike. The executor refuses more than 32 without a
    /// code, so keep it below.
    pub nesting: u32,
    /// Lists of types, fields or input fields within each other below `__schema` and `__type`: each multiplies the answer
    /// by their number. The standard introspection query needs 2.
    pub introspection_lists: u32,
    /// The same, beside each other too. The standard introspection query has 5.
    pub introspection_lists_in_all: u32,
    /// Aliases of one operation.
    pub aliases: u32,
    /// Fields at the root of one operation.
    pub root_fields: u32,
    /// Directives of one operation.
    pub directives: u32,
}

/// Bounds of a websocket.
#[derive(Clone, Debug)]
pub struct SocketLimits {
    /// Sockets open at once. Beyond it one that has not signed in makes room with 1013; without any: 503 instead of the upgrade.
    pub sockets: usize,
    /// Time to sign in before a socket may have to make room: usual clients need a part of it.
    pub undisturbed: Duration,
    /// Largest message a client may send, in bytes. Larger ones close the socket with 1009.
    pub message_bytes: usize,
    /// Messages, pings and pongs that a client may send a second in the long run. More close the socket with 1008.
    pub messages_per_second: NonZeroU32,
    /// How many of them it may send at once after a rest.
    pub messages_at_once: NonZeroU32,
    /// Bytes that may wait for one client to read them; whoever wants to add more waits, one frame larger than this
    /// waits until it is alone.
    pub queued_bytes: usize,
    /// Time for `connection_init` to arrive: 4408 after it.
    pub init_within: Duration,
    /// Time between two pings. A client that sent nothing for two of them is closed.
    pub ping_every: Duration,
    /// Longest time one frame may take to be written. A client that reads more slowly is dropped.
    pub write_within: Duration,
    /// How long a stop takes at most to end the sockets and streams of events, each at another moment of it.
    pub drain: Duration,
    /// Operations running at once on one socket. Beyond it: an `error` with `TOO_MANY_OPERATIONS`.
    pub operations: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head: HeadLimits::default(),
            body_bytes: 1_000_000,
            body_values: 10_000,
            body_within: Duration::from_secs(10),
            arriving_bytes: 64_000_000,
            deadline: Duration::from_secs(10),
            concurrent_requests: 256,
            batch: None,
            document: DocumentLimits::default(),
            socket: SocketLimits::default(),
        }
    }
}

impl Default for HeadLimits {
    fn default() -> Self {
        Self { within: Duration::from_secs(60), bytes: 64 * 1024, waiting: 2_000, idle: 2_000 }
    }
}

impl Default for DocumentLimits {
    fn default() -> Self {
        Self {
            tokens: 15_000,
            word_bytes: 200,
            bracket_depth: 60,
            selections: 2_000,
            value_bytes: 1_000_000,
            depth: 15,
            nesting: 30,
            introspection_lists: 2,
            introspection_lists_in_all: 12,
            aliases: 30,
            root_fields: 20,
            directives: 50,
        }
    }
}

impl Default for SocketLimits {
    fn default() -> Self {
        Self {
            sockets: 10_000,
            undisturbed: Duration::from_secs(1),
            message_bytes: 64 * 1024,
            messages_per_second: NonZeroU32::MIN.saturating_add(99),
            messages_at_once: NonZeroU32::MIN.saturating_add(999),
            queued_bytes: 256 * 1024,
            init_within: Duration::from_secs(3),
            ping_every: Duration::from_secs(12),
            write_within: Duration::from_secs(10),
            drain: Duration::from_secs(3),
            operations: 100,
        }
    }
}
