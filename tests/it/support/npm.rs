//! Scripts of `tests/npm`, run by Node with the packages they need.
//!
//! The packages are installed once for each state of the lock file, into the target directory. Where there is no Node the
//! test says on standard error that it was left out; where `CI` is set that is a failure.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    fs::{self, File},
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::{Path, PathBuf},
    process::Stdio,
};

use tokio::process::Command;

use super::left_out;

const FILES: [&str; 3] = ["package.json", "package-lock.json", ".npmrc"];

/// The command that runs a script, for its arguments to be added; `None` if there is no Node to run it.
pub(crate) async fn script(name: &str) -> Option<Command> {
    if let Err(error) = std::process::Command::new("npm").arg("--version").output() {
        left_out(&format!("{name} needs Node and npm ({error})"));
        return None;
    }
    let directory = tokio::task::spawn_blocking(install).await.unwrap();
    let mut command = Command::new("node");
    command.arg(directory.join(name)).stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
    Some(command)
}

/// Where the packages and scripts are.
fn install() -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/npm");
    let mut hash = DefaultHasher::new();
    for file in FILES {
        fs::read(source.join(file)).unwrap().hash(&mut hash);
    }
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("npm-{:016x}", hash.finish()));
    fs::create_dir_all(&directory).unwrap();
    // Other tests, also of other processes, want the same at the same time.
    let lock = File::create(directory.join("lock")).unwrap();
    lock.lock().unwrap();
    let installed = directory.join("installed");
    if !installed.exists() {
        copy(&source, &directory, |name| FILES.contains(&name));
        run_npm(&directory);
        File::create(installed).unwrap();
    }
    copy(&source, &directory, |name| name.ends_with(".mjs"));
    directory
}

fn copy(from: &Path, to: &Path, which: impl Fn(&str) -> bool) {
    for entry in fs::read_dir(from).unwrap() {
        let name = entry.unwrap().file_name();
        if name.to_str().is_some_and(&which) {
            // In one step, since another test may be about to run it.
            let part = to.join(format!("{}.part", name.display()));
            fs::copy(from.join(&name), &part).unwrap();
            fs::rename(part, to.join(&name)).unwrap();
        }
    }
}

fn run_npm(directory: &Path) {
    let mut npm = std::process::Command::new("npm");
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(directory);
    let output = npm.output().unwrap();
    assert!(output.status.success(), "npm ci: {}", String::from_utf8_lossy(&output.stderr));
}
