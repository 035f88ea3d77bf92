//! What all variables mean, for a terminal and as a page: both from the one table, and ranges from the code that checks them.

use std::{collections::HashMap, fmt::Write as _};

use super::{Config, VARIABLES, Variable, reader::Reader};

/// The subjects of the page, each with the variable that it begins with; it goes on to where the next one begins.
const SUBJECTS: [(&str, &str); 10] = [
    ("Where it runs", "ENVIRONMENT"),
    ("Database", "DATABASE_URL"),
    ("Signing in", "TOKEN_SECRET"),
    ("Shopee credentials at rest", "CREDENTIAL_KEY"),
    ("Shopee", "SHOPEE_BASE_URL"),
    ("Live numbers, and several gateways", "POLL_INTERVAL_MS"),
    ("Work in the background, and what is kept", "SYNC_INTERVAL_SECONDS"),
    ("Requests", "OPERATION_TIMEOUT_MS"),
    ("Browsers and proxies", "ALLOWED_ORIGINS"),
    ("Log, metrics and traces", "LOG"),
];

const BEGINNING: &str = "\
# Configuration

Environment variables, and nothing else. `live-gateway` reads them when it starts, says all that is wrong with them at once, and does not
start before that is mended. What is empty counts as unset. [.env.example](../.env.example) has the same as a file to begin with.

This page is printed by `live-gateway configuration`; `just configuration` writes it anew.
";

const ONE_HOST: (&str, &str) =
    ("SHOPEE_BASE_URL_<REGION>_<ROLE>", "Base URL of one host alone, such as SHOPEE_BASE_URL_ID_CREATOR.");

/// All variables one below the other.
pub fn terminal() -> String {
    let mut text = String::from("Environment variables:\n");
    for Variable { name, default, meaning } in VARIABLES {
        let default = match default {
            None => "required".to_owned(),
            Some("") => "empty by default".to_owned(),
            Some(default) => format!("default: {default}"),
        };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {name}\n          {meaning} [{default}]");
    }
    let _ = write!(text, "  {}\n          {}", ONE_HOST.0, ONE_HOST.1);
    text
}

/// All variables by subject, as Markdown.
pub fn markdown() -> String {
    let mut reader = Reader::of(HashMap::new());
    Config::take(&mut reader);
    let mut text = BEGINNING.to_owned();
    for variable in VARIABLES {
        if let Some((subject, _)) = SUBJECTS.iter().find(|(_, first)| *first == variable.name) {
            let _ = write!(text, "\n## {subject}\n\n| variable | default | from, to | meaning |\n|---|---|---|---|\n");
        }
        let bounds = reader.bounds.get(variable.name).map(|(least, most)| format!("{least}, {most}"));
        text.push_str(&row(variable, &bounds.unwrap_or_default()));
        if variable.name == "SHOPEE_BASE_URL" {
            let _ = writeln!(text, "| `{}` | | | {} |", ONE_HOST.0, ONE_HOST.1);
        }
    }
    text
}

fn row(Variable { name, default, meaning }: &Variable, bounds: &str) -> String {
    let default = match default {
        None => "**required**".to_owned(),
        Some("") => String::new(),
        Some(default) => format!("`{default}`"),
    };
    // What is in angle brackets would be taken for HTML, and a bar for the end of the cell.
    let meaning = meaning.replace('<', "\\<").replace('|', "\\|");
    format!("| `{name}` | {default} | {bounds} | {meaning} |\n")
}
