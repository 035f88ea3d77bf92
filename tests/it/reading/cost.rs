//! `extensions.cost`: what an operation really cost, in statements, calls to Shopee and answers it did not have to ask for.

use sandbox::{Fault, FaultKind};
use serde_json::{Value, json};
use testing::{Database, on_both};

use crate::support::{
    answer::{cache_hits, shopee_calls, statements},
    world::World,
};

on_both!(costs_are_exact, a_kept_answer_costs_no_call, identical_calls_are_joined);

/// Statements, calls and cache hits of an answer without errors.
fn cost(answer: &Value) -> [u64; 3] {
    assert!(answer.get("errors").is_none(), "{answer:#}");
    [statements(answer), shopee_calls(answer), cache_hits(answer)]
}

async fn costs_are_exact(database: Database) {
    let world = World::start(&database).await;
    let session = format!("liveSession(sessionId: \"{}\")", world.on_air().session_id);
    for (query, expected) in [
        ("{ __typename }".to_owned(), [1, 0, 0]),
        ("{ viewer { email displayName } }".to_owned(), [1, 0, 0]),
        ("{ viewer { memberships { role } } }".to_owned(), [1, 0, 0]),
        ("{ viewer { memberships { studio { name } } } }".to_owned(), [2, 0, 0]),
        (format!("{{ {session} {{ sessionName }} }}"), [2, 0, 0]),
        (format!("{{ {session} {{ overview {{ viewers }} }} }}"), [3, 1, 0]),
        (format!("{{ {session} {{ info {{ title }} shopeeAccount {{ creator {{ userName }} }} }} }}"), [4, 2, 0]),
        // Whoever is on air is for everybody to see, so no credential is read.
        (format!("{{ {session} {{ shopeeAccount {{ ongoingLive {{ title }} }} }} }}"), [3, 1, 0]),
    ] {
        world.shopee().reset_calls();
        assert_eq!(cost(&world.ask(&query, json!({})).await), expected, "{query}");
        let calls: u64 = world.shopee().calls_by_name().values().sum();
        assert_eq!(calls, expected[1], "{query}: {:?}", world.shopee().calls_by_name());
    }
    assert_eq!(cost(&world.ask_as(None, "{ viewer { email } }", json!({})).await), [0, 0, 0]);
    world.stop().await;
}

async fn a_kept_answer_costs_no_call(database: Database) {
    let world = World::start(&database).await;
    let creators = "{ liveSessions(first: 50) { nodes { shopeeAccount { creator { userName } } } } }";
    assert_eq!(cost(&world.ask(creators, json!({})).await), [4, 1, 49]);
    // A creator is kept for a minute.
    assert_eq!(cost(&world.ask(creators, json!({})).await), [4, 0, 50]);
    assert_eq!(world.shopee().calls("user_info"), 1);
    world.stop().await;
}

async fn identical_calls_are_joined(database: Database) {
    let world = World::start(&database).await;
    let session_id = world.on_air().session_id;
    // In flight for long enough that all others come meanwhile.
    world.shopee().inject(Fault::new(FaultKind::Delay(700)).on("overview"));
    let twice = format!(
        "{{ a: liveSession(sessionId: \"{session_id}\") {{ overview {{ viewers }} }}
            b: liveSession(sessionId: \"{session_id}\") {{ x: overview {{ likes }} y: overview {{ likes }} }} }}"
    );
    let answers = futures_util::future::join_all((0..10).map(|_| world.ask(&twice, json!({})))).await;
    let costs: Vec<[u64; 3]> = answers.iter().map(cost).collect();
    let sum = |part: usize| costs.iter().map(|cost| cost[part]).sum::<u64>();
    assert_eq!((sum(1), sum(2)), (1, 29), "{costs:?}");
    assert!(costs.iter().all(|cost| cost[1] + cost[2] == 3), "{costs:?}");
    assert_eq!(world.shopee().calls("overview"), 1);
    world.stop().await;
}
