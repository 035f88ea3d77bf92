//! What follows from one session's totals.

use entity::live_session;
use rust_decimal::Decimal;
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, EntityTrait as _, QueryOrder as _};
use serde_json::{Value, json};
use testing::{Database, on_both};

use crate::support::world::World;

on_both!(figures_follow_from_the_totals, what_is_not_reported_has_no_figures);

const FIGURES: &str =
    "figures { conversionRate engagementRate averageOrderValue { amount currencyCode } returnOnInvestment }";

/// Gives the newest session these totals and answers what follows from them.
async fn figures(world: &World, database: &Database, totals: live_session::ActiveModel) -> Value {
    let connection = database.connect().await;
    let newest = live_session::Entity::find().order_by_desc(live_session::Column::StartedAt).one(&connection).await;
    let id = Set(newest.unwrap().unwrap().id);
    live_session::ActiveModel { id, ..totals }.update(&connection).await.unwrap();
    let data = world.data(&format!("{{ liveSessions(first: 1) {{ nodes {{ {FIGURES} }} }} }}"), json!({})).await;
    data["liveSessions"]["nodes"][0]["figures"].clone()
}

fn reported() -> live_session::ActiveModel {
    live_session::ActiveModel {
        total_viewers: Set(Some(3_000)),
        total_orders: Set(Some(7)),
        total_revenue: Set(Some(100_000_000)),
        total_likes: Set(Some(1_000)),
        total_comments: Set(Some(200)),
        total_shares: Set(Some(30)),
        campaign_spent: Set(Some(40_000_000)),
        ..Default::default()
    }
}

async fn figures_follow_from_the_totals(database: Database) {
    let world = World::start(&database).await;
    let figures = figures(&world, &database, reported()).await;
    assert_eq!(figures["conversionRate"], "0.002333");
    assert_eq!(figures["engagementRate"], "0.41");
    assert_eq!(figures["returnOnInvestment"], "1.5");
    let average: Decimal = figures["averageOrderValue"]["amount"].as_str().unwrap().parse().unwrap();
    assert_eq!((average * Decimal::from(100_000)).normalize(), Decimal::from(14_285_714));
    world.stop().await;
}

async fn what_is_not_reported_has_no_figures(database: Database) {
    let world = World::start(&database).await;
    let none = live_session::ActiveModel {
        total_viewers: Set(None),
        total_orders: Set(Some(0)),
        campaign_spent: Set(Some(0)),
        ..reported()
    };
    let nothing = json!({
        "conversionRate": null, "engagementRate": null, "averageOrderValue": null, "returnOnInvestment": null
    });
    assert_eq!(figures(&world, &database, none).await, nothing);
    let partly = live_session::ActiveModel { total_shares: Set(None), total_revenue: Set(None), ..reported() };
    let partly = figures(&world, &database, partly).await;
    assert_eq!(partly["conversionRate"], "0.002333");
    assert_eq!((&partly["engagementRate"], &partly["returnOnInvestment"]), (&Value::Null, &Value::Null));
    world.stop().await;
}
