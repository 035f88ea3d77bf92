//! A subscriber that costs next to nothing, so that thousands of them leave the machine to the server: it counts frames, and looks
//! for one number in them.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
    task::AbortHandle,
};

/// What all subscribers together have got.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) events: AtomicU64,
    /// Which number came to whom, and when.
    pub(crate) arrivals: Mutex<Vec<(usize, i64, Instant)>>,
}

impl Tally {
    pub(crate) fn events(&self) -> u64 {
        self.events.load(Ordering::Relaxed)
    }

    pub(crate) fn take_arrivals(&self) -> Vec<(usize, i64, Instant)> {
        std::mem::take(&mut *self.arrivals.lock().unwrap())
    }

    fn note(&self, whose: usize, frame: &[u8]) {
        self.events.fetch_add(1, Ordering::Relaxed);
        if let Some(number) = number_in(frame) {
            self.arrivals.lock().unwrap().push((whose, number, Instant::now()));
        }
    }
}

/// What comes after `"viewers":`.
fn number_in(frame: &[u8]) -> Option<i64> {
    let name = br#""viewers":"#;
    let at = frame.windows(name.len()).position(|window| window == name)? + name.len();
    let digits: Vec<u8> = frame[at..].iter().copied().take_while(u8::is_ascii_digit).collect();
    std::str::from_utf8(&digits).ok()?.parse().ok()
}

/// A websocket by hand.
pub(crate) struct Socket {
    stream: BufReader<TcpStream>,
    frame: Vec<u8>,
}

/// Ends its subscriber when it is dropped.
pub(crate) struct Subscriber(AbortHandle);

impl Drop for Subscriber {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Socket {
    /// A socket that is acknowledged.
    pub(crate) async fn open(address: SocketAddr, token: &str) -> io::Result<Self> {
        let mut stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let upgrade = format!(
            "GET /graphql HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
             Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
        );
        stream.write_all(upgrade.as_bytes()).await?;
        let mut socket = Self { stream: BufReader::with_capacity(2048, stream), frame: Vec::new() };
        let mut line = String::new();
        while line != "\r\n" {
            line.clear();
            socket.stream.read_line(&mut line).await?;
        }
        let init = format!(r#"{{"type":"connection_init","payload":{{"authorization":"Bearer {token}"}}}}"#);
        socket.send(&init).await?;
        socket.read().await?;
        Ok(socket)
    }

    pub(crate) async fn subscribe(&mut self, query: &str) -> io::Result<()> {
        let query = serde_json::Value::from(query);
        self.send(&format!(r#"{{"type":"subscribe","id":"1","payload":{{"query":{query}}}}}"#)).await
    }

    /// Sends a text, masked with zeros, which leaves it as it is.
    pub(crate) async fn send(&mut self, text: &str) -> io::Result<()> {
        let length = text.len();
        let mut frame = vec![0x81];
        match u8::try_from(length) {
            Ok(short) if short < 126 => frame.push(0x80 | short),
            _ => {
                frame.push(0x80 | 126);
                frame.extend(u16::try_from(length).unwrap().to_be_bytes());
            }
        }
        frame.extend([0; 4]);
        frame.extend(text.as_bytes());
        self.stream.get_mut().write_all(&frame).await
    }

    /// The next frame's payload.
    async fn read(&mut self) -> io::Result<&[u8]> {
        let mut head = [0; 2];
        self.stream.read_exact(&mut head).await?;
        let length = match head[1] & 0x7f {
            126 => usize::from(self.stream.read_u16().await?),
            127 => self.stream.read_u64().await? as usize,
            short => usize::from(short),
        };
        self.frame.resize(length, 0);
        self.stream.read_exact(&mut self.frame).await?;
        if head[0] & 0x0f == 8 {
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        Ok(&self.frame)
    }

    /// Reads on, and says that it is still there when it is asked.
    pub(crate) fn count(mut self, whose: usize, tally: Arc<Tally>) -> Subscriber {
        let reading = tokio::spawn(async move {
            loop {
                let frame = self.read().await.expect("the socket stays open");
                if frame.starts_with(br#"{"type":"next""#) {
                    tally.note(whose, frame);
                } else if frame.starts_with(br#"{"type":"ping""#) {
                    self.send(r#"{"type":"pong"}"#).await.expect("the socket stays open");
                } else {
                    panic!("{}", String::from_utf8_lossy(frame));
                }
            }
        });
        Subscriber(reading.abort_handle())
    }
}
