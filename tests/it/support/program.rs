//! A program of this project as its users run it: a process with nothing in its environment but what a test gives it.

use std::{collections::HashMap, path::Path, process::Stdio};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, AsyncWriteExt as _, BufReader},
    process::{Child, Command},
    sync::watch,
    time::timeout,
};

use super::PATIENCE;

/// A program that is running; it ends with the test at the latest.
pub(crate) struct Running {
    child: Child,
    printed: watch::Receiver<String>,
    logged: watch::Receiver<String>,
}

/// How a program ended, and all that it has said.
#[derive(Debug)]
pub(crate) struct Ended {
    /// `None` if a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) printed: String,
    pub(crate) logged: String,
}

impl Running {
    /// Starts the program in this folder, which is its folder for temporary files too, with this on its standard input.
    pub(crate) fn start<'a>(
        program: &Path,
        arguments: impl IntoIterator<Item = &'a str>,
        variables: &HashMap<String, String>,
        folder: &Path,
        input: &str,
    ) -> Self {
        let mut command = Command::new(program);
        command.args(arguments).env_clear().env("TMPDIR", folder).envs(variables).current_dir(folder);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{}: {error}", program.display()));
        let (mut stdin, input) = (child.stdin.take().unwrap(), input.to_owned());
        // A program that does not read its input ends the pipe.
        tokio::spawn(async move { stdin.write_all(input.as_bytes()).await });
        let (printed, logged) = (follow(child.stdout.take().unwrap()), follow(child.stderr.take().unwrap()));
        Self { child, printed, logged }
    }

    /// The rest of the line on standard output that begins so, once it is there.
    pub(crate) async fn prints(&mut self, beginning: &str) -> String {
        let found = Self::line(&mut self.printed, beginning).await;
        found.unwrap_or_else(|| panic!("it never printed {beginning:?} but logged: {}", *self.logged.borrow()))
    }

    /// The rest of the line on standard error after this, once it is there.
    pub(crate) async fn logs(&mut self, text: &str) -> String {
        let found = Self::line(&mut self.logged, text).await;
        found.unwrap_or_else(|| panic!("it never logged {text:?} but: {}", *self.logged.borrow()))
    }

    async fn line(said: &mut watch::Receiver<String>, part: &str) -> Option<String> {
        let said = timeout(PATIENCE, said.wait_for(|said| said.contains(part))).await.ok()?.ok()?;
        let line = said.lines().find_map(|line| line.split_once(part));
        line.map(|(_, rest)| rest.to_owned())
    }

    /// Sends a signal, such as `TERM`.
    pub(crate) async fn signal(&self, name: &str) {
        let id = self.child.id().expect("it is still running").to_string();
        let sent = Command::new("sh").args(["-c", "kill -s \"$0\" \"$1\"", name, &id]).status().await.unwrap();
        assert!(sent.success());
    }

    /// Ends it at once, as when the machine dies: it cannot do anything about it.
    pub(crate) async fn killed(mut self) -> Ended {
        self.child.start_kill().expect("it is still running");
        let ended = self.ended().await;
        assert_eq!(ended.code, None, "it ended by itself: {ended:?}");
        ended
    }

    /// All that it has printed so far.
    pub(crate) fn printed(&self) -> String {
        self.printed.borrow().clone()
    }

    /// Whether it has not ended yet: until then it holds its pipes.
    pub(crate) fn is_running(&self) -> bool {
        self.logged.has_changed().is_ok()
    }

    /// Ends one at once that may have ended; whether it had not.
    pub(crate) async fn kill_if_running(mut self) -> bool {
        // It may end by itself at this very moment.
        drop(self.child.start_kill());
        self.ended().await.code.is_none()
    }

    /// Waits for the end.
    pub(crate) async fn ended(mut self) -> Ended {
        let status = timeout(PATIENCE, self.child.wait()).await;
        let status = status.unwrap_or_else(|_| panic!("it never ends: {}", *self.logged.borrow())).unwrap();
        Ended { code: status.code(), printed: all(self.printed).await, logged: all(self.logged).await }
    }
}

impl Ended {
    /// Everything it said.
    pub(crate) fn said(&self) -> String {
        format!("{}{}", self.printed, self.logged)
    }
}

fn follow(pipe: impl AsyncRead + Send + Unpin + 'static) -> watch::Receiver<String> {
    let (said, follower) = watch::channel(String::new());
    tokio::spawn(async move {
        let mut lines = BufReader::new(pipe).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            said.send_modify(|said| *said += &format!("{line}\n"));
        }
    });
    follower
}

async fn all(mut said: watch::Receiver<String>) -> String {
    timeout(PATIENCE, async { while said.changed().await.is_ok() {} }).await.expect("nobody else holds its pipes");
    said.borrow().clone()
}
