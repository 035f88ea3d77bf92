//! A sandbox, a gateway in front of it and a signed-in owner: everything over real HTTP on port 0.

use std::{collections::HashMap, time::Duration};

use chrono::{DateTime, Utc};
use entity::membership::{self, Role};
use live_gateway::{
    account::connect,
    app::App,
    commands::{ensure_studio, token_for},
    config::Config,
    identity::{scope::Scope, store},
    serve::Gateway,
    session::sync::{self, Reach},
};
use sandbox::{AccountView, Options, Panel, Sandbox, SessionView};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, sea_query::OnConflict};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use shopee::Credential;
use testing::Database;

use super::stream::Stream;

/// The owner of the first studio, which has all accounts unless a test says otherwise.
pub(crate) const OWNER: &str = "owner@first.example";
/// Who runs the first studio's lives, once a test makes them a member.
pub(crate) const OPERATOR: &str = "operator@first.example";
/// Who looks at the first studio, once a test makes them a member.
pub(crate) const ANALYST: &str = "analyst@first.example";
/// The owner of a second studio without any account.
pub(crate) const STRANGER: &str = "owner@second.example";

/// The first studio's key.
const FIRST_STUDIO: i64 = 1;

/// How a world starts.
pub(crate) struct Start {
    /// Sandbox accounts to connect to the first studio: all, unless limited.
    pub(crate) accounts: usize,
    /// Environment variables of the gateway beside the usual ones.
    pub(crate) variables: Vec<(&'static str, String)>,
}

impl Default for Start {
    fn default() -> Self {
        Self { accounts: usize::MAX, variables: Vec::new() }
    }
}

pub(crate) struct World {
    pub(crate) gateway: Gateway,
    pub(crate) sandbox: Sandbox,
    pub(crate) client: reqwest::Client,
    pub(crate) token: String,
    pub(crate) stranger_token: String,
}

impl World {
    /// A world with the sandbox's first account connected and synced; simulated time stands still.
    pub(crate) async fn start(database: &Database) -> Self {
        Self::start_with(database, Start { accounts: 1, ..Start::default() }).await
    }

    pub(crate) async fn start_with(database: &Database, start: Start) -> Self {
        Self::start_at(database, start, None).await
    }

    /// A world whose Shopee stands still at an instant, for those to whom the date matters.
    pub(crate) async fn start_at(database: &Database, start: Start, starts_at: Option<DateTime<Utc>>) -> Self {
        let sandbox = Sandbox::start(Options { frozen: true, seed: 7, starts_at, ..Options::default() }).await.unwrap();
        let config = config(database, &sandbox, &start.variables);
        let gateway = Gateway::start(config).await.unwrap();
        let app = &gateway.app;
        let studio = ensure_studio(app, "First Studio", OWNER, chrono_tz::Asia::Jakarta).await.unwrap();
        ensure_studio(app, "Second Studio", STRANGER, chrono_tz::Asia::Ho_Chi_Minh).await.unwrap();
        for account in sandbox.panel().accounts().iter().take(start.accounts) {
            connect_account(app, studio, account).await;
        }
        let token = mint(app, OWNER).await;
        let stranger_token = mint(app, STRANGER).await;
        sandbox.panel().reset_calls();
        let client = super::client();
        Self { gateway, sandbox, client, token, stranger_token }
    }

    /// A token for a user, who is made if not there.
    pub(crate) async fn token_of(&self, email: &str) -> String {
        let (app, scope) = (&self.gateway.app, Scope::job_runner());
        let transaction = app.database.write().await.unwrap();
        store::ensure_user(&scope, &transaction, email, app.clock.now()).await.unwrap();
        transaction.commit().await.unwrap();
        mint(app, email).await
    }

    /// A new token of a member of the first studio with this role, who is made one if there is none yet.
    pub(crate) async fn token_with_role(&self, role: Role) -> String {
        let email = email_of(role);
        self.member(email, role).await;
        self.token_of(email).await
    }

    /// Sees to it that a user is a member of the first studio with this role; the membership's key.
    pub(crate) async fn member(&self, email: &str, role: Role) -> i64 {
        let (app, scope) = (&self.gateway.app, Scope::job_runner());
        let (transaction, now) = (app.database.write().await.unwrap(), app.clock.now());
        let row = membership::ActiveModel {
            user_id: Set(store::ensure_user(&scope, &transaction, email, now).await.unwrap()),
            studio_id: Set(FIRST_STUDIO),
            role: Set(role),
            created_at: Set(now),
            ..Default::default()
        };
        let of_a_member = [membership::Column::UserId, membership::Column::StudioId];
        let again = OnConflict::columns(of_a_member).update_column(membership::Column::Role).to_owned();
        let row = membership::Entity::insert(row).on_conflict(again).exec_with_returning(&transaction).await.unwrap();
        transaction.commit().await.unwrap();
        row.id
    }

    /// Sees to it that a user is no member of the first studio.
    pub(crate) async fn leave(&self, email: &str) {
        let transaction = self.gateway.app.database.write().await.unwrap();
        let user = store::user_by_email(&Scope::job_runner(), &transaction, email).await.unwrap().unwrap();
        let of_user = membership::Entity::delete_many().filter(membership::Column::UserId.eq(user.id));
        of_user.filter(membership::Column::StudioId.eq(FIRST_STUDIO)).exec(&transaction).await.unwrap();
        transaction.commit().await.unwrap();
    }

    /// The global id of the first studio.
    pub(crate) async fn studio_id(&self) -> String {
        let data = self.data("{ viewer { memberships { studio { id } } } }", json!({})).await;
        data["viewer"]["memberships"][0]["studio"]["id"].as_str().unwrap().to_owned()
    }

    /// The control panel of this world's Shopee.
    pub(crate) fn shopee(&self) -> &Panel {
        self.sandbox.panel()
    }

    /// A session that is on air and stored.
    pub(crate) fn on_air(&self) -> SessionView {
        let account = self.first_account().user_id;
        self.shopee().sessions().into_iter().find(|session| session.on_air && session.user_id == account).unwrap()
    }

    pub(crate) fn first_account(&self) -> AccountView {
        self.shopee().accounts().remove(0)
    }

    /// Sends an operation as the owner; the whole answer.
    pub(crate) async fn ask(&self, query: &str, variables: Value) -> Value {
        self.ask_as(Some(&self.token), query, variables).await
    }

    /// Sends an operation as somebody else, or as nobody.
    pub(crate) async fn ask_as(&self, token: Option<&str>, query: &str, variables: Value) -> Value {
        self.post(token, query, variables).await.json().await.unwrap()
    }

    /// The answer's `data`, which must have come without errors.
    pub(crate) async fn data(&self, query: &str, variables: Value) -> Value {
        let mut answer = self.ask(query, variables).await;
        assert!(answer.get("errors").is_none(), "{answer:#}");
        answer["data"].take()
    }

    /// The text of the answer, with keys in the order they were sent.
    pub(crate) async fn text(&self, query: &str) -> String {
        self.post(Some(&self.token), query, json!({})).await.text().await.unwrap()
    }

    /// Sends an operation; the answer with its status and headers.
    pub(crate) async fn post(&self, token: Option<&str>, query: &str, variables: Value) -> reqwest::Response {
        self.post_to(&self.gateway, token, query, variables).await
    }

    /// Sends an operation as the owner to another gateway; the whole answer.
    pub(crate) async fn ask_of(&self, gateway: &Gateway, query: &str, variables: Value) -> Value {
        self.post_to(gateway, Some(&self.token), query, variables).await.json().await.unwrap()
    }

    async fn post_to(
        &self,
        gateway: &Gateway,
        token: Option<&str>,
        query: &str,
        variables: Value,
    ) -> reqwest::Response {
        let request = self.client.post(format!("{}/graphql", gateway.url()));
        let request = request.json(&json!({ "query": query, "variables": variables }));
        let request = match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        request.send().await.unwrap()
    }

    /// Opens a websocket as the owner and starts one subscription on it.
    pub(crate) async fn subscribe(&self, query: &str) -> Stream {
        self.subscribe_as(&self.token, query).await
    }

    pub(crate) async fn subscribe_as(&self, token: &str, query: &str) -> Stream {
        Stream::open(&self.gateway.url(), Some(token), query, json!({})).await
    }

    pub(crate) async fn subscribe_with(&self, query: &str, variables: Value) -> Stream {
        Stream::open(&self.gateway.url(), Some(&self.token), query, variables).await
    }

    /// The same as nobody in particular.
    pub(crate) async fn subscribe_as_nobody(&self, query: &str) -> Stream {
        Stream::open(&self.gateway.url(), None, query, json!({})).await
    }

    /// Another gateway on the same database and in front of the same Shopee.
    pub(crate) async fn another_gateway(&self, database: &Database, variables: &[(&'static str, String)]) -> Gateway {
        Gateway::start(config(database, &self.sandbox, variables)).await.unwrap()
    }

    /// The same world after its gateway was stopped and started again; something happens while there is none.
    pub(crate) async fn restarted(self, database: &Database, meanwhile: impl FnOnce(&Panel)) -> Self {
        self.gateway.stop().await;
        meanwhile(self.sandbox.panel());
        let gateway = Gateway::start(config(database, &self.sandbox, &[])).await.unwrap();
        Self { gateway, ..self }
    }

    pub(crate) async fn stop(self) {
        self.gateway.stop().await;
        self.sandbox.stop().await;
    }
}

/// Who has this role in the first studio.
pub(crate) fn email_of(role: Role) -> &'static str {
    match role {
        Role::Owner => OWNER,
        Role::Operator => OPERATOR,
        Role::Analyst => ANALYST,
    }
}

/// The configuration of a gateway over this database and Shopee.
pub(crate) fn config(database: &Database, sandbox: &Sandbox, more: &[(&'static str, String)]) -> Config {
    Config::from_variables(variables(database, sandbox, more)).unwrap()
}

/// The same as environment variables.
pub(crate) fn variables(
    database: &Database,
    sandbox: &Sandbox,
    more: &[(&'static str, String)],
) -> HashMap<String, String> {
    let usual = [
        ("LISTEN_ADDR", "127.0.0.1:0".to_owned()),
        ("DATABASE_URL", database.url.clone()),
        ("TOKEN_SECRET", "a-secret-for-tests-that-is-long-enough".to_owned()),
        ("CREDENTIAL_KEY", "dGVzdCB0ZXN0IHRlc3QgdGVzdCB0ZXN0IHRlc3QgISE=".to_owned()),
        ("SHOPEE_BASE_URL", sandbox.base_url_template()),
        ("SHOPEE_CALLS_PER_SECOND", "1000".to_owned()),
        ("SHOPEE_CALL_BURST", "1000".to_owned()),
        ("SHOPEE_TIMEOUT_MS", "2000".to_owned()),
        ("POLL_INTERVAL_MS", "100".to_owned()),
        ("SYNC_INTERVAL_SECONDS", "0".to_owned()),
        ("ALERT_INTERVAL_SECONDS", "0".to_owned()),
        ("CAMPAIGN_INTERVAL_SECONDS", "0".to_owned()),
        // Tests ask more than anybody else does.
        ("COST_BUCKET", "100000000".to_owned()),
        ("COST_REFILL_PER_SECOND", "1000000".to_owned()),
    ];
    usual.into_iter().chain(more.iter().cloned()).map(|(name, value)| (name.to_owned(), value)).collect()
}

async fn connect_account(app: &App, studio: i64, account: &AccountView) {
    let credential = Credential::from_cookie_header(&account.cookie).unwrap();
    let region = account.region.to_string().parse().unwrap();
    let connected = connect::connect(app, &Scope::job_runner(), studio, region, &credential).await.unwrap();
    sync::sync_account(app, connected, Reach::All).await.unwrap();
}

async fn mint(app: &App, email: &str) -> String {
    let token = token_for(app, email, Duration::from_secs(3600)).await.unwrap();
    token.expose_secret().to_owned()
}
