//! File descriptors: every connection takes one, and so does whatever else is opened. Connections leave some for the rest.

use std::io;

use rlimit::Resource;

use crate::http::{HeadLimits, SocketLimits};

/// Lets this process have as many as it may: programs are started with few and allowed more.
pub(super) fn raise() {
    match rlimit::increase_nofile_limit(u64::MAX) {
        Ok(count) => tracing::debug!(count, "so many files may be open"),
        Err(error) => tracing::info!(%error, "no more files may be open than there were to be"),
    }
}

/// How many there may be.
#[derive(Clone, Copy)]
pub(super) struct Descriptors(usize);

impl Descriptors {
    pub(super) fn of_this_process() -> Self {
        Self::of(rlimit::getrlimit(Resource::NOFILE))
    }

    fn of(limits: io::Result<(u64, u64)>) -> Self {
        let now = limits.map_or(u64::MAX, |(now, _)| now);
        Self(usize::try_from(now).unwrap_or(usize::MAX))
    }

    /// A quarter for those who ask for nothing just now, half of it for those who never did.
    pub(super) fn head(self) -> HeadLimits {
        let usual = HeadLimits::default();
        HeadLimits { waiting: usual.waiting.min(self.0 / 8), idle: usual.idle.min(self.0 / 8), ..usual }
    }

    /// Half for sockets and streams of events.
    pub(super) fn socket(self) -> SocketLimits {
        let usual = SocketLimits::default();
        let sockets = usual.sockets.min(self.0 / 2);
        if sockets < usual.sockets {
            tracing::info!(sockets, descriptors = self.0, "fewer sockets than usual are taken: see `ulimit -n`");
        }
        SocketLimits { sockets, ..usual }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_some_for_the_rest() {
        let few = Descriptors::of(Ok((1024, 4096)));
        assert_eq!((few.head().waiting, few.head().idle, few.socket().sockets), (128, 128, 512));
        for enough in [Ok((32_768, 32_768)), Err(io::ErrorKind::Unsupported.into())] {
            let enough = Descriptors::of(enough);
            assert_eq!(enough.head().waiting, HeadLimits::default().waiting);
            assert_eq!(enough.head().idle, HeadLimits::default().idle);
            assert_eq!(enough.socket().sockets, SocketLimits::default().sockets);
        }
    }
}
