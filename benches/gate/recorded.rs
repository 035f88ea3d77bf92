//! What was recorded, and what may become of it.

use std::{fs, path::Path, process::Command};

use serde::{Deserialize, Serialize};

/// More than this much of what was recorded is too much: two runs differ by one percent.
const MOST_INSTRUCTIONS: f64 = 1.05;
/// Two runs differ by up to ten percent.
const MOST_MEMORY: f64 = 1.15;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Figures {
    /// Instructions.
    pub(crate) operation: u64,
    /// Instructions.
    pub(crate) message: u64,
    /// Bytes.
    pub(crate) connection: u64,
}

#[derive(Serialize, Deserialize)]
struct Recorded {
    /// Another compiler makes other instructions of the same text.
    compiler: String,
    figures: Figures,
}

/// Fails when something has become too dear, unless it is to be recorded.
pub(crate) fn compare(found: &Figures, is_to_record: bool) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/gate.json");
    if is_to_record {
        let recorded = Recorded { compiler: compiler(), figures: Figures { ..*found } };
        fs::write(&path, serde_json::to_string_pretty(&recorded).unwrap() + "\n").unwrap();
    }
    let recorded: Recorded = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let compiler = compiler();
    assert!(
        recorded.compiler == compiler,
        "recorded with {}, this is {compiler}: check out the commit that the record is of, run `just gate record`, and compare with that",
        recorded.compiler
    );
    println!("{:46}{:>14}{:>14}{:>9}{:>8}", "", "measured", "recorded", "ratio", "limit");
    let lines = [
        ("instructions of a page of sessions", found.operation, recorded.figures.operation, MOST_INSTRUCTIONS),
        ("instructions of a message to one of many", found.message, recorded.figures.message, MOST_INSTRUCTIONS),
        ("bytes of an idle subscribed connection", found.connection, recorded.figures.connection, MOST_MEMORY),
    ];
    let dearer: Vec<_> = lines.into_iter().filter(|line| !is_within(line)).map(|line| line.0).collect();
    assert!(
        dearer.is_empty(),
        "dearer than recorded: {dearer:?}; if that is worth it, `just gate record` and say why in the commit"
    );
}

fn is_within((what, measured, recorded, most): &(&str, u64, u64, f64)) -> bool {
    let ratio = *measured as f64 / *recorded as f64;
    println!("{what:46}{measured:14}{recorded:14}{ratio:8.3}x{most:7.2}x");
    ratio <= *most
}

fn compiler() -> String {
    let said = Command::new("rustc").arg("--version").output().unwrap().stdout;
    String::from_utf8(said).unwrap().trim().to_owned()
}
