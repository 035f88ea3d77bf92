//! One gateway's program over a database with two studios: the first, and another full of canaries.

mod furniture;
mod things;

use std::{collections::HashMap, path::Path};

use entity::studio;
use live_gateway::{app::App, config::Config};
use sandbox::{AccountView, Options, Panel, Sandbox};
use sea_orm::{EntityTrait as _, QueryOrder as _};
use serde_json::{Value, json};
use tempfile::TempDir;
use testing::Database;

use self::furniture::Furniture;
pub(super) use self::{
    furniture::{BADGE, MARK, OWN_MARK},
    things::Things,
};
use super::operations::Root;
use crate::support::{
    program::Running,
    world::{self, OWNER},
};

/// Another owner of the first studio: what they change stands in nobody's way.
const CHANGER: &str = "changes@first.example";

/// Whose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    First,
    Other,
}

impl Side {
    pub(super) fn opposite(self) -> Self {
        match self {
            Self::First => Self::Other,
            Self::Other => Self::First,
        }
    }
}

pub(super) struct House {
    shopee: Sandbox,
    variables: HashMap<String, String>,
    folder: TempDir,
    tokens: [String; 3],
    pub(super) things: Things,
}

impl House {
    pub(super) async fn furnished(database: &Database) -> Self {
        let shopee = Sandbox::start(Options { frozen: true, seed: 7, ..Options::default() }).await.unwrap();
        let variables = world::variables(database, &shopee, &[("LOG", "trace".to_owned())]);
        let (folder, things) = (tempfile::tempdir().unwrap(), Things::default());
        let mut house = Self { shopee, variables, folder, tokens: Default::default(), things };
        for account in house.accounts(Side::Other) {
            house.panel().start_session(account.user_id, format!("{MARK} on air")).unwrap();
        }
        house.run(&["migrate"], "").await;
        let furniture = Furniture::of(database).await;
        house.connect(Side::First, "First Studio", OWNER).await;
        furniture.add_owner(CHANGER).await;
        furniture.let_keys_begin(BADGE).await;
        let (other, owner) = (format!("{MARK} studio"), format!("{MARK}@other.example"));
        house.connect(Side::Other, &other, &owner).await;
        furniture.mark().await;
        furniture.complete_the_other_studio().await;
        furniture.let_keys_begin(2 * BADGE).await;
        for (at, email) in [OWNER, CHANGER, &owner].into_iter().enumerate() {
            house.tokens[at] = house.run(&["token", "--email", email], "").await.trim().to_owned();
        }
        house.things = Things::found(&house, &furniture).await;
        house
    }

    /// The house's own app, in this process; its pollers ask once.
    pub(super) async fn app(&self) -> App {
        let mut variables = self.variables.clone();
        variables.insert("POLL_INTERVAL_MS".to_owned(), "60000".to_owned());
        App::build(Config::from_variables(variables).unwrap()).await.unwrap()
    }

    /// The keys of the studios, the first one first.
    pub(super) async fn studios(&self) -> Vec<i64> {
        let database = sea_orm::Database::connect(&self.variables["DATABASE_URL"]).await.unwrap();
        let studios = studio::Entity::find().order_by_asc(studio::Column::Id).all(&database).await.unwrap();
        studios.into_iter().map(|studio| studio.id).collect()
    }

    pub(super) fn panel(&self) -> &Panel {
        self.shopee.panel()
    }

    pub(super) fn accounts(&self, side: Side) -> Vec<AccountView> {
        let accounts = self.panel().accounts();
        match side {
            Side::First => accounts[..1].to_vec(),
            Side::Other => accounts[1..3].to_vec(),
        }
    }

    pub(super) fn token(&self, side: Side, root: Root) -> &str {
        match (side, root) {
            (Side::First, Root::Mutation) => &self.tokens[1],
            (Side::First, _) => &self.tokens[0],
            (Side::Other, _) => &self.tokens[2],
        }
    }

    async fn connect(&self, side: Side, studio: &str, owner: &str) {
        for account in self.accounts(side) {
            let region = account.region.to_string();
            let arguments = ["connect", "--studio", studio, "--owner", owner, "--region", &region];
            self.run(&arguments, &account.cookie).await;
        }
    }

    fn start(&self, arguments: &[&str], input: &str) -> Running {
        let program = Path::new(env!("CARGO_BIN_EXE_live-gateway"));
        Running::start(program, arguments.iter().copied(), &self.variables, self.folder.path(), input)
    }

    async fn run(&self, arguments: &[&str], input: &str) -> String {
        let ended = self.start(arguments, input).ended().await;
        assert_eq!(ended.code, Some(0), "{ended:?}");
        ended.printed
    }

    pub(super) async fn open(&self) -> Open {
        let mut running = self.start(&["serve"], "");
        let url = format!("http://{}", running.logs("listening address=").await);
        Open { running, url }
    }
}

/// The house while its gateway serves.
pub(super) struct Open {
    running: Running,
    pub(super) url: String,
}

impl Open {
    async fn data(&self, token: &str, query: &str) -> Value {
        let request = crate::support::client().post(format!("{}/graphql", self.url)).bearer_auth(token);
        let answer = request.json(&json!({ "query": query })).send().await.unwrap();
        let mut answer: Value = answer.json().await.unwrap();
        assert!(answer.get("errors").is_none(), "{answer:#}");
        answer["data"].take()
    }

    /// Everything the gateway has said.
    pub(super) async fn close(self) -> String {
        self.running.signal("TERM").await;
        let ended = self.running.ended().await;
        assert_eq!(ended.code, Some(0), "{ended:?}");
        ended.said()
    }
}
