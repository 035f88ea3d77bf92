//! What Shopee tells of one session beside what its list does.

use shopee::{Client, SessionStatus};

use super::{listed_item, whole_bag};
use crate::{
    account::{access::Access, signed_out},
    app::App,
    cost::Cost,
    session::{bag, metrics::Metrics, store::upsert::ListedItem},
};

/// A session's own numbers and its items: all of it or nothing.
pub(super) struct Told {
    pub(super) has_ended: bool,
    /// `None` when Shopee does not tell.
    pub(super) metrics: Option<Metrics>,
    pub(super) items: Vec<ListedItem>,
}

/// Asks as one account, in the patient lane: a job has time to wait for its turn.
pub(super) struct Asker<'a> {
    pub(super) app: &'a App,
    pub(super) shopee: Client,
    pub(super) access: &'a Access,
}

impl Asker<'_> {
    /// Two calls, side by side, one more for a session that is listed as on air, and rarely one for its bag.
    pub(super) async fn ask(&self, session_id: i64, on_air: bool) -> Result<Told, shopee::Error> {
        let (account, bag) = (self.access.account(), whole_bag());
        let (overview, products) = tokio::join!(
            self.shopee.overview(&account, session_id),
            self.shopee.product_list(&account, session_id, &bag),
        );
        let (overview, products) = (self.noted(overview).await?, self.noted(products).await?.list);
        let region = self.access.region;
        let mut items: Vec<ListedItem> = products.iter().map(|product| listed_item(product, region)).collect();
        bag::describe(&self.app.products, &self.shopee, self.access, &Cost::default(), session_id, &mut items).await;
        let has_ended = on_air && self.is_over(session_id).await?;
        Ok(Told { has_ended, metrics: overview.as_ref().map(Metrics::from), items })
    }

    /// Lists call a session "on air" for minutes after its end; what is asked of the session itself is reliable.
    pub(super) async fn is_over(&self, session_id: i64) -> Result<bool, shopee::Error> {
        let info = self.shopee.session_info(&self.access.account(), session_id).await;
        Ok(self.noted(info).await?.is_some_and(|info| info.status == Some(SessionStatus::Ended)))
    }

    pub(super) async fn noted<T>(&self, outcome: Result<T, shopee::Error>) -> Result<T, shopee::Error> {
        signed_out::noted(self.app, self.access, outcome).await
    }
}
