//! What the client reads is what the sandbox's panel says, value for value: money exactly.

use std::time::Duration;

use chrono::TimeDelta;
use sandbox::{Fault, FaultKind, SessionView};
use shopee::{
    Account, Amount, CampaignChange, CampaignState, CoinGiveout, CoinState, EndedSessionsQuery, Error,
    ProductListQuery, PromotionQuery, QrState, Region, RoomStatus, SessionListQuery, SessionStatus, TrendMetric,
    TrendValue, TrendsQuery,
};

use super::{calls::campaigns, tap::Tap};

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

#[tokio::test]
async fn todays_campaigns_read_alike_in_every_call() {
    as_account!(tap, account);
    tap.panel().step(Duration::from_secs(600));
    let truth: Vec<_> =
        tap.panel().campaigns().into_iter().filter(|row| row.user_id == tap.account().user_id).collect();
    let listed = tap.client.campaigns(account, &campaigns()).await.unwrap().page;
    assert_eq!((listed.list.len(), listed.total), (truth.len(), count(truth.len() as u64)));
    for (row, truth) in listed.list.iter().zip(&truth) {
        assert_eq!((row.campaign_id, row.title.as_ref()), (truth.campaign_id, Some(&truth.name)));
        assert_eq!(
            (row.daily_budget, row.report.cost),
            (Some(Amount(truth.daily_budget)), Some(Amount(truth.spent_today)))
        );
        assert_eq!(
            (row.report.broad_sales, row.report.broad_orders),
            (Some(Amount(truth.sales_today)), count(truth.orders_today))
        );
        let campaign = tap.client.live_stream(account, row.campaign_id).await.unwrap().unwrap();
        assert_eq!((campaign.state, campaign.daily_budget), (row.state.clone(), row.daily_budget));
    }
    let expense = tap.client.campaign_expense_today(account, tap.panel().clock().now).await.unwrap();
    assert_eq!(expense.total, Some(Amount(truth.iter().map(|campaign| campaign.spent_today).sum())));
    for promotion in tap.client.promotions_today(account).await.unwrap().list {
        let truth = truth.iter().find(|campaign| campaign.campaign_id == promotion.campaign_id).unwrap();
        assert_eq!(promotion.expense_today, Some(Amount(truth.spent_today)));
    }
    let ads = tap.client.ads_data(account).await.unwrap().unwrap();
    assert!(ads.expense_today > expense.total && ads.live_credit < ads.credit);
}

#[tokio::test]
async fn a_campaign_is_changed_once_and_it_shows_later() {
    as_account!(tap, account);
    let id = tap.campaign().campaign_id;
    tap.client.edit_live_stream(account, id, &CampaignChange::Pause).await.unwrap();
    let state = async || tap.client.live_stream(account, id).await.unwrap().unwrap().state;
    assert_eq!(state().await, Some(CampaignState::Ongoing));
    tap.panel().step(Duration::from_secs(2));
    assert_eq!(state().await, Some(CampaignState::Paused));

    let limits = tap.client.budget_for_edit(account, id, "a").await.unwrap().unwrap();
    let log_key = limits.log_key.unwrap();
    let change = |daily_budget| CampaignChange::ChangeBudget { daily_budget, log_key: log_key.clone() };
    let too_much = Amount(limits.maximum.unwrap().0 + limits.step.unwrap().0);
    let refused = tap.client.edit_live_stream(account, id, &change(too_much)).await.unwrap_err();
    assert!(matches!(refused, Error::Refused { code: 100_400, .. }) && !refused.may_have_happened(), "{refused:?}");
    tap.client.edit_live_stream(account, id, &change(limits.maximum.unwrap())).await.unwrap();
    let edits = tap.panel().edits();
    assert_eq!(
        edits.iter().map(|edit| edit.daily_budget).collect::<Vec<_>>(),
        [None, limits.maximum.map(|most| most.0)]
    );
}

#[tokio::test]
async fn a_write_whose_answer_is_lost_has_happened_once_and_says_that_it_may_have() {
    as_account!(tap, account);
    let session_id = tap.session(true).session_id;
    let giveout = CoinGiveout { amount: 40, recipients: 8 };
    let kinds = [FaultKind::ServerErrorAfterEffect(500), FaultKind::Html, FaultKind::WrongTypes, FaultKind::HugeBody];
    for (kind, times) in kinds.into_iter().zip(1..) {
        tap.panel().inject(Fault::new(kind.clone()).on("coin_giveout").times(1));
        let error = tap.client.coin_giveout(account, session_id, giveout).await.unwrap_err();
        assert!(error.may_have_happened() && !error.may_retry(), "{kind:?}: {error}");
        assert_eq!(tap.panel().coin_offers().len(), times, "{kind:?}");
    }
    for kind in [FaultKind::Refused { code: 5 }, FaultKind::RiskControl { status: 200 }, FaultKind::NotLiving] {
        tap.panel().inject(Fault::new(kind.clone()).on("coin_giveout").times(1));
        let error = tap.client.coin_giveout(account, session_id, giveout).await.unwrap_err();
        assert!(!error.may_have_happened(), "{kind:?}: {error}");
        assert_eq!(tap.panel().coin_offers().len(), 4, "{kind:?}");
    }
}

#[tokio::test]
async fn coins_read_as_the_panel_has_them() {
    as_account!(tap, account);
    let session_id = tap.session(true).session_id;
    let read = async || tap.client.coin_totals(account, session_id).await.unwrap().unwrap();
    assert_eq!((read().await.is_shown, read().await.coins_claimed), (Some(false), Some(0)));
    tap.client.coin_start(account, session_id, Some(100)).await.unwrap();
    tap.client.coin_giveout(account, session_id, CoinGiveout { amount: 50, recipients: 10 }).await.unwrap();
    tap.panel().step(Duration::from_secs(120));
    let (coins, truth) = (read().await, tap.panel().coins(session_id).unwrap());
    assert_eq!((coins.state, coins.is_shown), (Some(CoinState::Active), Some(true)));
    assert_eq!((coins.coins_claimed, coins.claims_offered), (count(truth.coins_claimed), count(truth.claims)));
    assert_eq!(coins.claims_left, count(truth.claims - truth.claimed));
    assert!(truth.coins_claimed > 0 && truth.coins == 150);
    let reward = tap.client.coin_reward_info(account, session_id).await.unwrap().unwrap();
    assert_eq!((reward.rounds, reward.claimers), (Some(2), count(truth.claimers)));
    tap.panel().inject(Fault::new(FaultKind::NegativeClaimsLeft));
    assert_eq!(read().await.claims_left, Some(0));
    let over = tap.session(false).session_id;
    let error = tap.client.coin_start(account, over, None).await.unwrap_err();
    assert!(matches!(error, Error::Refused { code: 3_000_068, .. }), "{error:?}");
}

#[tokio::test]
async fn promotions_of_items_and_the_session_object_are_the_accounts() {
    as_account!(tap, account);
    let session = tap.session(true);
    let query = PromotionQuery { session_id: Some(session.session_id), limit: 50, ..PromotionQuery::default() };
    let promotions = tap.client.item_promotions(account, &query).await.unwrap();
    assert_eq!((promotions.total, promotions.has_more, promotions.unreadable), (Some(6), Some(false), 0));
    for promotion in &promotions.list {
        let items = tap.client.promotion_items(account, promotion.promotion_id, &query).await.unwrap();
        assert_eq!((items.total, items.list[0].shop_id), (promotion.item_count, Some(tap.account().shop_id)));
    }
    let object = tap.client.session(account, session.session_id).await.unwrap().unwrap();
    assert_eq!((object.status, object.viewers), (Some(RoomStatus::OnAir), count(session.viewers)));
    assert_eq!((object.title, object.started_at), (Some(session.title), Some(session.started_at)));
    assert_eq!(object.user_name, Some(tap.account().username));
    let streamers = tap.client.streamers(account).await.unwrap();
    assert_eq!(streamers.list.first().map(|streamer| streamer.user_id), Some(session.user_id));
}

#[tokio::test]
async fn an_affiliate_may_not_advertise_and_expired_cookies_are_told_apart() {
    let tap = Tap::start().await;
    let affiliate = tap.panel().accounts().into_iter().find(|account| account.shop_id == 0).unwrap();
    let credential = shopee::Credential::from_cookie_header(&affiliate.cookie).unwrap();
    let account = &Account { key: 2, region: Region::Id, credential: &credential };
    for error in [
        tap.client.ads_data(account).await.unwrap_err(),
        tap.client.streamers(account).await.unwrap_err(),
        tap.client.promotions_today(account).await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), "NO_PERMISSION");
    }
    tap.panel().expire_cookie(affiliate.user_id).unwrap();
    for error in [
        tap.client.ads_data(account).await.unwrap_err(),
        tap.client.streamers(account).await.unwrap_err(),
        tap.client.promotions_today(account).await.unwrap_err(),
        tap.client.item_promotions(account, &PromotionQuery::default()).await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), "SIGNED_OUT");
    }
}
