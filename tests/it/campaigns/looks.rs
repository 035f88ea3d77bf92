//! How campaigns are looked at.

use std::time::Duration;

use chrono::TimeDelta;
use entity::campaign_reading::{Column, Entity, Model};
use live_gateway::campaign::{housekeeping, look};
use sandbox::{Fault, FaultKind};
use sea_orm::{EntityTrait as _, QueryOrder as _};
use testing::{Database, on_both};

use super::{campaigns, look_by, minutes, now, pass, start};
use crate::support::{
    eventually,
    world::{Start, World},
};

on_both!(
    what_is_noted_is_what_shopee_shows,
    one_instance_looks_at_a_time,
    a_failed_look_is_made_again,
    who_has_no_shop_is_left_alone_for_a_day,
    old_readings_are_forgotten,
    the_gateway_looks_by_itself,
);

async fn readings(database: &Database) -> Vec<Model> {
    let all = Entity::find().order_by_asc(Column::ReadAt).order_by_asc(Column::CampaignId);
    all.all(&database.connect().await).await.unwrap()
}

async fn what_is_noted_is_what_shopee_shows(database: Database) {
    let world = start(&database, 0).await;
    let mut expected = Vec::new();
    for _ in 0..3 {
        world.shopee().step(minutes(15));
        look_by(&world.gateway, &world).await;
        let spends = |state| ["ongoing", "paused", "scheduled"].contains(&state);
        let found = campaigns(&world).into_iter().filter(|campaign| spends(campaign.state));
        expected.extend(found.map(|campaign| {
            (now(&world), campaign.campaign_id, campaign.spent_today, campaign.sales_today, campaign.daily_budget)
        }));
    }
    // What stands still is noted once.
    expected.sort_by_key(|(at, campaign, ..)| (*campaign, *at));
    expected.dedup_by_key(|(_, campaign, spent, sales, budget)| (*campaign, *spent, *sales, *budget));
    expected.sort_by_key(|(at, campaign, ..)| (*at, *campaign));
    let found = readings(&database).await;
    let found: Vec<_> = found
        .iter()
        .map(|row| (row.read_at, row.campaign_id, row.spent, row.sales, row.daily_budget.unwrap()))
        .collect();
    assert_eq!(found, expected);
    world.stop().await;
}

async fn one_instance_looks_at_a_time(database: Database) {
    let world = start(&database, 0).await;
    let other = world.another_gateway(&database, &[]).await;
    let (every, at) = (minutes(15), now(&world));
    let (one, two) = tokio::join!(look::take(&world.gateway.app, at, every), look::take(&other.app, at, every));
    one.and(two).unwrap();
    assert_eq!(world.shopee().calls("campaigns"), 1);
    look::take(&other.app, at + TimeDelta::minutes(10), every).await.unwrap();
    assert_eq!(world.shopee().calls("campaigns"), 1, "it is not due yet");
    look::take(&other.app, at + TimeDelta::minutes(14), every).await.unwrap();
    assert_eq!(world.shopee().calls("campaigns"), 2);
    other.stop().await;
    world.stop().await;
}

async fn a_failed_look_is_made_again(database: Database) {
    let world = start(&database, 0).await;
    world.shopee().step(minutes(30));
    for kind in [FaultKind::Refused { code: 100_400 }, FaultKind::WrongTypes, FaultKind::ServerError(500)] {
        world.shopee().inject(Fault::new(kind).on("campaigns"));
        look_by(&world.gateway, &world).await;
        assert_eq!(readings(&database).await, []);
        world.shopee().clear_faults();
    }
    look_by(&world.gateway, &world).await;
    assert_ne!(readings(&database).await, []);
    world.stop().await;
}

async fn who_has_no_shop_is_left_alone_for_a_day(database: Database) {
    let world = World::start_with(&database, Start::default()).await;
    let accounts = world.shopee().accounts();
    let sellers = accounts.iter().filter(|account| account.shop_id != 0).count() as u64;
    assert!(sellers < accounts.len() as u64);
    let at = now(&world);
    look::take(&world.gateway.app, at, Duration::ZERO).await.unwrap();
    assert_eq!(world.shopee().calls("campaigns"), accounts.len() as u64);
    look::take(&world.gateway.app, at + TimeDelta::hours(23), Duration::ZERO).await.unwrap();
    assert_eq!(world.shopee().calls("campaigns"), accounts.len() as u64 + sellers);
    look::take(&world.gateway.app, at + TimeDelta::hours(25), Duration::ZERO).await.unwrap();
    assert_eq!(world.shopee().calls("campaigns"), 2 * accounts.len() as u64 + sellers);
    world.stop().await;
}

async fn old_readings_are_forgotten(database: Database) {
    let world = start(&database, 0).await;
    pass(&world, 2, minutes(15)).await;
    let (app, all) = (&world.gateway.app, readings(&database).await);
    let first = all[0].read_at;
    let old = all.iter().filter(|row| row.read_at == first).count() as u64;
    assert_eq!(housekeeping::tidy(app, first + TimeDelta::days(32)).await.unwrap(), 0);
    assert_eq!(housekeeping::tidy(app, first + TimeDelta::days(32) + TimeDelta::seconds(1)).await.unwrap(), old);
    assert_eq!(readings(&database).await.len() as u64, all.len() as u64 - old);
    world.stop().await;
}

async fn the_gateway_looks_by_itself(database: Database) {
    let variables = vec![("CAMPAIGN_INTERVAL_SECONDS", "1".to_owned())];
    let world = World::start_with(&database, Start { accounts: 1, variables }).await;
    world.shopee().step(minutes(1));
    eventually("something is noted", async || !readings(&database).await.is_empty()).await;
    world.stop().await;
}
