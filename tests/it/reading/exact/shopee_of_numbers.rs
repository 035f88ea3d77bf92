//! A Shopee that tells of nothing but numbers: its sessions, products and promotions have them as ids and as money, written digit by
//! digit, since a JSON library that makes a float of one would hide what is to be seen.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Router,
    extract::{Query, State},
    http::{Uri, header::CONTENT_TYPE},
    response::{IntoResponse as _, Response},
};
use tokio::{net::TcpListener, task::JoinHandle};

use crate::reading::money::written;

pub(super) struct ShopeeOfNumbers {
    numbers: Numbers,
    address: String,
    server: JoinHandle<()>,
}

/// What is told of a session and its product.
pub(super) struct Sent {
    pub(super) revenue: i64,
    pub(super) item_id: i64,
    pub(super) price: i64,
    pub(super) sales: i64,
}

#[derive(Clone)]
struct Numbers(Arc<Vec<i64>>);

impl Drop for ShopeeOfNumbers {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl ShopeeOfNumbers {
    pub(super) async fn start(numbers: Vec<i64>) -> Self {
        let numbers = Numbers(Arc::new(numbers));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let router = Router::new().fallback(answer).with_state(numbers.clone());
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { numbers, address, server }
    }

    pub(super) fn base_url_template(&self) -> String {
        format!("http://{}/{{region}}/{{role}}", self.address)
    }

    /// The ids of its sessions, in their order.
    pub(super) fn ids(&self) -> Vec<i64> {
        self.numbers.ids()
    }

    pub(super) fn of(&self, id: i64) -> Sent {
        self.numbers.of(id)
    }
}

impl Numbers {
    /// Ids are above zero.
    fn ids(&self) -> Vec<i64> {
        self.0.iter().copied().filter(|number| *number > 0).collect()
    }

    /// What is told with an id: more than a third of the numbers are positive, so that the amounts together are all of them.
    fn of(&self, id: i64) -> Sent {
        let ids = self.ids();
        let place = ids.iter().position(|known| *known == id).unwrap();
        let amount = |places| self.0[(3 * place + places) % self.0.len()];
        Sent { revenue: amount(0), item_id: ids[(place + 1) % ids.len()], price: amount(1), sales: amount(2) }
    }

    fn page(&self, offset: usize, limit: usize, row: impl Fn(i64, Sent) -> String) -> String {
        let ids = self.ids();
        let rows = ids.iter().skip(offset).take(limit).map(|id| row(*id, self.of(*id)));
        rows.collect::<Vec<_>>().join(",")
    }
}

/// Answers by the last words of the path; of another, nothing.
async fn answer(State(numbers): State<Numbers>, uri: Uri, Query(query): Query<BTreeMap<String, String>>) -> Response {
    let number = |name: &str| query.get(name).map_or(0, |text| text.parse::<i64>().unwrap());
    let path = uri.path();
    let body = match path.rsplit('/').next().unwrap_or_default() {
        "userInfo" => analytics(&format!(r#"{{"userId":{},"userName":"numbers"}}"#, i64::MAX)),
        "sessionList" => {
            let (page, size) = (number("page") as usize, number("pageSize") as usize);
            analytics(&format!(r#"{{"list":[{}]}}"#, numbers.page((page - 1) * size, size, session)))
        }
        "productList" => analytics(&format!(r#"{{"total":1,"list":[{}]}}"#, product(numbers.of(number("sessionId"))))),
        "promotion" => live(&format!(r#"{{"promotions":[{{"promotion_id":{}}}],"total_count":1}}"#, i64::MAX)),
        "giveout" => {
            let session_id = path.rsplit('/').nth(2).unwrap();
            live(&format!(r#"{{"coin_status":7,"giveout":{session_id}}}"#))
        }
        promotion if promotion == i64::MAX.to_string() => {
            let rows = numbers.page(number("offset") as usize, number("limit") as usize, item);
            live(&format!(r#"{{"items":[{rows}]}}"#))
        }
        _ => analytics("null"),
    };
    ([(CONTENT_TYPE, "application/json")], body).into_response()
}

fn analytics(data: &str) -> String {
    format!(r#"{{"code":0,"msg":"OK","data":{data}}}"#)
}

fn live(data: &str) -> String {
    format!(r#"{{"err_code":0,"err_msg":"success","data":{data}}}"#)
}

/// Numbers come with quotation marks and without.
fn quoted(id: i64, number: &str) -> String {
    if id % 2 == 0 { format!("\"{number}\"") } else { number.to_owned() }
}

/// Over since 2026: what is on air would be asked for more.
fn session(id: i64, sent: Sent) -> String {
    let (session_id, revenue) = (quoted(id, &id.to_string()), quoted(id, &written(sent.revenue)));
    format!(
        r#"{{"sessionId":{session_id},"title":"numbers","status":2,"startTime":1767225600000,"duration":60000,"placedSales":{revenue}}}"#
    )
}

fn product(sent: Sent) -> String {
    let id = sent.item_id;
    let [price, sales] = [sent.price, sent.sales].map(|amount| quoted(id, &written(amount)));
    format!(r#"{{"itemId":{},"title":"a","minPrice":{price},"revenue":{sales}}}"#, quoted(id, &id.to_string()))
}

/// The live hosts count money in whole 1/100000.
fn item(id: i64, sent: Sent) -> String {
    let [price, before] = [sent.price, sent.sales].map(|amount| quoted(id, &amount.to_string()));
    format!(
        r#"{{"item_id":{},"shop_id":1,"name":"a","price":{price},"price_before_discount":{before}}}"#,
        quoted(id, &id.to_string())
    )
}
