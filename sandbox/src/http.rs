//! The world in Shopee's words: every served call stands in the table of its family, and all go through one path: note
//! the call, take its faults, see who asks, answer, spoil the answer.

mod ads;
mod auth;
mod coin;
mod creator;
mod distort;
mod item;
mod live;
mod panel;
mod png;
mod reply;

use std::{collections::HashMap, time::Duration};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, Query, RawQuery, State},
    http::{HeaderMap, Method, StatusCode, Uri, header::COOKIE},
    response::{IntoResponse, Response},
    routing::{MethodFilter, on},
};
use chrono::{DateTime, Utc};
use serde_json::Value;

use self::reply::Reply;
use crate::{
    faults::FaultKind,
    ledger::CallRecord,
    panel::{Inside, Panel},
    region::Region,
    world::{Identity, World},
};

/// One call of the wire.
struct Call {
    name: &'static str,
    method: Method,
    family: Family,
    /// Below the family's prefix.
    path: &'static str,
    answer: Answer,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Mall,
    Live,
    /// The same calls on the creator and on the seller host.
    Analytics,
    /// The seller host, in the mall's envelope.
    Seller,
    Ads,
    /// The seller centre's app.
    AdsApp,
}

enum Answer {
    Public(fn(&mut Asked<'_>) -> Reply),
    /// Gets the user id of whoever sent the cookies.
    SignedIn(fn(&mut Asked<'_>, i64) -> Reply),
}

/// A request, as a call's answer sees it.
struct Asked<'a> {
    world: &'a mut World,
    now: DateTime<Utc>,
    region: Region,
    request: &'a Received,
}

/// What of a request is looked at.
struct Received {
    host: &'static str,
    path: HashMap<String, String>,
    query: Vec<(String, String)>,
    cookies: Vec<(String, String)>,
    body: Value,
}

pub(crate) fn router(panel: Panel) -> Router {
    let mut router = panel::routes();
    let calls = [auth::CALLS, creator::CALLS, live::CALLS, item::CALLS, coin::CALLS, ads::CALLS];
    for call in calls.into_iter().flatten() {
        for (host, prefix) in call.family.places() {
            let path = format!("/{{region}}/{host}{prefix}{}", call.path);
            router = router.route(
                &path,
                on(filter(&call.method), move |state, path, query, headers, uri, body| {
                    serve(call, host, state, path, query, headers, uri, body)
                }),
            );
        }
    }
    router.fallback(not_found).with_state(panel)
}

impl Family {
    /// Host role and path prefix.
    fn places(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Mall => &[("mall", "/api")],
            Self::Live => &[("live", "/api/v1"), ("live", "/webapi/v1")],
            Self::Analytics => &[("creator", "/supply/api/lm/sellercenter"), ("seller", "/api/supply/lm/sellercenter")],
            Self::Seller => &[("seller", "/api/v4")],
            Self::Ads => &[("seller", "/api/pas/v1")],
            Self::AdsApp => &[("seller_app", "/api/app/pas/v1")],
        }
    }
}

fn filter(method: &Method) -> MethodFilter {
    if method == Method::POST { MethodFilter::POST } else { MethodFilter::GET }
}

#[expect(clippy::too_many_arguments, reason = "one argument an extractor")]
async fn serve(
    call: &'static Call,
    host: &'static str,
    State(panel): State<Panel>,
    Path(path): Path<HashMap<String, String>>,
    Query(query): Query<Vec<(String, String)>>,
    headers: HeaderMap,
    uri: Uri,
    body: Bytes,
) -> Response {
    let Some(region) = path.get("region").and_then(|code| Region::from_code(code)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let body = serde_json::from_slice(&body).unwrap_or_default();
    let request = Received { host, path, query, cookies: cookies(&headers), body };
    let mut cleared = panel.cleared();
    let faults = arrive(&mut panel.inside(), call, region, &request, &uri);
    if faults.contains(&FaultKind::Hang) {
        distort::hang(&panel, &mut cleared).await;
    }
    let reply = match (distort::refusal(&faults, call.family, region), distort::lateness(&faults)) {
        (Some(refusal), _) => refusal,
        (None, Some(late)) => carry_out_later(late, panel.clone(), call, region, request).await,
        (None, None) => answer(&mut panel.inside(), call, region, &request),
    };
    if faults.contains(&FaultKind::HangAfterEffect) {
        distort::hang(&panel, &mut cleared).await;
    }
    distort::respond(reply, &faults).await
}

/// Answers after a while, in a task of its own: nothing ends it when the caller goes.
async fn carry_out_later(
    late: Duration,
    panel: Panel,
    call: &'static Call,
    region: Region,
    request: Received,
) -> Reply {
    let later = tokio::spawn(async move {
        tokio::time::sleep(late).await;
        answer(&mut panel.inside(), call, region, &request)
    });
    later.await.unwrap_or_else(|_| Reply::new(StatusCode::INTERNAL_SERVER_ERROR, Value::Null))
}

/// Notes the call and takes the faults that hit it.
fn arrive(inside: &mut Inside, call: &Call, region: Region, request: &Received, uri: &Uri) -> Vec<FaultKind> {
    let user_id = match request.identify(&inside.world, region) {
        Identity::User(user_id) | Identity::Expired(user_id) => Some(user_id),
        Identity::Nobody => None,
    };
    let path = uri.path().splitn(4, '/').nth(3).map_or_else(String::new, |rest| format!("/{rest}"));
    let faults = inside.faults.take(call.name, &path, region, user_id);
    inside.ledger.note(CallRecord {
        call: call.name,
        region: Some(region),
        user_id,
        session_id: request.session_id(),
        path,
        query: uri.query().unwrap_or_default().to_owned(),
        at: inside.world.clock.now(),
    });
    faults
}

fn answer(inside: &mut Inside, call: &Call, region: Region, request: &Received) -> Reply {
    let now = inside.world.clock.now();
    let identity = request.identify(&inside.world, region);
    let signed_out = inside.signed_out;
    let mut asked = Asked { world: &mut inside.world, now, region, request };
    match (&call.answer, identity) {
        (Answer::Public(answer), _) => answer(&mut asked),
        (Answer::SignedIn(answer), Identity::User(user_id)) => answer(&mut asked, user_id),
        (Answer::SignedIn(_), Identity::Expired(_)) => reply::not_signed_in(call.family, signed_out, true),
        (Answer::SignedIn(_), Identity::Nobody) => reply::not_signed_in(call.family, signed_out, false),
    }
}

async fn not_found(State(panel): State<Panel>, RawQuery(query): RawQuery, uri: Uri) -> Response {
    let mut inside = panel.inside();
    let at = inside.world.clock.now();
    let (path, query) = (uri.path().to_owned(), query.unwrap_or_default());
    inside.ledger.note(CallRecord { call: "unknown", region: None, user_id: None, session_id: None, path, query, at });
    (StatusCode::NOT_FOUND, "404 page not found").into_response()
}

impl Received {
    /// Which cookies are enough depends on the host.
    fn identify(&self, world: &World, region: Region) -> Identity {
        let enough: &[&[&str]] = match self.host {
            "seller" | "seller_app" => &[&["SPC_SC_SESSION"], &["SPC_ST", "SPC_CDS"]],
            _ => &[&["SPC_ST"], &["SPC_EC"]],
        };
        world.identify(region, &self.cookies, enough)
    }

    fn session_id(&self) -> Option<i64> {
        let id = self.path.get("session_id").map(String::as_str).or_else(|| self.text("sessionId"));
        id.and_then(|id| id.parse().ok())
    }

    /// The first value of a query parameter.
    fn text(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn texts<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.query.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn number(&self, name: &str) -> Option<i64> {
        self.text(name).and_then(|value| value.parse().ok())
    }
}

fn cookies(headers: &HeaderMap) -> Vec<(String, String)> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
