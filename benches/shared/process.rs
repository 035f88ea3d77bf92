//! A server in a process of its own, so that what it costs can be told from what its clients cost.

use std::{
    collections::HashMap,
    env, fs,
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tokio::{net::TcpStream, time::sleep};

/// Some are started by a tool that makes everything slow.
const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) struct Server {
    child: Child,
    /// The system's.
    pub(crate) id: u32,
    pub(crate) address: SocketAddr,
}

impl Server {
    /// The gateway's own program.
    pub(crate) async fn gateway(variables: &HashMap<String, String>) -> Self {
        Self::start(Path::new(env!("CARGO_BIN_EXE_live-gateway")), "serve", variables).await
    }

    /// This program in the part of another server.
    pub(crate) async fn of_this_program(part: &str, variables: &HashMap<String, String>) -> Self {
        Self::start(&env::current_exe().unwrap(), part, variables).await
    }

    async fn start(program: &Path, part: &str, variables: &HashMap<String, String>) -> Self {
        let mut command = Command::new(program);
        command.arg(part);
        Self::of(command, variables).await
    }

    /// What this command starts.
    pub(crate) async fn of(mut command: Command, variables: &HashMap<String, String>) -> Self {
        let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        command.envs(variables).env("LISTEN_ADDR", address.to_string()).env("LOG", "warn");
        let child = command.stdout(Stdio::null()).spawn().unwrap();
        let server = Self { id: child.id(), child, address };
        let patience = Instant::now() + PATIENCE;
        while TcpStream::connect(address).await.is_err() {
            assert!(Instant::now() < patience, "the server starts in time");
            sleep(Duration::from_millis(20)).await;
        }
        server
    }

    /// The processor time it has used.
    pub(crate) fn cpu(&self) -> Duration {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.id)).unwrap();
        let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
        let ticks: u64 = fields[11..13].iter().map(|field| field.parse::<u64>().unwrap()).sum();
        // A tick is a hundredth of a second to whoever asks.
        Duration::from_millis(ticks * 10)
    }

    /// The memory that is its own, in bytes.
    pub(crate) fn memory(&self) -> u64 {
        let rollup = fs::read_to_string(format!("/proc/{}/smaps_rollup", self.id)).unwrap();
        let anonymous = rollup.lines().find_map(|line| line.strip_prefix("Anonymous:")).unwrap();
        anonymous.trim().trim_end_matches(" kB").trim().parse::<u64>().unwrap() * 1024
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
