//! Connections whose clients read. One that takes nothing of what is sent to it for a while is closed, whatever protocol it speaks, and
//! until then no more waits for it in the kernel than a little.

use std::{
    io::{
        self,
        ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset},
    },
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::serve::Listener;
use socket2::SockRef;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    time::{Sleep, sleep},
};

/// How long a client may take nothing.
const WITHIN: Duration = Duration::from_secs(10);

/// How long to wait when no connection can be accepted.
const TRY_AGAIN: Duration = Duration::from_millis(10);

/// What may wait in the kernel to be sent. Without it that grows to megabytes for a client that does not read, and what
/// it would read at last is old.
const UNSENT_BYTES: u32 = 64 * 1024;

/// A listener of such connections.
pub struct PatientListener(pub(super) TcpListener);

/// Where a connection comes from.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// Such a connection.
pub struct Patient {
    stream: TcpStream,
    /// Since the client has taken nothing: when that has been long enough.
    until: Option<Pin<Box<Sleep>>>,
}

impl Listener for PatientListener {
    type Io = Patient;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Patient, SocketAddr) {
        let (stream, address) = self.accepted().await;
        if let Err(error) = prepare(&stream) {
            tracing::debug!(%error, "a connection stays as it is");
        }
        (Patient { stream, until: None }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

impl PatientListener {
    /// The next that can be accepted. One that has gone meanwhile is none; where no more descriptors are to be had, those who give way
    /// (`connections/waiting.rs`) are gone in a moment.
    async fn accepted(&mut self) -> (TcpStream, SocketAddr) {
        let mut told = false;
        loop {
            match self.0.accept().await {
                Ok(accepted) => return accepted,
                Err(error) if matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) => {}
                Err(error) => {
                    if !std::mem::replace(&mut told, true) {
                        tracing::warn!(%error, "no connection can be accepted; it is tried again and again");
                    }
                    sleep(TRY_AGAIN).await;
                }
            }
        }
    }
}

/// What is written is sent at once: otherwise the kernel holds a small frame back until the client has acknowledged the one before,
/// and two events in a row arrive 40 ms apart.
fn prepare(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    #[cfg(target_os = "linux")]
    SockRef::from(stream).set_tcp_notsent_lowat(UNSENT_BYTES)?;
    Ok(())
}

impl Patient {
    /// Remembers since when nothing can be written.
    fn patience<T>(&mut self, context: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.until = None;
            return written;
        }
        let until = self.until.get_or_insert_with(|| Box::pin(sleep(WITHIN)));
        until.as_mut().poll(context).map(|()| {
            tracing::info!("a connection was dropped: its client does not read");
            Err(io::ErrorKind::TimedOut.into())
        })
    }
}

impl AsyncRead for Patient {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl AsyncWrite for Patient {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.patience(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, parts);
        self.patience(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
