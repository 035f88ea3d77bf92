//! Every embedded file answers under an address and with tags that follow from its content alone.

#![expect(clippy::expect_used, reason = "what is missing fails the test, in a function beside it too")]

use std::io::Read;

use flate2::read::GzDecoder;
use sha2::{Digest, Sha256};
use web::{Asset, GraphiqlOptions, asset, graphiql};

fn assets() -> Vec<(String, Asset)> {
    let html = graphiql(&GraphiqlOptions::default()).html;
    let paths = html.split('"').filter(|value| value.starts_with("/assets/"));
    paths.map(|path| (path.to_owned(), asset(path).expect(path))).collect()
}

#[test]
fn address_and_tag_are_the_hash_of_the_content() {
    assert!(assets().len() >= 3);
    for (path, asset) in assets() {
        let hash: String = Sha256::digest(asset.bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(asset.etag, format!("\"{}\"", &hash[..32]), "{path}");
        assert!(path.contains(&format!("-{}.", &hash[..12])), "{path}");
        assert!(asset.immutable);
    }
}

#[test]
fn the_compressed_form_is_smaller_and_unpacks_to_the_same() {
    for (path, asset) in assets() {
        let gzip = asset.gzip.expect(&path);
        assert!(gzip.len() < asset.bytes.len(), "{path}");
        assert_ne!(asset.gzip_etag, asset.etag, "{path}");
        let mut unpacked = Vec::new();
        GzDecoder::new(gzip).read_to_end(&mut unpacked).expect(&path);
        assert!(unpacked == asset.bytes, "{path}");
    }
}

#[test]
fn content_types_follow_the_extension() {
    for (path, asset) in assets() {
        let expected = match path.rsplit_once('.').expect("an extension").1 {
            "css" => "text/css; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            "svg" => "image/svg+xml",
            _ => "text/plain; charset=utf-8",
        };
        assert_eq!(asset.content_type, expected, "{path}");
    }
}

#[test]
fn other_addresses_are_not_found() {
    let (path, _) = assets().swap_remove(0);
    for other in ["", "/", "/assets/", "/assets/graphiql.js", "/assets/../Cargo.toml", &path[1..], &format!("{path}/")]
    {
        assert_eq!(asset(other), None, "{other}");
    }
}
