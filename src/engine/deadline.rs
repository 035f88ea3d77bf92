//! By when work has to be done: passed down to whatever waits for others, so that it gives up in time for the rest to be told.
//!
//! It goes with the task, not with arguments: what outlives whoever asked for it runs in a task of its own, and has none.

use tokio::{
    task_local,
    time::{Instant, timeout_at},
};

task_local! {
    static DEADLINE: Instant;
}

/// Does work that has to be done by then.
pub async fn by<T>(deadline: Instant, work: impl Future<Output = T>) -> T {
    DEADLINE.scope(deadline, work).await
}

/// Waits for something as long as there is time: `None` when that was not long enough.
pub async fn in_time<T>(awaited: impl Future<Output = T>) -> Option<T> {
    match DEADLINE.try_with(|deadline| *deadline) {
        Ok(deadline) => timeout_at(deadline, awaited).await.ok(),
        Err(_) => Some(awaited.await),
    }
}

#[cfg(test)]
mod tests {
    use std::{future::pending, time::Duration};

    use super::*;

    #[tokio::test]
    async fn waiting_ends_with_the_time_there_is() {
        let begun = Instant::now();
        let soon = begun + Duration::from_millis(20);
        assert_eq!(by(soon, in_time(pending::<()>())).await, None);
        assert!(begun.elapsed() >= Duration::from_millis(20));
        assert_eq!(by(soon, in_time(async { 7 })).await, Some(7), "what is there already is taken");
    }

    #[tokio::test]
    async fn without_one_everything_is_waited_for() {
        assert_eq!(in_time(async { 7 }).await, Some(7));
        let elsewhere = async { tokio::spawn(in_time(async { 8 })).await.ok() };
        assert_eq!(by(Instant::now(), elsewhere).await, Some(Some(8)), "another task has none of ours");
    }
}
