//! The fields that ask Shopee, each in an operation that also selects what is stored.

use serde_json::Value;

/// One field that makes one call.
pub(super) struct Field {
    /// Its name in the schema.
    pub(super) name: &'static str,
    /// The call it makes.
    pub(super) call: &'static str,
    /// Where it is found.
    pub(super) path: &'static [&'static str],
    /// What is selected of it.
    selection: &'static str,
    /// How Shopee answers it.
    pub(super) sort: Sort,
}

/// How Shopee answers a field.
#[derive(Clone, Copy)]
pub(super) enum Sort {
    /// For one session: nothing, if it is not the account's.
    OfSession,
    /// The same on the live hosts, which tell a missing right from a sign-in that is over.
    OnLive,
    /// For the account itself: there always is something, unless it is signed out.
    OfAccount,
    /// For a caller without cookies.
    Public,
    /// For the ads of the account: nothing, if it has none, and no permission, if it may have none.
    OfAds,
    /// For a caller without cookies, to whom an answer of nothing says that it is on air.
    Probe,
}

const fn field(call: &'static str, path: &'static [&'static str], selection: &'static str, sort: Sort) -> Field {
    Field { name: path[path.len() - 1], call, path, selection, sort }
}

pub(super) const FIELDS: [Field; 21] = [
    field(
        "overview",
        &["liveSession", "overview"],
        "{ status currentViewers peakViewers viewers views likes comments placedSales { amount } clickRate orderRate }",
        Sort::OfSession,
    ),
    field("session_info", &["liveSession", "info"], "{ status title startedAt }", Sort::OfSession),
    field(
        "product_list",
        &["liveSession", "products"],
        "(pageSize: 3, keyword: \"a\", orderBy: { field: ITEMS_SOLD })
            { page total nodes { itemId title minPrice { amount } placedOrders clickRate orderRate } }",
        Sort::OfSession,
    ),
    field(
        "trends",
        &["liveSession", "trends"],
        // Long after the sandbox's time, which stands still: what is on air then is asked for up to the present minute.
        "(metrics: [CURRENT_VIEWERS, PLACED_SALES]) { trends { metric points { at count amount { amount } } } }",
        Sort::OfSession,
    ),
    field(
        "viewer_profile",
        &["liveSession", "viewerProfile"],
        "{ breakdowns { criterion groups { name people } } }",
        Sort::OfSession,
    ),
    field(
        "buyer_profile",
        &["liveSession", "buyerProfile"],
        "{ breakdowns { criterion groups { name people } } }",
        Sort::OfSession,
    ),
    field("viewer_source", &["liveSession", "viewerSource"], "{ groups { name people } }", Sort::OfSession),
    field(
        "coin_totals",
        &["liveSession", "coins"],
        "{ state isShown coinsPerClaim claimsOffered claimsLeft claimed given value { amount } claimedValue { amount } }",
        Sort::OnLive,
    ),
    field(
        "coin_reward_info",
        &["liveSession", "coinReward"],
        "{ rounds claimers coins { state claimed claimedValue { amount } } }",
        Sort::OnLive,
    ),
    field("play_url", &["liveSession", "playUrl"], "{ isOnAir url }", Sort::Probe),
    field("user_info", &["liveSession", "shopeeAccount", "creator"], "{ userId userName avatarUrl }", Sort::OfAccount),
    field(
        "session_list",
        &["liveSession", "shopeeAccount", "remoteSessions"],
        "(pageSize: 3) { total nodes { sessionId title views likes placedSales { amount } } }",
        Sort::OfAccount,
    ),
    field(
        "ended_sessions",
        &["liveSession", "shopeeAccount", "endedSessions"],
        "(pageSize: 3, window: SEVEN_DAYS) { total nodes { sessionId endedAt views likes placedSales { amount } } }",
        Sort::OfAccount,
    ),
    field(
        "item_promotions",
        &["liveSession", "shopeeAccount", "itemPromotions"],
        "(pageSize: 3, keyword: \"a\") { total hasMore nodes { promotionId title status itemCount startsAt } }",
        Sort::OnLive,
    ),
    field(
        "ongoing_live",
        &["liveSession", "shopeeAccount", "ongoingLive"],
        "{ sessionId title viewers }",
        Sort::Public,
    ),
    field(
        "streamers",
        &["liveSession", "shopeeAccount", "streamers"],
        "{ total nodes { userId username shopId avatarUrl } }",
        Sort::OfAds,
    ),
    field(
        "campaigns",
        &["liveSession", "shopeeAccount", "promotionsToday"],
        "(pageSize: 3) { total nodes { campaignId name state dailyBudget { amount } today { spent { amount } orders } } }",
        Sort::OfAds,
    ),
    field(
        "campaign_report",
        &["liveSession", "shopeeAccount", "campaignExpenseToday"],
        "{ total { amount } figures { sales { amount } orders clicks } }",
        Sort::OfAds,
    ),
    field(
        "ads_data",
        &["liveSession", "shopeeAccount", "ads"],
        "{ credit { amount } expenseToday { amount } isCreditLow }",
        Sort::OfAds,
    ),
    field(
        "live_stream",
        &["promotion"],
        "(shopeeAccountId: $account, campaignId: $campaign) {
            name state dailyBudget { amount } settings { objective startedAt } }",
        Sort::OfAds,
    ),
    // Of another user than the account's: those who ask for the same share what comes.
    field("ongoing_live", &["ongoingLive"], "(uid: <USER>, region: VN) { sessionId title viewers }", Sort::Public),
];

/// The fields of something that itself comes from Shopee: tried while only their own calls fail.
pub(super) const FIELDS_BELOW: [Field; 3] = [
    field(
        "campaigns",
        &["promotion", "today"],
        "{ spent { amount } sales { amount } orders returnOnAdSpend }",
        Sort::OfAds,
    ),
    field(
        "budget_for_edit",
        &["promotion", "budgetLimits"],
        "{ minimum { amount } step { amount } mayDecrease }",
        Sort::OfAds,
    ),
    field(
        "promotion_items",
        &["liveSession", "shopeeAccount", "itemPromotions", "nodes", "items"],
        "(pageSize: 3) { total hasMore nodes { itemId productName productUrl price { amount } displayStock } }",
        Sort::OnLive,
    ),
];

/// The objects that an operation selects in any case are so many.
const DEEPEST: usize = 3;

impl Field {
    /// The operation, for the variables `id`, `account` and `campaign`.
    pub(super) fn document(&self, user_id: i64) -> String {
        let own = format!("{}{}", self.name, self.selection.replace("<USER>", &user_id.to_string()));
        let others = self.path.iter().rev().skip(1).take(self.path.len().saturating_sub(DEEPEST));
        let field = others.fold(own, |inner, name| match *name {
            "nodes" => format!("nodes {{ {inner} }}"),
            name => format!("{name}(pageSize: 1) {{ {inner} }}"),
        });
        let at = |depth| if self.path.len().min(DEEPEST) == depth { field.as_str() } else { "" };
        if let ["promotion", _] = self.path {
            return format!(
                "query($account: ID!, $campaign: ID!) {{
                    promotion(shopeeAccountId: $account, campaignId: $campaign) {{ name state {field} }} }}"
            );
        }
        let asked = if self.name == "promotion" { ", $account: ID!, $campaign: ID!" } else { "" };
        format!(
            "query($id: ID!{asked}) {{ {} liveSession(sessionId: $id) {{
                sessionName totalViewers status {}
                shopeeAccount {{ username status {} }} items(first: 1) {{ totalCount }}
            }} }}",
            at(1),
            at(2),
            at(3),
        )
    }

    /// What the field answered.
    pub(super) fn value<'a>(&self, answer: &'a Value) -> &'a Value {
        self.steps().iter().fold(&answer["data"], |value, step| step.of(value))
    }

    /// Where the field is found in an answer: of a list, in the first element.
    pub(super) fn steps(&self) -> Vec<Step> {
        let steps = |name: &&'static str| match *name {
            "nodes" => vec![Step::Name("nodes"), Step::First],
            name => vec![Step::Name(name)],
        };
        self.path.iter().flat_map(steps).collect()
    }

    /// What the other fields answered.
    pub(super) fn stored(&self, answer: &Value) -> Value {
        let mut data = answer["data"].clone();
        let steps = self.steps();
        let parent = steps[..steps.len() - 1].iter().fold(&mut data, |value, step| step.of_mut(value));
        assert!(parent.as_object_mut().and_then(|parent| parent.remove(self.name)).is_some(), "{answer}");
        data
    }

    /// What the field answered, with null for what is called so, at any depth.
    pub(super) fn value_without(&self, answer: &Value, unknown: &[&str]) -> Value {
        let mut value = self.value(answer).clone();
        forget(&mut value, unknown);
        value
    }
}

/// A step of the way to a field.
#[derive(Clone, Copy)]
pub(super) enum Step {
    Name(&'static str),
    First,
}

impl Step {
    fn of(self, value: &Value) -> &Value {
        match self {
            Self::Name(name) => &value[name],
            Self::First => &value[0],
        }
    }

    fn of_mut(self, value: &mut Value) -> &mut Value {
        match self {
            Self::Name(name) => &mut value[name],
            Self::First => &mut value[0],
        }
    }

    /// As it stands in the path of an error.
    pub(super) fn in_path(self) -> Value {
        match self {
            Self::Name(name) => name.into(),
            Self::First => 0.into(),
        }
    }
}

fn forget(value: &mut Value, unknown: &[&str]) {
    match value {
        Value::Object(members) => {
            members.iter_mut().for_each(|(name, member)| match unknown.contains(&name.as_str()) {
                true => *member = Value::Null,
                false => forget(member, unknown),
            })
        }
        Value::Array(elements) => elements.iter_mut().for_each(|element| forget(element, unknown)),
        _ => {}
    }
}
