//! What Shopee says of one session that somebody has in hand. The calls run side by side, and either all of them answer or none
//! counts.

use shopee::{ListedProduct, Overview, SessionInfo, SessionStatus};

use super::{bag, metrics::Metrics, store::upsert::ListedItem, sync::whole_bag};
use crate::{
    account::{access::Access, signed_out},
    app::App,
    cost::Cost,
    error::{ClientError, Error, Result, ShopeeFault, ShopeeFaultKind},
};

/// A session as Shopee tells of it now.
pub struct Told {
    pub info: SessionInfo,
    pub metrics: Metrics,
}

impl Told {
    /// Lists may be wrong for minutes; what is asked of the session itself is reliable.
    pub fn has_ended(&self) -> bool {
        match self.info.status {
            Some(status) => status == SessionStatus::Ended,
            None => !self.metrics.on_air,
        }
    }
}

/// Asks on behalf of one operation.
pub struct Asking<'a> {
    pub app: &'a App,
    pub access: &'a Access,
    pub cost: &'a Cost,
    pub session_id: i64,
}

impl Asking<'_> {
    /// What Shopee says the session is, and its numbers; `None` when it is not the account's.
    pub async fn told(&self) -> Result<Option<Told>> {
        let answers = tokio::join!(self.info(), self.overview());
        match answers {
            (Ok(info), Ok(overview)) => self.settle(info, overview).await,
            (Err(error), _) | (_, Err(error)) => Err(self.noted(&error).await),
        }
    }

    /// The same, with the products in its bag.
    pub async fn told_with_products(&self) -> Result<Option<(Told, Vec<ListedProduct>)>> {
        let answers = tokio::join!(self.info(), self.overview(), self.products());
        match answers {
            (Ok(info), Ok(overview), Ok(products)) => {
                Ok(self.settle(info, overview).await?.map(|told| (told, products)))
            }
            (Err(error), _, _) | (_, Err(error), _) | (_, _, Err(error)) => Err(self.noted(&error).await),
        }
    }

    /// Tells each product what the bag does; no call is made for those that are known.
    pub async fn describe(&self, items: &mut [ListedItem]) {
        let app = self.app;
        bag::describe(&app.products, &app.shopee, self.access, self.cost, self.session_id, items).await;
    }

    async fn info(&self) -> Result<Option<SessionInfo>, shopee::Error> {
        self.cost.count_shopee_call();
        self.app.shopee.session_info(&self.access.account(), self.session_id).await
    }

    async fn overview(&self) -> Result<Option<Overview>, shopee::Error> {
        self.cost.count_shopee_call();
        self.app.shopee.overview(&self.access.account(), self.session_id).await
    }

    async fn products(&self) -> Result<Vec<ListedProduct>, shopee::Error> {
        self.cost.count_shopee_call();
        Ok(self.app.shopee.product_list(&self.access.account(), self.session_id, &whole_bag()).await?.list)
    }

    /// Keeps the answers for those who select `info` or `overview` next. No answer may also come of a credential that has expired,
    /// so that is ruled out before anybody is told that there is no such session.
    async fn settle(&self, info: Option<SessionInfo>, overview: Option<Overview>) -> Result<Option<Told>> {
        let (Some(info), Some(overview)) = (info, overview) else {
            self.cost.count_shopee_call();
            let identity = self.app.shopee.user_info(&self.access.account()).await;
            return match identity {
                Ok(_) => Ok(None),
                Err(error) => Err(self.noted(&error).await),
            };
        };
        let (reads, key) = (&self.app.reads, (self.access.account_id, self.session_id));
        let metrics = Metrics::from(&overview);
        reads.session_info.keep(key, Some(info.clone())).await;
        reads.overview.keep(key, Some(overview)).await;
        Ok(Some(Told { info, metrics }))
    }

    async fn noted(&self, error: &shopee::Error) -> Error {
        signed_out::note(self.app, self.access, error).await;
        Error::from(error)
    }
}

/// The answer to a session that Shopee tells no start of: it cannot be placed in any list.
pub fn without_a_start() -> Error {
    let kind = ShopeeFaultKind::Garbled;
    ClientError::Shopee(ShopeeFault { call: "session_info", kind, retryable: false, retry_after: None }).into()
}
