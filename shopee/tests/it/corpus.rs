//! What random bytes have found before, once more; and that they come in by the door that answers do.

use std::fs;
use std::path::PathBuf;

use shopee::fuzzing::READERS;

use crate::calls;
use crate::fixtures::Fixture;
use crate::server::{Reaction, Server};

#[path = "../../../fuzz/checks/envelope.rs"]
mod envelope;

#[test]
fn answers_that_were_found_are_still_read_or_refused() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus/envelope");
    let inputs: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(inputs.len() > calls::all().len(), "{} has a corpus", folder.display());
    for input in inputs {
        let bytes = fs::read(&input).unwrap();
        let checked = std::panic::catch_unwind(|| envelope::check(&bytes));
        assert!(checked.is_ok(), "{}", input.display());
    }
}

#[tokio::test]
async fn the_door_for_fuzz_tests_reads_what_the_client_reads() {
    assert_eq!(READERS.len(), calls::all().len());
    let server = Server::start([]).await;
    let client = server.client();
    for (row, reader) in calls::all().into_iter().zip(&READERS) {
        assert_eq!(reader.name(), row.name);
        let fixture = Fixture::read(row.name);
        for reaction in [fixture.reaction(), Reaction::json(403, r#"{"code":7,"msg":"no"}"#)] {
            let Reaction::Answer { status, headers, body } = reaction.clone() else { unreachable!() };
            let cookies = headers.into_iter().filter(|(name, _)| name == "set-cookie").map(|(_, value)| value);
            server.answers(reaction);
            assert_eq!((row.run)(client.clone()).await, reader.read(status, cookies.collect(), body), "{}", row.name);
        }
    }
}
