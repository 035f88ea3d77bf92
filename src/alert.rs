//! What somebody should look at: raised once, however many instances notice, and cleared when it is over.
//!
//! [`evaluate`] looks at everything now and then: [`facts`] are what is stored, [`judge`] says what stands, [`raise`] writes the
//! difference down. [`sample`] sees to it that sessions on air are looked at although nobody watches them, and [`stock`] that what is
//! left of their products is known. [`mod@drop`] says whether a [`course`] has dropped. [`changes`] tells those who watch;
//! [`acknowledge`] and [`settings`] are what people do. `docs/alerts.md` says what is promised.

pub mod about;
pub mod acknowledge;
pub mod changes;
pub mod course;
pub mod drop;
pub mod evaluate;
pub mod facts;
pub mod housekeeping;
pub mod judge;
pub mod raise;
pub mod sample;
pub mod schema;
pub mod settings;
pub mod stock;
pub mod store;
