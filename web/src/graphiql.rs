//! GraphiQL: an explorer of the schema, with example operations ready in tabs and subscriptions over a websocket.

use serde_json::{Value, json};

use crate::asset::{self, table};
use crate::page::{self, Embedded, Page};
use crate::third_party;

const TEMPLATE: &str = include_str!("../pages/graphiql.html");

/// What GraphiQL has to know about the gateway that serves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GraphiqlOptions {
    /// The path that answers queries and mutations.
    pub endpoint: String,
    /// The path that speaks graphql-transport-ws.
    pub subscription_path: String,
    /// A bearer token that the page starts with, for everyone who can open it; none asks people to bring their own.
    pub token: Option<String>,
}

impl Default for GraphiqlOptions {
    fn default() -> Self {
        Self { endpoint: "/graphql".to_owned(), subscription_path: "/graphql".to_owned(), token: None }
    }
}

/// The page. Its address may carry `#token=<bearer token>`, which the page takes out of the address bar and signs in with.
pub fn graphiql(options: &GraphiqlOptions) -> Page {
    render(options, asset::path_of)
}

/// The operations that are ready in tabs, in their order: name and GraphQL text.
pub fn examples() -> &'static [(&'static str, &'static str)] {
    table::EXAMPLES
}

/// The variables that an example starts with, as JSON; none if it takes none.
pub fn example_variables(name: &str) -> Option<&'static str> {
    table::EXAMPLE_VARIABLES.iter().find(|(example, _)| *example == name).map(|(_, variables)| *variables)
}

fn render(options: &GraphiqlOptions, embedded: Embedded) -> Page {
    let html = page::fill(TEMPLATE, |name| match name {
        "favicon" => Some(table::FAVICON_SVG.to_owned()),
        "files" => Some(files(embedded)),
        "options" => Some(page::json_block(&options_json(options))),
        _ => None,
    });
    Page { html, content_security_policy: page::content_security_policy(&third_party::ALL, embedded) }
}

/// The elements that load the page's files: third-party ones first, ours may then rely on them and override their styles.
fn files(embedded: Embedded) -> String {
    let licenses = embedded("third-party-licenses.txt").map(|path| format!(r#"<link rel="license" href="{path}">"#));
    let third_party = third_party::ALL.iter().map(|file| page::third_party(file, embedded));
    let own = [page::stylesheet(table::GRAPHIQL_CSS), page::script(table::GRAPHIQL_JS)];
    licenses.into_iter().chain(third_party).chain(own).collect::<Vec<_>>().join("\n    ")
}

/// What `pages/graphiql.js` reads.
fn options_json(options: &GraphiqlOptions) -> Value {
    let tab = |(name, query): &(&str, &str)| json!({ "query": query, "variables": example_variables(name) });
    json!({
        "endpoint": options.endpoint,
        "subscriptionPath": options.subscription_path,
        "token": options.token,
        "tabs": examples().iter().map(tab).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_embedded_files_the_page_takes_exact_versions_from_the_cdn_and_checks_them() {
        let page = render(&GraphiqlOptions::default(), |_| None);
        for file in third_party::ALL {
            let element = page.html.lines().find(|line| line.contains(&file.cdn_address())).expect(file.file);
            assert!(file.cdn_address().contains(&format!("{}@{}/", file.package, file.version)), "{element}");
            assert!(element.contains(&format!(r#"integrity="{}""#, file.integrity)), "{element}");
            assert!(element.contains(r#"crossorigin="anonymous""#), "{element}");

            let directive = if file.file.ends_with(".css") { "style-src " } else { "script-src " };
            let policy = page.content_security_policy.split("; ").find(|policy| policy.starts_with(directive));
            assert!(policy.expect(directive).split(' ').any(|source| source == file.cdn_address()), "{policy:?}");
        }
        assert!(!page.html.contains("{{") && !page.html.contains("rel=\"license\""));
    }

    #[test]
    fn own_files_follow_third_party_ones() {
        let html = render(&GraphiqlOptions::default(), |_| None).html;
        let position = |text: &str| html.find(text).expect(text);
        assert!(position(third_party::GRAPHIQL.file) < position(table::GRAPHIQL_JS));
        assert!(position(third_party::GRAPHIQL_STYLES.file) < position(table::GRAPHIQL_CSS));
        assert!(position(third_party::REACT.file) < position(third_party::REACT_DOM.file));
    }
}
