//! A Shopee with as many sessions as one likes, each with as many products, made up when they are asked for: one account's, all of them
//! over. Takes little time and no memory, so that what is measured over it is the gateway.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    extract::{Query, State},
    http::{Uri, header::CONTENT_TYPE},
    response::{IntoResponse as _, Response},
};
use tokio::{net::TcpListener, task::JoinHandle, time::sleep};

/// Midnight of some day that is long over, in milliseconds.
const BEGAN: u64 = 1_767_225_600_000;

pub(crate) struct LargeShopee {
    plan: Plan,
    address: String,
    server: JoinHandle<()>,
}

#[derive(Clone)]
struct Plan {
    sessions: u64,
    items: u64,
    delay: Duration,
    calls: Arc<AtomicU64>,
}

impl Drop for LargeShopee {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl LargeShopee {
    /// Each answer takes so long.
    pub(crate) async fn start(sessions: u64, items: u64, delay: Duration) -> Self {
        let plan = Plan { sessions, items, delay, calls: Arc::default() };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let router = Router::new().fallback(answer).with_state(plan.clone());
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { plan, address, server }
    }

    pub(crate) fn base_url_template(&self) -> String {
        format!("http://{}/{{region}}/{{role}}", self.address)
    }

    /// How often it was asked.
    pub(crate) fn calls(&self) -> u64 {
        self.plan.calls.load(Ordering::Relaxed)
    }
}

/// Answers by the last word of the path; of another, nothing.
async fn answer(State(plan): State<Plan>, uri: Uri, Query(query): Query<HashMap<String, String>>) -> Response {
    plan.calls.fetch_add(1, Ordering::Relaxed);
    if !plan.delay.is_zero() {
        sleep(plan.delay).await;
    }
    let number = |name: &str| query.get(name).map_or(0, |text| text.parse::<u64>().unwrap());
    let body = match uri.path().rsplit('/').next().unwrap_or_default() {
        "userInfo" => analytics(r#"{"userId":7,"userName":"large"}"#),
        "sessionList" => analytics(&plan.page(number("page"), number("pageSize"))),
        "overview" => analytics(&overview(number("sessionId"))),
        "productList" => analytics(&plan.products(number("sessionId"))),
        "items" => plan.bag(),
        _ => analytics("null"),
    };
    ([(CONTENT_TYPE, "application/json")], body).into_response()
}

impl Plan {
    /// The newest first.
    fn page(&self, page: u64, size: u64) -> String {
        let after = (page.max(1) - 1) * size;
        let rows: Vec<String> =
            (after..(after + size).min(self.sessions)).map(|place| row(self.sessions - place)).collect();
        format!(r#"{{"page":{page},"pageSize":{size},"total":{},"list":[{}]}}"#, self.sessions, rows.join(","))
    }

    fn products(&self, session: u64) -> String {
        let row = |item: u64| {
            format!(
                r#"{{"itemId":{item},"title":"Product {item}","coverImage":"id-{item}","minPrice":{}.5,"revenue":{},"itemSold":{}}}"#,
                100 + item,
                session * item % 90_000,
                session % 97
            )
        };
        let rows: Vec<String> = (1..=self.items).map(row).collect();
        format!(r#"{{"total":{},"list":[{}]}}"#, self.items, rows.join(","))
    }

    fn bag(&self) -> String {
        let rows: Vec<String> =
            (1..=self.items).map(|item| format!(r#"{{"item_id":{item},"shop_id":{}}}"#, item % 3 + 1)).collect();
        let (rows, items) = (rows.join(","), self.items);
        format!(r#"{{"err_code":0,"err_msg":"success","data":{{"items":[{rows}],"total_count":{items}}}}}"#)
    }
}

fn analytics(data: &str) -> String {
    format!(r#"{{"code":0,"msg":"OK","data":{data}}}"#)
}

fn row(session: u64) -> String {
    let (began, viewers) = (BEGAN + session * 60_000, session * 31 % 5_000);
    format!(
        r#"{{"sessionId":{session},"title":"Session {session}","status":2,"startTime":{began},"duration":3600000,"viewers":{viewers},"peakViewers":{},"comments":{},"likes":{},"placedOrders":{},"placedSales":{}}}"#,
        viewers / 3,
        viewers / 5,
        viewers * 2,
        viewers / 50,
        viewers * 1_000
    )
}

fn overview(session: u64) -> String {
    format!(r#"{{"status":2,"viewers":1,"engagementData":{{"shares":{}}}}}"#, session % 211)
}
