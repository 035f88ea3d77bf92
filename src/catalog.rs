//! What may be put into a session's bag: promotions of items, and the items of one. Nothing of it is stored.

pub mod schema;
