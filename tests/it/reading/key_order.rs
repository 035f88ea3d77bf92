//! Keys come in the order in which they were selected, whatever takes how long: read from the raw text of the answer.

use sandbox::{Fault, FaultKind};
use testing::{Database, on_both};

use crate::support::world::World;

on_both!(
    keys_come_as_selected_when_the_first_answer_last,
    keys_come_as_selected_when_the_last_answer_last,
    keys_of_every_node_come_as_selected,
);

/// Response keys `k01`, `k02`, … in the order of selection; `SESSION` is one on air.
const ONE_SESSION: &str = r#"{
    k01: liveSession(sessionId: "SESSION") {
        k02: overview { k03: viewers k04: currentViewers }
        k05: sessionName
        k06: info { k07: title k08: status }
        k09: shopeeAccount { k10: creator { k11: userName } k12: username k13: ongoingLive { k14: sessionId } k15: region }
        k16: status
        k17: items(first: 1) { k18: pageInfo { k19: hasNextPage } k20: nodes { k21: productName k22: itemId } k23: totalCount }
        k24: __typename
        k25: studio { k26: name k27: timeZone }
        k28: peakViewers
    }
    k29: viewer { k30: displayName }
}"#;

async fn keys_come_as_selected_when_the_first_answer_last(database: Database) {
    keys_come_as_selected(database, ["overview", "user_info"]).await;
}

async fn keys_come_as_selected_when_the_last_answer_last(database: Database) {
    keys_come_as_selected(database, ["session_info", "ongoing_live"]).await;
}

async fn keys_come_as_selected(database: Database, slow: [&str; 2]) {
    let world = World::start(&database).await;
    for call in slow {
        world.shopee().inject(Fault::new(FaultKind::Delay(150)).on(call));
    }
    let query = ONE_SESSION.replace("SESSION", &world.on_air().session_id.to_string());
    let text = world.text(&query).await;
    assert_eq!(keys(&text), (1..=30).collect::<Vec<u32>>());
    for call in ["overview", "user_info", "session_info", "ongoing_live"] {
        assert_eq!(world.shopee().calls(call), 1, "{call}");
    }
    world.stop().await;
}

async fn keys_of_every_node_come_as_selected(database: Database) {
    let world = World::start(&database).await;
    world.shopee().inject(Fault::new(FaultKind::Delay(100)).on("overview").times(3));
    let page = "{ k01: liveSessions(first: 8) { k02: nodes {
        k03: overview { k04: viewers } k05: sessionName k06: shopeeAccount { k07: creator { k08: userId } k09: username } k10: status
    } k11: totalCount } }";
    let node = 3..=10;
    let nodes = (0..8).flat_map(|_| node.clone());
    let expected: Vec<u32> = [1, 2].into_iter().chain(nodes).chain([11]).collect();
    assert_eq!(keys(&world.text(page).await), expected);
    world.stop().await;
}

/// The numbers of the keys, in the order of the text.
fn keys(text: &str) -> Vec<u32> {
    assert!(!text.contains(r#""errors""#), "{text}");
    text.split(r#""k"#).skip(1).map(|rest| rest[..2].parse().unwrap()).collect()
}
