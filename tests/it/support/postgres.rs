//! A PostgreSQL of a test's own, which may be stopped and started again.

use std::{
    ffi::OsStr,
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use tempfile::TempDir;
use tokio::net::TcpListener;

use super::left_out;

pub(crate) struct Postgres {
    programs: PathBuf,
    port: u16,
    folder: TempDir,
}

impl Postgres {
    /// A server that trusts everybody on this machine; `None`, which the run's last words say, where there are no programs for it.
    pub(crate) async fn start() -> Option<Self> {
        Self::start_with(&[], &[]).await
    }

    /// One with these settings, and with these files in its folder.
    pub(crate) async fn start_with(settings: &[&str], files: &[(&str, &str)]) -> Option<Self> {
        let Some(programs) = programs() else {
            left_out("no initdb to make a PostgreSQL of a test's own with");
            return None;
        };
        let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        let postgres = Self { programs, port, folder: tempfile::tempdir().unwrap() };
        postgres.own();
        postgres.run("initdb", ["--username=gateway", "--auth=trust", "--no-sync", "--pgdata=data"]);
        let data = postgres.folder.path().join("data");
        for (name, content) in files {
            fs::write(data.join(name), content).unwrap();
            let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
            fs::set_permissions(data.join(name), private).unwrap();
        }
        let own =
            format!("\nlisten_addresses = '127.0.0.1'\nport = {port}\nunix_socket_directories = ''\nfsync = off\n");
        let configuration = fs::read_to_string(data.join("postgresql.conf")).unwrap() + &own + &settings.join("\n");
        fs::write(data.join("postgresql.conf"), configuration).unwrap();
        postgres.own();
        postgres.start_again();
        Some(postgres)
    }

    /// PostgreSQL refuses to run as root, and to read what is another's.
    fn own(&self) {
        if is_root() {
            let status = Command::new("chown").args(["-R", "postgres"]).arg(self.folder.path()).status().unwrap();
            assert!(status.success());
        }
    }

    /// Starts it and waits until it answers.
    pub(crate) fn start_again(&self) {
        self.run("pg_ctl", ["--pgdata=data", "--wait", "--log=log", "start"]);
    }

    /// Ends every connection and stops.
    pub(crate) fn stop(&self) {
        self.run("pg_ctl", ["--pgdata=data", "--mode=fast", "stop"]);
    }

    /// The address of a database that is there from the beginning.
    pub(crate) fn url(&self) -> String {
        format!("postgres://gateway@127.0.0.1:{}/postgres", self.port)
    }

    fn run<'a>(&self, program: &str, arguments: impl IntoIterator<Item = &'a str>) {
        let mut command = as_postgres(self.programs.join(program).as_os_str());
        let output = command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null()).output().unwrap();
        assert!(output.status.success(), "{program}: {output:?}");
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let mut command = as_postgres(self.programs.join("pg_ctl").as_os_str());
        command.args(["--pgdata=data", "--mode=immediate", "stop"]).current_dir(self.folder.path());
        // A test that fails may have left it stopped.
        drop(command.output());
    }
}

/// Where PostgreSQL's own programs are: on the path, or where Debian keeps them.
fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let kept = versions.map(|version| version.path().join("bin"));
    std::env::split_paths(&path).chain(kept).find(|folder| folder.join("initdb").is_file())
}

fn is_root() -> bool {
    fs::metadata(Path::new("/proc/self")).is_ok_and(|of_ours| of_ours.uid() == 0)
}

fn as_postgres(program: &OsStr) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("runuser");
    command.args(["-u", "postgres", "--"]).arg(program);
    command
}
