//! The limits of bodies and documents: each to the last that is allowed, and the first that is not.

use std::time::{Duration, Instant};

use testing::{Database, on_both};

use super::{body, overview, post};
use crate::support::{answer::code, world::World};

on_both!(what_is_beyond_a_limit_reaches_nothing);

const MEDIA: [&str; 2] = ["application/graphql-response+json", "application/json"];

/// A limit, a body that is just within it, and one that is just beyond.
struct Limit {
    name: &'static str,
    within: String,
    beyond: String,
    refused: (u16, &'static str),
}

/// Each with a field that would ask Shopee if it were executed.
fn limits(world: &World) -> Vec<Limit> {
    let asking = overview(world);
    let inner = asking.trim_start_matches('{').trim_end_matches('}').trim().to_owned();
    let session = inner.strip_suffix("{ overview { viewers } }").unwrap().trim().to_owned();
    let of = |name, within: String, beyond: String, refused: (u16, &'static str)| Limit {
        name,
        within: body(&within),
        beyond: body(&beyond),
        refused,
    };
    let tokens = |count: usize| format!("{asking} query Other {{ a(l: [{}]) }}", "1 ".repeat(count));
    let aliases = |count: usize| {
        let fields: String = (0..count).map(|number| format!("a{number}: overview {{ viewers }} ")).collect();
        format!("{{ {session} {{ {fields} }} }}")
    };
    let nested = |levels: usize| {
        // `liveSession` and `overview` are the outermost two, and `viewers` the innermost.
        let fields = ["studio { liveSessions(first: 1) { nodes {", "} } }"].map(|part| part.repeat(levels));
        format!("{{ {session} {{ overview {{ viewers }} {} id {} }} }}", fields[0], fields[1])
    };
    let directives = |count: usize| {
        let fields: String = (0..count).map(|_| "viewers @include(if: true) ".to_owned()).collect();
        format!("{{ {session} {{ overview {{ {fields} }} }} }}")
    };
    let roots = |count: usize| format!("{{ {inner} {} }}", "__typename ".repeat(count - 1));
    let values = |length: usize| {
        let spreads = "...F ".repeat(10);
        let fragment = format!("fragment F on Query {{ __type(name: \"{}\") {{ name }} }}", "x".repeat(length));
        format!("{{ {inner} {spreads} }} {fragment}")
    };
    vec![
        body_limit(&asking),
        of("values", values(99_000), values(101_000), (400, "QUERY_TOO_LARGE")),
        of("tokens", tokens(14_900), tokens(15_000), (400, "QUERY_TOO_LARGE")),
        of("aliases", aliases(30), aliases(31), (400, "TOO_MANY_ALIASES")),
        of("directives", directives(50), directives(51), (400, "TOO_MANY_DIRECTIVES")),
        of("root fields", roots(20), roots(21), (400, "TOO_MANY_ROOT_FIELDS")),
        of("depth", nested(4), nested(5), (400, "QUERY_TOO_DEEP")),
        of("recursion of values", asking.clone(), recursion(&asking, 501), (400, "QUERY_TOO_DEEP")),
        of(
            "recursion of selections",
            asking.clone(),
            format!("{asking} {{{}", "a{".repeat(501)),
            (400, "QUERY_TOO_DEEP"),
        ),
    ]
}

fn recursion(asking: &str, levels: usize) -> String {
    format!("{asking} query Other {{ a(l: {}1{}) }}", "[".repeat(levels), "]".repeat(levels))
}

/// A body of a million bytes, and one more.
fn body_limit(asking: &str) -> Limit {
    let mut within = body(asking);
    within.push_str(&" ".repeat(1_000_000 - within.len()));
    let beyond = format!("{within} ");
    Limit { name: "body", within, beyond, refused: (413, "PAYLOAD_TOO_LARGE") }
}

async fn what_is_beyond_a_limit_reaches_nothing(database: Database) {
    let world = World::start(&database).await;
    for limit in limits(&world) {
        let Limit { name, within, beyond, refused } = limit;
        for media in MEDIA {
            let begun = Instant::now();
            let (status, answer, _) = post(&world, media, beyond.clone()).await;
            assert_eq!((status, code(&answer)), refused, "{name} over {media}");
            assert!(answer.get("data").is_none() && answer.get("extensions").is_none(), "{name}: {answer}");
            // Far more than it takes: what is walked before it is measured takes seconds.
            assert!(begun.elapsed() < Duration::from_secs(2), "{name}: {:?}", begun.elapsed());
        }
        assert!(world.shopee().calls_by_name().is_empty(), "{name}: {:?}", world.shopee().calls_by_name());
        let (_, answer, _) = post(&world, MEDIA[0], within).await;
        let refusal = answer["errors"][0]["extensions"]["code"].as_str();
        assert_ne!(refusal, Some(refused.1), "{name} within the limit: {answer}");
        world.shopee().reset_calls();
    }
    world.stop().await;
}
