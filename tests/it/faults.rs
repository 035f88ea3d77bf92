//! Every field that asks Shopee before everything that can come back: what the client is told, what answers all the same, and
//! that nothing of Shopee's answer, of the credential or of the database gets out, be it in an answer or in the log.

mod expected;
mod fields;

use std::{collections::HashMap, path::Path};

use futures_util::{StreamExt as _, stream};
use live_gateway::graphql::id::{GlobalId, Kind};
use sandbox::{Fault, FaultKind, Options, Sandbox};
use serde_json::{Value, json};
use tempfile::TempDir;
use testing::{Database, on_both};

use self::{
    expected::{Expected, FAULTS},
    fields::{FIELDS, FIELDS_BELOW, Field},
};
use crate::support::program::Running;

on_both!(every_field_before_every_fault, every_field_below_before_every_fault);

const OWNER: &str = "owner@studio.example";

/// The key of a database's first account.
const FIRST_ACCOUNT: i64 = 1;

/// What signs tokens, and what encrypts credentials.
const SECRETS: [&str; 2] =
    ["a-secret-of-this-test-that-is-long-enough", "YSBrZXkgb2YgdGhpcyB0ZXN0LCAzMiBieXRlcyAuLi4="];

/// Words that stand in Shopee's answers, in statements to the database or in addresses, and belong nowhere else.
pub(crate) const WORDS_OF_OTHERS: [&str; 17] = [
    "Maintenance",
    "be back soon",
    "DOCTYPE",
    "internal server error",
    "too many requests",
    "token not found",
    "forbidden",
    "no permission",
    "ErrorNotLogin",
    "sandbox-0f3a6c9e",
    "90309999",
    "padding",
    "xxxxxxxx",
    "/supply/",
    "SELECT",
    "INSERT",
    "SPC_",
];

/// A studio with one account, and a Shopee that fails on demand.
struct Studio {
    sandbox: Sandbox,
    variables: HashMap<String, String>,
    folder: TempDir,
    token: String,
    session_id: i64,
    campaign_id: i64,
}

impl Studio {
    async fn open(database: &Database) -> Self {
        let sandbox = Sandbox::start(Options { frozen: true, seed: 7, ..Options::default() }).await.unwrap();
        let account = sandbox.panel().accounts().remove(0);
        let on_air = sandbox.panel().on_air().into_iter().find(|session| session.user_id == account.user_id);
        let session_id = on_air.unwrap().session_id;
        let campaign_id = sandbox.panel().campaigns()[0].campaign_id;
        let (variables, folder) = (variables(database, &sandbox), tempfile::tempdir().unwrap());
        let studio = Self { sandbox, variables, folder, token: String::new(), session_id, campaign_id };
        let connect = ["connect", "--studio", "First Studio", "--owner", OWNER, "--region", "ID"];
        studio.run(&connect, &account.cookie).await;
        let token = studio.run(&["token", "--email", OWNER], "").await.trim().to_owned();
        Self { token, ..studio }
    }

    fn start(&self, arguments: &[&str], input: &str) -> Running {
        let program = Path::new(env!("CARGO_BIN_EXE_live-gateway"));
        Running::start(program, arguments.iter().copied(), &self.variables, self.folder.path(), input)
    }

    /// Runs a command that has to work out, and gives what it printed.
    async fn run(&self, arguments: &[&str], input: &str) -> String {
        let ended = self.start(arguments, input).ended().await;
        assert_eq!(ended.code, Some(0), "{ended:?}");
        ended.printed
    }

    /// The text of an answer.
    async fn ask(&self, url: &str, query: &str) -> String {
        let client = crate::support::client();
        let variables = json!({
            "id": self.session_id.to_string(),
            "account": GlobalId::new(Kind::ShopeeAccount, FIRST_ACCOUNT).encode().0,
            "campaign": self.campaign_id.to_string(),
        });
        let request = client.post(format!("{url}/graphql")).bearer_auth(&self.token);
        let request = request.json(&json!({ "query": query, "variables": variables }));
        request.send().await.unwrap().text().await.unwrap()
    }

    /// Asks for fields, so many at once, of a gateway that knows nothing yet, since it keeps what it was told; then looks at its log.
    async fn answers(&self, fields: &[Field], at_once: usize) -> Vec<Value> {
        let mut running = self.start(&["serve"], "");
        let url = format!("http://{}", running.logs("listening address=").await);
        let asked: Vec<_> = fields.iter().map(|field| self.answer(&url, field)).collect();
        let answers = stream::iter(asked).buffered(at_once).collect().await;
        running.signal("TERM").await;
        let ended = running.ended().await;
        assert_eq!(ended.code, Some(0), "{ended:?}");
        self.assert_discreet(&ended.logged);
        answers
    }

    /// Somebody of another region who is on air.
    fn somebody(&self) -> i64 {
        let on_air = self.sandbox.panel().on_air();
        on_air.into_iter().find(|session| session.region == sandbox::Region::Vn).unwrap().user_id
    }

    async fn answer(&self, url: &str, field: &Field) -> Value {
        let text = self.ask(url, &field.document(self.somebody())).await;
        self.assert_nothing_leaked(&text);
        for inside in ["127.0.0.1", "sqlx", "sea_orm"] {
            assert!(!text.contains(inside), "{text}");
        }
        serde_json::from_str(&text).unwrap()
    }

    fn assert_discreet(&self, log: &str) {
        assert!(log.contains("DEBUG") && log.contains("shopee call"), "the log tells what there is: {log}");
        self.assert_nothing_leaked(log);
        // The HTTP library tells at this level whom it connects to; we never do.
        let address = self.sandbox.address().to_string();
        let ours = log.lines().filter(|line| line.contains("live_gateway::") || line.contains("shopee::"));
        ours.for_each(|line| assert!(!line.contains(&address), "{line}"));
    }

    fn assert_nothing_leaked(&self, text: &str) {
        let cookie = self.sandbox.panel().accounts().remove(0).cookie;
        let values = cookie.split("; ").filter_map(|pair| pair.split_once('=')).map(|(_, value)| value);
        let secrets = values.filter(|value| value.len() > 12).chain([self.token.as_str()]).chain(SECRETS);
        for told in secrets.chain(WORDS_OF_OTHERS) {
            assert!(!text.contains(told), "{told:?} in: {text}");
        }
    }
}

fn variables(database: &Database, sandbox: &Sandbox) -> HashMap<String, String> {
    let variables = [
        ("LISTEN_ADDR", "127.0.0.1:0".to_owned()),
        ("DATABASE_URL", database.url.clone()),
        ("TOKEN_SECRET", SECRETS[0].to_owned()),
        ("CREDENTIAL_KEY", SECRETS[1].to_owned()),
        ("SHOPEE_BASE_URL", sandbox.base_url_template()),
        ("SHOPEE_CALLS_PER_SECOND", "1000".to_owned()),
        ("SHOPEE_TIMEOUT_MS", "8000".to_owned()),
        ("SYNC_INTERVAL_SECONDS", "0".to_owned()),
        ("LOG", "debug".to_owned()),
    ];
    variables.map(|(name, value)| (name.to_owned(), value)).into()
}

async fn every_field_before_every_fault(database: Database) {
    every_fault(&Studio::open(&database).await, &FIELDS, |kind| vec![Fault::new(kind)]).await;
}

async fn every_field_below_before_every_fault(database: Database) {
    let of_their_calls =
        |kind: FaultKind| FIELDS_BELOW.iter().map(|field| Fault::new(kind.clone()).on(field.call)).collect();
    every_fault(&Studio::open(&database).await, &FIELDS_BELOW, of_their_calls).await;
}

async fn every_fault(studio: &Studio, fields: &[Field], faults: impl Fn(FaultKind) -> Vec<Fault>) {
    let healthy = studio.answers(fields, fields.len()).await;
    for (field, answer) in fields.iter().zip(&healthy) {
        assert!(answer.get("errors").is_none() && field.value(answer).is_object(), "{answer}");
    }
    for (kind, expected) in FAULTS {
        faults(kind.clone()).into_iter().for_each(|fault| studio.sandbox.panel().inject(fault));
        let answers = studio.answers(fields, at_once(&kind, fields)).await;
        studio.sandbox.panel().clear_faults();
        for ((field, answer), healthy) in fields.iter().zip(&answers).zip(&healthy) {
            assert_eq!(field.stored(answer), field.stored(healthy), "{kind:?}: everything else answers all the same");
            assert_answer(&kind, field, expected.of(field), answer, healthy);
        }
    }
}

/// All at once, since some faults take their time; but the largest answers are much work, and would be late together.
fn at_once(kind: &FaultKind, fields: &[Field]) -> usize {
    if *kind == FaultKind::HugeBody { 2 } else { fields.len() }
}

fn assert_answer(kind: &FaultKind, field: &Field, expected: Expected, answer: &Value, healthy: &Value) {
    let errors = answer.get("errors").cloned().unwrap_or(json!([]));
    let value = field.value(answer);
    match expected {
        Expected::Error { .. } => {
            assert_eq!(value, &Value::Null, "{kind:?} {}", field.name);
            assert_eq!(expected.errors(field, &errors), errors, "{kind:?} {}", field.name);
        }
        Expected::Nothing => assert_eq!((value, errors), (&Value::Null, json!([])), "{kind:?} {}", field.name),
        Expected::Value { unknown } => {
            let expected = field.value_without(healthy, unknown);
            assert_eq!((value.clone(), errors), (expected, json!([])), "{kind:?} {}", field.name);
        }
    }
}
