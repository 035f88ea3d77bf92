//! Intents that were left over: their process died, or no answer came. Every instance looks after all of them; that two do at once
//! does no harm.

use std::collections::HashMap;
use std::time::Duration;

use entity::intent::{Kind, Model};
use tokio::{
    select,
    time::{Instant, sleep},
};
use tokio_util::sync::CancellationToken;

use super::{advance::advance, effect::Handler, store};
use crate::{app::App, error::Result, identity::actor::Actor, identity::scope::Scope};

/// The longest between two looks.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// Looks in the time that a call may still be carried out in.
const LOOKS: u32 = 8;

/// Intents as this process has seen them.
#[derive(Default)]
struct Seen {
    /// How often each was sent, and since when it has stood so. Counted by our own clock from our own first look, so that no other
    /// machine's clock can make a call look older than it is.
    intents: HashMap<i64, (i64, Instant)>,
    /// Where the next look goes on: a crowd that cannot be settled must not keep the others waiting.
    after: i64,
}

/// Looks after what is left over, until told to stop.
pub async fn run(app: App, handlers: Vec<Handler>, stop: CancellationToken) {
    let pause = LONGEST_PAUSE.min(app.config.intent_settle / LOOKS);
    let mut seen = Seen::default();
    loop {
        select! {
            () = stop.cancelled() => return,
            () = sleep(pause) => {}
        }
        if let Err(error) = look(&app, &handlers, &mut seen, pause).await {
            tracing::warn!(error = error.for_log(), "what is left over could not be looked at");
        }
    }
}

async fn look(app: &App, handlers: &[Handler], seen: &mut Seen, pause: Duration) -> Result<()> {
    let kinds: Vec<Kind> = handlers.iter().flat_map(|handler| handler.kinds).copied().collect();
    let statements = app.database.read(Default::default());
    let pending = store::pending(&Scope::job_runner(), &statements, &kinds, seen.after).await?;
    seen.forget_all_but(&pending);
    for intent in &pending {
        let stood = seen.standing_for(intent);
        let handler = handlers.iter().find(|handler| handler.kinds.contains(&intent.kind));
        // One that has just come is in the hands of whoever took it in.
        if let Some(handler) = handler.filter(|_| stood >= pause) {
            let overdue = (stood >= app.config.intent_settle).then_some(intent.attempts);
            app.intents.begin(intent.id, advance(app.clone(), *handler, intent.id, overdue, Actor::gateway()));
        }
    }
    Ok(())
}

impl Seen {
    /// Forgets what was settled among those that this look went through, and moves on.
    fn forget_all_but(&mut self, pending: &[Model]) {
        let last =
            if pending.len() < store::AT_ONCE as usize { i64::MAX } else { pending.last().map_or(0, |last| last.id) };
        let went_through = |id: i64| id > self.after && id <= last;
        self.intents.retain(|id, _| !went_through(*id) || pending.iter().any(|intent| intent.id == *id));
        self.after = if last == i64::MAX { 0 } else { last };
    }

    /// For how long an intent has stood as it does, as far as this process knows.
    fn standing_for(&mut self, intent: &Model) -> Duration {
        let now = Instant::now();
        let (attempts, since) = self.intents.entry(intent.id).or_insert((intent.attempts, now));
        if *attempts != intent.attempts {
            (*attempts, *since) = (intent.attempts, now);
        }
        now - *since
    }
}
