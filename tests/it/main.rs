//! Black-box tests: everything over real sockets on port 0, with deadlines instead of sleeps.

mod browser;
mod configuration;
mod demo;
mod layering;
mod protocol;
mod reading;
mod schema;
mod stock_layer;
mod support;
