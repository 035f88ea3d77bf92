//! The 17 REST routes of the system before this one, each a thin door onto stored operations: what it asks for and what it answers is in
//! `rest/documents/`, which is also trusted by anybody who asks at `/graphql` by id. `docs/rest.md` has them for those who call them.

mod account;
mod analytics;
mod coins;
mod links;
mod payload;
mod place;
mod sessions;
mod status;
mod stored;

use axum::http::Method;
use futures_util::FutureExt as _;

use crate::http::doors::{
    Door, Doors, Handler,
    outcome::{Declined, Reply},
};

pub use self::stored::DOCUMENTS;

const PREFIX: &str = "/api/live-streaming";

/// What a door answers.
type Answer = Result<Reply, Declined>;

/// The routes in the order of `docs/mapping.md`.
const ROUTES: [(Method, &str, Handler); 17] = [
    (Method::POST, "sessions", |desk, asked| sessions::create(desk, asked).boxed()),
    (Method::GET, "sessions", |desk, asked| sessions::list(desk, asked).boxed()),
    (Method::GET, "sessions/{id}", |desk, asked| sessions::one(desk, asked).boxed()),
    (Method::PUT, "sessions/{id}", |desk, asked| sessions::update(desk, asked).boxed()),
    (Method::DELETE, "sessions/{id}", |desk, asked| sessions::delete(desk, asked).boxed()),
    (Method::POST, "sessions/sync", |desk, asked| sessions::sync(desk, asked).boxed()),
    (Method::GET, "analytics", |desk, asked| analytics::days(desk, asked).boxed()),
    (Method::GET, "analytics/summary", |desk, asked| analytics::summary(desk, asked).boxed()),
    (Method::POST, "creator/user-info", |desk, asked| account::creator(desk, asked).boxed()),
    (Method::POST, "creator/session-list", |desk, asked| account::sessions(desk, asked).boxed()),
    (Method::POST, "promotions/today", |desk, asked| account::promotions(desk, asked).boxed()),
    (Method::POST, "campaign/expense-today", |desk, asked| account::expense(desk, asked).boxed()),
    (Method::POST, "ads-data", |desk, asked| account::ads(desk, asked).boxed()),
    (Method::POST, "items/promotion", |desk, asked| account::items(desk, asked).boxed()),
    (Method::POST, "coin/giveout/{id}", |desk, asked| coins::give_out(desk, asked).boxed()),
    (Method::GET, "share-link/{id}", |desk, asked| links::share(desk, asked).boxed()),
    (Method::GET, "product-url", |desk, asked| links::product(desk, asked).boxed()),
];

/// All of them.
pub fn doors() -> Doors {
    let door = |(method, path, answer)| Door { method, path, answer };
    Doors { prefix: PREFIX, doors: ROUTES.into_iter().map(door).collect(), status: status::of }
}
