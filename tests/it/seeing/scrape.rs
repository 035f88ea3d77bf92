//! Metrics as they are served, read.

use std::collections::{BTreeMap, BTreeSet};

/// One answer of `/metrics`.
#[derive(Debug)]
pub(super) struct Scrape {
    pub(super) text: String,
    samples: Vec<Sample>,
}

#[derive(Debug)]
struct Sample {
    name: String,
    labels: BTreeMap<String, String>,
    value: f64,
}

impl Scrape {
    pub(super) async fn of(url: &str) -> Self {
        let answer = crate::support::client().get(url).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
        assert!(kind.starts_with("application/openmetrics-text; version=1.0.0"), "{kind}");
        let text = answer.text().await.unwrap();
        assert!(text.ends_with("# EOF\n"), "{text}");
        let samples = text.lines().filter(|line| !line.starts_with('#')).map(sample).collect();
        Self { text, samples }
    }

    /// The sum of all samples of this name that have these labels among theirs; nothing is 0.
    pub(super) fn sum(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let has = |sample: &&Sample| {
            let theirs = |name: &str| sample.labels.get(name).map(String::as_str);
            sample.name == name && labels.iter().all(|(name, value)| theirs(name) == Some(value))
        };
        self.samples.iter().filter(has).map(|sample| sample.value).sum()
    }

    /// The names of all samples, as queries name them.
    pub(super) fn names(&self) -> BTreeSet<&str> {
        self.samples.iter().map(|sample| sample.name.as_str()).collect()
    }

    /// The names of the labels that samples of this name have.
    pub(super) fn labels(&self, name: &str) -> BTreeSet<&str> {
        let samples = self.samples.iter().filter(|sample| sample.name == name);
        samples.flat_map(|sample| sample.labels.keys().map(String::as_str)).collect()
    }

    /// The metrics with their types, as they are announced.
    pub(super) fn announced(&self) -> BTreeMap<&str, &str> {
        let types = self.text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' '));
        types.collect()
    }
}

fn sample(line: &str) -> Sample {
    let (series, value) = line.rsplit_once(' ').unwrap();
    let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
    let labels = labels.strip_suffix('}').unwrap().split("\",").filter(|label| !label.is_empty());
    let labels = labels.map(|label| label.split_once("=\"").unwrap());
    let labels = labels.map(|(name, value)| (name.to_owned(), value.trim_end_matches('"').to_owned()));
    Sample { name: name.to_owned(), labels: labels.collect(), value: value.parse().unwrap() }
}
