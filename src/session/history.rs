//! What sessions showed, for charts: many sessions at once, batched by the operation's DataLoader.

use std::collections::HashMap;

use async_graphql::{
    Context,
    dataloader::{DataLoader, Loader},
    runtime::{TokioSpawner, TokioTimer},
};

use super::store::samples::{self, Span, Spans};
use crate::{
    database::Statements,
    error::{Error, Result},
    graphql::context::ContextExt as _,
    identity::scope::Asker,
};

/// Loads histories within one operation's scope.
pub struct HistoryLoader {
    asker: Asker,
    statements: Statements,
}

/// Sessions with equal spans are read together.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct HistoryKey {
    session_key: i64,
    spans: Spans,
}

pub type HistoryLoaders = DataLoader<HistoryLoader>;

/// The loader of one operation.
pub fn loaders(asker: Asker, statements: Statements) -> HistoryLoaders {
    let loader = DataLoader::new(HistoryLoader { asker, statements }, TokioSpawner::current(), TokioTimer::default());
    // Keys are sorted by their spans before they become statements: cutting them first would cost more of these, not fewer.
    loader.max_batch_size(usize::MAX)
}

/// One session's history.
pub async fn history(ctx: &Context<'_>, session_key: i64, spans: Spans) -> Result<Vec<Span>> {
    let loaded = ctx.given::<HistoryLoaders>()?.load_one(HistoryKey { session_key, spans }).await?;
    loaded.ok_or_else(|| Error::internal("the history loader left a session out"))
}

impl Loader<HistoryKey> for HistoryLoader {
    type Value = Vec<Span>;
    type Error = Error;

    async fn load(&self, keys: &[HistoryKey]) -> Result<HashMap<HistoryKey, Vec<Span>>> {
        let mut alike: HashMap<Spans, Vec<i64>> = HashMap::new();
        for key in keys {
            alike.entry(key.spans).or_default().push(key.session_key);
        }
        let mut loaded = HashMap::new();
        for (spans, session_keys) in alike {
            let mut found = samples::spans(&self.asker.scope()?, &self.statements, &session_keys, spans).await?;
            for session_key in session_keys {
                let history = found.remove(&session_key).unwrap_or_default();
                loaded.insert(HistoryKey { session_key, spans }, history);
            }
        }
        Ok(loaded)
    }
}
