//! What random bytes have found before, once more: each file of the fuzz targets' corpora, by the very checks of the targets (`fuzz/`).

use std::{fs, path::PathBuf};

#[path = "../../fuzz/checks/document.rs"]
mod document;
#[path = "../../fuzz/checks/message.rs"]
mod message;

/// Has a target's inputs checked; says which one fails.
fn replay(target: &str, check: fn(&[u8])) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let inputs: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(inputs.len() > 20, "{} has a corpus", folder.display());
    for input in inputs {
        let bytes = fs::read(&input).unwrap();
        let checked = std::panic::catch_unwind(|| check(&bytes));
        assert!(checked.is_ok(), "{}", input.display());
    }
}

#[test]
fn documents_that_were_found_are_still_refused_or_within_the_limits() {
    replay("document", document::check);
}

#[test]
fn messages_that_were_found_still_follow_the_protocol() {
    replay("message", message::check);
}
