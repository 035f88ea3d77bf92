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
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    task::AbortHandle,
};

/// A text that is whole.
pub(crate) const TEXT: u8 = 0x81;

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
    pub(crate) reading: Frames,
    pub(crate) writing: OwnedWriteHalf,
}

/// The end that frames come from.
pub(crate) struct Frames {
    stream: BufReader<OwnedReadHalf>,
    payload: Vec<u8>,
}

/// Ends its subscriber when it is dropped.
pub(crate) struct Subscriber(AbortHandle);

impl Drop for Subscriber {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Frames {
    /// The kind of the next frame, and its payload.
    pub(crate) async fn next(&mut self) -> io::Result<(u8, &[u8])> {
        let mut head = [0; 2];
        self.stream.read_exact(&mut head).await?;
        let length = match head[1] & 0x7f {
            126 => usize::from(self.stream.read_u16().await?),
            127 => self.stream.read_u64().await? as usize,
            short => usize::from(short),
        };
        self.payload.resize(length, 0);
        self.stream.read_exact(&mut self.payload).await?;
        Ok((head[0] & 0x0f, &self.payload))
    }

    /// The next text.
    async fn text(&mut self) -> io::Result<&[u8]> {
        match self.next().await? {
            (8, why) => Err(io::Error::new(io::ErrorKind::ConnectionReset, format!("closed: {}", why.escape_ascii()))),
            (_, text) => Ok(text),
        }
    }
}

impl Socket {
    /// A socket that is acknowledged.
    pub(crate) async fn open(address: SocketAddr, token: &str) -> io::Result<Self> {
        Self::signed_in(TcpStream::connect(address).await?, token).await
    }

    /// The same on a connection that is there.
    pub(crate) async fn signed_in(stream: TcpStream, token: &str) -> io::Result<Self> {
        let mut socket = Self::upgraded(stream).await?;
        let init = format!(r#"{{"type":"connection_init","payload":{{"authorization":"Bearer {token}"}}}}"#);
        socket.send(&init).await?;
        socket.reading.text().await?;
        Ok(socket)
    }

    /// A socket on which nothing has been said; an error with the status if it is refused.
    pub(crate) async fn upgraded(mut stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        let upgrade = format!(
            "GET /graphql HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
             Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n",
            stream.peer_addr()?
        );
        stream.write_all(upgrade.as_bytes()).await?;
        let (reading, writing) = stream.into_split();
        let mut stream = BufReader::with_capacity(2048, reading);
        let (mut status, mut line) = (String::new(), String::new());
        stream.read_line(&mut status).await?;
        while line != "\r\n" {
            line.clear();
            if stream.read_line(&mut line).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        match status.split(' ').nth(1) {
            Some("101") => Ok(Self { reading: Frames { stream, payload: Vec::new() }, writing }),
            other => Err(io::Error::other(other.unwrap_or("no answer").to_owned())),
        }
    }

    pub(crate) async fn subscribe(&mut self, query: &str) -> io::Result<()> {
        let query = serde_json::Value::from(query);
        self.send(&format!(r#"{{"type":"subscribe","id":"1","payload":{{"query":{query}}}}}"#)).await
    }

    pub(crate) async fn send(&mut self, text: &str) -> io::Result<()> {
        self.writing.write_all(&frame(TEXT, text.as_bytes())).await
    }

    /// Reads on, and says that it is still there when it is asked.
    pub(crate) fn count(mut self, whose: usize, tally: Arc<Tally>) -> Subscriber {
        let reading = tokio::spawn(async move {
            loop {
                let frame = self.reading.text().await.expect("the socket stays open");
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

/// A frame with this first byte, masked with zeros, which leaves the payload as it is.
pub(crate) fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first];
    match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
        (Ok(short), _) if short < 126 => frame.push(0x80 | short),
        (_, Ok(length)) => {
            frame.push(0x80 | 126);
            frame.extend(length.to_be_bytes());
        }
        _ => {
            frame.push(0x80 | 127);
            frame.extend((payload.len() as u64).to_be_bytes());
        }
    }
    frame.extend([0; 4]);
    frame.extend(payload);
    frame
}
