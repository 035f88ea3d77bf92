//! Logs: one line an event, as text or JSON. What may not leave the process is kept out where it arises, by types whose
//! `Debug` prints nothing; filtered here are only libraries that print what they carry.

use std::{
    env,
    io::{self, IsTerminal as _},
};

use tracing_subscriber::{
    Layer as _,
    filter::{LevelFilter, Targets},
    fmt,
    layer::SubscriberExt as _,
    util::SubscriberInitExt as _,
};

use crate::config::LogFormat;

/// Installs the global subscriber. A second call (several gateways in one test process) leaves the first in place.
pub fn install(filter: &Targets, format: LogFormat) {
    let lines = fmt::layer().with_writer(io::stderr).with_ansi(is_coloured());
    let lines = match format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().boxed(),
    };
    if tracing_subscriber::registry().with(filter.clone()).with(discretion()).with(lines).try_init().is_err() {
        tracing::debug!("a log subscriber is installed already");
    }
}

/// At its lowest level the websocket library prints whole messages: tokens, passwords, cookies.
fn discretion() -> Targets {
    let websockets = ["tungstenite", "tokio_tungstenite"].map(|library| (library, LevelFilter::DEBUG));
    Targets::new().with_default(LevelFilter::TRACE).with_targets(websockets)
}

/// Colours are for eyes: in a file or a journal they are noise.
fn is_coloured() -> bool {
    io::stderr().is_terminal() && env::var_os("NO_COLOR").is_none_or(|wish| wish.is_empty())
}
