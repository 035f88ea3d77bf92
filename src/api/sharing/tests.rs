use async_graphql::parser::parse_query;

use super::*;

fn manner(document: &str) -> Option<Manner> {
    let document = parse_query(document).unwrap();
    MARKS.manner(&Subscription::find(&document, None, &Variables::default())?)
}

const LEVEL: Option<Manner> = Some(Manner { events: Events::Level, joinable: None });

#[test]
fn every_field_is_marked() {
    let fields =
        MARKS.0.iter().flat_map(|(owner, fields)| fields.iter().map(move |(name, field)| (owner, name, field)));
    let unmarked: Vec<_> =
        fields.filter(|(_, _, field)| field.mark.is_none()).map(|(owner, name, _)| (owner, name)).collect();
    assert_eq!(unmarked, [], "mark the type or the field, as `graphql/sharing.rs` says");
    let of_unknown_kind = MARKS.0["Subscription"].iter().filter(|(_, field)| field.events.is_none());
    assert_eq!(of_unknown_kind.count(), 0, "a subscription is of a level or of happenings");
    assert!(MARKS.0.len() > 80, "the schema was read");
}

#[test]
fn what_depends_on_the_viewer_is_marked_so() {
    for (owner, name) in [
        ("Query", "viewer"),
        ("Mutation", "signIn"),
        ("Viewer", "memberships"),
        ("Studio", "viewerRole"),
        ("Studio", "invitations"),
        ("Studio", "auditLog"),
        ("ShopeeLogin", "link"),
        ("Subscription", "shopeeAccountStatus"),
        ("Subscription", "shopeeLoginStatus"),
    ] {
        assert_eq!(MARKS.0[owner][name].mark, Some(Mark::PerViewer), "{owner}.{name}");
    }
}

#[test]
fn what_is_studio_wide_throughout_is_shared() {
    let joinable = Some(Duration::from_secs(10));
    for (document, expected) in [
        (r#"subscription { viewerCount(sessionId: "1") { viewers observedAt __typename } }"#, LEVEL),
        (
            r#"subscription { a: viewerCount(sessionId: "1") { b: viewers ... { peakViewers } ...F } } fragment F on ViewerCount { isOnAir }"#,
            LEVEL,
        ),
        (
            r#"subscription { viewerCount(sessionId: "1") { session { id } } }"#,
            LEVEL.map(|level| Manner { joinable, ..level }),
        ),
        (
            r#"subscription { coinGiveouts(sessionId: "1") { sequence } }"#,
            Some(Manner { events: Events::Happenings, joinable }),
        ),
    ] {
        assert_eq!(manner(document), expected, "{document}");
    }
}

#[test]
fn what_shows_a_viewer_anything_of_their_own_is_not() {
    for document in [
        r#"subscription { viewerCount(sessionId: "1") { session { studio { viewerRole } } } }"#,
        r#"subscription { viewerCount(sessionId: "1") { session { studio { x: viewerRole @skip(if: true) } } } }"#,
        r#"subscription { viewerCount(sessionId: "1") { ...A } } fragment A on ViewerCount { session { ...B } } fragment B on LiveSession { studio { ... on Studio { ... { auditLog { totalCount } } } } }"#,
        r#"subscription { shopeeAccountStatus(studioId: "1") { studio { invitations { totalCount } } } }"#,
        r#"subscription { shopeeAccountStatus(studioId: "1") { status } }"#,
        r#"subscription { shopeeLoginStatus(id: "1") { id } }"#,
        r#"subscription { viewerCount(sessionId: "1") { noSuchField } }"#,
        r#"subscription { viewerCount(sessionId: "1") { ...Missing } }"#,
        r#"subscription { ... { viewerCount(sessionId: "1") { viewers } } }"#,
        r#"subscription { noSuchSubscription { viewers } }"#,
        "subscription { __typename }",
        "{ viewer { id } }",
    ] {
        assert_eq!(manner(document), None, "{document}");
    }
}

#[test]
fn what_is_not_marked_is_not_shared() {
    let marks = Marks::of(
        "type Subscription { a: A @studioWide @level b: A @level c: A @studioWide d: A @studioWide @level @perViewer }
         type A { marked: Int @studioWide unmarked: Int }",
    );
    let manner = |text: &str| {
        let document = parse_query(text).unwrap();
        marks.manner(&Subscription::find(&document, None, &Variables::default()).unwrap())
    };
    assert_eq!(manner("subscription { a { marked } }"), LEVEL);
    assert_eq!(manner("subscription { a(after: null) { marked } }"), LEVEL);
    let resumed = Manner { events: Events::Happenings, joinable: Some(RESUMING) };
    assert_eq!(manner("subscription { a(after: 7) { marked } }"), Some(resumed));
    assert_eq!(manner("subscription ($a: Int) { a(after: $a) { marked } }"), LEVEL, "not given, so from nowhere");
    for text in ["a { unmarked }", "a { marked unmarked }", "b { marked }", "c { marked }", "d { marked }"] {
        assert_eq!(manner(&format!("subscription {{ {text} }}")), None, "{text}");
    }
}
