//! The pollers themselves, without a gateway around them: what holds whoever joins and leaves, whatever a poll does.

use std::{
    collections::HashSet,
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::{Stream, StreamExt as _};
use live_gateway::{
    clock::Clock,
    engine::watch::{Level, Polled, Pollers},
};
use proptest::prelude::*;
use tokio::time::timeout;

use crate::support::{PATIENCE, eventually};

const OFTEN: Duration = Duration::from_millis(1);
const NEVER_AGAIN: Duration = Duration::from_secs(3600);

type Watcher<T> = Pin<Box<dyn Stream<Item = Level<T>> + Send>>;

async fn next<T>(watcher: &mut Watcher<T>) -> Option<Level<T>> {
    timeout(PATIENCE, watcher.next()).await.expect("a level comes in time")
}

fn counting(pollers: &Pollers, every: Duration, polls: &Arc<AtomicUsize>) -> Watcher<usize> {
    let polls = polls.clone();
    Box::pin(pollers.watch("topic".to_owned(), every, move || {
        let count = polls.fetch_add(1, Ordering::SeqCst) + 1;
        async move { Polled::Value(count) }
    }))
}

#[tokio::test]
async fn a_poller_outlives_its_last_watcher_by_the_grace_and_no_more() {
    let pollers = Pollers::new(Duration::from_secs(1), Clock);
    let polls = Arc::new(AtomicUsize::new(0));
    let mut first = counting(&pollers, NEVER_AGAIN, &polls);
    next(&mut first).await;
    drop(first);
    let mut second = counting(&pollers, NEVER_AGAIN, &polls);
    assert_eq!(next(&mut second).await.unwrap().value, Some(Arc::new(1)), "the poller was still there");
    drop(second);
    eventually("the grace is over", async || pollers.running() == 0).await;
    let mut third = counting(&pollers, NEVER_AGAIN, &polls);
    assert_eq!(next(&mut third).await.unwrap().value, Some(Arc::new(2)), "another poller");
}

#[tokio::test]
async fn a_poll_that_panics_has_failed_and_the_next_one_may_succeed() {
    let pollers = Pollers::new(NEVER_AGAIN, Clock);
    let polls = Arc::new(AtomicUsize::new(0));
    let counted = polls.clone();
    let mut watcher: Watcher<usize> = Box::pin(pollers.watch("topic".to_owned(), OFTEN, move || {
        let poll = counted.fetch_add(1, Ordering::SeqCst);
        async move { if poll == 0 { panic!("on purpose") } else { Polled::Value(poll) } }
    }));
    let failed = next(&mut watcher).await.unwrap();
    assert!(failed.value.is_none() && failed.stale_since.is_some());
    let recovered = next(&mut watcher).await.unwrap();
    assert!(recovered.value.is_some() && recovered.stale_since.is_none());
    assert_eq!(pollers.running(), 1);
}

#[tokio::test]
async fn stopping_ends_every_stream() {
    let pollers = Pollers::new(NEVER_AGAIN, Clock);
    let mut watcher = counting(&pollers, NEVER_AGAIN, &Arc::default());
    next(&mut watcher).await.unwrap();
    pollers.stop().await;
    assert!(next(&mut watcher).await.is_none());
    assert_eq!(pollers.running(), 0);
}

#[tokio::test]
async fn a_source_that_finishes_ends_every_stream_after_its_last_value() {
    let pollers = Pollers::new(NEVER_AGAIN, Clock);
    let watch = || -> Watcher<&str> {
        Box::pin(pollers.watch("topic".to_owned(), OFTEN, async || Polled::Finished("the end")))
    };
    let mut watchers = [watch(), watch(), watch()];
    for watcher in &mut watchers {
        assert_eq!(next(watcher).await.unwrap().value, Some(Arc::new("the end")));
        assert!(next(watcher).await.is_none());
    }
    assert_eq!(pollers.running(), 0);
}

/// One thing that happens to the pollers of two topics.
#[derive(Clone, Debug)]
enum Step {
    Join(u8),
    /// The watcher of this number goes, if there are so many.
    Leave(usize),
    /// The watcher of this number gets a newer value, if there are so many.
    Hear(usize),
    /// The pollers of topics that nobody watches end.
    LetGraceEnd,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => (0..2_u8).prop_map(Step::Join),
        3 => (0..4_usize).prop_map(Step::Leave),
        2 => (0..4_usize).prop_map(Step::Hear),
        1 => Just(Step::LetGraceEnd),
    ];
    prop::collection::vec(step, 1..40)
}

/// Who polled, in order: topic, and the number of the watcher whose poller it is.
type Log = Arc<Mutex<Vec<(u8, usize)>>>;

struct Crowd {
    pollers: Pollers,
    watchers: Vec<(u8, Watcher<usize>)>,
    joined: usize,
    log: Log,
}

impl Crowd {
    fn new() -> Self {
        let pollers = Pollers::new(Duration::from_millis(2), Clock);
        Self { pollers, watchers: Vec::new(), joined: 0, log: Log::default() }
    }

    async fn take(&mut self, step: Step) {
        match step {
            Step::Join(topic) => self.join(topic),
            Step::Leave(number) if number < self.watchers.len() => drop(self.watchers.remove(number)),
            Step::Hear(number) => self.hear(number).await,
            Step::LetGraceEnd => {
                let topics: HashSet<u8> = self.watchers.iter().map(|(topic, _)| *topic).collect();
                eventually("only watched topics are polled", async || self.pollers.running() == topics.len()).await;
            }
            Step::Leave(_) => {}
        }
    }

    fn join(&mut self, topic: u8) {
        self.joined += 1;
        let (number, log) = (self.joined, self.log.clone());
        let watcher = self.pollers.watch(topic.to_string(), OFTEN, move || {
            let mut log = log.lock().unwrap();
            log.push((topic, number));
            let count = log.len();
            async move { Polled::Value(count) }
        });
        self.watchers.push((topic, Box::pin(watcher)));
    }

    /// What a watcher hears next was polled, and then something newer is: its topic has a poller at work.
    async fn hear(&mut self, number: usize) {
        let Some((topic, watcher)) = self.watchers.get_mut(number) else { return };
        let mut heard = 0;
        for _ in 0..2 {
            let level = next(watcher).await.expect("a watched topic has a poller");
            let count = *level.value.expect("no poll fails");
            assert_eq!(self.log.lock().unwrap()[count - 1].0, *topic);
            assert!(count > heard);
            heard = count;
        }
    }

    /// A poller that was followed by another of its topic never polls again.
    fn assert_one_at_a_time(&self) {
        let log = self.log.lock().unwrap();
        for topic in 0..2 {
            let mut pollers: Vec<_> = log.iter().filter(|(of, _)| *of == topic).map(|(_, poller)| poller).collect();
            pollers.dedup();
            let different: HashSet<_> = pollers.iter().collect();
            assert_eq!(different.len(), pollers.len(), "two at a time: {pollers:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_watched_topic_has_one_poller_whoever_joins_and_leaves(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let mut crowd = Crowd::new();
            for step in steps {
                crowd.take(step).await;
            }
            for number in 0..crowd.watchers.len() {
                crowd.hear(number).await;
            }
            crowd.watchers.clear();
            crowd.take(Step::LetGraceEnd).await;
            crowd.assert_one_at_a_time();
        });
    }
}
