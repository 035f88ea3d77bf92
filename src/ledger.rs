//! What costs money: one effect at Shopee for each intent, whatever is lost on the way.
//!
//! An intent is written down before Shopee is asked, under a key that its sender chose, so that asking again brings the same
//! intent back. What Shopee shows is noted before the call is sent. If no answer comes, what it shows later tells whether the
//! call arrived; it is sent again only when it is certain that it did not. What nothing can tell stays UNKNOWN, for a person to
//! look at. `docs/money.md` says what is promised, and what that takes for granted.
//!
//! [`begin`] writes an intent down, [`advance`] takes it as far as it gets, [`reconcile`] takes up what is left over, [`resolve`] takes
//! a person's word for what stayed UNKNOWN. The rooms say
//! what there is to do: an [`effect::Effect`] each.

pub mod advance;
pub mod begin;
pub mod effect;
pub mod key;
pub mod reconcile;
pub mod refusal;
pub mod resolve;
pub mod schema;
pub mod store;
