//! What the client reads is what the sandbox's panel says, value for value: money exactly.

use chrono::TimeDelta;
use sandbox::SessionView;
use shopee::{
    Account, Amount, EndedSessionsQuery, ProductListQuery, QrState, Region, SessionListQuery, SessionStatus,
    TrendMetric, TrendValue, TrendsQuery,
};

use super::tap::Tap;

/// The count of a number that cannot be negative.
fn count(number: u64) -> Option<i64> {
    Some(number as i64)
}

/// Runs a test in the name of the sandbox's first account.
macro_rules! as_account {
    ($tap:ident, $account:ident) => {
        let $tap = Tap::start().await;
        let credential = $tap.credential();
        let $account = &Account { key: 1, region: Region::Id, credential: &credential };
    };
}

#[tokio::test]
async fn signing_in_yields_a_credential_of_the_same_account() {
    let tap = Tap::start().await;
    let code = tap.client.gen_qrcode(Region::Id).await.unwrap();
    assert_eq!(tap.panel().qr_codes()[0].id, code.id);
    let state = async || tap.client.qrcode_status(Region::Id, &code.id).await.unwrap().state;
    assert_eq!(state().await, QrState::New);
    tap.panel().scan_qr(&code.id).unwrap();
    assert_eq!(state().await, QrState::Scanned);
    tap.panel().confirm_qr(&code.id, tap.account().user_id).unwrap();
    let status = tap.client.qrcode_status(Region::Id, &code.id).await.unwrap();
    assert_eq!(status.state, QrState::Confirmed);

    let credential = tap.client.qrcode_login(Region::Id, &status.token.unwrap()).await.unwrap();
    let account = Account { key: 1, region: Region::Id, credential: &credential };
    let (info, truth) = (tap.client.account_info(&account).await.unwrap(), tap.account());
    assert_eq!((info.user_id, info.shop_id), (truth.user_id, Some(truth.shop_id)));
    assert_eq!(info.user_name.as_ref(), Some(&truth.username));
    assert_eq!(info.is_seller, Some(true));
    let user = tap.client.user_info(&account).await.unwrap();
    assert_eq!((user.user_id, user.user_name), (truth.user_id, truth.username));
}

#[tokio::test]
async fn both_lists_have_every_session_with_its_totals() {
    as_account!(tap, account);
    let query = SessionListQuery { page_size: 100, ..SessionListQuery::default() };
    let page = tap.client.session_list(account, &query).await.unwrap();
    let truth: Vec<SessionView> =
        tap.panel().sessions().into_iter().filter(|session| session.user_id == tap.account().user_id).collect();
    assert_eq!((page.list.len(), page.total, page.unreadable), (truth.len(), count(truth.len() as u64), 0));
    let now = tap.panel().clock().now;
    for listed in &page.list {
        let session = tap.panel().session(listed.session_id).unwrap();
        assert_eq!(listed.title.as_ref(), Some(&session.title));
        assert_eq!(listed.is_on_air(now), session.on_air);
        assert_eq!(listed.started_at, Some(session.started_at));
        assert_eq!((listed.viewers, listed.peak_viewers), (count(session.total_viewers), count(session.peak_viewers)));
        assert_eq!((listed.likes, listed.comments), (count(session.likes), count(session.comments)));
        assert_eq!((listed.placed_orders, listed.placed_sales), (count(session.orders), Some(Amount(session.sales))));
        assert_eq!(listed.last_known_on_air(), session.ended_at.or(Some(now)));
    }

    let query = EndedSessionsQuery { page_size: 100, ..EndedSessionsQuery::default() };
    let ended = tap.client.ended_sessions(account, &query).await.unwrap();
    assert_eq!(ended.list.len(), truth.iter().filter(|session| !session.on_air).count());
    for row in &ended.list {
        let session = tap.panel().session(row.listed.session_id).unwrap();
        assert_eq!(row.listed.peak_viewers, count(session.peak_viewers));
        assert_eq!(
            (row.placed_items_sold, row.listed.placed_sales),
            (count(session.items_sold), Some(Amount(session.sales)))
        );
    }
}

#[tokio::test]
async fn a_session_on_air_reads_alike_in_every_call() {
    as_account!(tap, account);
    let session = tap.session(true);
    let overview = tap.client.overview(account, session.session_id).await.unwrap().unwrap();
    assert_eq!(overview.status, Some(SessionStatus::OnAir));
    assert_eq!(
        (overview.current_viewers, overview.peak_viewers),
        (count(session.viewers), count(session.peak_viewers))
    );
    assert_eq!(
        (overview.viewers, overview.engagement.viewers),
        (count(session.total_viewers), count(session.total_viewers))
    );
    assert_eq!(
        (overview.engagement.likes, overview.engagement.comments),
        (count(session.likes), count(session.comments))
    );
    assert_eq!(
        (overview.placed_orders, overview.placed_items_sold),
        (count(session.orders), count(session.items_sold))
    );
    assert_eq!(overview.placed_sales, Some(Amount(session.sales)));

    let info = tap.client.session_info(account, session.session_id).await.unwrap().unwrap();
    assert_eq!((info.status, info.title), (Some(SessionStatus::OnAir), Some(session.title.clone())));
    assert_eq!(info.started_at, Some(session.started_at));
    let play = tap.client.play_url(Region::Id, session.session_id).await.unwrap().unwrap();
    assert_eq!(play.url, info.streaming_url);
    assert!(play.url.is_some());
    assert_eq!(tap.client.play_url(Region::Id, tap.session(false).session_id).await.unwrap(), None);

    let live = tap.client.ongoing_live(Region::Id, session.user_id).await.unwrap().unwrap();
    let truth = tap.panel().session(live.session_id).unwrap();
    assert!(truth.on_air);
    assert_eq!(
        (live.title, live.view_count, live.started_at),
        (Some(truth.title), count(truth.viewers), Some(truth.started_at))
    );
}

#[tokio::test]
async fn products_and_minutes_add_up_to_the_session() {
    as_account!(tap, account);
    let session = tap.session(true);
    let query = ProductListQuery { page_size: 500, ..ProductListQuery::default() };
    let products = tap.client.product_list(account, session.session_id, &query).await.unwrap().list;
    let sum = |value: fn(&shopee::ListedProduct) -> Option<i64>| {
        products.iter().map(|product| value(product).unwrap()).sum::<i64>()
    };
    assert_eq!(sum(|product| Some(product.placed_sales?.0)), session.sales);
    assert_eq!(sum(|product| product.placed_items_sold), session.items_sold as i64);

    let page = tap.client.session_items(account, session.session_id, 0, 200).await.unwrap();
    assert_eq!((page.items.len(), page.total), (products.len(), count(products.len() as u64)));
    for (item, product) in page.items.iter().zip(&products) {
        assert_eq!(
            (item.item_id, item.price_min, item.price_max),
            (product.item_id, product.min_price, product.max_price)
        );
        assert_eq!(item.sold, product.placed_items_sold);
    }

    let metrics = vec![TrendMetric::PlacedSales, TrendMetric::PlacedOrders, TrendMetric::Entering];
    let query = TrendsQuery { from: session.started_at - TimeDelta::minutes(1), to: tap.panel().clock().now, metrics };
    let trends = tap.client.trends(account, session.session_id, &query).await.unwrap();
    let number = |value: TrendValue| match value {
        TrendValue::Amount(Amount(number)) | TrendValue::Count(number) => number,
    };
    let sums: Vec<i64> =
        trends.iter().map(|trend| trend.points.iter().map(|point| number(point.value)).sum()).collect();
    assert_eq!(sums, [session.sales, session.orders as i64, session.total_viewers as i64]);
}

#[tokio::test]
async fn audiences_add_up_to_the_session() {
    as_account!(tap, account);
    let session = tap.session(true);
    let buyers = tap.client.overview(account, session.session_id).await.unwrap().unwrap().buyers.unwrap();
    let viewers = session.total_viewers as i64;
    let people =
        |breakdown: &shopee::Breakdown| breakdown.groups.iter().map(|group| group.people.unwrap()).sum::<i64>();
    let profile = tap.client.viewer_profile(account, session.session_id).await.unwrap();
    assert_eq!(profile.iter().map(people).collect::<Vec<_>>(), [viewers; 3]);
    let profile = tap.client.buyer_profile(account, session.session_id).await.unwrap();
    assert_eq!(profile.iter().map(people).collect::<Vec<_>>(), [buyers; 3]);
    let source = tap.client.viewer_source(account, session.session_id).await.unwrap().unwrap();
    assert_eq!(people(&source), viewers);
}

#[tokio::test]
async fn the_final_report_is_that_of_the_ended_session() {
    as_account!(tap, account);
    let session = tap.session(false);
    let detail = tap.client.live_detail(account, session.session_id).await.unwrap().unwrap();
    assert_eq!(detail.started_at, Some(session.started_at));
    let on_air = (session.ended_at.unwrap() - session.started_at).to_std().unwrap();
    assert_eq!(detail.duration, Some(on_air));
    assert_eq!((detail.peak_viewers, detail.likes), (count(session.peak_viewers), count(session.likes)));
    assert_eq!(detail.comments, count(session.comments));
    assert!(detail.confirmed_sales.unwrap() <= Amount(session.sales), "what is confirmed was placed");
    assert_eq!((detail.coin_rounds, detail.coins_claimed), (Some(0), Some(0)));
}
