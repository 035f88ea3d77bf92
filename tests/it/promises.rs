//! `docs/promises.md` names tests that there are.

use std::{fs, path::Path};

/// A test by its path, as the page has it: modules, and a function.
fn named(page: &str) -> Vec<Vec<&str>> {
    let quoted = page.split('`').skip(1).step_by(2).filter(|quoted| quoted.contains("::"));
    quoted.map(|path| path.split("::").collect()).collect()
}

/// The file of a module: its folder's, or one of its own.
fn is_there(path: &[&str]) -> bool {
    let Some((function, modules)) = path.split_last() else { return false };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let file = root.join(modules.join("/")).with_extension("rs");
    fs::read_to_string(file).is_ok_and(|source| source.contains(&format!("fn {function}(")))
}

#[test]
fn every_promise_has_its_tests() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/promises.md")).unwrap();
    let named = named(&page);
    assert!(named.len() > 20, "{named:?}");
    let missing: Vec<String> = named.iter().filter(|path| !is_there(path)).map(|path| path.join("::")).collect();
    assert_eq!(missing, [""; 0]);
    assert!(!is_there(&["faults", "no_such_test"]), "the check can tell");
}
