//! The pins agree wherever they stand: `package.json`, `package-lock.json`, `third_party.rs`, and the installed files.

#![expect(clippy::expect_used, reason = "what is missing fails the test, in a function beside it too")]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::{Digest, Sha384};
use web::{BUNDLED, GraphiqlOptions, asset, graphiql};

#[expect(dead_code, reason = "the library uses the rest of it")]
#[path = "../src/third_party.rs"]
mod third_party;

fn json(file: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(file).expect(file)).expect(file)
}

#[test]
fn versions_are_exact_and_the_same_everywhere() {
    let manifest = json("package.json");
    let dependencies = manifest["dependencies"].as_object().expect("dependencies");
    let lock = json("package-lock.json");
    for file in third_party::ALL {
        assert_eq!(dependencies[file.package], file.version, "{}", file.package);
        assert_eq!(lock["packages"][format!("node_modules/{}", file.package)]["version"], file.version);
    }
    for package in dependencies.keys() {
        assert!(third_party::ALL.iter().any(|file| file.package == package), "{package} is installed but not used");
    }
}

#[test]
fn the_lock_has_hashes_and_no_addresses() {
    let lock = json("package-lock.json");
    let packages = lock["packages"].as_object().expect("packages");
    for (name, package) in packages.iter().filter(|(name, _)| !name.is_empty()) {
        assert!(package["integrity"].as_str().is_some_and(|hash| hash.starts_with("sha512-")), "{name}");
        assert!(package["resolved"].is_null(), "{name}");
    }
}

#[test]
fn installed_files_have_the_hashes_that_the_fallback_asks_for() {
    if !BUNDLED {
        println!("skipped: npm was not there to install the files");
        return;
    }
    let html = graphiql(&GraphiqlOptions::default()).html;
    for file in third_party::ALL {
        let stem = file.name().rsplit_once('.').expect("an extension").0;
        let path = html.split('"').find(|value| {
            value.strip_prefix(&format!("/assets/{stem}-")).is_some_and(|rest| file.name().ends_with(&rest[12..]))
        });
        let bytes = path.and_then(asset).expect(file.file).bytes;
        let integrity = format!("sha384-{}", STANDARD.encode(Sha384::digest(bytes)));
        assert_eq!(
            file.integrity, integrity,
            "{} {}: write the right hash into third_party.rs",
            file.package, file.file
        );
    }
}
