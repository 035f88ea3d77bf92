//! The connections of one instance: one for commands, one on which everything comes in. Made again for as long as it takes.

use std::{collections::HashMap, convert::Infallible, time::Duration};

use futures_util::StreamExt as _;
use rand::Rng as _;
use redis::{
    AsyncConnectionConfig, RedisError, RedisResult,
    aio::{MultiplexedConnection, PubSubSink, PubSubStream},
};
use tokio::time::{sleep, timeout};

use super::{Bus, LEVELS_LAST, Message, PATIENCE, RAISE, Receiver};

pub(super) const RELEASED: &str = "released";
pub(super) const GONE: &str = "gone";

/// How often Redis is asked whether it is there, if there is nothing else to ask.
const ASKED_EVERY: Duration = Duration::from_secs(1);
/// Topics whose levels are fetched at once.
const FETCHED_AT_ONCE: usize = 50;

impl Bus {
    /// Carries what others tell to the receiver. Never ends.
    pub async fn run(&self, receiver: &impl Receiver) -> Infallible {
        loop {
            let Err(error) = self.connected(receiver).await;
            let was_there = self.lock().take().is_some();
            if self.0.carried.send_replace(None).is_some() {
                tracing::warn!(%error, "Redis is away: this instance polls for its own watchers until it is back");
            }
            if was_there {
                receiver.whose_turn_changed();
            }
            let pause = rand::rng().random_range(100..=1000);
            sleep(Duration::from_millis(pause)).await;
        }
    }

    async fn connected(&self, receiver: &impl Receiver) -> RedisResult<Infallible> {
        let config = AsyncConnectionConfig::new();
        let config = config.set_connection_timeout(Some(PATIENCE)).set_response_timeout(Some(PATIENCE));
        let commands = self.0.client.get_multiplexed_async_connection_with_config(&config).await?;
        let (sink, stream) = in_time(self.0.client.get_async_pubsub()).await?.split();
        *self.lock() = Some(commands.clone());
        self.0.carried.send_replace(Some(HashMap::new()));
        tracing::info!("Redis is there");
        receiver.whose_turn_changed();
        tokio::select! {
            error = self.hear(stream, receiver) => Err(error),
            outcome = self.subscribe(sink, commands, receiver) => outcome,
            () = self.0.broken.notified() => Err(failed("a command failed")),
        }
    }

    async fn hear(&self, mut stream: PubSubStream, receiver: &impl Receiver) -> RedisError {
        while let Some(message) = stream.next().await {
            let topic = message.get_channel_name().strip_prefix(&self.0.prefix).and_then(|rest| rest.strip_prefix(':'));
            let text = std::str::from_utf8(message.get_payload_bytes()).ok();
            if let (Some(topic), Some(message)) = (topic, text.and_then(read)) {
                receiver.receive(topic, vec![message]);
            }
        }
        failed("the subscription ended")
    }

    /// Keeps the subscriptions to what is watched here, and asks now and then whether Redis is there.
    async fn subscribe(
        &self,
        mut sink: PubSubSink,
        mut commands: MultiplexedConnection,
        receiver: &impl Receiver,
    ) -> RedisResult<Infallible> {
        let mut carried = HashMap::new();
        loop {
            let wanted = receiver.topics();
            for names in self.channels_without(&wanted, &carried) {
                in_time(sink.subscribe(names)).await?;
            }
            for names in self.channels_without(&carried, &wanted) {
                in_time(sink.unsubscribe(names)).await?;
            }
            let new: Vec<&String> = wanted
                .iter()
                .filter(|(topic, number)| carried.get(*topic) != Some(number))
                .map(|(topic, _)| topic)
                .collect();
            for topics in new.chunks(FETCHED_AT_ONCE) {
                self.fetch(topics, &mut commands, receiver).await?;
            }
            carried = wanted;
            self.0.carried.send_replace(Some(carried.clone()));
            tokio::select! {
                () = self.0.wanted.notified() => {}
                () = sleep(ASKED_EVERY) => {
                    in_time(sink.ping::<redis::Value>()).await?;
                    redis::cmd("PING").query_async::<()>(&mut commands).await?;
                }
            }
        }
    }

    /// The channels of topics that are in one table and not in the other, so many at a time as one command may name.
    fn channels_without(&self, some: &HashMap<String, u64>, others: &HashMap<String, u64>) -> Vec<Vec<String>> {
        let names: Vec<String> =
            some.keys().filter(|topic| !others.contains_key(*topic)).map(|topic| self.channel(topic)).collect();
        names.chunks(FETCHED_AT_ONCE).map(<[String]>::to_vec).collect()
    }

    /// What was told before this instance listened.
    async fn fetch(
        &self,
        topics: &[&String],
        commands: &mut MultiplexedConnection,
        receiver: &impl Receiver,
    ) -> RedisResult<()> {
        let mut pipeline = redis::pipe();
        for topic in topics {
            pipeline.lrange(self.levels_key(topic), 0, -1);
        }
        let levels: Vec<Vec<String>> = pipeline.query_async(commands).await?;
        for (topic, levels) in topics.iter().zip(levels) {
            receiver.receive(topic, levels.iter().rev().filter_map(|text| read(text)).collect());
            self.raise(topic, levels.first(), commands, receiver).await?;
        }
        Ok(())
    }

    /// While it was alone, this instance may have given places by a clock that is ahead of the others': whoever polls next goes on after
    /// them. Otherwise those who watch here would hear nothing until the others' clocks are as far.
    async fn raise(
        &self,
        topic: &str,
        newest_there: Option<&String>,
        commands: &mut MultiplexedConnection,
        receiver: &impl Receiver,
    ) -> RedisResult<()> {
        let there = match newest_there.and_then(|text| read(text)) {
            Some(Message::Level { sequence, .. }) => Some(sequence),
            _ => None,
        };
        match receiver.newest(topic).filter(|here| Some(*here) > there) {
            None => Ok(()),
            Some(here) => {
                let mut call = RAISE.key(self.least_key(topic));
                call.arg(here).arg(LEVELS_LAST.as_millis() as u64).invoke_async(commands).await
            }
        }
    }
}

fn read(text: &str) -> Option<Message<'_>> {
    match text {
        GONE => return Some(Message::Gone),
        RELEASED => return Some(Message::Released),
        _ => {}
    }
    let (sequence, rest) = text.split_once(' ')?;
    let (previous, text) = rest.split_once(' ')?;
    let previous = Some(previous.parse().ok()?).filter(|previous| *previous > 0);
    Some(Message::Level { sequence: sequence.parse().ok()?, previous, text })
}

async fn in_time<T>(asked: impl Future<Output = RedisResult<T>>) -> RedisResult<T> {
    timeout(PATIENCE, asked).await.unwrap_or_else(|_| Err(failed("no answer in time")))
}

fn failed(what: &'static str) -> RedisError {
    std::io::Error::other(what).into()
}
