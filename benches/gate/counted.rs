//! A gateway whose instructions are counted, by valgrind's callgrind.

use std::{collections::HashMap, fs, path::Path, process::Command};

use tempfile::TempDir;

use super::process::Server;

pub(crate) struct Counted {
    pub(crate) server: Server,
    folder: TempDir,
}

impl Counted {
    /// Nothing is counted yet, which makes the start bearable.
    pub(crate) async fn start(variables: &HashMap<String, String>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new("valgrind");
        command.args(["--quiet", "--tool=callgrind", "--instr-atstart=no"]);
        command.arg(format!("--callgrind-out-file={}", folder.path().join("counted").display()));
        command.arg(env!("CARGO_BIN_EXE_live-gateway")).arg("serve");
        Self { server: Server::of(command, variables).await, folder }
    }

    /// Counts from here on.
    pub(crate) fn begin(&self) {
        self.control("--instr=on");
        self.control("--zero");
    }

    /// What was executed since then.
    pub(crate) fn so_far(&self) -> u64 {
        self.control("--dump");
        let mut dumps: Vec<_> = fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
        dumps.sort_by_key(|dump| fs::metadata(dump).unwrap().modified().unwrap());
        summary(dumps.last().unwrap())
    }

    fn control(&self, what: &str) {
        let mut command = Command::new("callgrind_control");
        let said = command.arg(what).arg(self.server.id.to_string()).output().unwrap();
        let said = String::from_utf8_lossy(&said.stdout);
        assert!(said.contains("OK"), "callgrind_control {what}: {said}");
    }
}

fn summary(dump: &Path) -> u64 {
    let text = fs::read_to_string(dump).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("summary:").or_else(|| line.strip_prefix("totals:")));
    line.unwrap().trim().parse().unwrap()
}
