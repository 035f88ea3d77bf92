//! A sandbox whose clock stands still, and a browser for it.

use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::{RequestBuilder, Response};
use sandbox::{AccountView, CampaignView, Options, Panel, Region, Sandbox, SessionView};
use serde_json::Value;

pub(crate) const START: &str = "2026-09-28T12:34:56Z";

pub(crate) struct Desk {
    pub(crate) sandbox: Sandbox,
    pub(crate) http: reqwest::Client,
}

impl Desk {
    pub(crate) async fn open() -> Self {
        Self::with_seed(7).await
    }

    pub(crate) async fn with_seed(seed: u64) -> Self {
        let starts_at: DateTime<Utc> = START.parse().unwrap();
        let options = Options { seed, starts_at: Some(starts_at), frozen: true, ..Options::default() };
        let http = reqwest::Client::builder().timeout(Duration::from_secs(20)).build().unwrap();
        Self { sandbox: Sandbox::start(options).await.unwrap(), http }
    }

    pub(crate) fn panel(&self) -> &Panel {
        self.sandbox.panel()
    }

    /// The account that has two sessions on air.
    pub(crate) fn host(&self) -> AccountView {
        self.panel().accounts().remove(0)
    }

    pub(crate) fn account_in(&self, region: Region) -> AccountView {
        self.panel().accounts().into_iter().find(|account| account.region == region).unwrap()
    }

    /// The newest session of the host that is on air.
    pub(crate) fn on_air(&self) -> SessionView {
        let host = self.host().user_id;
        self.panel().on_air().into_iter().rev().find(|session| session.user_id == host).unwrap()
    }

    pub(crate) fn ended(&self) -> SessionView {
        let host = self.host().user_id;
        self.panel().sessions().into_iter().find(|session| session.user_id == host && !session.on_air).unwrap()
    }

    /// The host's first campaign in this state.
    pub(crate) fn campaign(&self, state: &str) -> CampaignView {
        let host = self.host().user_id;
        let mut campaigns = self.panel().campaigns().into_iter();
        campaigns.find(|campaign| campaign.user_id == host && campaign.state == state).unwrap()
    }

    pub(crate) fn url(&self, region: Region, role: &str, path: &str) -> String {
        let base = self.sandbox.base_url_template().replace("{region}", &region.code().to_lowercase());
        format!("{}{path}", base.replace("{role}", role))
    }

    /// A call on the creator host with the account's cookies.
    pub(crate) fn creator(&self, account: &AccountView, path: &str) -> RequestBuilder {
        let url = self.url(account.region, "creator", &format!("/supply/api/lm/sellercenter{path}"));
        self.http.get(url).header("cookie", &account.cookie)
    }

    /// A call on the live host with the account's cookies.
    pub(crate) fn live(&self, account: &AccountView, path: &str) -> RequestBuilder {
        self.http.get(self.url(account.region, "live", &format!("/api/v1{path}"))).header("cookie", &account.cookie)
    }

    /// A write on the live host.
    pub(crate) fn live_post(&self, account: &AccountView, path: &str, body: &Value) -> RequestBuilder {
        let url = self.url(account.region, "live", &format!("/api/v1{path}"));
        self.http.post(url).header("cookie", &account.cookie).body(body.to_string())
    }

    /// A call about ads.
    pub(crate) fn ads(&self, account: &AccountView, path: &str, body: &Value) -> RequestBuilder {
        let url = self.url(account.region, "seller", &format!("/api/pas/v1{path}"));
        self.http.post(url).header("cookie", &account.cookie).body(body.to_string())
    }

    pub(crate) fn mall(&self, region: Region, path: &str) -> RequestBuilder {
        self.http.get(self.url(region, "mall", path))
    }

    pub(crate) async fn overview(&self, session: &SessionView) -> Value {
        let path = format!("/realtime/dashboard/overview?sessionId={}", session.session_id);
        data(self.creator(&self.owner(session), &path)).await
    }

    pub(crate) fn owner(&self, session: &SessionView) -> AccountView {
        self.panel().accounts().into_iter().find(|account| account.user_id == session.user_id).unwrap()
    }
}

pub(crate) async fn send(request: RequestBuilder) -> Response {
    request.send().await.unwrap()
}

pub(crate) async fn body(request: RequestBuilder) -> Value {
    send(request).await.json().await.unwrap()
}

pub(crate) async fn data(request: RequestBuilder) -> Value {
    body(request).await["data"].take()
}
