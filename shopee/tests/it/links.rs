//! Links, and what cannot be smuggled into them.

use proptest::prelude::*;
use shopee::Region;
use shopee::urls::{image_url, product_url, qr_deep_link, share_url, shop_url};

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
    let images = ["", "..", "javascript:alert(1)", "data:image/png;base64,AA", "file:///etc/passwd"];
    assert_eq!(images.map(|image| image_url(Region::Id, image)), [const { None }; 5]);
}

proptest! {
    #[test]
    fn a_name_stays_one_segment_of_the_shops_host(name in "\\PC{1,30}") {
        if let Some(url) = shop_url(Region::Id, &name) {
            prop_assert_eq!((url.scheme(), url.host_str()), ("https", Some("shopee.co.id")));
            prop_assert_eq!(url.path_segments().unwrap().count(), 1);
            prop_assert!(url.query().is_none() && url.fragment().is_none());
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
