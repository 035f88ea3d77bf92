//! What each region has of its own, from one table.

use shopee::urls::{product_url, share_url, shop_url};
use shopee::{Account, Amount, HostRole, Hosts, Region};

use crate::calls::{SESSION, credential};
use crate::fixtures::Fixture;
use crate::server::Server;

struct Row {
    region: Region,
    code: &'static str,
    domain: &'static str,
    seller: &'static str,
    currency: &'static str,
    time_zone: &'static str,
    utc_offset: &'static str,
    coin_worth: i64,
}

const fn row(
    region: Region,
    [code, domain, seller, currency, time_zone, utc_offset]: [&'static str; 6],
    coin_worth: i64,
) -> Row {
    Row { region, code, domain, seller, currency, time_zone, utc_offset, coin_worth }
}

const TABLE: [Row; 8] = [
    row(Region::Id, ["ID", "shopee.co.id", "seller", "IDR", "Asia/Jakarta", "+0700"], 100_000),
    row(Region::Vn, ["VN", "shopee.vn", "banhang", "VND", "Asia/Ho_Chi_Minh", "+0700"], 100_000),
    row(Region::Th, ["TH", "shopee.co.th", "seller", "THB", "Asia/Bangkok", "+0700"], 100_000),
    row(Region::My, ["MY", "shopee.com.my", "seller", "MYR", "Asia/Kuala_Lumpur", "+0800"], 1_000),
    row(Region::Sg, ["SG", "shopee.sg", "seller", "SGD", "Asia/Singapore", "+0800"], 1_000),
    row(Region::Ph, ["PH", "shopee.ph", "seller", "PHP", "Asia/Manila", "+0800"], 100_000),
    row(Region::Tw, ["TW", "shopee.tw", "seller", "TWD", "Asia/Taipei", "+0800"], 100_000),
    row(Region::Br, ["BR", "shopee.com.br", "seller", "BRL", "America/Sao_Paulo", "-0300"], 1_000),
];

#[test]
fn the_table_has_every_region_once() {
    assert_eq!(TABLE.map(|row| row.region), Region::ALL);
}

#[test]
fn every_region_has_its_own_hosts() {
    let hosts = Hosts::shopee();
    for Row { region, domain, seller, .. } in TABLE {
        let bases = HostRole::ALL.map(|role| hosts.base(region, role).as_str().to_owned());
        let expected = [
            format!("https://{domain}/"),
            format!("https://live.{domain}/"),
            format!("https://chatroom-live.{domain}/"),
            format!("https://creator.{domain}/"),
            format!("https://{seller}.{domain}/"),
            format!("https://seller-app.{domain}/"),
        ];
        assert_eq!(bases, expected, "{region}");
    }
}

#[test]
fn every_region_has_its_own_money_zone_and_coins() {
    for row in TABLE {
        let region = row.region;
        assert_eq!((region.code(), format!("shopee.{}", region.top_level_domain())), (row.code, row.domain.to_owned()));
        assert_eq!((region.currency(), region.time_zone()), (row.currency, row.time_zone), "{region}");
        assert_eq!(region.coin_worth(), Amount(row.coin_worth), "{region}");
    }
}

#[test]
fn every_region_has_its_own_links() {
    for Row { region, domain, .. } in TABLE {
        assert_eq!(product_url(region, 2, 3).as_str(), format!("https://{domain}/product/2/3"));
        assert_eq!(shop_url(region, "toko").unwrap().as_str(), format!("https://{domain}/toko"));
        let share = format!("https://live.{domain}/share?from=live&session=5");
        assert_eq!(share_url(region, 5, None).as_str(), share);
    }
}

#[tokio::test]
async fn every_region_is_asked_at_its_own_host_in_its_own_zone() {
    let (server, credential) = (Server::start([Fixture::read("overview").reaction()]).await, credential());
    let client = server.client();
    for Row { region, .. } in TABLE {
        client.overview(&Account { key: 1, region, credential: &credential }, SESSION).await.unwrap();
    }
    let requests = server.requests();
    assert_eq!(requests.len(), TABLE.len());
    for (request, row) in requests.iter().zip(TABLE) {
        let path = format!("/{}/creator/supply/", row.code.to_lowercase());
        assert!(request.path.starts_with(&path), "{}", request.path);
        assert_eq!(format!("shopee.{}", request.headers["x-region-domain"].to_str().unwrap()), row.domain);
        assert_eq!(request.headers["x-region-timezone"], row.utc_offset);
        assert!(request.query.keys().all(|key| !key.contains("SPC")), "no cookie in the address");
    }
}
