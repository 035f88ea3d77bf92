//! How long a client's stream of events or socket may go on, whatever it tells.

use std::time::Duration;

use futures_util::future::OptionFuture;
use rand::Rng as _;
use tokio::{
    select,
    time::{Instant, sleep, sleep_until},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{SignInError, SignedIn, operation::unbroken};

/// Time for one client to connect elsewhere before the next one does, on average.
const EACH: Duration = Duration::from_millis(2);

/// Why it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Left {
    /// The token has expired.
    Expired,
    /// Something was taken from whom it stands for.
    Withdrawn,
    /// Nobody can tell whether something was.
    Unknown,
    /// The gateway stops.
    Stopping,
}

/// Waits until a client may no longer go on.
pub(super) fn outstay(client: &SignedIn) -> impl Future<Output = Left> + Send + use<> {
    // An expiry beyond what the clock can count to is none.
    let expires = client.expires_in.and_then(|good_for| Instant::now().checked_add(good_for));
    let ended = client.ended.clone();
    async move {
        let expiry = OptionFuture::from(expires.map(sleep_until));
        let withdrawn = async {
            let until = ended();
            // It may hold more than what it waits with.
            drop(ended);
            until.await
        };
        select! {
            Some(()) = expiry => Left::Expired,
            ended = unbroken(withdrawn) => match ended {
                Ok(SignInError::Invalid) => Left::Withdrawn,
                Ok(SignInError::Unavailable) | Err(_) => Left::Unknown,
            },
        }
    }
}

/// Waits until a stop ends this one: each at another moment, so that the clients do not all connect elsewhere at once. A few are
/// through with it at once, many take the time there is.
pub(super) async fn drained(shutdown: CancellationToken, open: TaskTracker, at_most: Duration) {
    shutdown.cancelled().await;
    let count = u32::try_from(open.len()).unwrap_or(u32::MAX);
    let window = EACH.saturating_mul(count).min(at_most);
    let turn = rand::rng().random();
    sleep(window.mul_f64(turn)).await;
}
