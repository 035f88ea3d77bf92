//! Shopee fails while sessions are stored: nothing is half-written, what failed is listed and retried.

use entity::{job, job_failure};
use live_gateway::session::sync::{Reach, sync_account};
use sandbox::{Fault, FaultKind};
use sea_orm::{ConnectionTrait as _, DatabaseConnection, EntityTrait as _};
use testing::{Database, on_both};

use super::{Rows, connected_only};

on_both!(what_fails_is_listed_and_made_up_for, a_run_that_cannot_go_on_leaves_whole_pages);

/// What comes back, for how many calls, and the code that it is listed with.
const FAULTS: [(FaultKind, u32, &str); 6] = [
    (FaultKind::RateLimited { retry_after: Some(1) }, 3, "SHOPEE_THROTTLED"),
    (FaultKind::RiskControl { status: 403 }, 3, "SHOPEE_RISK_CONTROL"),
    (FaultKind::RiskControl { status: 200 }, 2, "SHOPEE_RISK_CONTROL"),
    (FaultKind::Html, 4, "SHOPEE_GARBLED"),
    (FaultKind::WrongTypes, 2, "SHOPEE_GARBLED"),
    (FaultKind::Hang, 1, "SHOPEE_UNREACHABLE"),
];

/// Sessions and items without their keys, and without when things were done.
pub(super) fn content(rows: Rows) -> String {
    let sessions = rows.sessions.iter().map(|row| (row.id, row.session_id)).collect::<Vec<_>>();
    let session_of = |key| sessions.iter().find(|(id, _)| *id == key).unwrap().1;
    let mut rows = rows.lasting();
    let mut lines: Vec<String> = rows
        .items
        .iter_mut()
        .map(|item| {
            (item.live_session_id, item.id) = (session_of(item.live_session_id), 0);
            format!("{item:?}")
        })
        .collect();
    lines.extend(rows.sessions.iter_mut().map(|session| {
        (session.id, session.created_at, session.updated_at) = (0, session.started_at, session.started_at);
        format!("{session:?}")
    }));
    lines.sort_unstable();
    lines.join("\n")
}

/// Of each session either all items are there, or none and nobody says how many there are.
fn assert_whole(rows: &Rows) {
    for session in &rows.sessions {
        let items = rows.items.iter().filter(|item| item.live_session_id == session.id).count();
        assert_eq!(session.products_count.unwrap_or(0), items as i64, "{session:?}");
        assert_eq!(session.products_count.is_some(), session.items_synced_at.is_some());
    }
}

pub(super) async fn forget_everything(connection: &DatabaseConnection) {
    for table in ["live_sessions", "jobs"] {
        connection.execute_unprepared(&format!("DELETE FROM {table}")).await.unwrap();
    }
}

async fn what_fails_is_listed_and_made_up_for(database: Database) {
    let (world, account) = connected_only(&database).await;
    let (app, connection) = (&world.gateway.app, database.connect().await);
    sync_account(app, account, Reach::All).await.unwrap();
    let undisturbed = content(Rows::read(&connection).await);
    for (kind, times, code) in FAULTS {
        for call in ["product_list", "overview"] {
            forget_everything(&connection).await;
            world.shopee().inject(Fault::new(kind.clone()).on(call).times(times));
            sync_account(app, account, Reach::All).await.unwrap();
            world.shopee().clear_faults();
            let listed = job_failure::Entity::find().all(&connection).await.unwrap();
            // A hang is repeated within the call, which may then do.
            assert!(kind == FaultKind::Hang || listed.len() == times as usize, "{kind:?} {call}: {listed:?}");
            for row in listed {
                assert_eq!((row.code.as_str(), row.call.as_deref()), (code, Some(call)), "{row:?}");
                assert!(row.resolved_at.is_some(), "{row:?}");
            }
            let rows = Rows::read(&connection).await;
            assert_whole(&rows);
            assert_eq!(content(rows), undisturbed, "{kind:?} {call}");
        }
    }
    world.stop().await;
}

async fn a_run_that_cannot_go_on_leaves_whole_pages(database: Database) {
    let (world, account) = connected_only(&database).await;
    let (app, connection) = (&world.gateway.app, database.connect().await);
    for (kind, code) in [
        (FaultKind::RateLimited { retry_after: None }, "SHOPEE_THROTTLED"),
        (FaultKind::RiskControl { status: 403 }, "SHOPEE_RISK_CONTROL"),
        (FaultKind::Html, "SHOPEE_GARBLED"),
    ] {
        for call in ["session_list", "overview"] {
            forget_everything(&connection).await;
            world.shopee().inject(Fault::new(kind.clone()).on(call));
            sync_account(app, account, Reach::All).await.unwrap_err();
            world.shopee().clear_faults();
            let job = job::Entity::find().one(&connection).await.unwrap().unwrap();
            assert_eq!((job.state, job.last_error.as_deref()), (job::State::Failed, Some(code)), "{kind:?} {call}");
            assert!(Rows::read(&connection).await.sessions.is_empty(), "no page was whole");
        }
    }
    sync_account(app, account, Reach::All).await.unwrap();
    let rows = Rows::read(&connection).await;
    assert!(!rows.sessions.is_empty());
    assert_whole(&rows);
    world.stop().await;
}
