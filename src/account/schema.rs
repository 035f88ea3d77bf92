//! What clients see of the account room: Shopee accounts and what Shopee tells of them.

mod ended_session;
mod from_shopee;
mod links;
mod list;
mod ongoing_live;
mod remote_session;
mod shopee_account;
mod shopee_account_fields;
mod shopee_login;
mod shopee_login_fields;

pub use ended_session::{EndedRemoteSession, EndedSessionPage, EndedSessionWindow};
pub use from_shopee::{AccountFromShopee, Asking, CreatorProfile};
pub use links::ShopeeQuery;
pub use list::page_of_accounts;
pub use ongoing_live::OngoingLive;
pub use remote_session::{RemoteSession, RemoteSessionOrder, RemoteSessionPage};
pub use shopee_account::{Region, ShopeeAccount, ShopeeAccountStatus};
pub use shopee_account_fields::{ShopeeAccountMutation, ShopeeAccountSubscription};
pub use shopee_login::ShopeeLogin;
pub use shopee_login_fields::{ShopeeLoginMutation, ShopeeLoginQuery, ShopeeLoginSubscription};
