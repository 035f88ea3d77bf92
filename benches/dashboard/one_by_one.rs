//! The screen's calls by hand, one after another, without a gateway before them: the least that the old way can take.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use live_gateway::{clock::Clock, promotion::today};
use sandbox::{AccountView, Panel, SessionView};
use shopee::{
    Account, CampaignFilter, CampaignsQuery, Client, Credential, Error, ProductListQuery, ProductOrder, Region, Sort,
};

/// Makes the calls; how long each took.
pub(crate) async fn ask(client: &Client, shopee: &Panel) -> Vec<Duration> {
    let mut took = Vec::new();
    for (account, sessions) in on_air(shopee) {
        let region: Region = account.region.to_string().parse().unwrap();
        let credential = Credential::from_cookie_header(&account.cookie).unwrap();
        let signed_in = Account { key: account.user_id, region, credential: &credential };
        let report = today::report(region, Clock.now()).ok().unwrap();
        let running = CampaignsQuery {
            from: report.from,
            to: report.to,
            state: CampaignFilter::Ongoing,
            search: String::new(),
            offset: 0,
            limit: 3,
        };
        for session in sessions {
            ask_about_session(client, &signed_in, session.session_id, &mut took).await;
        }
        took.push(timed(client.campaign_report(&signed_in, &report)).await);
        took.push(timed(client.campaigns(&signed_in, &running)).await);
    }
    took
}

async fn ask_about_session(client: &Client, account: &Account<'_>, session_id: i64, took: &mut Vec<Duration>) {
    took.push(timed(client.overview(account, session_id)).await);
    took.push(timed(client.product_list(account, session_id, &best_sellers())).await);
    took.push(timed(client.coin_totals(account, session_id)).await);
}

fn best_sellers() -> ProductListQuery {
    let (order_by, sort) = (Some(ProductOrder::ItemsSold), Some(Sort::Descending));
    ProductListQuery { page: 1, page_size: 5, name: String::new(), order_by, sort }
}

/// The accounts that are on air, each with its sessions.
fn on_air(shopee: &Panel) -> Vec<(AccountView, Vec<SessionView>)> {
    let mut of_account: BTreeMap<i64, Vec<SessionView>> = BTreeMap::new();
    for session in shopee.on_air() {
        of_account.entry(session.user_id).or_default().push(session);
    }
    let accounts = shopee.accounts().into_iter();
    let with_sessions = accounts.filter_map(|account| {
        let sessions = of_account.remove(&account.user_id)?;
        Some((account, sessions))
    });
    with_sessions.collect()
}

async fn timed<T>(call: impl Future<Output = Result<T, Error>>) -> Duration {
    let started = Instant::now();
    call.await.unwrap();
    started.elapsed()
}
