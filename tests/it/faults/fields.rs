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
    /// What a caller without cookies may ask.
    pub(super) public: bool,
    /// Whether Shopee has something to say for every account that is signed in.
    pub(super) always_has_data: bool,
}

pub(super) const FIELDS: [Field; 5] = [
    Field {
        name: "overview",
        call: "overview",
        path: &["liveSession", "overview"],
        selection: "{ status currentViewers peakViewers viewers views likes comments placedSales { amount } clickRate orderRate }",
        public: false,
        always_has_data: false,
    },
    Field {
        name: "info",
        call: "session_info",
        path: &["liveSession", "info"],
        selection: "{ status title startedAt }",
        public: false,
        always_has_data: false,
    },
    Field {
        name: "creator",
        call: "user_info",
        path: &["liveSession", "shopeeAccount", "creator"],
        selection: "{ userId userName avatarUrl }",
        public: false,
        always_has_data: true,
    },
    Field {
        name: "remoteSessions",
        call: "session_list",
        path: &["liveSession", "shopeeAccount", "remoteSessions"],
        selection: "(pageSize: 3) { total nodes { sessionId title views likes placedSales { amount } } }",
        public: false,
        always_has_data: true,
    },
    Field {
        name: "ongoingLive",
        call: "ongoing_live",
        path: &["liveSession", "shopeeAccount", "ongoingLive"],
        selection: "{ sessionId title viewers }",
        public: true,
        always_has_data: false,
    },
];

impl Field {
    /// The operation, for a variable `id`.
    pub(super) fn document(&self) -> String {
        let field = format!("{}{}", self.name, self.selection);
        let (of_session, of_account) =
            if self.path.len() == 2 { (field, String::new()) } else { (String::new(), field) };
        format!(
            "query($id: ID!) {{ liveSession(sessionId: $id) {{
                sessionName totalViewers status {of_session}
                shopeeAccount {{ username status {of_account} }} items(first: 1) {{ totalCount }}
            }} }}"
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
