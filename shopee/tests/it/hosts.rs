//! Where regions and roles live, by name and by configuration; `regions` has the table of what is Shopee's own.

use std::collections::HashSet;

use shopee::{Credential, HostRole, Hosts, InvalidBaseUrl, Region};

use crate::fixtures::Fixture;
use crate::server::Server;

#[test]
fn no_two_hosts_are_the_same() {
    let hosts = Hosts::shopee();
    let pairs = Region::ALL.into_iter().flat_map(|region| HostRole::ALL.map(|role| (region, role)));
    let all: HashSet<_> = pairs.map(|(region, role)| hosts.base(region, role).as_str()).collect();
    assert_eq!(all.len(), Region::ALL.len() * HostRole::ALL.len());
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
async fn without_its_token_a_seller_call_goes_without() {
    let server = Server::start([Fixture::read("ads_data").reaction()]).await;
    let credential = Credential::from_cookie_header("SPC_SC_SESSION=a").unwrap();
    server.client().ads_data(&shopee::Account { key: 1, region: Region::Id, credential: &credential }).await.unwrap();
    assert!(server.requests()[0].query.is_empty());
}
