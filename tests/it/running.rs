//! A gateway as operators run it, on good days and on bad ones: what clients see while it is replaced, while something that it needs is
//! away, and what the page for operators says to do.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod backup;
mod compose;
mod encrypted;
mod headers;
mod leaving;
mod outages;
mod plans;
mod topology;

use std::{collections::BTreeMap, time::Duration};

use serde_json::{Value, json};
use tokio::time::Instant;

use crate::support::PATIENCE;

/// What a page of a studio asks of the database.
const SESSIONS: &str = "{ viewer { email } liveSessions(first: 5) { nodes { sessionName totalViewers } } }";

const INVITE: &str = "mutation ($input: InviteMemberInput!) {
    inviteMember(input: $input) { invitation { id } userErrors { code } } }";

/// Somebody who asks at one address.
#[derive(Clone)]
struct Client {
    http: reqwest::Client,
    url: String,
    token: Option<String>,
}

/// An answer, whatever it is.
#[derive(Debug)]
struct Told {
    status: u16,
    retry_after: Option<String>,
    body: Value,
    took: Duration,
}

impl Client {
    fn new(url: impl Into<String>, token: Option<&str>) -> Self {
        let http = reqwest::Client::builder().timeout(PATIENCE).build().unwrap();
        Self { http, url: url.into(), token: token.map(str::to_owned) }
    }

    async fn ask(&self, query: &str, variables: Value) -> Told {
        let began = Instant::now();
        let mut request = self.http.post(format!("{}/graphql", self.url));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        let answer = request.json(&json!({ "query": query, "variables": variables })).send().await.unwrap();
        let status = answer.status().as_u16();
        let retry_after = answer.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
        Told { status, retry_after, body: answer.json().await.unwrap(), took: began.elapsed() }
    }

    /// Invites somebody, which is stored.
    async fn invite(&self, studio: &str, guest: &str) -> Told {
        let input = json!({ "studioId": studio, "email": format!("{guest}@studio.example"), "role": "ANALYST" });
        self.ask(INVITE, json!({ "input": input })).await
    }

    /// How many invitations are stored.
    async fn invited(&self, studio: &str) -> u64 {
        let query = "query ($id: ID!) { node(id: $id) { ... on Studio { invitations(first: 1) { totalCount } } } }";
        let told = self.ask(query, json!({ "id": studio })).await;
        told.body["data"]["node"]["invitations"]["totalCount"].as_u64().unwrap_or_else(|| panic!("{told:?}"))
    }

    /// The global id of the client's first studio.
    async fn studio(&self) -> String {
        let told = self.ask("{ viewer { memberships { studio { id } } } }", json!({})).await;
        told.body["data"]["viewer"]["memberships"][0]["studio"]["id"].as_str().unwrap().to_owned()
    }

    /// The status of a page.
    async fn status(&self, path: &str) -> u16 {
        self.http.get(format!("{}{path}", self.url)).send().await.unwrap().status().as_u16()
    }
}

impl Told {
    /// The first error's code, or how it went without one.
    fn outcome(&self) -> String {
        let code = self.body["errors"][0]["extensions"]["code"].as_str();
        let data = if self.body["data"].is_object() { "data" } else { "nothing" };
        format!("{} {}", self.status, code.unwrap_or(data))
    }
}

/// How many answers of each kind there were.
fn counted(told: &[Told]) -> BTreeMap<String, usize> {
    let mut kinds = BTreeMap::new();
    told.iter().for_each(|told| *kinds.entry(told.outcome()).or_default() += 1);
    kinds
}

/// The longest that anybody waited.
fn longest(told: &[Told]) -> Duration {
    told.iter().map(|told| told.took).max().unwrap_or_default()
}
