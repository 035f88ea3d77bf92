//! What an attack is, and what comes of it.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::Duration,
};

use futures_util::future::BoxFuture;
use tokio::{
    net::{TcpSocket, TcpStream},
    time::Instant,
};

/// How soon what is refused at once has to be.
pub(crate) const AT_ONCE: Duration = Duration::from_secs(1);

/// An attack until this instant, from its beginning to what came of it.
pub(crate) type Wave = Box<dyn Fn(Target, Instant) -> BoxFuture<'static, Vec<Outcome>>>;

pub(crate) struct Attack {
    pub(crate) name: &'static str,
    /// How much of it there is, for the reader.
    pub(crate) rate: String,
    /// What it is to be answered with, any of these.
    pub(crate) refusals: &'static [&'static str],
    /// How soon.
    pub(crate) within: Duration,
    /// How long it goes on where that is not a round: what ends by a limit of time is held for so long.
    pub(crate) held: Option<Duration>,
    pub(crate) wave: Wave,
}

/// What one request or socket was answered with, and how soon.
pub(crate) struct Outcome {
    pub(crate) came: String,
    pub(crate) took: Duration,
}

#[derive(Clone, Copy)]
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
}

impl Target {
    /// A connection from an address of the attackers' own.
    pub(crate) async fn connect(self, attacker: usize) -> std::io::Result<TcpStream> {
        let socket = TcpSocket::new_v4()?;
        let [.., low] = attacker.to_be_bytes();
        socket.bind(SocketAddr::new(IpAddr::V4(Ipv4Addr::new(127, 66, 0, low.max(1))), 0))?;
        socket.connect(self.address).await
    }
}
