//! The program itself, killed again and again while it gives coins away and changes campaigns, over a Shopee that is slow and loses answers. Clients do
//! what the documentation tells them to: they ask again with the same key. In the end each giveout and each change has happened once,
//! and everybody agrees about it to the coin.
//!
//! `CRASH_SEED` makes other giveouts, changes, faults and moments of death, `CRASH_GIVEOUTS` and `CRASH_EDITS` more of them. Where exactly a kill hits is also a
//! matter of the machine, so each run tells what its kills have cut short.

mod errand;
mod site;
mod tally;

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use entity::intent::{Entity, State};
use futures_util::future::join_all;
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use sandbox::{Fault, FaultKind};
use sea_orm::{DatabaseConnection, EntityTrait as _};
use testing::{Database, on_both};
use tokio::time::sleep;

use self::{
    errand::Errand,
    site::Site,
    tally::{Cut, assert_agreed},
};
use crate::support::{eventually, from_environment, tell};

on_both!(
    each_giveout_happens_once_whenever_the_program_dies,
    each_change_happens_once_whenever_the_program_dies,
    another_instance_finds_out_what_became_of_it,
);

/// On each back end.
const GIVEOUTS: u64 = 60;
const EDITS: u64 = 30;
/// So many clients at once: more than there are sessions, so that they are in each other's way.
const CLIENTS: usize = 8;
/// The most calls that cost money which one life of the program makes.
const CALLS_OF_A_LIFE: u64 = 6;
/// The longest time between the last of these and its death, in milliseconds: longer than Shopee takes for an answer.
const LAST_MOMENTS: u64 = 60;
/// The calls that cost money.
const CALLS: [&str; 3] = ["coin_giveout", "coin_start", "edit_live_stream"];
/// Those that tell what they have done.
const LOOKS: [&str; 2] = ["coin_reward_info", "live_stream"];

async fn each_giveout_happens_once_whenever_the_program_dies(database: Database) {
    let (back_end, default_seed) =
        if database.url.starts_with("sqlite") { ("SQLite", 20_261_124) } else { ("PostgreSQL", 20_261_125) };
    let (seed, count) = (from_environment("CRASH_SEED", default_seed), from_environment("CRASH_GIVEOUTS", GIVEOUTS));
    let mut dice = StdRng::seed_from_u64(seed);
    let site = Site::open(&database, errand::sessions_for(count)).await;
    let errands = errand::coins(&site, count, &mut dice);
    let cut = run_all(&database, &site, &errands, (back_end, seed), dice).await;
    assert!(cut.tells_something() || count < GIVEOUTS, "the kills cut nothing short: {cut}");
}

async fn each_change_happens_once_whenever_the_program_dies(database: Database) {
    let (back_end, default_seed) =
        if database.url.starts_with("sqlite") { ("SQLite", 20_261_126) } else { ("PostgreSQL", 20_261_127) };
    let (seed, count) = (from_environment("CRASH_SEED", default_seed), from_environment("CRASH_EDITS", EDITS));
    let mut dice = StdRng::seed_from_u64(seed);
    let site = Site::open(&database, 1).await;
    let errands = errand::edits(&site, count, &mut dice);
    let cut = run_all(&database, &site, &errands, (back_end, seed), dice).await;
    assert!(cut.tells_something() || count < EDITS, "the kills cut nothing short: {cut}");
}

/// Runs all errands over a program that dies again and again; what the kills cut short.
#[expect(clippy::print_stdout, reason = "a test that fails tells its seed")]
async fn run_all(
    database: &Database,
    site: &Site,
    errands: &[Errand],
    (back_end, seed): (&str, u64),
    mut dice: StdRng,
) -> Cut {
    println!("CRASH_SEED={seed}");
    be_slow(site, &mut dice);
    let (connection, next, mut cut) = (database.connect().await, AtomicUsize::new(0), Cut::default());
    let client = || async {
        while let Some(errand) = errands.get(next.fetch_add(1, Ordering::Relaxed)) {
            errand.run(site).await;
        }
    };
    tokio::select! {
        _ = join_all((0..CLIENTS).map(|_| client())) => {}
        () = die_again_and_again(site, &connection, errands, &mut dice, &mut cut) => {}
    }
    let figures = assert_agreed(site.panel(), &connection, errands).await;
    tell(&format!("crash on {back_end}, seed {seed}: {cut}; {figures}"));
    cut
}

/// Answers come late, so that the program can die between a call's effect and its answer.
fn be_slow(site: &Site, dice: &mut StdRng) {
    for call in CALLS.into_iter().chain(LOOKS) {
        site.panel().inject(Fault::new(FaultKind::Delay(dice.random_range(5..=50))).on(call));
    }
}

/// One life of the program after another, until nobody wants anything of it any more.
async fn die_again_and_again(
    site: &Site,
    connection: &DatabaseConnection,
    errands: &[Errand],
    dice: &mut StdRng,
    cut: &mut Cut,
) {
    let made = || CALLS.map(|call| site.panel().calls(call)).iter().sum::<u64>();
    loop {
        let serving = site.machine.serve().await;
        site.direct_to(&serving);
        let last = made() + dice.random_range(1..=CALLS_OF_A_LIFE);
        while made() < last {
            sleep(Duration::from_millis(1)).await;
        }
        sleep(Duration::from_millis(dice.random_range(0..=LAST_MOMENTS))).await;
        serving.kill().await;
        cut.add(site.panel(), connection, errands).await;
    }
}

async fn another_instance_finds_out_what_became_of_it(database: Database) {
    let mut dice = StdRng::seed_from_u64(1);
    let site = Site::open(&database, 2).await;
    let errands = errand::giveouts(&site, 2, &mut dice);
    let survivor = site.machine.serve().await;
    let connection = database.connect().await;
    let state = async |errand: &Errand| {
        let rows = Entity::find().all(&connection).await.unwrap();
        rows.into_iter().find(|row| errand.is_asked_for_by(row)).map(|row| row.state)
    };
    for (errand, (kind, calls)) in errands.iter().zip([(FaultKind::HangAfterEffect, 1), (FaultKind::Hang, 2)]) {
        site.panel().reset_calls();
        site.panel().inject(Fault::new(kind.clone()).on(errand.call).times(1));
        let dying = site.machine.serve().await;
        site.direct_to(&dying);
        let (answer, ()) = tokio::join!(errand.ask(&site, 0), async {
            eventually("the call comes", async || site.panel().calls(errand.call) == 1).await;
            dying.kill().await;
        });
        assert_eq!((answer, state(errand).await), (None, Some(State::Pending)), "{kind:?}");
        eventually("the other settles it", async || state(errand).await == Some(State::Done)).await;
        assert_eq!(site.panel().calls(errand.call), calls, "{kind:?}");
        site.direct_to(&survivor);
        errand.run(&site).await;
    }
    assert_agreed(site.panel(), &connection, &errands).await;
    assert_eq!(survivor.stop().await.code, Some(0));
}
