//! Those who take a place and say nothing, or next to nothing: what they do is not refused, it ends by a limit of time.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::{FutureExt as _, future::join_all};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    time::{Instant, interval, sleep, timeout_at},
};

use super::{
    super::{
        attack::{AT_ONCE, Attack, Outcome, Target},
        client::Socket,
    },
    head,
    sockets::farewell,
};

const IDLE: usize = 5_000;
/// How many of them come in a second.
const COME: usize = 250;
const HEAD_WITHIN: Duration = Duration::from_secs(60);
const BODY_WITHIN: Duration = Duration::from_secs(10);
const INIT_WITHIN: Duration = Duration::from_secs(3);

pub(super) fn attacks() -> Vec<Attack> {
    let request = Bytes::from(head(None, "content-length: 100000\r\n"));
    vec![
        held("5,000 websockets that say nothing", IDLE, INIT_WITHIN, &["4408"], |target, attacker| {
            upgraded(target, attacker).boxed()
        }),
        held("600 bodies of a byte a second", 600, BODY_WITHIN, &["408 REQUEST_TIMEOUT"], move |target, attacker| {
            slow(target, attacker, request.clone(), usize::MAX).boxed()
        }),
        held("600 heads of a byte a second", 600, HEAD_WITHIN, &["closed"], |target, attacker| {
            slow(target, attacker, Bytes::from_static(b"POST /graphql HTTP/1.1\r\n"), 0).boxed()
        }),
        held("5,000 connections that say nothing", IDLE, HEAD_WITHIN, &["closed"], |target, attacker| {
            silent(target, attacker).boxed()
        }),
    ]
}

fn held<F>(name: &'static str, count: usize, limit: Duration, refusals: &'static [&'static str], one: F) -> Attack
where
    F: Fn(Target, usize) -> futures_util::future::BoxFuture<'static, std::io::Result<String>> + Send + Sync + 'static,
{
    let (one, within) = (Arc::new(one), limit + AT_ONCE);
    Attack {
        name,
        rate: format!("{count}, {} a second", COME.min(count)),
        refusals,
        within,
        held: Some(within + Duration::from_secs((count / COME) as u64 + 2)),
        wave: Box::new(move |target, until| {
            let one = one.clone();
            let each = (0..count).map(move |number| {
                let one = one.clone();
                tokio::spawn(async move {
                    sleep(Duration::from_secs(1) * number as u32 / COME as u32).await;
                    ended(one(target, number % 100), until).await
                })
            });
            join_all(each).map(|each| each.into_iter().map(Result::unwrap).collect()).boxed()
        }),
    }
}

/// How it came to its end.
async fn ended(one: impl Future<Output = std::io::Result<String>>, until: Instant) -> Outcome {
    let begun = Instant::now();
    let came = match timeout_at(until, one).await {
        Ok(Ok(came)) => came,
        Ok(Err(error)) => error.to_string(),
        Err(_) => "still there".to_owned(),
    };
    Outcome { came, took: begun.elapsed() }
}

async fn silent(target: Target, attacker: usize) -> std::io::Result<String> {
    answer(&mut target.connect(attacker).await?).await
}

async fn upgraded(target: Target, attacker: usize) -> std::io::Result<String> {
    let mut socket = Socket::upgraded(target.connect(attacker).await?).await?;
    farewell(&mut socket.reading).await
}

/// Sends the beginning, `at_once` bytes of it in one and then a byte a second, and goes on for ever.
async fn slow(target: Target, attacker: usize, beginning: Bytes, at_once: usize) -> std::io::Result<String> {
    let mut stream = target.connect(attacker).await?;
    let at_once = at_once.min(beginning.len());
    stream.write_all(&beginning[..at_once]).await?;
    let (mut reading, mut writing) = stream.split();
    let trickle = async {
        let mut ticks = interval(Duration::from_secs(1));
        for byte in beginning[at_once..].iter().copied().chain(std::iter::repeat(b'x')) {
            ticks.tick().await;
            if writing.write_all(&[byte]).await.is_err() {
                break;
            }
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        answer = answer(&mut reading) => answer,
        () = trickle => unreachable!("it goes on for ever"),
    }
}

/// What is said at the end, if anything.
async fn answer(stream: &mut (impl tokio::io::AsyncRead + Unpin)) -> std::io::Result<String> {
    let mut said = vec![0; 4096];
    match stream.read(&mut said).await {
        Ok(0) => Ok("closed".to_owned()),
        Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => Ok("closed".to_owned()),
        Err(error) => Err(error),
        Ok(count) => {
            let said = String::from_utf8_lossy(&said[..count]).into_owned();
            Ok(super::super::connection::summary(&said))
        }
    }
}
