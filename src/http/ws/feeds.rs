//! The subscriptions of one socket that share their executions. The writer asks them itself: nothing is queued for a client that
//! does not read, and an event costs no task but the socket's.

use std::{
    future::poll_fn,
    pin::Pin,
    sync::Weak,
    task::{Context, Poll},
};

use futures_util::Stream as _;

use super::{
    message::{self, Dialect},
    running::{Held, Ticket},
};
use crate::http::sharing::{Feed, Told};

/// One of them.
pub(super) struct Fed {
    feed: Feed,
    ticket: Ticket,
    dialect: Dialect,
    /// Ends when the client stops it.
    held: Weak<Held>,
    /// What stands before the payload of each of its messages.
    opening: Box<str>,
}

impl Fed {
    /// `None` if the client has stopped it already.
    pub(super) fn new(feed: Feed, ticket: Ticket, dialect: Dialect) -> Option<Box<Self>> {
        let (held, opening) = (ticket.hand_over()?, message::opening_of_events(dialect, ticket.id()).into());
        Some(Box::new(Self { feed, ticket, dialect, held, opening }))
    }

    /// What is to be written next; `None` once it is over and nothing is left to say.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Said>> {
        if self.held.strong_count() == 0 {
            return Poll::Ready(None);
        }
        Pin::new(&mut self.feed).poll_next(context).map(|told| match told {
            Some(Told::Event(payload)) => Some(Said::Event(message::framed(&self.opening, payload.json()))),
            Some(Told::Failed(errors)) => {
                let dialect = self.dialect;
                self.last(|id| message::error(dialect, id, errors.json()))
            }
            None => self.last(message::complete),
        })
    }

    fn last(&self, write: impl FnOnce(&str) -> String) -> Option<Said> {
        self.ticket.leave().then(|| Said::Last(write(self.ticket.id())))
    }
}

enum Said {
    Event(String),
    Last(String),
}

/// All of them.
#[derive(Default)]
pub(super) struct Feeds {
    #[expect(clippy::vec_box, reason = "a vector begins with room for four, and most sockets have one")]
    all: Vec<Box<Fed>>,
    /// Who is asked first: each in turn, so that a busy one does not keep the others waiting.
    turn: usize,
}

impl Feeds {
    pub(super) fn add(&mut self, fed: Box<Fed>) {
        self.all.push(fed);
    }

    /// The next message of any. Loses nothing when it is dropped before it is done.
    pub(super) fn next(&mut self) -> impl Future<Output = String> {
        poll_fn(|context| self.poll(context))
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<String> {
        let mut asked = 0;
        while asked < self.all.len() {
            self.turn = if self.turn < self.all.len() { self.turn } else { 0 };
            match self.all[self.turn].poll(context) {
                Poll::Pending => {
                    self.turn += 1;
                    asked += 1;
                }
                Poll::Ready(Some(Said::Event(text))) => {
                    self.turn += 1;
                    return Poll::Ready(text);
                }
                Poll::Ready(Some(Said::Last(text))) => {
                    self.remove();
                    return Poll::Ready(text);
                }
                Poll::Ready(None) => {
                    self.remove();
                    // The last one has taken its place, and may have been asked before: another is not to be left out for that.
                    asked = 0;
                }
            }
        }
        Poll::Pending
    }

    fn remove(&mut self) {
        self.all.swap_remove(self.turn);
    }
}
