//! Bodies that are too large, packed, or many in one.

use std::io::Write as _;

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use serde_json::json;

use super::{Attack, head, post, requests};

const LARGE: usize = 5_000_000;
const MEMBER: usize = 16 * 1024 * 1024;

pub(super) fn attacks() -> Vec<Attack> {
    vec![
        requests("an array of 1,000 operations", 50, post(None, &batch(1_000)), &["400 BATCH_REFUSED"]),
        requests("5 MB, announced", 10, post(None, &" ".repeat(LARGE)), &["413 PAYLOAD_TOO_LARGE"]),
        requests("5 MB in chunks", 10, chunked(), &["413 PAYLOAD_TOO_LARGE"]),
        requests("gzip that would be 900 MB", 10, gzip(), &["415 UNSUPPORTED_MEDIA_TYPE"]),
        requests("a head of 100 KB", 50, large_head(), &["431"]),
    ]
}

pub(super) fn batch(count: usize) -> String {
    json!(vec![json!({ "query": "{ __typename }" }); count]).to_string()
}

fn chunked() -> Bytes {
    let chunk = format!("8000\r\n{}\r\n", " ".repeat(0x8000));
    Bytes::from(head(None, "transfer-encoding: chunked\r\n") + &chunk.repeat(LARGE / 0x8000) + "0\r\n\r\n")
}

/// Members of an archive may follow each other, so one is packed and repeated.
fn gzip() -> Bytes {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(&vec![b' '; MEMBER]).unwrap();
    let packed = packer.finish().unwrap().repeat(900_000_000 / MEMBER);
    let head = head(None, &format!("content-encoding: gzip\r\ncontent-length: {}\r\n", packed.len()));
    Bytes::from([head.into_bytes(), packed].concat())
}

fn large_head() -> Bytes {
    Bytes::from(head(None, &format!("x-padding: {}\r\n", "x".repeat(100_000))))
}
