//! The documented exchanges of the client bind the sandbox: every key they show is there, with the same type.

use std::{collections::BTreeSet, fs, path::PathBuf};

use reqwest::Method;
use sandbox::Region;
use serde_json::Value;

use crate::support::{Desk, data};

fn fixtures() -> Vec<Value> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shopee/fixtures");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.map(|path| serde_json::from_slice(&fs::read(path).unwrap()).unwrap()).collect()
}

#[tokio::test]
async fn every_documented_exchange_works_here() {
    let desk = Desk::open().await;
    let mut served = BTreeSet::new();
    for fixture in fixtures() {
        let call = fixture["call"].as_str().unwrap();
        let actual = exchange(&desk, &fixture["request"]).await;
        alike(&fixture["response"]["body"], &actual, call);
        let last = desk.panel().call_log().pop().unwrap().call;
        assert_eq!(last, call);
        served.insert(last);
    }
    assert!(served.len() >= 34, "{served:?}");
}

/// Sends the fixture's request, with ids, cookies and tokens of this world.
async fn exchange(desk: &Desk, request: &Value) -> Value {
    let text = |key: &str| request[key].as_str().unwrap().to_owned();
    let region = Region::from_code(&text("region")).unwrap();
    let (id, token) = confirmed_code(desk).await;
    let item_promotion = data(desk.live(&desk.host(), "/item/promotion")).await["promotions"][0]["promotion_id"].take();
    let ours = |theirs: &str| match theirs {
        "aZ9+/x==" => id.clone(),
        "synthetic-qrcode-token" => token.clone(),
        "1000001" => desk.host().user_id.to_string(),
        other => other
            .replace("900000000000001", &item_promotion.to_string())
            .replace("500000001", &desk.campaign("ongoing").campaign_id.to_string())
            .replace("100000001", &desk.on_air().session_id.to_string())
            .replace("100000000", &desk.ended().session_id.to_string()),
    };
    let method = Method::from_bytes(text("method").as_bytes()).unwrap();
    let mut call = desk.http.request(method, desk.url(region, &text("host"), &ours(&text("path"))));
    let parameters = request["query"]
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, _)| !["startTime", "endTime"].contains(&name.as_str()));
    let parameters: Vec<(&String, String)> =
        parameters.map(|(name, value)| (name, ours(value.as_str().unwrap()))).collect();
    call = call.query(&parameters);
    let cookie = desk.host().cookie;
    for header in request["headers"].as_array().unwrap() {
        let (name, value) = (header[0].as_str().unwrap(), header[1].as_str().unwrap());
        call = call.header(name, if name == "cookie" { &cookie } else { value });
    }
    if !request["body"].is_null() {
        call = call.body(ours(&request["body"].to_string()).replace("synthetic-qrcode-token", &token));
    }
    crate::support::body(call).await
}

async fn confirmed_code(desk: &Desk) -> (String, String) {
    let code = data(desk.mall(Region::Id, "/api/v2/authentication/gen_qrcode")).await;
    let id = code["qrcode_id"].as_str().unwrap();
    desk.panel().confirm_qr(id, desk.host().user_id).unwrap();
    let status = desk.mall(Region::Id, "/api/v2/authentication/qrcode_status").query(&[("qrcode_id", id)]);
    (id.to_owned(), data(status).await["qrcode_token"].as_str().unwrap().to_owned())
}

/// `actual` has all that `documented` has. Null on either side fits anything; a whole number fits a whole number.
fn alike(documented: &Value, actual: &Value, place: &str) {
    match (documented, actual) {
        (Value::Null, _) | (_, Value::Null) => {}
        (Value::Object(documented), Value::Object(actual)) => {
            for (key, value) in documented {
                let found = actual.get(key).unwrap_or_else(|| panic!("{place}.{key} is missing"));
                alike(value, found, &format!("{place}.{key}"));
            }
        }
        (Value::Array(documented), Value::Array(actual)) => {
            if let (Some(documented), Some(actual)) = (documented.first(), actual.first()) {
                alike(documented, actual, &format!("{place}[0]"));
            }
        }
        // Some clients have seen rates as text.
        (Value::String(rate), Value::Number(_)) if rate.ends_with('%') => {}
        (Value::Number(documented), Value::Number(actual)) if documented.as_f64() != Some(0.0) => {
            assert_eq!(documented.is_f64(), actual.is_f64(), "{place}: {documented} is documented, {actual} is sent");
        }
        (documented, actual) => {
            let same = std::mem::discriminant(documented) == std::mem::discriminant(actual);
            assert!(same, "{place}: {documented} is documented, {actual} is sent");
        }
    }
}
