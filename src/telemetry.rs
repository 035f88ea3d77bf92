//! Logs and traces. Logs: one line an event, as text or JSON. What may not leave the process is kept out where it arises, by types whose
//! `Debug` prints nothing; filtered here are only libraries that print what they carry. Traces: only the spans of `traces`, and of no
//! library; no line of the log gets into one.

mod export;
pub mod traces;

use std::{
    env,
    io::{self, IsTerminal as _},
};

use tracing_subscriber::{
    Layer as _,
    filter::{FilterExt as _, LevelFilter, Targets},
    fmt,
    layer::SubscriberExt as _,
    util::SubscriberInitExt as _,
};

pub use self::export::Exported;
use crate::config::{LogFormat, Traces};

/// Installs the global subscriber. A second call (several gateways in one test process) leaves the first in place. What it returns is to be
/// [finished](Exported::finish) at the end.
pub fn install(filter: &Targets, format: LogFormat, traces: Option<&Traces>) -> Exported {
    let lines = fmt::layer().with_writer(io::stderr).with_ansi(is_coloured());
    let lines = match format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().boxed(),
    };
    let without_traces = filter.clone().with_target(traces::TARGET, LevelFilter::OFF);
    let lines = lines.with_filter(without_traces.and(discretion()));
    let exported = Exported::to(traces);
    if tracing_subscriber::registry().with(lines).with(exported.layer()).try_init().is_err() {
        tracing::debug!("a log subscriber is installed already");
    }
    exported.tell();
    exported
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
