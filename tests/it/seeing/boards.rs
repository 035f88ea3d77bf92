//! What is made of the metrics: the dashboard, the alert rules and the page about them parse, and name what there is.

use std::{collections::BTreeSet, fs, path::Path};

use promql_parser::{
    label::Matchers,
    parser::{self, Expr, LabelModifier, VectorSelector},
};
use sandbox::{Fault, FaultKind};
use serde_json::{Value, json};
use testing::Database;
use yaml_rust2::{Yaml, YamlLoader};

use super::scrape::Scrape;
use crate::support::world::{Start, World};

/// Labels that Prometheus itself adds.
const ADDED_LABELS: [&str; 3] = ["instance", "job", "le"];

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

fn yaml(path: &str) -> Yaml {
    YamlLoader::load_from_str(&read(path)).unwrap_or_else(|error| panic!("{path}: {error}")).remove(0)
}

/// The alert rules.
fn rules() -> Vec<Yaml> {
    let groups = yaml("ops/prometheus/rules.yml")["groups"].clone();
    groups.into_iter().flat_map(|group| group["rules"].clone()).collect()
}

/// Every query of the dashboard, with what Grafana puts in.
fn panels() -> Vec<(String, String)> {
    let board: Value = serde_json::from_str(&read("ops/grafana/dashboard.json")).unwrap();
    let panels = board["panels"].as_array().unwrap().iter();
    let queries = panels.flat_map(|panel| {
        let title = panel["title"].as_str().unwrap().to_owned();
        let targets = panel["targets"].as_array().cloned().unwrap_or_default();
        targets.into_iter().map(move |target| (title.clone(), target["expr"].as_str().unwrap().to_owned()))
    });
    queries.map(|(title, query)| (title, query.replace("$__rate_interval", "5m").replace("$instance", ".*"))).collect()
}

/// A metric that a query names, and the labels it goes by.
struct Named {
    metric: String,
    labels: BTreeSet<String>,
}

fn named(query: &str) -> Vec<Named> {
    let mut found = Vec::new();
    let parsed = parser::parse(query).unwrap_or_else(|error| panic!("{query}: {error}"));
    collect(&parsed, &BTreeSet::new(), &mut found);
    found
}

fn collect(expression: &Expr, grouped: &BTreeSet<String>, found: &mut Vec<Named>) {
    match expression {
        Expr::VectorSelector(selector) => found.push(of_selector(selector, grouped)),
        Expr::MatrixSelector(selector) => found.push(of_selector(&selector.vs, grouped)),
        Expr::Aggregate(aggregate) => {
            let by = match &aggregate.modifier {
                Some(LabelModifier::Include(labels) | LabelModifier::Exclude(labels)) => labels.labels.clone(),
                None => Vec::new(),
            };
            collect(&aggregate.expr, &grouped.iter().cloned().chain(by).collect(), found);
        }
        Expr::Binary(binary) => [&binary.lhs, &binary.rhs].into_iter().for_each(|side| collect(side, grouped, found)),
        Expr::Call(call) => call.args.args.iter().for_each(|argument| collect(argument, grouped, found)),
        Expr::Paren(inner) => collect(&inner.expr, grouped, found),
        Expr::Unary(inner) => collect(&inner.expr, grouped, found),
        Expr::Subquery(inner) => collect(&inner.expr, grouped, found),
        Expr::NumberLiteral(_) | Expr::StringLiteral(_) => {}
        other => panic!("a kind of query that this does not know: {other:?}"),
    }
}

fn of_selector(selector: &VectorSelector, grouped: &BTreeSet<String>) -> Named {
    let Matchers { matchers, or_matchers, .. } = &selector.matchers;
    assert!(or_matchers.is_empty());
    let labels = matchers.iter().map(|matcher| matcher.name.clone()).chain(grouped.iter().cloned());
    let labels = labels.filter(|label| !ADDED_LABELS.contains(&label.as_str())).collect();
    Named { metric: selector.name.clone().expect("queries name metrics"), labels }
}

/// The metrics of a gateway that has done a bit of everything.
async fn busy(world: &World) -> Scrape {
    let session = world.on_air().session_id;
    let query =
        format!(r#"{{ liveSession(sessionId: "{session}") {{ overview {{ currentViewers }} info {{ title }} }} }}"#);
    world.shopee().inject(Fault::new(FaultKind::ServerError(500)).on("session_info"));
    world.ask(&query, json!({})).await;
    let watch = format!(r#"subscription {{ viewerCount(sessionId: "{session}") {{ viewers }} }}"#);
    world.subscribe(&watch).await.data().await;
    Scrape::of(&world.gateway.metrics_url().unwrap()).await
}

#[tokio::test]
async fn boards_rules_and_pages_name_what_there_is() {
    testing::on_sqlite(async |database: Database| {
        let variables = vec![("METRICS_ADDR", "127.0.0.1:0".to_owned())];
        let world = World::start_with(&database, Start { accounts: 1, variables }).await;
        let seen = busy(&world).await;
        let rules: Vec<String> = rules().iter().map(|rule| rule["expr"].as_str().unwrap().to_owned()).collect();
        let boards = panels().into_iter().map(|(_, query)| query);
        let (mut shown, names) = (BTreeSet::new(), seen.names());
        for query in rules.into_iter().chain(boards) {
            for Named { metric, labels } in named(&query) {
                // Prometheus's own: whether a target answers.
                if metric == "up" {
                    continue;
                }
                assert!(names.contains(metric.as_str()), "there is no {metric}: {query}");
                let there = seen.labels(&metric);
                let missing: Vec<_> = labels.iter().filter(|label| !there.contains(label.as_str())).collect();
                assert!(missing.is_empty(), "{metric} has no label {missing:?}: {query}");
                shown.insert(metric);
            }
        }
        for (metric, kind) in seen.announced() {
            let queried = match kind {
                "counter" => format!("{metric}_total"),
                "histogram" => format!("{metric}_bucket"),
                _ => metric.to_owned(),
            };
            assert!(shown.contains(&queried), "{queried} is on no board and in no rule");
            let row = format!("\n| `{}` | {kind} |", queried.trim_end_matches("_bucket"));
            assert!(read("docs/metrics.md").contains(&row), "docs/metrics.md lacks {row}");
        }
        let page = read("docs/metrics.md");
        let of_metrics = page.split("\n## Traces").next().unwrap();
        assert_eq!(of_metrics.matches("\n| `").count(), seen.announced().len(), "it has what there is not");
        world.stop().await;
    })
    .await;
}

#[test]
fn each_rule_says_what_to_do() {
    let rules = rules();
    assert!(rules.len() >= 15, "{}", rules.len());
    let mut names = BTreeSet::new();
    for rule in &rules {
        let name = rule["alert"].as_str().expect("rules are alerts");
        assert!(names.insert(name), "{name} twice");
        let said = |what: &str| rule["annotations"][what].as_str().unwrap_or_default();
        assert!(said("summary").len() > 20, "{name}: {}", said("summary"));
        assert!(said("action").ends_with('.') && said("action").split(' ').count() > 8, "{name}: {}", said("action"));
        assert!(matches!(rule["labels"]["severity"].as_str(), Some("page" | "ticket")), "{name}");
    }
}

#[test]
fn prometheus_finds_the_rules_and_the_gateways() {
    let prometheus = yaml("ops/prometheus/prometheus.yml");
    assert_eq!(prometheus["rule_files"][0].as_str(), Some("rules.yml"));
    let job = &prometheus["scrape_configs"][0];
    assert_eq!(job["job_name"].as_str(), Some("live-gateway"));
    let targets: Vec<_> = job["static_configs"][0]["targets"].clone().into_iter().collect();
    let compose = yaml("docker-compose.yml");
    for target in targets {
        let (host, port) = target.as_str().unwrap().split_once(':').unwrap();
        let gateway = &compose["services"][host];
        let address = gateway["environment"]["METRICS_ADDR"].as_str().unwrap();
        assert_eq!(address, format!("0.0.0.0:{port}"), "{host}");
    }
}

#[test]
fn the_dashboard_is_one_that_grafana_reads() {
    let board: Value = serde_json::from_str(&read("ops/grafana/dashboard.json")).unwrap();
    let panels = board["panels"].as_array().unwrap();
    let ids: BTreeSet<i64> = panels.iter().map(|panel| panel["id"].as_i64().unwrap()).collect();
    assert_eq!(ids.len(), panels.len(), "every panel has an id of its own");
    for panel in panels {
        let place = ["x", "y", "w", "h"].map(|side| panel["gridPos"][side].as_i64().unwrap());
        assert!(place[0] + place[2] <= 24 && place[3] > 0, "{panel}");
        assert!(panel["type"] == "row" || !panel["targets"].as_array().unwrap().is_empty(), "{panel}");
    }
    assert!(board["uid"].is_string() && board["title"] == "live-gateway");
}
