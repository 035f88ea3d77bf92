//! What clients see of the alert room: what somebody should look at, as a list and as it changes, and when a studio wants to be told.

mod alert;
mod alert_settings;
mod mutation;
mod query;
mod subscription;

pub use alert::{Alert, alerts_by_key};
pub use mutation::AlertMutation;
pub use query::AlertQuery;
pub use subscription::AlertSubscription;
