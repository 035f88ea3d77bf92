//! Which subscriptions may be executed once for many, as the marks of the schema say (`graphql/sharing.rs`).
//!
//! A subscription is shared among the members of one studio if everything that it selects is marked `@studioWide`, and not
//! otherwise: whatever is not marked, not known or not understood is executed for its subscriber alone, who then also gets to hear
//! what is wrong with it.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock},
    time::Duration,
};

use async_graphql::{
    Name, Positioned, Value, Variables,
    parser::types::{
        ConstDirective, DocumentOperations, ExecutableDocument, Field, FieldDefinition, OperationDefinition,
        OperationType, Selection, SelectionSet,
    },
};

use super::{
    Attachment,
    marks::{argument, base, fields, find, types},
    sdl,
};
use crate::{
    app::App,
    cost::Cost,
    graphql::id::{GlobalId, Kind},
    identity::scope::{Scope, Viewer},
    session::schema::studio_of_session,
};

static MARKS: LazyLock<Marks> = LazyLock::new(|| Marks::of(&sdl()));

/// How a subscription may be shared.
pub struct Shareable {
    pub studio_id: i64,
    pub manner: Manner,
}

/// What its marks say of a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Manner {
    pub events: Events,
    /// For how long after its beginning others may join; `None`: as long as it goes on.
    pub joinable: Option<Duration>,
}

/// For how long others may join those who go on from where they were.
const RESUMING: Duration = Duration::from_secs(10);

impl Manner {
    /// Whoever goes on from an event is told what follows from there on, also of a level: it is the first event that says whether
    /// anything is missing.
    fn of_those_who_resume(self) -> Self {
        let joinable = self.joinable.map_or(RESUMING, |joinable| joinable.min(RESUMING));
        Self { events: Events::Happenings, joinable: Some(joinable) }
    }
}

/// What counts of the events of a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Events {
    /// The newest one.
    Level,
    /// Each.
    Happenings,
}

impl Shareable {
    /// What an execution for the members of the studio carries: nobody's rights in particular, but those that each of them has.
    pub fn attachment(&self, app: App) -> Attachment {
        let viewer = Viewer::of_any_member(self.studio_id);
        Attachment::new(app, Some(Arc::new(viewer)), None, Arc::new(Cost::default()))
    }
}

/// How a subscription may be shared by this viewer; `None` if it is to be executed for them alone. What is looked up for that is
/// within what they may see: whoever gets an answer is a member of the studio that owns what is subscribed to.
pub fn shareable(
    app: &App,
    viewer: &Arc<Viewer>,
    document: &ExecutableDocument,
    operation_name: Option<&str>,
    variables: &Variables,
) -> impl Future<Output = Option<Shareable>> + Send + use<> {
    let found = Subscription::find(document, operation_name, variables)
        .and_then(|subscription| Some((MARKS.manner(&subscription)?, subscription.of()?)));
    let (app, viewer) = (app.clone(), viewer.clone());
    async move {
        let (manner, of) = found?;
        let studio_id = studio(&app, &viewer, of).await?;
        // Asked again of the viewer alone, whatever was looked up in whichever way.
        viewer.membership(studio_id)?;
        Some(Shareable { studio_id, manner })
    }
}

async fn studio(app: &App, viewer: &Viewer, of: Of) -> Option<i64> {
    match of {
        Of::Studio(id) => match GlobalId::decode(&id)? {
            GlobalId { kind: Kind::Studio, key } => Some(key),
            _ => None,
        },
        // A session that cannot be looked up is one of whose subscription there is something to be told.
        Of::Session(id, region) => studio_of_session(app, &Scope::of(viewer), &id, region).await.ok().flatten(),
    }
}

/// What a subscription is of, as its arguments say.
enum Of {
    Studio(String),
    Session(String, Option<Value>),
}

/// A subscription of a document: its one root field.
struct Subscription<'a> {
    document: &'a ExecutableDocument,
    operation: &'a OperationDefinition,
    field: &'a Field,
    variables: &'a Variables,
}

impl<'a> Subscription<'a> {
    fn find(document: &'a ExecutableDocument, name: Option<&str>, variables: &'a Variables) -> Option<Self> {
        let operation = match (&document.operations, name) {
            (DocumentOperations::Single(operation), None) => operation,
            (DocumentOperations::Multiple(operations), Some(name)) => operations.get(name)?,
            (DocumentOperations::Multiple(operations), None) if operations.len() == 1 => operations.values().next()?,
            _ => return None,
        };
        let operation = &operation.node;
        let field = match operation.selection_set.node.items.as_slice() {
            [Positioned { node: Selection::Field(field), .. }] if operation.ty == OperationType::Subscription => field,
            _ => return None,
        };
        Some(Self { document, operation, field: &field.node, variables })
    }

    /// Whether it goes on from an event that its subscriber has seen.
    fn resumes(&self) -> bool {
        self.argument("after").is_some_and(|after| after != Value::Null)
    }

    fn of(&self) -> Option<Of> {
        match (self.text("studioId"), self.text("sessionId")) {
            (Some(studio), None) => Some(Of::Studio(studio)),
            (None, Some(session)) => Some(Of::Session(session, self.argument("region"))),
            _ => None,
        }
    }

    fn text(&self, argument: &str) -> Option<String> {
        match self.argument(argument)? {
            Value::String(text) => Some(text),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    fn argument(&self, name: &str) -> Option<Value> {
        let value = self.field.get_argument(name)?.node.clone();
        value.into_const_with(|variable| self.variable(&variable).ok_or(())).ok()
    }

    fn variable(&self, name: &Name) -> Option<Value> {
        let definition =
            self.operation.variable_definitions.iter().find(|variable| variable.node.name.node == *name)?;
        let default = || definition.node.default_value.as_ref().map(|value| value.node.clone());
        self.variables.get(name).cloned().or_else(default)
    }
}

/// The mark of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    StudioWide { joinable: Option<Duration> },
    PerViewer,
}

/// A field of the schema.
struct Marked {
    mark: Option<Mark>,
    events: Option<Events>,
    /// Its type, without lists and exclamation marks.
    of: String,
}

/// The marks of all fields, by type and name.
struct Marks(HashMap<String, HashMap<String, Marked>>);

impl Marks {
    fn of(sdl: &str) -> Self {
        let marked = types(sdl).map(|definition| {
            let mark = mark(&definition.directives);
            let fields = fields(&definition.kind).iter().map(|field| marked(&field.node, mark));
            (definition.name.node.to_string(), fields.collect())
        });
        Self(marked.collect())
    }

    fn manner(&self, subscription: &Subscription<'_>) -> Option<Manner> {
        let root = self.field("Subscription", subscription.field)?;
        let mut joinable = shared(root)?;
        joinable.extend(self.below(subscription.document, &subscription.field.selection_set.node, &root.of)?);
        let manner = Manner { events: root.events?, joinable: joinable.into_iter().min() };
        Some(if subscription.resumes() { manner.of_those_who_resume() } else { manner })
    }

    fn field(&self, owner: &str, field: &Field) -> Option<&Marked> {
        self.0.get(owner)?.get(field.name.node.as_str())
    }

    /// For how long what is selected may be joined, each time that something says so; `None` if it may not be shared. Whether it is
    /// skipped or included does not matter. The document's limits bound how much there is to walk.
    fn below(&self, document: &ExecutableDocument, set: &SelectionSet, owner: &str) -> Option<Vec<Duration>> {
        let mut joinable = Vec::new();
        for selection in &set.items {
            joinable.extend(match &selection.node {
                Selection::Field(field) if field.node.name.node == "__typename" => Vec::new(),
                Selection::Field(field) => {
                    let marked = self.field(owner, &field.node)?;
                    let mut own = shared(marked)?;
                    own.extend(self.below(document, &field.node.selection_set.node, &marked.of)?);
                    own
                }
                Selection::InlineFragment(fragment) => {
                    let on = fragment.node.type_condition.as_ref().map(|condition| condition.node.on.node.as_str());
                    self.below(document, &fragment.node.selection_set.node, on.unwrap_or(owner))?
                }
                Selection::FragmentSpread(spread) => {
                    let fragment = &document.fragments.get(&spread.node.fragment_name.node)?.node;
                    let on = fragment.type_condition.node.on.node.as_str();
                    self.below(document, &fragment.selection_set.node, on)?
                }
            });
        }
        Some(joinable)
    }
}

/// For how long a field may be joined, if it says so; `None` if it may not be shared.
fn shared(field: &Marked) -> Option<Vec<Duration>> {
    match field.mark? {
        Mark::StudioWide { joinable } => Some(joinable.into_iter().collect()),
        Mark::PerViewer => None,
    }
}

/// A field with its own mark, or else its type's.
fn marked(field: &FieldDefinition, of_type: Option<Mark>) -> (String, Marked) {
    let events = match (find(&field.directives, "level"), find(&field.directives, "happenings")) {
        (Some(_), None) => Some(Events::Level),
        (None, Some(_)) => Some(Events::Happenings),
        _ => None,
    };
    let mark = mark(&field.directives).or(of_type);
    (field.name.node.to_string(), Marked { mark, events, of: base(&field.ty.node).to_owned() })
}

/// The mark among directives. With both there it is the stricter one.
fn mark(directives: &[Positioned<ConstDirective>]) -> Option<Mark> {
    if find(directives, "perViewer").is_some() {
        return Some(Mark::PerViewer);
    }
    find(directives, "studioWide")?;
    let joinable = match argument(directives, "studioWide", "joinableSeconds") {
        None | Some(Value::Null) => None,
        Some(Value::Number(seconds)) => Some(Duration::from_secs(seconds.as_u64()?)),
        Some(_) => return None,
    };
    Some(Mark::StudioWide { joinable })
}

#[cfg(test)]
mod tests;
