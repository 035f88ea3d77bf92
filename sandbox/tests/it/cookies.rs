//! Who may see what, by cookies only.

use sandbox::{Region, SignedOut};
use serde_json::{Value, json};

use crate::support::{Desk, body, data, send};

#[tokio::test]
async fn one_cookie_is_enough_and_a_bearer_token_is_none() {
    let desk = Desk::open().await;
    let host = desk.host();
    let url = desk.url(Region::Id, "creator", "/supply/api/lm/sellercenter/userInfo");
    let part = |name: &str| host.cookie.split("; ").find(|pair| pair.starts_with(name)).unwrap().to_owned();
    for enough in [part("SPC_ST"), part("SPC_EC"), format!("a=b; {};c=d", part("SPC_ST"))] {
        assert_eq!(data(desk.http.get(&url).header("cookie", enough)).await["userId"], host.user_id);
    }
    let empty = json!({ "code": 0, "msg": "OK", "data": null });
    for too_little in ["SPC_U=1", "SPC_ST=", "SPC_ST=unknown", "nonsense"] {
        assert_eq!(body(desk.http.get(&url).header("cookie", too_little)).await, empty, "{too_little}");
    }
    let token = part("SPC_ST").split_once('=').unwrap().1.to_owned();
    assert_eq!(body(desk.http.get(&url).bearer_auth(token)).await, empty);
}

#[tokio::test]
async fn the_seller_host_has_its_own_cookies_and_prefix() {
    let desk = Desk::open().await;
    let host = desk.account_in(Region::Vn);
    let url = desk.url(Region::Vn, "seller", "/api/supply/lm/sellercenter/userInfo");
    let part = |name: &str| host.cookie.split("; ").find(|pair| pair.starts_with(name)).unwrap().to_owned();
    for enough in [part("SPC_SC_SESSION"), format!("{}; {}", part("SPC_ST"), part("SPC_CDS"))] {
        assert_eq!(data(desk.http.get(&url).header("cookie", enough)).await["userId"], host.user_id);
    }
    assert_eq!(data(desk.http.get(&url).header("cookie", part("SPC_ST"))).await, Value::Null);
    let swapped = desk.url(Region::Vn, "seller", "/supply/api/lm/sellercenter/userInfo");
    assert_eq!(send(desk.http.get(swapped).header("cookie", &host.cookie)).await.status(), 404);
}

#[tokio::test]
async fn cookies_are_good_in_their_region_only() {
    let desk = Desk::open().await;
    let url = desk.url(Region::Vn, "creator", "/supply/api/lm/sellercenter/userInfo");
    assert_eq!(data(desk.http.get(url).header("cookie", desk.host().cookie)).await, Value::Null);
}

#[tokio::test]
async fn an_expired_cookie_is_refused_until_renewed() {
    let desk = Desk::open().await;
    let host = desk.host();
    desk.panel().expire_cookie(host.user_id).unwrap();
    assert_eq!(send(desk.creator(&host, "/userInfo")).await.status(), 401);
    let live = body(desk.live(&host, &format!("/session/{}/items", desk.on_air().session_id))).await;
    assert_eq!(live["err_code"], 3_000_002);
    let mall = desk.mall(Region::Id, "/api/v4/account/basic/get_account_info").header("cookie", &host.cookie);
    assert_ne!(body(mall).await["error"], 0);
    assert_eq!(
        data(desk.creator(&desk.panel().accounts()[1], "/userInfo")).await["userId"],
        desk.panel().accounts()[1].user_id
    );
    desk.panel().renew(host.user_id).unwrap();
    assert_eq!(data(desk.creator(&host, "/userInfo")).await["userId"], host.user_id);
}

#[tokio::test]
async fn signed_out_answers_come_in_every_style_that_was_seen() {
    let desk = Desk::open().await;
    let host = desk.host();
    let url = desk.url(Region::Id, "creator", "/supply/api/lm/sellercenter/userInfo");
    desk.panel().expire_cookie(host.user_id).unwrap();
    for (style, expired, none) in [
        (SignedOut::Mixed, 401, 200),
        (SignedOut::EmptyData, 200, 200),
        (SignedOut::Unauthorized, 401, 401),
        (SignedOut::Forbidden, 403, 403),
    ] {
        desk.panel().set_signed_out(style);
        assert_eq!(send(desk.creator(&host, "/userInfo")).await.status(), expired, "{style:?}");
        assert_eq!(send(desk.http.get(&url)).await.status(), none, "{style:?}");
    }
}

#[tokio::test]
async fn a_session_of_another_account_is_empty_data() {
    let desk = Desk::open().await;
    let stranger = desk.panel().accounts().remove(1);
    let session = desk.on_air();
    for call in [
        "realtime/dashboard/sessionInfo",
        "realtime/dashboard/overview",
        "realtime/dashboard/productList",
        "realtime/dashboard/trends",
        "realtime/dashboard/viewer-profile",
        "realtime/dashboard/buyer-profile",
        "realtime/dashboard/viewer-source",
        "liveDetail",
    ] {
        for id in [session.session_id, 1] {
            let answer = body(desk.creator(&stranger, &format!("/{call}?sessionId={id}"))).await;
            assert_eq!(answer, json!({ "code": 0, "msg": "OK", "data": null }), "{call}");
        }
        let own = data(desk.creator(&desk.host(), &format!("/{call}?sessionId={}", session.session_id))).await;
        assert!(!own.is_null(), "{call}");
    }
}

#[tokio::test]
async fn public_calls_need_no_cookie_and_tell_who_is_on_air() {
    let desk = Desk::open().await;
    let (host, on_air, ended) = (desk.host(), desk.on_air(), desk.ended());
    let live = |path: &str| desk.http.get(desk.url(Region::Id, "live", path));
    let code = async |id: i64| body(live(&format!("/api/v1/session/{id}/play_url?_=1"))).await["err_code"].as_i64();
    assert_eq!(code(on_air.session_id).await, Some(0));
    assert_eq!(code(ended.session_id).await, Some(3_000_068));
    assert_eq!(code(1).await, Some(3_000_001));
    let vn = desk.panel().sessions().into_iter().find(|session| session.region == Region::Vn).unwrap();
    assert_eq!(code(vn.session_id).await, Some(3_000_001));
    for session in desk.panel().sessions().iter().filter(|session| session.on_air && session.user_id == host.user_id) {
        desk.panel().end_session(session.session_id).unwrap();
    }
    let ongoing = data(live(&format!("/webapi/v1/shop_page/live/ongoing?uid={}", host.user_id))).await;
    assert_eq!(ongoing, json!({ "ongoing_live": null }));
}

#[tokio::test]
async fn wrong_paths_are_not_found() {
    let desk = Desk::open().await;
    let id = desk.on_air().session_id;
    let without_realtime = desk.creator(&desk.host(), &format!("/dashboard/overview?sessionId={id}"));
    assert_eq!(send(without_realtime).await.status(), 404);
    assert_eq!(send(desk.mall(Region::Id, "/nothing")).await.status(), 404);
    let nowhere = desk.url(Region::Id, "mall", "/api/v2/authentication/gen_qrcode").replace("/id/", "/xx/");
    assert_eq!(send(desk.http.get(nowhere)).await.status(), 404);
}
