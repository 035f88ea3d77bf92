//! Who may import whom: downward only, as `docs/architecture.md` draws it. Read from the `crate::` paths of every file.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// From the top, which knows all, to the bottom, which knows nothing. Those on one line do not know each other.
const TIERS: [&[&str]; 18] = [
    &["main"],
    &["commands"],
    &["serve"],
    &["documents", "rest"],
    &["http"],
    &["api"],
    &["analytics", "alert"],
    &["session", "campaign"],
    &["promotion", "catalog"],
    &["account"],
    &["ledger"],
    &["identity"],
    &["graphql"],
    &["app"],
    &["engine", "database"],
    &["telemetry"],
    &["config"],
    &["cost", "error", "clock", "cryptography", "metrics"],
];

/// A file, and what it may not do.
#[derive(Debug, PartialEq)]
struct Offence(String);

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let found = entries.flat_map(|path| match path.is_dir() {
        true => files(&path),
        false => vec![path],
    });
    found.filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect()
}

/// A file's path below `src`, without its ending: `session/schema/list`.
fn name(path: &Path) -> String {
    path.strip_prefix(root().join("src")).unwrap().with_extension("").display().to_string()
}

fn tier(module: &str) -> Option<usize> {
    TIERS.iter().position(|tier| tier.contains(&module))
}

/// What a text imports from this crate: `crate::a::b`, also from braces: `crate::{a::b, c}`.
fn imports(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(group) => found.extend(members(group)),
            None => found.push(path(rest)),
        }
    }
    found
}

fn path(text: &str) -> String {
    text.chars().take_while(|letter| letter.is_alphanumeric() || matches!(letter, '_' | ':')).collect()
}

/// The paths of a brace group, one level deep, each with what its own braces begin with.
fn members(group: &str) -> Vec<String> {
    let (mut depth, mut start, mut found) = (0, true, Vec::new());
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => start = true,
            _ if start && !letter.is_whitespace() => {
                found.push(path(&group[at..]));
                start = false;
            }
            _ => {}
        }
    }
    found
}

/// A graph is cyclic by nature, so a `schema` file may name another room's `schema`.
fn is_excepted(file: &str, import: &str) -> bool {
    file.contains("/schema") && import.split("::").nth(1) == Some("schema")
}

fn offences() -> Vec<Offence> {
    let mut found = Vec::new();
    for file in files(&root().join("src")) {
        let (name, text) = (name(&file), fs::read_to_string(&file).unwrap());
        let Some(own) = tier(name.split('/').next().unwrap()) else { continue };
        for import in imports(&text) {
            let module = import.split("::").next().unwrap();
            let Some(theirs) = tier(module) else { continue };
            let is_own = name.split('/').next() == Some(module);
            if !is_own && theirs <= own && !is_excepted(&name, &import) {
                found.push(Offence(format!("{name} imports crate::{import}")));
            }
        }
    }
    found
}

#[test]
fn imports_go_downward() {
    assert_eq!(offences(), []);
}

#[test]
fn every_module_has_a_tier() {
    let modules = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let declared = modules.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    let homeless: Vec<&str> = declared.filter(|module| tier(module).is_none()).collect();
    assert_eq!(homeless, [] as [&str; 0]);
}

#[test]
fn the_reader_of_imports_sees_them_all() {
    let text = "use crate::{a::b, c::{d, e}, f};\nuse crate::g::h;\nfn x() { crate::i::j() }";
    assert_eq!(imports(text), ["a::b", "c::", "f", "g::h", "i::j"]);
}

#[test]
fn the_gateway_does_not_know_the_sandbox() {
    let knows: Vec<String> = files(&root().join("src"))
        .iter()
        .filter(|file| fs::read_to_string(file).unwrap().to_lowercase().contains("sandbox"))
        .map(|file| name(file))
        .collect();
    assert_eq!(knows, [] as [String; 0]);
}

/// Shopee is asked by its client alone, and no other host but the issuer whose keys we need.
#[test]
fn two_files_name_reqwest() {
    let folders = [root().join("shopee/src"), root().join("src")];
    let mut names: Vec<PathBuf> = folders.iter().flat_map(|folder| files(folder)).collect();
    names.retain(|file| fs::read_to_string(file).unwrap().contains("reqwest"));
    assert_eq!(names, [root().join("shopee/src/client.rs"), root().join("src/identity/jwks.rs")]);
}

#[test]
fn rows_know_no_graphql() {
    assert!(!fs::read_to_string(root().join("entity/Cargo.toml")).unwrap().contains("async-graphql"));
}
