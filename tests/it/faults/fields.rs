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
    /// For the account itself: there always is something, unless it is signed out.
    OfAccount,
    /// For a caller without cookies.
    Public,
    /// For a caller without cookies, to whom an answer of nothing says that it is on air.
    Probe,
}

const fn field(call: &'static str, path: &'static [&'static str], selection: &'static str, sort: Sort) -> Field {
    Field { name: path[path.len() - 1], call, path, selection, sort }
}

pub(super) const FIELDS: [Field; 13] = [
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
        "ongoing_live",
        &["liveSession", "shopeeAccount", "ongoingLive"],
        "{ sessionId title viewers }",
        Sort::Public,
    ),
    // Of another user than the account's: those who ask for the same share what comes.
    field("ongoing_live", &["ongoingLive"], "(uid: <USER>, region: VN) { sessionId title viewers }", Sort::Public),
];

impl Field {
    /// The operation, for a variable `id`.
    pub(super) fn document(&self, user_id: i64) -> String {
        let field = format!("{}{}", self.name, self.selection.replace("<USER>", &user_id.to_string()));
        let at = |depth| if self.path.len() == depth { field.as_str() } else { "" };
        format!(
            "query($id: ID!) {{ {} liveSession(sessionId: $id) {{
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
        self.path.iter().fold(&answer["data"], |value, name| &value[*name])
    }

    /// What the other fields answered.
    pub(super) fn stored(&self, answer: &Value) -> Value {
        let mut data = answer["data"].clone();
        let parent = self.path[..self.path.len() - 1].iter().fold(&mut data, |value, name| &mut value[*name]);
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
