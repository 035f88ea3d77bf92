//! Orders that Shopee confirms after a session's end: the session's figures follow with each list, its products' once they have moved.

use std::time::Duration;

use chrono::TimeDelta;
use entity::live_session;
use sandbox::SessionView;
use sea_orm::{DatabaseConnection, EntityTrait as _, prelude::Expr};
use testing::{Database, on_both};

use super::{Rows, sync};
use crate::support::world::World;

on_both!(what_is_confirmed_later_is_asked_for_anew);

const DAYS: Duration = Duration::from_hours(72);

/// What the session's products add up to, confirmed sales and commission.
fn of_items(rows: &Rows, session_id: i64) -> (i64, i64) {
    let session = rows.session(session_id);
    let items = rows.items.iter().filter(|item| item.live_session_id == session.id);
    items.fold((0, 0), |(sales, commission), item| {
        (sales + item.confirmed_sales_amount.unwrap(), commission + item.total_commission.unwrap())
    })
}

/// An ended session of which orders are still to be confirmed.
fn still_confirming(world: &World) -> (SessionView, SessionView) {
    let shopee = world.shopee();
    let user_id = world.first_account().user_id;
    let mine = |view: &SessionView| view.user_id == user_id && view.ended_at.is_some();
    let before: Vec<SessionView> = shopee.sessions().into_iter().filter(mine).collect();
    shopee.step(DAYS);
    let pairs = before.into_iter().map(|before| (shopee.session(before.session_id).unwrap(), before));
    let (after, before) = pairs.max_by_key(|(after, before)| after.confirmed_sales - before.confirmed_sales).unwrap();
    assert!(after.confirmed_sales > before.confirmed_sales, "something was confirmed meanwhile");
    (before, after)
}

/// As if the products had been asked for two hours ago.
async fn let_them_rest(world: &World, connection: &DatabaseConnection) {
    let then = world.gateway.app.clock.now() - TimeDelta::hours(2);
    let update = live_session::Entity::update_many();
    update.col_expr(live_session::Column::ItemsSyncedAt, Expr::value(then)).exec(connection).await.unwrap();
}

async fn what_is_confirmed_later_is_asked_for_anew(database: Database) {
    let world = World::start(&database).await;
    let connection = database.connect().await;
    let (before, after) = still_confirming(&world);
    let session_id = before.session_id;
    assert_eq!(of_items(&Rows::read(&connection).await, session_id).0, before.confirmed_sales);

    sync(&world, &connection).await;
    let rows = Rows::read(&connection).await;
    assert_eq!(rows.session(session_id).confirmed_revenue, Some(after.confirmed_sales));
    assert_eq!(of_items(&rows, session_id).0, before.confirmed_sales, "products rest for an hour");

    let_them_rest(&world, &connection).await;
    sync(&world, &connection).await;
    let rows = Rows::read(&connection).await;
    let (sales, commission) = of_items(&rows, session_id);
    assert_eq!(sales, after.confirmed_sales);
    assert!(commission > 0 && commission < sales, "{commission} of {sales}");

    let_them_rest(&world, &connection).await;
    world.shopee().reset_calls();
    sync(&world, &connection).await;
    let on_air = rows.sessions.iter().filter(|session| session.status == live_session::Status::OnAir).count();
    assert_eq!(world.shopee().calls("product_list"), on_air as u64, "what has not moved is not asked for again");
    world.stop().await;
}
