//! One operation a root field, or several where there are several ways to name a thing. Each variable is a thing of `things.rs`.

pub(super) const OPERATIONS: &[(&str, &str)] = &[
    ("Query.liveSession", "query ($session: ID!) { liveSession(id: $session) { sessionName } }"),
    (
        "Query.liveSession",
        "query ($shopeeId: ID!) { liveSession(sessionId: $shopeeId) { sessionName overview { viewers } } }",
    ),
    (
        "Query.liveSessions",
        "query ($studio: ID!) { liveSessions(filter: { studioId: $studio }) { totalCount nodes { id } } }",
    ),
    (
        "Query.liveSessions",
        "query ($account: ID!) { liveSessions(filter: { shopeeAccountId: $account }) { totalCount nodes { id } } }",
    ),
    ("Query.node", "query ($session: ID!) { node(id: $session) { id } }"),
    (
        "Query.node",
        "query ($account: ID!) { node(id: $account) { ... on ShopeeAccount { username creator { userName } } } }",
    ),
    ("Query.nodes", "query ($studio: ID!, $item: ID!) { nodes(ids: [$studio, $item]) { id } }"),
    ("Query.studio", "query ($studio: ID!) { studio(id: $studio) { name } }"),
    ("Query.viewer", "{ viewer { email } }"),
    (
        "Mutation.createStudio",
        r#"mutation { createStudio(input: { name: "One more", timeZone: "UTC" }) { studio { id } userErrors { field } } }"#,
    ),
    (
        "Subscription.liveMetrics",
        "subscription ($session: ID!) { liveMetrics(sessionId: $session) { session { id } } }",
    ),
    ("Subscription.viewerCount", "subscription ($shopeeId: ID!) { viewerCount(sessionId: $shopeeId) { viewers } }"),
];
