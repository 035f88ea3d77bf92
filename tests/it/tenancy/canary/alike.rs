//! Random subscriptions that may be shared, by members of every role and of several studios: what the shared execution tells is what
//! each of them is told by one of their own.
//!
//! `ALIKE_SEED` makes other selections, `ALIKE_SELECTIONS` more of them.

use std::{pin::pin, sync::Arc, time::Duration};

use async_graphql::{Request, Response, Variables, parser::parse_query};
use entity::membership::Role;
use futures_util::{StreamExt as _, stream};
use live_gateway::{
    api::{self, Attachment, Schema, sharing},
    app::App,
    identity::scope::{Membership, Viewer},
};
use rand::{SeedableRng as _, rngs::StdRng};
use serde_json::{Value, json};
use testing::{Database, on_both};
use tokio::time::timeout;

use super::{
    house::{House, Side},
    operations::{Operation, Root, Writer},
    sdl::{Target, Types},
};
use crate::support::{from_environment, tell};

on_both!(what_is_shared_is_what_each_is_told_alone);

/// Selections that were compared, on each back end.
const SELECTIONS: u64 = 150;
/// For each that is shared so many are tried at most.
const TRIES: u64 = 40;
/// Compared at once: most of the time goes by with waiting for what says nothing.
const AT_ONCE: usize = 8;
/// A stream that has nothing to tell by then is silent.
const SILENCE: Duration = Duration::from_millis(300);
/// What is asked of Shopee may be asked again between two looks; what differs for another reason still differs.
const LOOKS: u32 = 4;

async fn what_is_shared_is_what_each_is_told_alone(database: Database) {
    let (seed, count) = (from_environment("ALIKE_SEED", 20_261_124), from_environment("ALIKE_SELECTIONS", SELECTIONS));
    let house = House::furnished(&database).await;
    let app = house.app().await;
    let run = Run { schema: api::schema(app.clone()), viewers: house.members().await, app };
    let types = Types::of_the_schema();
    let targets: Vec<&Target> =
        types.fields().iter().filter(|target| types.steps("Subscription", &target.owner).is_some()).collect();
    let operation = |number: u64| {
        let mut dice = StdRng::seed_from_u64(seed.wrapping_mul(1_000_003).wrapping_add(number));
        let target = targets[rand::Rng::random_range(&mut dice, 0..targets.len())];
        let writer = Writer::new(&types, &house.things, Side::First, target, dice);
        writer.operation(Root::Subscription, &format!("Alike{number}"))
    };
    let compared = stream::iter(0..count * TRIES).map(|number| {
        let (run, operation) = (&run, operation(number));
        async move { run.compare(&operation).await }
    });
    let mut compared = pin!(compared.buffer_unordered(AT_ONCE));
    let (mut shared, mut told, mut tried) = (0, 0, 0);
    while shared < count {
        let outcome = compared.next().await;
        tried += 1;
        if let Some(has_told) = outcome.unwrap_or_else(|| panic!("{shared} of {tried} may be shared")) {
            shared += 1;
            told += u64::from(has_told);
        }
    }
    tell(&format!(
        "{shared} shared selections of {tried}, {told} with something to tell, each for {} viewers",
        run.viewers.len()
    ));
    assert!(told > count / 3, "{told} of {count} tell something");
    run.app.pollers.stop().await;
}

struct Run {
    schema: Schema,
    app: App,
    viewers: Vec<Arc<Viewer>>,
}

impl Run {
    /// Whether there was something to tell; `None` for what is not shared.
    async fn compare(&self, operation: &Operation) -> Option<bool> {
        let mut has_told = None;
        for viewer in &self.viewers {
            let Some(shareable) = self.shareable(viewer, operation).await else { continue };
            assert!(viewer.membership(shareable.studio_id).is_some(), "{operation:#?}");
            let mut looks = 0;
            loop {
                let own = Attachment::new(self.app.clone(), Some(viewer.clone()), None, Arc::default());
                let everybodys = shareable.attachment(self.app.clone());
                let (shared, alone) =
                    tokio::join!(self.first(&everybodys, operation, looks), self.first(&own, operation, looks));
                // On a busy machine what has something to tell is not told at once; what is silent for one is silent for all.
                let may_be_late = shared.is_none() && looks == 0 && has_told != Some(false);
                if are_alike(shared.as_ref(), alone.as_ref()) && !may_be_late {
                    has_told = Some(has_told == Some(true) || shared.is_some());
                    break;
                }
                looks += 1;
                assert!(looks < LOOKS, "{operation:#?}\n{viewer:#?}\nshared: {shared:#?}\nalone: {alone:#?}");
            }
        }
        has_told
    }

    async fn shareable(&self, viewer: &Arc<Viewer>, operation: &Operation) -> Option<sharing::Shareable> {
        let (document, variables) = (parse_query(&operation.document).unwrap(), variables(operation));
        sharing::shareable(&self.app, viewer, &document, None, &variables).await
    }

    /// The first event; `None` if there is nothing to tell. After each look there is more time for it.
    async fn first(&self, attachment: &Attachment, operation: &Operation, looks: u32) -> Option<Value> {
        let request = Request::new(&operation.document).variables(variables(operation));
        let mut events = self.schema.execute_stream(attachment.attach(request, "alike"));
        let event: Option<Response> = timeout(SILENCE * 4_u32.pow(looks), events.next()).await.ok().flatten();
        event.map(|event| json!({ "data": event.data, "errors": event.errors }))
    }
}

fn are_alike(shared: Option<&Value>, alone: Option<&Value>) -> bool {
    match (shared, alone) {
        (Some(shared), Some(alone)) => {
            shared["data"] == alone["data"] && tells_all_of(shared, alone) && tells_all_of(alone, shared)
        }
        (shared, alone) => shared == alone,
    }
}

/// Whether the one has each error that the other has. But for those below what another error has made null: whether they are found
/// before it ends the execution there is a matter of who was first, and of no meaning.
fn tells_all_of(one: &Value, other: &Value) -> bool {
    let [told, all] = [one, other].map(|answer| answer["errors"].as_array().unwrap());
    let is_told =
        |error: &&Value| told.contains(error) || is_below_null(&other["data"], error["path"].as_array().unwrap());
    told.is_empty() == all.is_empty() && all.iter().all(|error| is_told(&error))
}

/// Whether a place is within something that is null.
fn is_below_null(data: &Value, path: &[Value]) -> bool {
    let step = |at: &Value, step: &Value| match step {
        Value::String(name) => at[name].clone(),
        place => at[place.as_u64().unwrap() as usize].clone(),
    };
    let Some((_, above)) = path.split_last() else { return data.is_null() };
    above.iter().fold(data.clone(), |at, name| step(&at, name)).is_null()
}

fn variables(operation: &Operation) -> Variables {
    Variables::from_json(operation.variables.clone())
}

impl House {
    /// Members of each role in the first studio, and somebody who owns both.
    async fn members(&self) -> Vec<Arc<Viewer>> {
        let studios = self.studios().await;
        let place = |studio_id, role| Membership { id: 7, studio_id, role, joined_at: chrono::DateTime::UNIX_EPOCH };
        let [first, other] = [studios[0], studios[1]];
        let all = [
            vec![place(first, Role::Analyst)],
            vec![place(first, Role::Operator)],
            vec![place(first, Role::Owner)],
            vec![place(other, Role::Owner), place(first, Role::Owner)],
        ];
        let viewer = |memberships| Viewer {
            user_id: 1,
            email: "one@first.example".to_owned(),
            display_name: "One".to_owned(),
            memberships,
            sign_in_id: Some(1),
            access_revision: 0,
        };
        all.map(viewer).map(Arc::new).into()
    }
}
