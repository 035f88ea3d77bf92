//! `docs/rest.md` has the routes that there are.

use std::fs;

use live_gateway::rest;

use crate::support::world::{Start, World};

fn routes() -> Vec<String> {
    let doors = rest::doors();
    doors.doors.iter().map(|door| format!("{} {}", door.method, door.path)).collect()
}

#[test]
fn the_page_has_every_route() {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/rest.md")).unwrap();
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    let told: Vec<String> = rows.map(|(route, _)| route.to_owned()).filter(|route| route.contains(' ')).collect();
    assert_eq!((told, routes().len()), (routes(), 17));
}

#[tokio::test]
async fn the_routes_can_be_switched_off() {
    testing::on_sqlite(async |database| {
        let variables = vec![("REST_ROUTES", "false".to_owned())];
        let world = World::start_with(&database, Start { accounts: 0, variables }).await;
        let answer = super::send(&world, Some(&world.token), ("GET", "sessions"), serde_json::Value::Null).await;
        assert_eq!(answer.status(), 404);
        world.stop().await;
    })
    .await;
}
