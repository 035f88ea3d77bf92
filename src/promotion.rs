//! Promotions and ads: the campaigns that advertise an account's lives, what they may spend and what they brought.
//!
//! All of it is Shopee's, asked when it is selected; what is stored is who changed a campaign, and how that went. Of today's figures there are two sources; the one
//! that Shopee's own page reads from is asked (`docs/decisions/0007-ads-from-what-shopees-page-reads.md`).

pub mod edit;
pub mod loader;
pub mod reference;
pub mod schema;
mod shown;
pub mod store;
pub mod today;
pub mod undo;
