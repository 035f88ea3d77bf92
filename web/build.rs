//! Embeds the pages' files: our own from `pages/` and the third-party ones that npm installs.
//!
//! Everything is written to `OUT_DIR`, never to the source tree. Without a working npm the third-party files are left out and
//! the pages load them from a CDN instead; `WEB_REQUIRE_BUNDLE=1` makes that an error.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

#[path = "build/npm.rs"]
mod npm;
#[path = "build/table.rs"]
mod table;
#[expect(dead_code, reason = "the library uses the rest of it")]
#[path = "src/third_party.rs"]
mod third_party;

fn main() -> Result<(), Box<dyn Error>> {
    for input in ["build.rs", "build", "src/third_party.rs", "package.json", "package-lock.json", "pages", "examples"] {
        println!("cargo::rerun-if-changed={input}");
    }
    println!("cargo::rerun-if-env-changed=WEB_REQUIRE_BUNDLE");

    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let third_party = match npm::install(&root, &out.join("npm")) {
        Ok(files) => files,
        Err(reason) if env::var("WEB_REQUIRE_BUNDLE").is_ok_and(|required| required == "1") => {
            println!("cargo::error=WEB_REQUIRE_BUNDLE is set, and the pages cannot be embedded: {reason}");
            return Ok(());
        }
        Err(reason) => {
            println!(
                "cargo::warning=GraphiQL is not embedded ({reason}): its page will load pinned files from a CDN, so it needs \
                 the internet; see web/README.md"
            );
            Vec::new()
        }
    };
    table::write(&out, &own_files(&root)?, &third_party, &table::examples(&root.join("examples"))?)
}

/// The files of `pages/` that browsers ask for; the HTML around them is filled in by the library.
fn own_files(root: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(root.join("pages"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension != "html") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
