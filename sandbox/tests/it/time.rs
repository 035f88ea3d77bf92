//! The same seed and the same steps give the same world; time stands, steps, runs and never goes back.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use sandbox::{Options, PanelError, Sandbox};

use crate::support::Desk;

#[tokio::test]
async fn the_same_seed_and_steps_give_the_same_world() {
    let (left, right, other) = (Desk::with_seed(3).await, Desk::with_seed(3).await, Desk::with_seed(4).await);
    for desk in [&left, &right, &other] {
        let id = desk.on_air().session_id;
        desk.panel().step(Duration::from_secs(77));
        desk.panel().set_viewers(id, 900).unwrap();
        desk.panel().step(Duration::from_secs(777));
        desk.panel().start_session(desk.host().user_id, "Baru").unwrap();
    }
    // One world was looked at on the way, the other was not: looking changes nothing.
    left.panel().step(Duration::from_secs(30));
    left.panel().sessions();
    left.panel().step(Duration::from_secs(31));
    right.panel().step(Duration::from_secs(61));
    assert_eq!(left.panel().sessions(), right.panel().sessions());
    assert_eq!(left.panel().accounts(), right.panel().accounts());
    other.panel().step(Duration::from_secs(61));
    assert_ne!(left.panel().sessions(), other.panel().sessions());
}

#[tokio::test]
async fn time_only_goes_forward() {
    let desk = Desk::open().await;
    let now = desk.panel().clock().now;
    assert_eq!(desk.panel().set_time(now - TimeDelta::milliseconds(1)), Err(PanelError::TimeRefused));
    assert_eq!(desk.panel().set_time(now + TimeDelta::days(500)), Err(PanelError::TimeRefused));
    desk.panel().set_time(now + TimeDelta::days(2)).unwrap();
    assert_eq!(desk.panel().clock().now, now + TimeDelta::days(2));
}

#[tokio::test]
async fn time_runs_at_its_speed_unless_frozen() {
    let sandbox = Sandbox::start(Options { speed: 10_000.0, ..Options::default() }).await.unwrap();
    let panel = sandbox.panel();
    let start = panel.clock().now;
    let deadline = Instant::now() + Duration::from_secs(10);
    while panel.clock().now < start + TimeDelta::seconds(60) {
        assert!(Instant::now() < deadline, "a simulated minute should take six milliseconds");
        tokio::task::yield_now().await;
    }
    panel.freeze();
    let frozen = panel.clock();
    assert!(frozen.frozen && panel.clock().now == frozen.now);
    panel.step(Duration::from_secs(5));
    assert_eq!(panel.clock().now, frozen.now + TimeDelta::seconds(5));
    panel.set_speed(0.0);
    panel.resume();
    assert_eq!(panel.clock().now, frozen.now + TimeDelta::seconds(5));
}
