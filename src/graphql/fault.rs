//! Where [`crate::Error`] ends: a client's fault keeps its text and code, ours becomes one fixed sentence and a log line.
//!
//! The request id is added to every error at the edge, by the HTTP and websocket layers.

use std::time::Duration;

use async_graphql::ErrorExtensions as _;

use crate::error::{ClientError, Error, INTERNAL_SENTENCE, UNAVAILABLE_FOR, UNAVAILABLE_SENTENCE, chain};

impl From<Error> for async_graphql::Error {
    fn from(error: Error) -> Self {
        let code = error.code();
        match error {
            Error::Client(error) => client_fault(&error),
            Error::Internal(cause) => {
                tracing::error!(error = %chain(cause.as_ref()), "an operation failed");
                Self::new(INTERNAL_SENTENCE).extend_with(|_, extensions| extensions.set("code", code))
            }
            Error::Unavailable(cause) => {
                tracing::error!(error = %chain(cause.as_ref()), "an operation failed: the database cannot be asked");
                Self::new(UNAVAILABLE_SENTENCE).extend_with(|_, extensions| {
                    extensions.set("code", code);
                    extensions.set("retryable", true);
                    extensions.set("retryAfter", whole_seconds(UNAVAILABLE_FOR));
                })
            }
        }
    }
}

fn client_fault(error: &ClientError) -> async_graphql::Error {
    async_graphql::Error::new(error.to_string()).extend_with(|_, extensions| {
        extensions.set("code", error.code());
        match error {
            ClientError::InvalidInput { argument, .. } => extensions.set("argument", argument.as_ref()),
            ClientError::InvalidCursor { argument } => extensions.set("argument", *argument),
            ClientError::Shopee(fault) => {
                extensions.set("call", fault.call);
                extensions.set("retryable", fault.retryable);
                if let Some(after) = fault.retry_after {
                    extensions.set("retryAfter", whole_seconds(after));
                }
            }
            ClientError::DeadlineExceeded => extensions.set("retryable", true),
            ClientError::TooManyAttempts { retry_after } | ClientError::Overloaded { retry_after } => {
                extensions.set("retryAfter", whole_seconds(*retry_after));
            }
            _ => {}
        }
    })
}

/// Rounded up, so that whoever waits for it has waited long enough.
fn whole_seconds(time: Duration) -> i64 {
    time.as_secs_f64().ceil() as i64
}
