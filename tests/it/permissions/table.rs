//! The table of `docs/permissions.md`, read from the file.

use std::fs;

use entity::membership::Role;
use live_gateway::commands::ensure_studio;

use crate::support::world::{OWNER, STRANGER, World, email_of};

/// One line of the table.
#[derive(Debug)]
pub(super) struct Row {
    /// Such as `Query.viewer`, or `Query.node(Invitation)` for things of one kind.
    pub(super) field: String,
    pub(super) cells: [(Asker, Outcome); 5],
}

/// Who asks for a thing of the first studio.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asker {
    Nobody,
    /// An owner of another studio.
    Stranger,
    Member(Role),
}

/// What becomes of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Yes,
    /// Null or an empty list.
    Nothing,
    /// An error with this code, or something to mend.
    Refused(String),
}

impl Outcome {
    /// Whether it must not depend on what is there.
    pub(super) fn tells_nothing(&self) -> bool {
        match self {
            Self::Yes => false,
            Self::Nothing => true,
            Self::Refused(code) => ["UNAUTHENTICATED", "NOT_FOUND"].contains(&code.as_str()),
        }
    }
}

const HEAD: &str = "| field | nobody | stranger | ANALYST | OPERATOR | OWNER |";
const ASKERS: [Asker; 5] = [
    Asker::Nobody,
    Asker::Stranger,
    Asker::Member(Role::Analyst),
    Asker::Member(Role::Operator),
    Asker::Member(Role::Owner),
];

pub(super) fn table() -> Vec<Row> {
    let text = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/permissions.md")).unwrap();
    let lines: Vec<&str> = text.lines().filter(|line| line.starts_with('|')).collect();
    assert_eq!(lines[0], HEAD);
    lines[2..].iter().map(|line| row(line)).collect()
}

fn row(line: &str) -> Row {
    let words: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
    let [field, outcomes @ ..] = words.as_slice() else { panic!("{line}") };
    let field = field.strip_prefix('`').and_then(|field| field.strip_suffix('`'));
    let outcomes: &[&str; 5] = outcomes.try_into().unwrap_or_else(|_| panic!("five cells: {line}"));
    let mut askers = ASKERS.into_iter();
    Row { field: field.unwrap().to_owned(), cells: outcomes.map(|word| (askers.next().unwrap(), outcome(word))) }
}

fn outcome(word: &str) -> Outcome {
    match word {
        "yes" => Outcome::Yes,
        "nothing" => Outcome::Nothing,
        code if code.chars().all(|letter| letter.is_ascii_uppercase() || letter == '_') => {
            Outcome::Refused(code.to_owned())
        }
        _ => panic!("no outcome: {word}"),
    }
}

impl Asker {
    /// A new token. Members own a studio besides: a right that they have there is none here.
    pub(super) async fn token(self, world: &World) -> Option<String> {
        match self {
            Self::Nobody => None,
            Self::Stranger => {
                world.leave(STRANGER).await;
                Some(world.token_of(STRANGER).await)
            }
            Self::Member(role) => {
                let own = format!("Studio of {role:?}");
                ensure_studio(&world.gateway.app, &own, self.email(), chrono_tz::UTC).await.unwrap();
                Some(world.token_with_role(role).await)
            }
        }
    }

    /// The asker's address; somebody's, for nobody.
    pub(super) fn email(self) -> &'static str {
        match self {
            Self::Stranger => STRANGER,
            Self::Member(role) => email_of(role),
            Self::Nobody => OWNER,
        }
    }

    /// Whether the first studio is not theirs.
    pub(super) fn is_outsider(self) -> bool {
        !matches!(self, Self::Member(_))
    }
}
