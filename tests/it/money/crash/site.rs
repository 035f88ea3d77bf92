//! A machine whose gateway comes and goes, and sessions on air at its Shopee.

use entity::{live_session, shopee_account};
use live_gateway::graphql::id::{GlobalId, Kind};
use sandbox::Panel;
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};
use testing::Database;
use tokio::sync::watch;

use crate::{
    process::{Machine, Serving},
    support::world::OWNER,
};

/// How long the gateway waits for an answer, and after which time a call without one counts as not carried out, in milliseconds. The
/// second is long: it also has to hold for the Shopee of a machine that has much else to do.
const TIMES: [(&str, &str); 2] = [("SHOPEE_TIMEOUT_MS", "500"), ("INTENT_SETTLE_MS", "2000")];

pub(super) struct Site {
    pub(super) machine: Machine,
    /// On air: as Shopee names them, and as the schema does.
    pub(super) sessions: Vec<(i64, String)>,
    /// The account, as the schema names it.
    pub(super) account: String,
    token: String,
    client: reqwest::Client,
    /// Where the gateway listens, or did last.
    url: watch::Sender<String>,
}

impl Site {
    /// A site with so many sessions of one account.
    pub(super) async fn open(database: &Database, sessions: u64) -> Self {
        let mut machine = Machine::with(database).await;
        TIMES.iter().for_each(|(name, value)| machine.set(name, *value));
        let (account, panel) = (machine.account(), machine.shopee.panel());
        let start = |number| panel.start_session(account.user_id, format!("Live {number}")).unwrap();
        let on_air: Vec<i64> = (0..sessions).map(start).collect();
        let connected = machine.connect("First Studio", OWNER, &account.cookie).await;
        assert_eq!(connected.code, Some(0), "{connected:?}");
        let token = machine.succeed(&["token", "--email", OWNER]).await.trim().to_owned();
        let stored = live_session::Entity::find().all(&database.connect().await).await.unwrap();
        let named = |id: &i64| stored.iter().find(|row| row.session_id == *id).map(|row| row.id).unwrap();
        let named = |id: i64| (id, GlobalId::new(Kind::LiveSession, named(&id)).encode().0);
        let sessions = on_air.into_iter().map(named).collect();
        let account = shopee_account::Entity::find().one(&database.connect().await).await.unwrap().unwrap();
        let account = GlobalId::new(Kind::ShopeeAccount, account.id).encode().0;
        Self { machine, sessions, account, token, client: crate::support::client(), url: watch::Sender::default() }
    }

    pub(super) fn panel(&self) -> &Panel {
        self.machine.shopee.panel()
    }

    /// Clients ask this one from now on.
    pub(super) fn direct_to(&self, serving: &Serving) {
        self.url.send_replace(serving.url.clone());
    }

    /// The data of an answer; `None` if none came, or none in time: the same to whoever asks again with the same key.
    pub(super) async fn ask(&self, query: &str, variables: &Value) -> Option<Value> {
        let url = format!("{}/graphql", self.url.borrow().as_str());
        let request = self.client.post(url).bearer_auth(&self.token);
        let request = request.json(&json!({ "query": query, "variables": variables }));
        let answer = request.send().await.ok()?.bytes().await.ok()?;
        let mut answer: Value = serde_json::from_slice(&answer).unwrap();
        if answer["errors"][0]["extensions"]["code"] == "DEADLINE_EXCEEDED" {
            return None;
        }
        assert!(answer.get("errors").is_none(), "{answer:#}");
        Some(answer["data"].take())
    }
}
