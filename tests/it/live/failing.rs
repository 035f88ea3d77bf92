//! What watchers see while Shopee fails: the last numbers again, and since when they are old.

use std::time::Duration;

use entity::live_session::{self, Status};
use sandbox::{Fault, FaultKind};
use sea_orm::{ActiveEnum as _, EntityTrait as _, sea_query::Expr};
use serde_json::json;
use testing::{Database, on_both};

use super::{is_stale, live_metrics, told, viewer_count};
use crate::support::{
    eventually,
    stream::Stream,
    world::{Start, World},
};

on_both!(
    events_go_on_whatever_fails,
    a_failure_from_the_first_poll_on_is_told,
    who_comes_while_it_fails_is_told_the_last_numbers,
    shopees_wish_to_be_left_alone_is_obeyed,
    an_account_of_which_shopee_hides_the_session_is_told,
);

/// Every way in which a poll can fail.
const FAILURES: [FaultKind; 11] = [
    FaultKind::ServerError(500),
    FaultKind::Hang,
    FaultKind::RateLimited { retry_after: None },
    FaultKind::Html,
    FaultKind::WrongTypes,
    FaultKind::InvalidUtf8,
    FaultKind::HugeBody,
    FaultKind::CutBody,
    FaultKind::RiskControl { status: 403 },
    FaultKind::RiskControl { status: 200 },
    FaultKind::Forbidden,
];

/// A world that gives up on Shopee soon.
async fn impatient(database: &Database) -> World {
    let variables = vec![("SHOPEE_TIMEOUT_MS", "400".to_owned())];
    World::start_with(database, Start { accounts: 1, variables }).await
}

async fn events_go_on_whatever_fails(database: Database) {
    let world = impatient(&database).await;
    let session_id = world.on_air().session_id;
    let mut counts = world.subscribe(&viewer_count(session_id)).await;
    let mut metrics = world.subscribe(&live_metrics(session_id)).await;
    for (kind, viewers) in FAILURES.into_iter().zip((1_000..).step_by(2)) {
        let outage = Outage { world: &world, session_id, kind, viewers };
        outage.run(&mut [&mut counts, &mut metrics]).await;
    }
    assert_eq!(world.gateway.app.pollers.running(), 1);
    drop((counts, metrics));
    world.stop().await;
}

/// A time in which Shopee fails: before it the session has so many viewers, and one more after it.
struct Outage<'a> {
    world: &'a World,
    session_id: i64,
    kind: FaultKind,
    viewers: u64,
}

impl Outage<'_> {
    async fn run(self, streams: &mut [&mut Stream]) {
        let shopee = self.world.shopee();
        shopee.set_viewers(self.session_id, self.viewers).unwrap();
        for stream in streams.iter_mut() {
            stream.until("the count before the failure", |data| told(data)["viewers"] == self.viewers).await;
        }
        shopee.inject(Fault::new(self.kind.clone()).on("overview"));
        shopee.set_viewers(self.session_id, self.viewers + 1).unwrap();
        let mut observed = Vec::new();
        for stream in streams.iter_mut() {
            observed.push(self.grows_old(stream).await);
        }
        shopee.clear_faults();
        for (stream, observed) in streams.iter_mut().zip(observed) {
            let fresh = stream.until("the end of the failure", |data| !is_stale(data)).await;
            assert_eq!(told(&fresh)["viewers"], self.viewers + 1, "{:?}", self.kind);
            assert!(told(&fresh)["observedAt"].as_str().unwrap() > observed.as_str(), "{:?}", self.kind);
        }
    }

    /// The last value comes again and again, and says since when; gives the time it was observed.
    async fn grows_old(&self, stream: &mut Stream) -> String {
        let stale = stream.until("the numbers grow old", is_stale).await;
        assert_eq!(told(&stale)["viewers"], self.viewers, "{:?}", self.kind);
        assert_eq!(told(&stale)["isOnAir"], true, "{:?}", self.kind);
        assert!(told(&stale)["observedAt"].as_str() < told(&stale)["staleSince"].as_str(), "{:?}: {stale}", self.kind);
        assert_eq!(stream.data().await, stale, "{:?}: nothing but the time passes", self.kind);
        told(&stale)["observedAt"].as_str().unwrap().to_owned()
    }
}

async fn a_failure_from_the_first_poll_on_is_told(database: Database) {
    let world = World::start(&database).await;
    let session = world.on_air();
    world.shopee().inject(Fault::new(FaultKind::Html).on("overview"));
    for watch in [viewer_count(session.session_id), live_metrics(session.session_id)] {
        let event = world.subscribe(&watch).await.data().await;
        for unknown in ["viewers", "peakViewers", "isOnAir", "observedAt"] {
            assert!(told(&event)[unknown].is_null(), "{unknown} in {event}");
        }
        assert!(is_stale(&event), "{event}");
    }
    let mut stream = world.subscribe(&viewer_count(session.session_id)).await;
    world.shopee().clear_faults();
    let event = stream.until("the first value", |data| !is_stale(data)).await;
    assert_eq!(told(&event)["viewers"], session.viewers);
    drop(stream);
    world.stop().await;
}

async fn who_comes_while_it_fails_is_told_the_last_numbers(database: Database) {
    let world = impatient(&database).await;
    let session = world.on_air();
    drop(world.subscribe(&viewer_count(session.session_id)).await.data().await);
    eventually("nobody polls", async || world.gateway.app.pollers.running() == 0).await;
    world.shopee().inject(Fault::new(FaultKind::ServerError(500)).on("overview"));
    for watch in [viewer_count(session.session_id), live_metrics(session.session_id)] {
        let event = world.subscribe(&watch).await.data().await;
        assert_eq!((&told(&event)["viewers"], &told(&event)["isOnAir"]), (&json!(session.viewers), &json!(true)));
        assert!(told(&event)["observedAt"].as_str() < told(&event)["staleSince"].as_str(), "{event}");
    }
    // Another instance has seen the end: what is known here is not to be told as the present.
    eventually("nobody polls", async || world.gateway.app.pollers.running() == 0).await;
    let connection = database.connect().await;
    let ended = live_session::Entity::update_many()
        .col_expr(live_session::Column::Status, Expr::value(Status::Ended.to_value()));
    ended.exec(&connection).await.unwrap();
    let event = world.subscribe(&viewer_count(session.session_id)).await.data().await;
    assert!(told(&event)["isOnAir"].is_null() && is_stale(&event), "{event}");
    world.stop().await;
}

/// Simulated time runs here: the sandbox's own log tells the pause between two calls.
async fn shopees_wish_to_be_left_alone_is_obeyed(database: Database) {
    let world = World::start(&database).await;
    world.shopee().resume();
    let session_id = world.on_air().session_id;
    let mut stream = world.subscribe(&viewer_count(session_id)).await;
    stream.data().await;
    world.shopee().reset_calls();
    world.shopee().inject(Fault::new(FaultKind::RateLimited { retry_after: Some(2) }).on("overview").times(1));
    stream.until("Shopee has had enough", is_stale).await;
    stream.until("Shopee is asked again", |data| !is_stale(data)).await;

    let calls: Vec<_> = world.shopee().call_log().iter().map(|call| call.at).collect();
    let longest = calls.windows(2).map(|pair| (pair[1] - pair[0]).to_std().unwrap()).max().unwrap();
    assert!(longest >= Duration::from_secs(2), "asked again after {longest:?}");
    drop(stream);
    world.stop().await;
}

async fn an_account_of_which_shopee_hides_the_session_is_told(database: Database) {
    let world = World::start(&database).await;
    let mut stream = world.subscribe(&viewer_count(world.on_air().session_id)).await;
    stream.data().await;
    world.shopee().inject(Fault::new(FaultKind::EmptyData).on("overview"));
    let stale = stream.until("Shopee does not know the session", is_stale).await;
    assert_eq!(told(&stale)["isOnAir"], true, "an end has to be said plainly");
    drop(stream);
    world.stop().await;
}
