//! Black-box tests: everything over real sockets on port 0, with deadlines instead of sleeps.

mod operator;
mod protocol;
mod reading;
mod stock_layer;
mod support;
