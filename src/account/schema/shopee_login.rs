use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object};
use chrono::{DateTime, Utc};
use entity::shopee_login::{self, Status};

use super::{Region, ShopeeAccount};
use crate::{
    account::{
        access, loader,
        login::{Failure, code::Code},
    },
    error::{Error, Result},
    graphql::{
        context::ContextExt as _,
        id::{GlobalId, Kind},
    },
    identity::{loader as identity_loader, schema::Studio},
};

/// A Shopee account being connected by QR code.
#[derive(Clone)]
pub struct ShopeeLogin(Arc<shopee_login::Model>);

impl From<shopee_login::Model> for ShopeeLogin {
    fn from(row: shopee_login::Model) -> Self {
        Self(Arc::new(row))
    }
}

/// A Shopee account being connected by QR code. Show `imageUrl`, have it scanned with Shopee's app by whoever streams with the
/// account, and watch `shopeeLoginStatus`. It goes on to its end whether or not anybody watches.
#[Object(directive = crate::graphql::sharing::per_viewer::apply())]
impl ShopeeLogin {
    /// Global id.
    async fn id(&self) -> ID {
        GlobalId::new(Kind::ShopeeLogin, self.0.id).encode()
    }

    /// The studio that the account will belong to.
    #[graphql(directive = crate::graphql::price::statements::apply(None, Some(1)))]
    async fn studio(&self, ctx: &Context<'_>) -> Result<Studio> {
        let studio = identity_loader::studio(ctx, self.0.studio_id).await?;
        studio.ok_or_else(|| Error::not_found("studio"))
    }

    /// The Shopee region of the account: the code can be scanned with an account of this region only.
    async fn region(&self) -> Result<Region> {
        Ok(access::region(&self.0.region)?.into())
    }

    /// How far the login is.
    async fn status(&self) -> ShopeeLoginStatus {
        self.0.status.into()
    }

    /// The QR code as a PNG in a `data:` URL, for the `src` of an `img`. Null once the login is over.
    async fn image_url(&self, ctx: &Context<'_>) -> Option<Result<String>> {
        self.of_code(ctx, |code| Ok(code.image_url()))
    }

    /// What the QR code says: on a phone with Shopee's app, opening this link is as good as scanning. Null once the login is over.
    async fn link(&self, ctx: &Context<'_>) -> Option<Result<String>> {
        self.of_code(ctx, |code| Ok(code.link(access::region(&self.0.region)?).into()))
    }

    /// When the login expires at the latest if nobody says yes. Shopee's code is good for about a minute.
    async fn expires_at(&self) -> DateTime<Utc> {
        self.0.expires_at
    }

    /// Why no account came of it, and what to do; null unless `status` is `FAILED`.
    async fn failure(&self) -> Option<Failure> {
        Failure::from_name(self.0.failure.as_deref()?)
    }

    /// The account that is connected; null unless `status` is `CONFIRMED`, and for an account that is no more.
    #[graphql(directive = crate::graphql::price::statements::apply(None, Some(1)))]
    async fn shopee_account(&self, ctx: &Context<'_>) -> Option<Result<ShopeeAccount>> {
        loader::account(ctx, self.0.shopee_account_id?).await.transpose()
    }

    /// When the login was started.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

impl ShopeeLogin {
    /// What is read of the code while the login is open.
    fn of_code<T>(&self, ctx: &Context<'_>, read: impl FnOnce(&Code) -> Result<T>) -> Option<Result<T>> {
        let code = ctx.app().and_then(|app| Code::open(&app.config.credential_keys, &self.0));
        code.transpose().map(|code| read(&code?))
    }
}

/// How far connecting a Shopee account by QR code is.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub enum ShopeeLoginStatus {
    /// Nobody has scanned the code yet.
    New,
    /// Somebody has scanned it, and has not said yes yet.
    Scanned,
    /// Over: somebody said yes, and the account is connected.
    Confirmed,
    /// Over: nobody said yes in time. Start again.
    Expired,
    /// Over: somebody said no. Start again.
    Canceled,
    /// Over: no account came of it; `failure` says why.
    Failed,
}

impl From<Status> for ShopeeLoginStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::New => Self::New,
            Status::Scanned => Self::Scanned,
            Status::Confirmed => Self::Confirmed,
            Status::Expired => Self::Expired,
            Status::Canceled => Self::Canceled,
            Status::Failed => Self::Failed,
        }
    }
}
