//! All regions that Shopee serves: the client's table (`shopee/tests/it/regions.rs` holds it to its words) is the sandbox's, and
//! what a studio reads through the gateway.

use chrono::{DateTime, Offset as _, TimeZone as _, Utc};
use chrono_tz::Tz;
use entity::{live_session, shopee_account};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, DatabaseConnection, EntityTrait as _,
    IntoActiveModel as _, QueryFilter as _, sea_query::Expr,
};
use serde_json::{Value, json};
use shopee::Region;
use testing::{Database, on_both};

use crate::{
    reading::money::written,
    support::{
        introspection::list,
        world::{Start, World},
    },
};

on_both!(every_region_reads_with_its_own_money_and_pages, accounts_of_every_region_ask_their_own_hosts);

#[test]
fn the_sandbox_and_the_client_have_the_same_regions() {
    assert_eq!(sandbox::Region::ALL.map(|region| region.code()), Region::ALL.map(Region::code));
    for region in Region::ALL {
        let theirs = sandbox::Region::from_code(region.code()).unwrap();
        assert_eq!(
            (theirs.currency(), theirs.top_level_domain()),
            (region.currency(), region.top_level_domain()),
            "{region}"
        );
        let zone: Tz = region.time_zone().parse().unwrap();
        for month in 1..=12 {
            let noon = Utc.with_ymd_and_hms(2026, month, 1, 12, 0, 0).unwrap();
            let offset = zone.offset_from_utc_datetime(&noon.naive_utc()).fix().local_minus_utc();
            assert_eq!(i64::from(offset), theirs.utc_offset_hours() * 3600, "{region}, month {month}");
        }
    }
}

/// A stored session and its account in a region of which the sandbox has no accounts: copies of others.
async fn furnish(connection: &DatabaseConnection, region: Region, number: i64) {
    let account = shopee_account::Entity::find().one(connection).await.unwrap().unwrap();
    let now = account.created_at;
    let account = shopee_account::ActiveModel {
        studio_id: Set(account.studio_id),
        region: Set(region.code().to_owned()),
        shopee_user_id: Set(number),
        username: Set(format!("studio.{}", region.code().to_lowercase())),
        status: Set(shopee_account::Status::SignedOut),
        signed_out_at: Set(Some(now)),
        created_at: Set(now),
        updated_at: Set(now),
        ..Default::default()
    };
    let account = account.insert(connection).await.unwrap();
    let session = live_session::Entity::find().one(connection).await.unwrap().unwrap();
    let session = live_session::ActiveModel {
        id: sea_orm::ActiveValue::NotSet,
        shopee_account_id: Set(account.id),
        region: Set(region.code().to_owned()),
        session_id: Set(number),
        ..session.into_active_model().reset_all()
    };
    session.insert(connection).await.unwrap();
}

/// The studio's world with a session in each of the regions.
async fn everywhere(database: &Database) -> World {
    let world = World::start_with(database, Start::default()).await;
    let connection = database.connect().await;
    let served: Vec<String> = world.shopee().accounts().iter().map(|account| account.region.to_string()).collect();
    assert!(["ID", "VN", "TH"].iter().all(|region| served.iter().any(|code| code == region)), "{served:?}");
    for (region, number) in Region::ALL.into_iter().zip(5_000_000..) {
        if !served.iter().any(|code| code == region.code()) {
            furnish(&connection, region, number).await;
        }
    }
    world
}

async fn every_region_reads_with_its_own_money_and_pages(database: Database) {
    let world = everywhere(&database).await;
    let query = "query($region: Region!) { liveSessions(first: 1, filter: { region: $region }) { nodes {
        sessionId region shareUrl totalRevenue { amount currencyCode }
        shopeeAccount { username region currencyCode shopUrl } } } }";
    for region in Region::ALL {
        let data = world.data(query, json!({ "region": region.code() })).await;
        let session = &data["liveSessions"]["nodes"][0];
        let (account, code) = (&session["shopeeAccount"], region.code());
        let row = live_session::Entity::find()
            .filter(live_session::Column::SessionId.eq(session["sessionId"].as_str().unwrap().parse::<i64>().unwrap()));
        let row = row.one(&database.connect().await).await.unwrap().unwrap();
        let revenue = json!({ "amount": written(row.total_revenue.unwrap()), "currencyCode": region.currency() });
        assert_eq!((&session["region"], &session["totalRevenue"]), (&json!(code), &revenue));
        assert_eq!((&account["region"], &account["currencyCode"]), (&json!(code), &json!(region.currency())));
        let page = shopee::urls::shop_url(region, account["username"].as_str().unwrap()).unwrap();
        assert_eq!(account["shopUrl"], page.as_str());
        assert_eq!(session["shareUrl"], shopee::urls::share_url(region, row.session_id, None).as_str());
    }
    world.stop().await;
}

async fn accounts_of_every_region_ask_their_own_hosts(database: Database) {
    let world = everywhere(&database).await;
    let given = live_session::Entity::update_many().col_expr(live_session::Column::CoinsDistributed, Expr::value(3));
    given.exec(&database.connect().await).await.unwrap();
    for region in Region::ALL {
        let query = "query($region: Region!) { ongoingLive(uid: 1, region: $region) { title } }";
        world.data(query, json!({ "region": region.code() })).await;
        let asked = world.shopee().call_log().pop().unwrap();
        assert_eq!((asked.call, asked.region.unwrap().code()), ("ongoing_live", region.code()));
    }
    let query = "query($region: Region!) { liveSessions(first: 1, filter: { region: $region }) { nodes {
        startedAt coins { value { ...In } claimedValue { ...In } } shopeeAccount {
            creator { userName avatarUrl } remoteSessions(pageSize: 3) { nodes { placedSales { ...In } } }
            itemPromotions(pageSize: 2) { nodes { items(pageSize: 2) { nodes { price { ...In } productUrl } } } } } } } }
        fragment In on Money { amount currencyCode }";
    for region in [Region::Id, Region::Vn, Region::Th] {
        let data = world.data(query, json!({ "region": region.code() })).await;
        let session = &data["liveSessions"]["nodes"][0];
        let value = json!({ "amount": written(3 * region.coin_worth().0), "currencyCode": region.currency() });
        assert_eq!(session["coins"]["value"], value, "{session}");
        assert!(session["startedAt"].as_str().unwrap().parse::<DateTime<Utc>>().is_ok());
        let mut currencies = Vec::new();
        collect(session, "currencyCode", &mut currencies);
        assert!(currencies.len() >= 9 && currencies.iter().all(|code| code == region.currency()), "{session}");
        let (mut pages, page) = (Vec::new(), format!("https://shopee.{}/product/", region.top_level_domain()));
        collect(session, "productUrl", &mut pages);
        assert!(pages.len() == 4 && pages.iter().all(|url| url.starts_with(&page)), "{pages:?}");
    }
    world.stop().await;
}

/// Every text of this name, at any depth.
fn collect(value: &Value, name: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get(name).and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|value| collect(value, name, found));
        }
        Value::Array(_) => list(value).iter().for_each(|value| collect(value, name, found)),
        _ => {}
    }
}
