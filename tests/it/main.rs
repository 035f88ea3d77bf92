//! Black-box tests: everything over real sockets on port 0, with deadlines instead of sleeps.

mod contract;
mod live;
mod process;
mod protocol;
mod reading;
mod stock_layer;
mod support;
mod sync;
