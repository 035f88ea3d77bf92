//! Who counts what the client does, without the client knowing what for.

use std::fmt::Debug;
use std::time::Duration;

use crate::region::Region;

/// Hears of what a client does, while it does it: in the task that asked, so it must not take long.
pub trait Observer: Debug + Send + Sync {
    /// A call is over.
    fn called(&self, called: &Called);

    /// An attempt is made again, since the one before could not reach Shopee.
    fn repeats(&self, call: &'static str);

    /// A turn was waited for, and had or refused.
    fn waited(&self, time: Duration, had: bool);
}

/// A call that is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Called {
    /// The method of the client that made it.
    pub call: &'static str,
    /// Where it went.
    pub region: Region,
    /// The kind of the error it ended with; `None` if it went well.
    pub error: Option<&'static str>,
    /// How long it took, with its waits and repetitions.
    pub took: Duration,
}
