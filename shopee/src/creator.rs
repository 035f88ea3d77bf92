//! Live analytics of the creator hosts: an account's own sessions, what happens in them and who watches.
//!
//! A call about one session answers nothing if the session is another shop's. An expired cookie can look the same there;
//! [`Client::user_info`] tells the two apart.

pub(crate) mod audience;
mod detail;
mod overview;
mod product;
mod query;
mod session;
pub(crate) mod trend;

pub use audience::{Breakdown, Group};
pub use detail::LiveDetail;
pub use overview::{Engagement, Overview};
pub use product::{ListedProduct, ProductListQuery, ProductOrder};
pub use query::{EndedSessionsQuery, SessionListQuery, SessionOrder, Window};
pub use session::{EndedSession, ListedSession, SessionInfo, SessionStatus};
pub use trend::{Trend, TrendMetric, TrendPoint, TrendValue, TrendsQuery};

use crate::calls::{self, Call};
use crate::client::{Ask, Client};
use crate::credential::Account;
use crate::envelope::Answer;
use crate::error::Error;
use crate::page::{Page, sort_word};

/// The creator behind an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserInfo {
    /// The user.
    pub user_id: i64,
    /// The name that others see. Empty if not reported.
    pub user_name: String,
    /// An image id or a URL; see [`crate::urls::image_url`].
    pub avatar: Option<String>,
}

impl Client {
    /// Asks who the creator is. Also tells whether the cookies still sign in.
    pub async fn user_info(&self, account: &Account<'_>) -> Result<UserInfo, Error> {
        self.ask(Ask::signed(&calls::USER_INFO, account), user_info).await
    }

    /// Asks for the account's sessions, running and ended, newest first.
    pub async fn session_list(
        &self,
        account: &Account<'_>,
        query: &SessionListQuery,
    ) -> Result<Page<ListedSession>, Error> {
        let ask = Ask::signed(&calls::SESSION_LIST, account)
            .query("page", query.page)
            .query("pageSize", query.page_size)
            .query("name", &query.name)
            .query("orderBy", query.order_by.map_or("", SessionOrder::word))
            .query("sort", sort_word(query.sort));
        self.ask(ask, session_list).await
    }

    /// Asks for a session's state and stream. `None` if it is not the account's.
    pub async fn session_info(&self, account: &Account<'_>, session_id: i64) -> Result<Option<SessionInfo>, Error> {
        let ask = of_session(&calls::SESSION_INFO, account, session_id);
        self.ask(ask, session_info).await
    }

    /// Asks for a session's metrics as of now. `None` if it is not the account's.
    pub async fn overview(&self, account: &Account<'_>, session_id: i64) -> Result<Option<Overview>, Error> {
        let ask = of_session(&calls::OVERVIEW, account, session_id);
        self.ask(ask, overview).await
    }

    /// Asks for the products of a session with their sales. Empty if it is not the account's.
    pub async fn product_list(
        &self,
        account: &Account<'_>,
        session_id: i64,
        query: &ProductListQuery,
    ) -> Result<Page<ListedProduct>, Error> {
        const WHOLE_SESSION: &str = "0";
        let ask = of_session(&calls::PRODUCT_LIST, account, session_id)
            .query("productName", &query.name)
            .query("productListTimeRange", WHOLE_SESSION)
            .query("productListOrderBy", query.order_by.map_or("", ProductOrder::word))
            .query("sort", sort_word(query.sort))
            .query("page", query.page)
            .query("pageSize", query.page_size);
        self.ask(ask, product_list).await
    }

    /// Asks how metrics went, minute by minute. A metric without data is left out.
    pub async fn trends(
        &self,
        account: &Account<'_>,
        session_id: i64,
        query: &TrendsQuery,
    ) -> Result<Vec<Trend>, Error> {
        let words: Vec<_> = query.metrics.iter().map(|metric| metric.word()).collect();
        let ask = of_session(&calls::TRENDS, account, session_id)
            .query("startTime", query.from.timestamp_millis())
            .query("endTime", query.to.timestamp_millis())
            .query("metricTrend", words.join(","));
        self.ask(ask, |answer| trend::read(answer, &query.metrics)).await
    }

    /// Asks who watched, by age, gender and the like. Empty if Shopee has nothing, or it is not the account's.
    pub async fn viewer_profile(&self, account: &Account<'_>, session_id: i64) -> Result<Vec<Breakdown>, Error> {
        self.ask(of_session(&calls::VIEWER_PROFILE, account, session_id), audience::read).await
    }

    /// Asks who bought, by age, gender and the like. Empty if Shopee has nothing, or it is not the account's.
    pub async fn buyer_profile(&self, account: &Account<'_>, session_id: i64) -> Result<Vec<Breakdown>, Error> {
        self.ask(of_session(&calls::BUYER_PROFILE, account, session_id), audience::read).await
    }

    /// Asks where the viewers came from. `None` if Shopee has nothing, or it is not the account's.
    pub async fn viewer_source(&self, account: &Account<'_>, session_id: i64) -> Result<Option<Breakdown>, Error> {
        let ask = of_session(&calls::VIEWER_SOURCE, account, session_id);
        self.ask(ask, viewer_source).await
    }

    /// Asks for ended sessions of some days, with more metrics than [`Client::session_list`] has.
    pub async fn ended_sessions(
        &self,
        account: &Account<'_>,
        query: &EndedSessionsQuery,
    ) -> Result<Page<EndedSession>, Error> {
        let ask = Ask::signed(&calls::ENDED_SESSIONS, account)
            .query("page", query.page)
            .query("pageSize", query.page_size)
            .query("name", &query.name)
            .query("orderBy", query.order_by.map_or("", SessionOrder::word_if_ended))
            .query("sort", sort_word(query.sort))
            .query("timeDim", query.window.word())
            .query("endDate", query.end_date.map(|date| date.to_string()).unwrap_or_default());
        self.ask(ask, ended_sessions).await
    }

    /// Asks for the final report of an ended session, coins included. `None` if it is not the account's.
    pub async fn live_detail(&self, account: &Account<'_>, session_id: i64) -> Result<Option<LiveDetail>, Error> {
        let ask = of_session(&calls::LIVE_DETAIL, account, session_id);
        self.ask(ask, live_detail).await
    }
}

fn of_session<'a>(call: &'static Call, account: &'a Account<'a>, session_id: i64) -> Ask<'a> {
    Ask::signed(call, account).query("sessionId", session_id)
}

pub(crate) fn user_info(answer: &Answer) -> Result<UserInfo, Error> {
    let data = answer.some_object()?;
    Ok(UserInfo {
        user_id: data.id("userId").ok_or_else(|| answer.garbled("no userId"))?,
        user_name: data.text("userName").unwrap_or_default(),
        avatar: data.text("avatar"),
    })
}

pub(crate) fn session_list(answer: &Answer) -> Result<Page<ListedSession>, Error> {
    Page::read(answer, ListedSession::read)
}

pub(crate) fn session_info(answer: &Answer) -> Result<Option<SessionInfo>, Error> {
    Ok(answer.object()?.map(|data| SessionInfo::read(&data)))
}

pub(crate) fn overview(answer: &Answer) -> Result<Option<Overview>, Error> {
    Ok(answer.object()?.map(|data| Overview::read(&data)))
}

pub(crate) fn product_list(answer: &Answer) -> Result<Page<ListedProduct>, Error> {
    Page::read(answer, ListedProduct::read)
}

pub(crate) fn viewer_source(answer: &Answer) -> Result<Option<Breakdown>, Error> {
    Ok(audience::read(answer)?.into_iter().next())
}

pub(crate) fn ended_sessions(answer: &Answer) -> Result<Page<EndedSession>, Error> {
    Page::read(answer, EndedSession::read)
}

pub(crate) fn live_detail(answer: &Answer) -> Result<Option<LiveDetail>, Error> {
    Ok(answer.object()?.map(|data| LiveDetail::read(&data)))
}
