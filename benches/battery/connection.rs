//! A client of HTTP that costs next to nothing: it sends bytes that are ready, on one connection as long as that lasts, and reads no
//! more of the answer than is asked of it.

use std::{io, sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::FutureExt as _;
use tokio::{
    io::{AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
    time::{Instant, timeout},
};

use super::{
    PATIENCE,
    attack::{Outcome, Target},
};

pub(crate) struct Connection {
    target: Target,
    /// Which of the attackers' addresses it comes from; `None` for somebody who means no harm.
    attacker: Option<usize>,
    stream: Option<BufReader<TcpStream>>,
}

/// An answer as far as it matters.
struct Answer {
    came: String,
    /// Whether the connection may be used again.
    goes_on: bool,
}

impl Connection {
    pub(crate) fn new(target: Target, attacker: Option<usize>) -> Self {
        Self { target, attacker, stream: None }
    }

    /// Sends a request; what came, such as `400 BAD_REQUEST`, since this instant.
    pub(crate) async fn ask(&mut self, request: &Bytes, since: Instant) -> Outcome {
        let used = self.stream.is_some();
        let mut answered = self.answered(request).await;
        if used && matches!(&answered, Ok(Err(_))) {
            // The server has ended it meanwhile, which it may.
            answered = self.answered(request).await;
        }
        let came = match answered {
            Ok(Ok(came)) => came,
            Ok(Err(error)) => format!("broken: {}", error.kind()),
            Err(_) => "nothing".to_owned(),
        };
        Outcome { came, took: since.elapsed() }
    }

    async fn answered(&mut self, request: &Bytes) -> Result<io::Result<String>, tokio::time::error::Elapsed> {
        timeout(PATIENCE, async {
            let mut stream = match self.stream.take() {
                Some(stream) => stream,
                None => BufReader::new(self.connect().await?),
            };
            let answer = exchange(&mut stream, request).await?;
            self.stream = answer.goes_on.then_some(stream);
            Ok(answer.came)
        })
        .await
    }

    async fn connect(&self) -> io::Result<TcpStream> {
        let stream = match self.attacker {
            Some(attacker) => self.target.connect(attacker).await?,
            None => TcpStream::connect(self.target.address).await?,
        };
        stream.set_nodelay(true)?;
        Ok(stream)
    }
}

/// An answer may come before all is sent: then the rest is not.
async fn exchange(stream: &mut BufReader<TcpStream>, request: &[u8]) -> io::Result<Answer> {
    let mut sent = 0;
    while sent < request.len() {
        tokio::select! {
            biased;
            ready = stream.get_ref().readable() => {
                ready?;
                match stream.get_ref().peek(&mut [0; 1]).now_or_never().transpose()? {
                    // It was ready for the end of the answer before, and nobody had looked since.
                    None => {}
                    Some(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                    Some(_) => return Ok(Answer { goes_on: false, ..read(stream).await? }),
                }
            }
            ready = stream.get_ref().writable() => {
                ready?;
                match stream.get_ref().try_write(&request[sent..]) {
                    Ok(count) => sent += count,
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    // The server reads no more, and has said why.
                    Err(_) => return Ok(Answer { goes_on: false, ..read(stream).await? }),
                }
            }
        }
    }
    stream.flush().await?;
    read(stream).await
}

async fn read(stream: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Answer> {
    let mut line = String::new();
    stream.read_line(&mut line).await?;
    let status = line.split(' ').nth(1).ok_or(io::ErrorKind::UnexpectedEof)?.to_owned();
    let (mut length, mut goes_on) = (0, true);
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        match name {
            "content-length" => length = value.parse().map_err(io::Error::other)?,
            "connection" => goes_on = value != "close",
            _ => {}
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    Ok(Answer { came: told(&status, &String::from_utf8_lossy(&body)), goes_on })
}

fn told(status: &str, body: &str) -> String {
    code(body).map_or_else(|| status.to_owned(), |code| format!("{status} {code}"))
}

/// The same of an answer that was read in one.
pub(crate) fn summary(answer: &str) -> String {
    told(answer.split(' ').nth(1).unwrap_or_default(), answer)
}

/// The first code of an answer.
pub(crate) fn code(text: &str) -> Option<&str> {
    text.split_once(r#""code":""#)?.1.split('"').next()
}

/// From its first request on until then at this pace, on one connection after the other of one attacker.
pub(crate) async fn lane(
    target: Target,
    attacker: usize,
    requests: Arc<[Bytes]>,
    (first, pace): (Instant, Duration),
    until: Instant,
) -> Vec<Outcome> {
    let mut connection = Connection::new(target, Some(attacker));
    let mut ticks = tokio::time::interval_at(first, pace);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut outcomes = Vec::new();
    for number in attacker.. {
        ticks.tick().await;
        if Instant::now() >= until {
            break;
        }
        outcomes.push(connection.ask(&requests[number % requests.len()], Instant::now()).await);
    }
    outcomes
}
