//! graphql-transport-ws, and the older graphql-ws, at `GET /graphql` with an upgrade: the protocol's state machine, one
//! [`Conversation`] for each socket.
//!
//! One task reads and writes a socket; every operation of it is a task of its own (`ws/subscribe.rs`) that puts frames into
//! the socket's outbox (`ws/outbox.rs`). So a slow operation delays no other and no ping, and a client that does not read
//! holds up its own operations only, until it is dropped. What always holds:
//!
//! - A message is read only when there is room for the reply to it.
//! - Nothing is executed before `connection_ack`, and nothing after the socket is gone: its operations end with it.
//! - Every state has an end: `connection_init` must come, signing in must finish, tokens expire, silence is noticed.

use std::{ops::ControlFlow, pin::pin, sync::Arc};

use async_graphql::Executor;
use axum::{
    body::Bytes,
    extract::ws::{Message, WebSocket},
};
use futures_util::{
    FutureExt as _, StreamExt as _,
    future::BoxFuture,
    stream::{FuturesUnordered, SplitSink, SplitStream},
};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use serde_json::{Map, Value, json};
use tokio::{
    select,
    time::{Instant, MissedTickBehavior, interval_at, sleep_until},
};
use tokio_tungstenite::tungstenite;

use self::{
    close::Close,
    message::{ClientMessage, Dialect, Reason, ServerMessage},
    outbox::{Outbox, Slot},
    running::Running,
    subscribe::Subscriber,
};
use super::{
    Gate, RequestId, SignInError, SignedIn, SocketLimits,
    answer::Answer,
    bearer::{self, Token},
    client_address::ClientAddress,
    operation::unbroken,
    parameters::Parameters,
    refusal::Refusal,
    seats::Seat,
    stay::{self, Left},
};
use crate::metrics::Transport;

mod close;
mod feeds;
mod message;
mod outbox;
mod running;
mod subscribe;
mod upgrade;

pub(super) use self::upgrade::accept;

/// A socket's whole life.
async fn converse<E: Executor>(
    gate: Arc<Gate<E>>,
    (sink, mut incoming): (SplitSink<WebSocket, Message>, SplitStream<WebSocket>),
    from: (Token, ClientAddress, Seat),
    spoken: Option<Dialect>,
) {
    let (metrics, _open) = (gate.front.metrics.clone(), gate.front.metrics.open(Transport::WebSocket));
    let (outbox, mut writer) = Outbox::new(&gate.front.limits.socket, sink);
    let mut conversation = Conversation::new(gate, outbox, from, spoken.unwrap_or(Dialect::New));
    let end = match spoken {
        None => End::Close(Close::SUBPROTOCOL),
        Some(_) => {
            // Woken by itself alone: an event that the writer wakes for is no reason to look at all that a client may say or do.
            let mut talk = FuturesUnordered::from_iter([conversation.run(&mut incoming)]);
            select! {
                // First, so that the writer sees at once what a client has stopped.
                biased;
                Some(end) = talk.next() => end,
                () = writer.run() => End::Lost,
            }
        }
    };
    let how = end.how();
    tracing::debug!(how, "a conversation ended");
    metrics.connections.closed(how);
    // Who waits for a place need not ask another for it.
    let stranger = conversation.stranger.take().inspect(Seat::give_way);
    // The operations end now, not after the farewell.
    drop(conversation);
    // A farewell needs room of its own, which a socket should not keep while it is open.
    match end {
        End::Close(close) => writer.close(&close, incoming).boxed().await,
        End::ClosedByClient => writer.flush().boxed().await,
        End::Lost => {}
    }
    drop(stranger);
}

/// How a conversation ends.
#[derive(Debug)]
enum End {
    Close(Close),
    ClosedByClient,
    /// The connection broke, or its client stopped reading.
    Lost,
}

impl End {
    /// The code that we close with, without the reason, which may repeat what the client said; or who or what else ended it.
    fn how(&self) -> String {
        match self {
            Self::Close(close) if *close == Close::MADE_ROOM => "made_room".to_owned(),
            Self::Close(close) => close.code.to_string(),
            Self::ClosedByClient => "client".to_owned(),
            Self::Lost => "lost".to_owned(),
        }
    }
}

/// What follows an event: on, or the end.
type Step = ControlFlow<End>;

const ON: Step = ControlFlow::Continue(());

fn close(why: Close) -> Step {
    ControlFlow::Break(End::Close(why))
}

/// Where a client stands.
enum Phase {
    /// Nothing has been heard yet; `connection_init` must come before this instant.
    Silent(Instant),
    /// The token is being checked, which has a deadline of its own. The slot is for the acknowledgement.
    SigningIn(BoxFuture<'static, Result<SignedIn, SignInError>>, Slot),
    /// Acknowledged, until this ends it.
    SignedIn(BoxFuture<'static, Close>),
}

impl Phase {
    /// Waits for what this phase ends with. Loses nothing when it is dropped before it is done.
    async fn settled(&mut self) -> Result<SignedIn, Close> {
        match self {
            Self::Silent(until) => {
                sleep_until(*until).await;
                Err(Close::INIT_TIMEOUT)
            }
            Self::SigningIn(outcome, _) => outcome.await.map_err(|error| match error {
                SignInError::Invalid => Close::FORBIDDEN,
                SignInError::Unavailable => Close::SIGN_IN_UNAVAILABLE,
            }),
            Self::SignedIn(end) => Err(end.await),
        }
    }
}

/// What a client's time ends with. What else is known of the client is not kept meanwhile.
async fn outstay(until: impl Future<Output = Left>) -> Close {
    match until.await {
        Left::Expired => Close::EXPIRED,
        Left::Withdrawn => Close::WITHDRAWN,
        Left::Unknown => Close::SIGN_IN_UNAVAILABLE,
        Left::Stopping => Close::RESTART,
    }
}

struct Conversation<E> {
    gate: Arc<Gate<E>>,
    outbox: Outbox,
    dialect: Dialect,
    /// What `connection_init` carried, or else the upgrade request.
    token: Token,
    address: ClientAddress,
    phase: Phase,
    /// A seat among those who have not signed in; none once a token is shown, of which is soon known what it is worth.
    stranger: Option<Seat>,
    running: Running,
    last_heard: Instant,
    /// How often it may say something.
    pace: DefaultDirectRateLimiter,
}

impl<E: Executor> Conversation<E> {
    fn new(gate: Arc<Gate<E>>, outbox: Outbox, from: (Token, ClientAddress, Seat), dialect: Dialect) -> Self {
        let (now, (token, address, stranger)) = (Instant::now(), from);
        let limits = &gate.front.limits.socket;
        let phase = Phase::Silent(now + limits.init_within);
        let pace = Quota::per_second(limits.messages_per_second).allow_burst(limits.messages_at_once);
        let (running, pace) = (Running::default(), RateLimiter::direct(pace));
        let stranger = Some(stranger);
        Self { gate, outbox, dialect, token, address, phase, stranger, running, last_heard: now, pace }
    }

    fn limits(&self) -> &SocketLimits {
        &self.gate.front.limits.socket
    }

    /// One event after the other, until one ends it.
    async fn run(&mut self, incoming: &mut SplitStream<WebSocket>) -> End {
        let mut drained = pin!(self.gate.drained());
        let (every, reply_bytes) = (self.limits().ping_every, self.limits().message_bytes);
        let mut pings = interval_at(Instant::now() + every, every);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let step = select! {
                biased;
                () = &mut drained => close(Close::RESTART),
                () = gives_way(self.stranger.as_ref()) => self.refuse(Close::MADE_ROOM),
                outcome = self.phase.settled() => self.acknowledge(outcome),
                _ = pings.tick() => self.ping(),
                (slot, message) = receive(&self.outbox, reply_bytes, incoming), if self.listens() => {
                    self.hear(slot, message)
                }
            };
            if let ControlFlow::Break(end) = step {
                return end;
            }
        }
    }

    /// Clients of the old dialect start operations without waiting for the acknowledgement: they are heard once it is there.
    fn listens(&self) -> bool {
        self.dialect == Dialect::New || !matches!(self.phase, Phase::SigningIn(..))
    }

    fn ping(&self) -> Step {
        if self.last_heard.elapsed() >= self.limits().ping_every * 2 {
            return close(Close::SILENT);
        }
        if self.dialect == Dialect::Old {
            // The messages of this dialect leave open whether anybody is there; the transport's pings do not.
            self.outbox.try_send(Message::Ping(Bytes::new()));
        }
        if let (Phase::SignedIn(_), Ok(ping)) = (&self.phase, ServerMessage::ping(self.dialect).to_json()) {
            // Without room a ping is not needed: the client has enough to read.
            self.outbox.try_send(Message::text(ping));
        }
        ON
    }

    fn hear(&mut self, slot: Slot, message: Option<Result<Message, axum::Error>>) -> Step {
        self.last_heard = Instant::now();
        if self.pace.check().is_err() {
            return close(Close::TOO_OFTEN);
        }
        match message {
            Some(Ok(Message::Text(text))) => match ClientMessage::read(&text, self.dialect) {
                Ok(message) => self.obey(slot, message),
                Err(why) => close(why),
            },
            Some(Ok(Message::Binary(_))) => close(Close::invalid("Messages must be text")),
            // The transport answers its own pings.
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => ON,
            Some(Ok(Message::Close(_))) => ControlFlow::Break(End::ClosedByClient),
            Some(Err(error)) => ControlFlow::Break(broken(error)),
            None => ControlFlow::Break(End::Lost),
        }
    }

    fn obey(&mut self, slot: Slot, message: ClientMessage) -> Step {
        match (message, &self.phase) {
            (ClientMessage::ConnectionInit(payload), Phase::Silent(_)) => self.sign_in(slot, &payload),
            (ClientMessage::ConnectionInit(_), _) => close(Close::TOO_MANY_INITS),
            (ClientMessage::Ping(payload), _) => reply(slot, &ServerMessage::Pong { payload }),
            (ClientMessage::Pong, _) => ON,
            (ClientMessage::Subscribe(id, parameters), Phase::SignedIn(_)) => self.subscribe(slot, id, parameters),
            (ClientMessage::Subscribe(..), _) => close(Close::UNAUTHORIZED),
            (ClientMessage::Complete(id), _) => {
                self.running.stop(&id);
                ON
            }
            (ClientMessage::Terminate, _) => close(Close::TERMINATED),
        }
    }

    fn sign_in(&mut self, slot: Slot, payload: &Map<String, Value>) -> Step {
        match bearer::from_payload(payload) {
            Ok(None) => {}
            token => self.token = token,
        }
        let Ok(token) = self.token.clone() else { return self.refuse(Close::FORBIDDEN) };
        if token.is_some() && self.stranger.take().is_some_and(|seat| !seat.leave()) {
            return self.refuse(Close::MADE_ROOM);
        }
        let (gate, from) = (self.gate.clone(), self.address);
        let work = async move { unbroken(gate.sign_in(token, from)).await.unwrap_or(Err(SignInError::Unavailable)) };
        self.phase = Phase::SigningIn(work.boxed(), slot);
        ON
    }

    fn acknowledge(&mut self, outcome: Result<SignedIn, Close>) -> Step {
        let client = match outcome {
            Ok(client) => client,
            Err(why) => return self.refuse(why),
        };
        match std::mem::replace(&mut self.phase, Phase::SignedIn(outstay(stay::outstay(&client)).boxed())) {
            Phase::SigningIn(_, slot) => {
                let step = reply(slot, &ServerMessage::ConnectionAck);
                if self.dialect == Dialect::Old {
                    // From the first of them on, clients of this dialect count on more.
                    self.ping()?;
                }
                step
            }
            Phase::Silent(_) | Phase::SignedIn(_) => ON,
        }
    }

    /// Closes the socket; in the old dialect, which knows no codes, a message says why as well.
    fn refuse(&self, why: Close) -> Step {
        let payload = Reason { message: why.reason() };
        if let (Dialect::Old, Ok(error)) = (self.dialect, ServerMessage::ConnectionError { payload }.to_json()) {
            self.outbox.try_send(Message::text(error));
        }
        close(why)
    }

    fn subscribe(&mut self, slot: Slot, id: String, parameters: Parameters) -> Step {
        let (most, request_id) = (self.limits().operations, RequestId::fresh());
        match self.dialect {
            Dialect::New if self.running.contains(&id) => return close(Close::duplicate(&id)),
            Dialect::New => {}
            // A second operation takes the place of the first.
            Dialect::Old => self.running.stop(&id),
        }
        if self.running.len() >= most {
            let answer = Answer::refused(Refusal::too_many_operations(most), &request_id);
            answer.count_errors(&self.gate.front.metrics);
            slot.send(message::error(self.dialect, &id, &json!(answer.into_errors()).to_string()));
            return ON;
        }
        let (gate, outbox, from) = (self.gate.clone(), self.outbox.clone(), (self.token.clone(), self.address));
        let dialect = self.dialect;
        let subscriber = |ticket| Subscriber { gate, from, outbox, dialect, ticket, id: request_id };
        self.running.start(id, |ticket| subscriber(ticket).run(parameters));
        ON
    }
}

/// Waits until somebody who has not signed in has to make room; for ever, for whoever has.
async fn gives_way(stranger: Option<&Seat>) {
    match stranger {
        Some(seat) => seat.gives_way().await,
        None => std::future::pending().await,
    }
}

/// The next message, with room for a reply to it. Loses nothing when it is dropped before it is done.
async fn receive(
    outbox: &Outbox,
    reply_bytes: usize,
    incoming: &mut SplitStream<WebSocket>,
) -> (Slot, Option<Result<Message, axum::Error>>) {
    match outbox.reserve(reply_bytes).await {
        Ok(slot) => (slot, incoming.next().await),
        // The writer has gone, which ends the conversation.
        Err(_) => std::future::pending().await,
    }
}

fn reply(slot: Slot, message: &ServerMessage<'_>) -> Step {
    if let Ok(text) = message.to_json() {
        slot.send(text);
    }
    ON
}

/// What to tell a client whose frames cannot be read, if there is anyone to tell.
fn broken(error: axum::Error) -> End {
    use tungstenite::Error;
    match error.into_inner().downcast_ref::<Error>() {
        Some(Error::Capacity(_)) => End::Close(Close::TOO_LARGE),
        Some(Error::Utf8(_)) => End::Close(Close::NOT_TEXT),
        Some(Error::Protocol(_)) => End::Close(Close::BROKEN_FRAME),
        _ => End::Lost,
    }
}
