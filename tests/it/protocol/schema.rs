//! A schema in which everything can go wrong on request.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use async_graphql::{
    Context, Error, ErrorExtensions as _, MergedObject, Object, Result, Schema, SimpleObject, Subscription,
};
use futures_util::{Stream, StreamExt as _, stream};
use tokio::sync::{Semaphore, broadcast};
use tokio_stream::wrappers::BroadcastStream;

pub(super) type TestSchema = Schema<Query, Mutation, Ticks>;

/// Who asks, as the test's sign-in has it, and under which request id.
pub(super) struct Viewer {
    pub(super) name: String,
    pub(super) request_id: String,
}

/// What tests do to the schema from outside, and see of it.
#[derive(Clone)]
pub(super) struct Controls {
    /// Each value is one event of `ticks`.
    pub(super) ticks: broadcast::Sender<i32>,
    /// Streams of `ticks` and calls of `slow` and `add` that exist now.
    pub(super) alive: Arc<AtomicUsize>,
    /// Each permit lets one `add` go on.
    pub(super) allow_add: Arc<Semaphore>,
    pub(super) added: Arc<AtomicUsize>,
}

impl Controls {
    fn new() -> Self {
        Self {
            ticks: broadcast::channel(1024).0,
            alive: Arc::default(),
            allow_add: Arc::new(Semaphore::new(0)),
            added: Arc::default(),
        }
    }

    pub(super) fn alive(&self) -> usize {
        self.alive.load(Ordering::SeqCst)
    }
}

/// Counts something for as long as it exists.
struct Alive(Arc<AtomicUsize>);

impl Alive {
    fn new(controls: &Controls) -> Self {
        controls.alive.fetch_add(1, Ordering::SeqCst);
        Self(controls.alive.clone())
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

pub(super) fn build() -> (TestSchema, Controls) {
    let controls = Controls::new();
    let schema = Schema::build(Query::default(), Mutation, Ticks).data(controls.clone()).finish();
    (schema, controls)
}

#[derive(Default, MergedObject)]
pub(super) struct Query(Plain, Faulty);

#[derive(Default)]
pub(super) struct Plain;

#[Object]
impl Plain {
    async fn hello(&self) -> &str {
        "world"
    }

    async fn echo(&self, value: i32) -> i32 {
        value
    }

    async fn text(&self, length: usize) -> String {
        "x".repeat(length)
    }

    /// More than anybody may ask for.
    async fn complex(&self) -> i32 {
        1
    }

    async fn viewer(&self, context: &Context<'_>) -> Result<String> {
        Ok(context.data::<Viewer>()?.name.clone())
    }

    async fn request_id(&self, context: &Context<'_>) -> Result<String> {
        Ok(context.data::<Viewer>()?.request_id.clone())
    }
}

#[derive(Default)]
pub(super) struct Faulty {
    never: bool,
}

#[Object]
impl Faulty {
    /// Never answers.
    async fn slow(&self, context: &Context<'_>) -> Result<i32> {
        let _alive = Alive::new(context.data::<Controls>()?);
        Ok(std::future::pending().await)
    }

    /// Fails with an error meant for clients; not null, so that `data` becomes null.
    async fn refused(&self) -> Result<i32> {
        Err(refused())
    }

    /// The same, but nullable, so that the rest of the answer stays. `Result<Option<_>>` would take it all away.
    async fn perhaps(&self) -> Option<Result<i32>> {
        Some(Err(refused()))
    }

    /// Fails with an error that nobody meant for clients.
    async fn leak(&self) -> Result<i32> {
        Err(Error::new("SELECT secret FROM vault"))
    }

    async fn panic(&self) -> i32 {
        assert!(self.never, "a resolver's own mistake");
        0
    }
}

fn refused() -> Error {
    Error::new("not today").extend_with(|_, extensions| extensions.set("code", "NOT_TODAY"))
}

pub(super) struct Mutation;

#[Object]
impl Mutation {
    /// Adds one once a test allows it.
    async fn add(&self, context: &Context<'_>) -> Result<usize> {
        let controls = context.data::<Controls>()?;
        let _alive = Alive::new(controls);
        controls.allow_add.acquire().await?.forget();
        Ok(controls.added.fetch_add(1, Ordering::SeqCst) + 1)
    }
}

pub(super) struct Ticks;

#[Subscription]
impl Ticks {
    async fn ticks(&self, context: &Context<'_>) -> Result<impl Stream<Item = i32> + use<>> {
        let controls = context.data::<Controls>()?;
        let (alive, ticks) = (Alive::new(controls), BroadcastStream::new(controls.ticks.subscribe()));
        Ok(ticks.filter_map(move |tick| {
            let _alive = &alive;
            std::future::ready(tick.ok())
        }))
    }

    /// Ticks of some weight.
    async fn padded(&self, context: &Context<'_>, length: usize) -> Result<impl Stream<Item = Padded> + use<>> {
        let ticks = self.ticks(context).await?;
        Ok(ticks.map(move |number| Padded { number, text: "x".repeat(length) }))
    }

    /// Who asks, and nothing more, until the client ends it.
    async fn asker(&self, context: &Context<'_>) -> Result<impl Stream<Item = String> + use<>> {
        let alive = Alive::new(context.data::<Controls>()?);
        let name = context.data::<Viewer>()?.name.clone();
        Ok(stream::once(std::future::ready(name)).chain(stream::pending()).inspect(move |_| {
            let _alive = &alive;
        }))
    }

    /// As many bytes as there is room for, as fast as they can be taken.
    async fn flood(&self, context: &Context<'_>, length: usize) -> Result<impl Stream<Item = String> + use<>> {
        let alive = Alive::new(context.data::<Controls>()?);
        Ok(stream::repeat_with(move || {
            let _alive = &alive;
            "x".repeat(length)
        }))
    }

    async fn count(&self, to: i32) -> impl Stream<Item = i32> + use<> {
        stream::iter(1..=to)
    }

    async fn closed(&self) -> Result<stream::Empty<i32>> {
        Err(refused())
    }

    /// Two events, the first of which fails.
    async fn stumbling(&self) -> impl Stream<Item = Stumble> + use<> {
        stream::iter([Stumble(true), Stumble(false)])
    }

    async fn panicking(&self) -> impl Stream<Item = i32> + use<> {
        stream::iter([1, 2]).map(|tick| if tick == 1 { tick } else { panic!("a stream's own mistake") })
    }
}

#[derive(SimpleObject)]
pub(super) struct Padded {
    number: i32,
    text: String,
}

pub(super) struct Stumble(bool);

#[Object]
impl Stumble {
    async fn value(&self) -> Result<i32> {
        if self.0 { Err(refused()) } else { Ok(1) }
    }
}
