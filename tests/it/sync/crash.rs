//! The program itself, killed again and again while it syncs: each life goes on where the last one was, and the end is that of a run that
//! nobody disturbed.
//!
//! `SYNC_KILLS` makes more of them, `SYNC_SEED` other moments.

use std::{collections::HashMap, path::Path, time::Duration};

use entity::{job, shopee_account};
use live_gateway::{account::connect, app::App, commands::ensure_studio, config::Config, identity::scope::Scope};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use sea_orm::{ColumnTrait as _, DatabaseConnection, EntityTrait as _, QueryFilter as _};
use shopee::{Credential, Region};
use testing::{Database, on_both};
use tokio::time::sleep;

use super::{
    Rows,
    faults::{content, forget_everything},
};
use crate::support::{
    eventually, from_environment,
    large_shopee::LargeShopee,
    program::{Ended, Running},
    tell,
    world::OWNER,
};

on_both!(a_run_ends_as_if_nobody_had_killed_it);

/// On each back end.
const KILLS: u64 = 6;
/// Eight pages.
const SESSIONS: u64 = 400;
const ITEMS: u64 = 3;
/// A life that is cut short gets to a call by chance, so many times fewer at most than an undisturbed run makes.
const LIVES: u64 = 3;
/// From that call to the kill, at most: what is stored of it is on its way.
const AFTER_THE_CALL: Duration = Duration::from_millis(20);

struct Site {
    shopee: LargeShopee,
    variables: HashMap<String, String>,
    folder: tempfile::TempDir,
}

impl Site {
    async fn open(database: &Database) -> Self {
        let shopee = LargeShopee::start(SESSIONS, ITEMS, Duration::from_millis(2)).await;
        let variables = [
            ("LISTEN_ADDR", "127.0.0.1:0".to_owned()),
            ("DATABASE_URL", database.url.clone()),
            ("TOKEN_SECRET", "a-secret-for-tests-that-is-long-enough".to_owned()),
            ("CREDENTIAL_KEY", "dGVzdCB0ZXN0IHRlc3QgdGVzdCB0ZXN0IHRlc3QgISE=".to_owned()),
            ("SHOPEE_BASE_URL", shopee.base_url_template()),
            ("SHOPEE_CALLS_PER_SECOND", "1000".to_owned()),
            ("SHOPEE_CALL_BURST", "1000".to_owned()),
            ("JOB_LEASE_SECONDS", "1".to_owned()),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value)).into();
        let site = Self { shopee, variables, folder: tempfile::tempdir().unwrap() };
        site.connect(database).await;
        site
    }

    /// Connects the account without storing anything of it.
    async fn connect(&self, database: &Database) {
        database.migrated().await.close().await.unwrap();
        let app = App::build(Config::from_variables(self.variables.clone()).unwrap()).await.unwrap();
        let studio = ensure_studio(&app, "First Studio", OWNER, chrono_tz::Asia::Jakarta).await.unwrap();
        let credential = Credential::from_cookie_header("SPC_ST=a; SPC_EC=b").unwrap();
        connect::connect(&app, &Scope::job_runner(), studio, Region::Id, &credential).await.unwrap();
        app.database.clone().close().await;
    }

    fn start(&self) -> Running {
        let program = Path::new(env!("CARGO_BIN_EXE_live-gateway"));
        Running::start(program, ["sync", "--account", "large"], &self.variables, self.folder.path(), "")
    }

    /// Waits until Shopee has been called so often, or there is nothing left to call it for.
    async fn called(&self, times: u64, running: &Running) {
        eventually("it calls or ends", async || self.shopee.calls() >= times || !running.is_running()).await;
    }

    async fn sync(&self) -> Ended {
        let ended = self.start().ended().await;
        assert_eq!(ended.code, Some(0), "{ended:?}");
        ended
    }
}

async fn open_job(connection: &DatabaseConnection) -> Option<job::Model> {
    job::Entity::find().filter(job::Column::FinishedAt.is_null()).one(connection).await.unwrap()
}

#[expect(clippy::print_stdout, reason = "a test that fails tells its seed")]
async fn a_run_ends_as_if_nobody_had_killed_it(database: Database) {
    let (site, connection) = (Site::open(&database).await, database.connect().await);
    let ended = site.sync().await;
    let whole = format!("large: {SESSIONS} sessions stored, 0 not whole\n");
    assert_eq!(ended.printed, whole, "{ended:?}");
    assert!(ended.logged.contains(&format!("large: {SESSIONS} of {SESSIONS} sessions, 0 failed")), "{ended:?}");
    let undisturbed = content(Rows::read(&connection).await);
    let calls = site.shopee.calls();
    forget_everything(&connection).await;

    let (seed, kills) = (from_environment("SYNC_SEED", 20_261_123), from_environment("SYNC_KILLS", KILLS));
    println!("SYNC_SEED={seed}");
    let (mut dice, mut cut_short, mut furthest) = (StdRng::seed_from_u64(seed), 0, 0);
    for _ in 0..kills {
        let called = site.shopee.calls() + dice.random_range(0..=calls / LIVES);
        let running = site.start();
        site.called(called, &running).await;
        sleep(dice.random_range(Duration::ZERO..=AFTER_THE_CALL)).await;
        if running.kill_if_running().await {
            let left = open_job(&connection).await;
            cut_short += u64::from(left.as_ref().is_some_and(|job| job.done > 0 && job.done < SESSIONS as i64));
            furthest = furthest.max(left.map_or(0, |job| job.done));
        }
    }
    let went_on = open_job(&connection).await;
    let ended = site.sync().await;
    assert_eq!(ended.printed, whole, "each session counts once: {ended:?}");
    assert_eq!(content(Rows::read(&connection).await), undisturbed);
    assert_eq!(open_job(&connection).await, None);
    if let Some(job) = went_on {
        let job = job::Entity::find_by_id(job.id).one(&connection).await.unwrap().unwrap();
        assert_eq!((job.state, job.done), (job::State::Succeeded, SESSIONS as i64), "it is the same run that ended");
    }
    let account = shopee_account::Entity::find().one(&connection).await.unwrap().unwrap();
    assert!(account.synced_at.is_some());
    assert!(cut_short > 0 || kills < KILLS, "the kills cut nothing short");
    let back_end = if database.url.starts_with("sqlite") { "SQLite" } else { "PostgreSQL" };
    let more = site.shopee.calls() - calls;
    tell(&format!(
        "sync on {back_end}, seed {seed}: {kills} kills, {cut_short} within the pages (the furthest at {furthest} of {SESSIONS}); {more} calls where an undisturbed run makes {calls}"
    ));
}
