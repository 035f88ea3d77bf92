//! Links, and what cannot be smuggled into them.

use proptest::prelude::*;
use shopee::urls::{
    ExternalBase, InvalidPath, external_url, image_url, product_url, qr_deep_link, share_url, shop_url,
};
use shopee::{InvalidBaseUrl, Region};

#[test]
fn links_have_the_documented_forms() {
    for (url, expected) in [
        (
            share_url(Region::Id, 100_000_001, Some(7)),
            "https://live.shopee.co.id/share?from=live&session=100000001&share_user_id=7",
        ),
        (share_url(Region::Vn, 5, None), "https://live.shopee.vn/share?from=live&session=5"),
        (product_url(Region::Br, 2, 3), "https://shopee.com.br/product/2/3"),
        (shop_url(Region::Th, " studio.melati ").unwrap(), "https://shopee.co.th/studio.melati"),
        (qr_deep_link(Region::Id, "a+b/c= d"), "https://shopee.co.id/universal-link/qrcode-login?id=a%2Bb%2Fc%3D%20d"),
        (image_url(Region::Tw, "tw-11134-abc").unwrap(), "https://cf.shopee.tw/file/tw-11134-abc"),
        (image_url(Region::Tw, "https://example.com/a.png").unwrap(), "https://example.com/a.png"),
    ] {
        assert_eq!(url.as_str(), expected);
    }
}

#[test]
fn what_is_no_name_makes_no_link() {
    assert_eq!(["", " ", ".", ".."].map(|name| shop_url(Region::Id, name)), [const { None }; 4]);
    // The parser of URLs passes over what is between the dots.
    assert_eq!([".\t.", "a\nb", "\u{7f}"].map(|name| shop_url(Region::Id, name)), [const { None }; 3]);
    let images = ["", "..", ".\t.", "javascript:alert(1)", "data:image/png;base64,AA", "file:///etc/passwd"];
    assert_eq!(images.map(|image| image_url(Region::Id, image)), [const { None }; 6]);
}

#[test]
fn another_interface_is_reached_below_its_base() {
    for (base, path, expected) in [
        ("https://example.com", "v1/users", "https://example.com/v1/users"),
        ("https://example.com/api/", "v1/", "https://example.com/api/v1/"),
        ("http://127.0.0.1:8080/api", "a b/ü%/c:d", "http://127.0.0.1:8080/api/a%20b/%C3%BC%25/c:d"),
        ("https://example.com/api", "users?page=2&q=a b", "https://example.com/api/users?page=2&q=a%20b"),
        ("https://example.com/api", "a/%2e%2e/b", "https://example.com/api/a/%252e%252e/b"),
    ] {
        let base: ExternalBase = base.parse().unwrap();
        assert_eq!(external_url(&base, path).unwrap().as_str(), expected);
    }
    assert_eq!("ftp://example.com".parse::<ExternalBase>(), Err(InvalidBaseUrl::Scheme));
    assert_eq!("https://user@example.com".parse::<ExternalBase>(), Err(InvalidBaseUrl::Excess));
}

#[test]
fn what_would_leave_the_base_is_no_path() {
    use InvalidPath::{Character, Fragment, NotRelative, Scheme, Segment};
    let base: ExternalBase = "https://example.com/api".parse().unwrap();
    for (path, expected) in [
        ("", NotRelative),
        ("?a=b", NotRelative),
        ("/v1", NotRelative),
        ("//evil.example/v1", NotRelative),
        ("https://evil.example/", Scheme),
        ("javascript:alert(1)", Scheme),
        ("a//b", Segment),
        ("../secret", Segment),
        ("a/./b", Segment),
        ("a/..", Segment),
        ("a/.\t./b", Character),
        ("..\\secret", Character),
        ("a?b=\n", Character),
        ("a#b", Fragment),
        ("a?b#c", Fragment),
    ] {
        assert_eq!(external_url(&base, path), Err(expected), "{path:?}");
    }
}

proptest! {
    #[test]
    fn a_name_stays_one_segment_of_the_shops_host(name in "(?s).{1,30}") {
        if let Some(url) = shop_url(Region::Id, &name) {
            prop_assert_eq!((url.scheme(), url.host_str()), ("https", Some("shopee.co.id")));
            prop_assert_eq!(url.path_segments().unwrap().count(), 1);
            prop_assert!(url.query().is_none() && url.fragment().is_none());
        }
    }

    #[test]
    fn ids_make_links_of_the_regions_own_hosts(one in any::<i64>(), other in any::<i64>(), region in 0..8_usize) {
        let region = Region::ALL[region];
        let domain = format!("shopee.{}", region.top_level_domain());
        let product = product_url(region, one, other);
        prop_assert_eq!((product.scheme(), product.host_str()), ("https", Some(domain.as_str())));
        prop_assert_eq!(product.path(), format!("/product/{one}/{other}"));
        let share = share_url(region, one, Some(other));
        let live = format!("live.{domain}");
        prop_assert_eq!((share.scheme(), share.host_str()), ("https", Some(live.as_str())));
        let pairs: Vec<_> = share.query_pairs().map(|(_, value)| value.into_owned()).collect();
        prop_assert_eq!(pairs, vec!["live".to_owned(), one.to_string(), other.to_string()]);
    }

    #[test]
    fn no_path_leaves_its_base(path in "(?s).{0,30}|([.]{0,2}[/\\\\?#%\t]?){0,12}") {
        let base: ExternalBase = "https://example.com/api".parse().unwrap();
        if let Ok(url) = external_url(&base, &path) {
            prop_assert_eq!((url.scheme(), url.host_str(), url.port()), ("https", Some("example.com"), None));
            prop_assert!(url.path().starts_with("/api/") && url.path().len() > "/api/".len(), "{}", url);
            prop_assert!(url.fragment().is_none() && url.username().is_empty());
            prop_assert_eq!(url.clone(), url.as_str().parse().unwrap(), "reads back as it was made");
        }
    }

    #[test]
    fn an_image_is_http_or_nothing(image in "\\PC{0,30}|(javascript|data|vbscript):\\PC{0,20}") {
        if let Some(url) = image_url(Region::Id, &image) {
            prop_assert!(matches!(url.scheme(), "http" | "https"), "{}", url);
        }
    }

    #[test]
    fn the_id_of_a_code_comes_back_from_its_link(id in "\\PC{0,30}") {
        let url = qr_deep_link(Region::Id, &id);
        let pairs: Vec<_> = url.query_pairs().into_owned().collect();
        prop_assert_eq!(pairs, vec![("id".to_owned(), id)]);
    }
}
