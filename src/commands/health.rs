//! `health`: what a container's health check runs, since its image has no program that asks by HTTP.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use super::{Failure, say};

const WITHIN: Duration = Duration::from_secs(2);
/// The probe answers with a line.
const LONGEST_ANSWER: u64 = 8 * 1024;

pub(super) async fn run(listen: SocketAddr) -> Result<(), Failure> {
    let address = reachable(listen);
    let answer = timeout(WITHIN, ask(address)).await.ok().and_then(Result::ok);
    let answer = answer.ok_or_else(|| format!("nothing answers on {address}"))?;
    let (head, said) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    match head.split_whitespace().nth(1) {
        Some("200") => say(said.trim_end()),
        _ => Err(format!("not ready: {}", said.trim()).into()),
    }
}

/// HTTP/1.0, so that the answer ends with the connection.
async fn ask(address: SocketAddr) -> std::io::Result<String> {
    let mut connection = TcpStream::connect(address).await?;
    connection.write_all(b"GET /readyz HTTP/1.0\r\n\r\n").await?;
    let mut answer = String::new();
    connection.take(LONGEST_ANSWER).read_to_string(&mut answer).await?;
    Ok(answer)
}

/// A gateway that listens on every address is asked on the loopback one.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}
