//! Which region and role live where.

use std::collections::HashSet;

use shopee::{Credential, HostRole, Hosts, InvalidBaseUrl, Region};

use crate::calls::{SESSION, credential};
use crate::fixtures::Fixture;
use crate::server::Server;

#[test]
fn shopees_own_hosts() {
    let hosts = Hosts::shopee();
    for (region, role, expected) in [
        (Region::Id, HostRole::Mall, "https://shopee.co.id/"),
        (Region::Id, HostRole::Creator, "https://creator.shopee.co.id/"),
        (Region::Vn, HostRole::Seller, "https://banhang.shopee.vn/"),
        (Region::Sg, HostRole::Seller, "https://seller.shopee.sg/"),
        (Region::Br, HostRole::Live, "https://live.shopee.com.br/"),
        (Region::My, HostRole::Chatroom, "https://chatroom-live.shopee.com.my/"),
        (Region::Th, HostRole::SellerApp, "https://seller-app.shopee.co.th/"),
    ] {
        assert_eq!(hosts.base(region, role).as_str(), expected);
    }
    let pairs = Region::ALL.into_iter().flat_map(|region| HostRole::ALL.map(|role| (region, role)));
    let all: HashSet<_> = pairs.map(|(region, role)| hosts.base(region, role).as_str()).collect();
    assert_eq!(all.len(), Region::ALL.len() * HostRole::ALL.len(), "no two are the same");
}

#[test]
fn regions_have_their_domain_money_and_zone() {
    let facts = |region: Region| (region.top_level_domain(), region.currency(), region.time_zone());
    for (region, expected) in [
        (Region::Id, ("co.id", "IDR", "Asia/Jakarta")),
        (Region::Vn, ("vn", "VND", "Asia/Ho_Chi_Minh")),
        (Region::Th, ("co.th", "THB", "Asia/Bangkok")),
        (Region::My, ("com.my", "MYR", "Asia/Kuala_Lumpur")),
        (Region::Sg, ("sg", "SGD", "Asia/Singapore")),
        (Region::Ph, ("ph", "PHP", "Asia/Manila")),
        (Region::Tw, ("tw", "TWD", "Asia/Taipei")),
        (Region::Br, ("com.br", "BRL", "America/Sao_Paulo")),
    ] {
        assert_eq!(facts(region), expected, "{region}");
    }
}

#[test]
fn names_are_read_back() {
    for region in Region::ALL {
        assert_eq!(region.to_string().to_lowercase().parse(), Ok(region));
        assert_eq!(serde_json::to_value(region).unwrap(), region.code());
        assert_eq!(serde_json::from_value::<Region>(region.code().into()).unwrap(), region);
        assert_eq!(region.currency().len(), 3);
        assert!(region.time_zone().contains('/'));
    }
    for role in HostRole::ALL {
        assert_eq!(role.to_string().to_uppercase().parse(), Ok(role));
    }
    assert!("MX".parse::<Region>().is_err() && "cdn".parse::<HostRole>().is_err());
}

#[test]
fn only_http_is_a_base() {
    use InvalidBaseUrl::{Excess, NotAUrl, Placeholder, Scheme};
    let mut hosts = Hosts::shopee();
    for (base, expected) in [
        ("", NotAUrl),
        ("/id/mall", NotAUrl),
        ("ftp://example.com", Scheme),
        ("javascript:alert(1)", Scheme),
        ("http://user@example.com", Excess),
        ("http://example.com?a=1", Excess),
        ("http://example.com/#a", Excess),
        ("http://example.com/{tld}", Placeholder),
    ] {
        assert_eq!(Hosts::from_template(base).unwrap_err(), expected, "{base}");
        assert_eq!(hosts.set(Region::Id, HostRole::Mall, base), Err(expected), "{base}");
    }
    assert_eq!(hosts.base(Region::Id, HostRole::Mall).as_str(), "https://shopee.co.id/");
    hosts.set(Region::Id, HostRole::Mall, "http://127.0.0.1:9100/a/").unwrap();
    assert_eq!(hosts.base(Region::Id, HostRole::Mall).as_str(), "http://127.0.0.1:9100/a/");
}

#[tokio::test]
async fn cookies_go_to_the_accounts_own_region() {
    let (server, credential) = (Server::start([Fixture::read("overview").reaction()]).await, credential());
    let client = server.client();
    for region in Region::ALL {
        client.overview(&shopee::Account { key: 1, region, credential: &credential }, SESSION).await.unwrap();
    }
    let requests = server.requests();
    for (request, region) in requests.iter().zip(Region::ALL) {
        let host = format!("/{}/creator/supply/", region.code().to_lowercase());
        assert!(request.path.starts_with(&host), "{}", request.path);
        assert_eq!(request.headers["x-region-domain"], region.top_level_domain());
        assert!(request.query.keys().all(|key| !key.contains("SPC")), "no cookie in the address");
    }
    assert_eq!(requests.len(), Region::ALL.len());
}

#[tokio::test]
async fn without_its_token_a_seller_call_goes_without() {
    let server = Server::start([Fixture::read("ads_data").reaction()]).await;
    let credential = Credential::from_cookie_header("SPC_SC_SESSION=a").unwrap();
    server.client().ads_data(&shopee::Account { key: 1, region: Region::Id, credential: &credential }).await.unwrap();
    assert!(server.requests()[0].query.is_empty());
}
