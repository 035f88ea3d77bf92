//! A wiretap between a gateway and PostgreSQL: counts the statements that really go over the wire.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
};
use url::Url;

/// The statements executed through one address.
pub(crate) struct Wire {
    /// The database's address, through the wiretap.
    pub(crate) url: String,
    executed: Arc<AtomicU64>,
}

impl Wire {
    /// Listens before the server of a database's address.
    pub(crate) async fn before(url: &str) -> Self {
        let mut url = Url::parse(url).unwrap();
        let server = (url.host_str().unwrap().to_owned(), url.port().unwrap_or(5432));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        url.set_ip_host(listener.local_addr().unwrap().ip()).unwrap();
        url.set_port(Some(listener.local_addr().unwrap().port())).unwrap();
        // What is encrypted could not be counted.
        url.set_query(Some("sslmode=disable"));
        let executed = Arc::new(AtomicU64::new(0));
        tokio::spawn(relay(listener, server, executed.clone()));
        Self { url: url.into(), executed }
    }

    /// How many statements went over the wire so far.
    pub(crate) fn executed(&self) -> u64 {
        self.executed.load(Ordering::SeqCst)
    }
}

async fn relay(listener: TcpListener, server: (String, u16), executed: Arc<AtomicU64>) {
    while let Ok((client, _)) = listener.accept().await {
        let server = TcpStream::connect(server.clone()).await.unwrap();
        client.set_nodelay(true).unwrap();
        server.set_nodelay(true).unwrap();
        let (from_client, mut to_client) = client.into_split();
        let (mut from_server, to_server) = server.into_split();
        tokio::spawn(count(from_client, to_server, executed.clone()));
        tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
    }
}

/// Passes a client's messages on. The first has no type; of the others each `Execute` and each simple `Query` is a statement.
async fn count(from_client: OwnedReadHalf, mut to_server: OwnedWriteHalf, executed: Arc<AtomicU64>) {
    let mut from_client = BufReader::new(from_client);
    let mut message = Vec::new();
    while read_message(&mut from_client, &mut message).await.is_ok() {
        if let [b'E' | b'Q', ..] = message[..] {
            executed.fetch_add(1, Ordering::SeqCst);
        }
        if to_server.write_all(&message).await.is_err() {
            return;
        }
    }
}

/// One message with its type, if it has one: a startup message begins with its length, whose first byte is zero.
async fn read_message(client: &mut BufReader<OwnedReadHalf>, message: &mut Vec<u8>) -> std::io::Result<()> {
    message.clear();
    let first = client.read_u8().await?;
    message.push(first);
    let rest_of_length = if first == 0 { 3 } else { 4 };
    let mut length = [0; 4];
    client.read_exact(&mut length[4 - rest_of_length..]).await?;
    message.extend(&length[4 - rest_of_length..]);
    let body = u32::from_be_bytes(length) as usize - 4;
    message.resize(message.len() + body, 0);
    let start = message.len() - body;
    client.read_exact(&mut message[start..]).await?;
    Ok(())
}
