//! Random values of arguments: things of either studio and of none, and what else their types allow.

use async_graphql::{
    Name, Value,
    indexmap::IndexMap,
    parser::types::{BaseType, FieldDefinition, InputValueDefinition, Type, TypeKind},
};
use rand::{Rng as _, rngs::StdRng, seq::IndexedRandom as _};

use super::{
    house::{Side, Things},
    operations::{About, Root},
    sdl::Types,
};

pub(super) struct Values<'a> {
    pub(super) types: &'a Types,
    pub(super) things: &'a Things,
    pub(super) asker: Side,
    pub(super) about: About,
    pub(super) root: Root,
    pub(super) dice: &'a mut StdRng,
}

impl Values<'_> {
    /// Values for what a field has to be given, and for some of what it may be.
    pub(super) fn of_arguments<'f>(&mut self, field: &'f FieldDefinition) -> Vec<(&'f InputValueDefinition, Value)> {
        let definitions: Vec<_> = field.arguments.iter().map(|argument| &argument.node).collect();
        // A list is cut from one end, and short; a session is named in one way.
        let excluded = [["first", "after", "last", "before"], ["last", "before", "first", "after"]];
        let excluded = &excluded[usize::from(self.dice.random_bool(0.7))][..2];
        let by_id = definitions.iter().any(|argument| argument.name.node == "id") && self.dice.random_bool(0.5);
        let mut given = Vec::new();
        for definition in definitions {
            let name = definition.name.node.as_str();
            let is_other_way = matches!(name, "sessionId" | "region") && by_id || name == "id" && !by_id;
            let is_needed = !definition.ty.node.nullable || name == "first" || name == "last" || name == "pageSize";
            let is_wanted = is_needed || name == "id" || name == "sessionId" || self.dice.random_bool(0.4);
            let is_left_out = definition.ty.node.nullable && (is_other_way || excluded.contains(&name));
            if is_wanted && !is_left_out {
                given.push((definition, self.value(name, &definition.ty.node)));
            }
        }
        given
    }

    fn value(&mut self, name: &str, reference: &Type) -> Value {
        match &reference.base {
            BaseType::List(entry) => {
                let count = self.dice.random_range(0..=3);
                Value::List((0..count).map(|_| self.value(name, entry)).collect())
            }
            BaseType::Named(of) => self.named(name, of),
        }
    }

    fn named(&mut self, name: &str, of: &str) -> Value {
        let types = self.types;
        match (of, types.kind(of)) {
            (_, Some(TypeKind::Enum(values))) => {
                Value::Enum(values.values.choose(self.dice).unwrap().node.value.node.clone())
            }
            (of, Some(TypeKind::InputObject(_))) => self.object(of),
            ("ID", _) => Value::String(self.id(name)),
            ("Boolean", _) => Value::Boolean(self.dice.random_bool(0.5)),
            ("Int" | "Long", _) => Value::Number(self.dice.random_range(1..=4).into()),
            ("DateTime", _) => Value::String(format!("20{}-06-01T00:00:00Z", self.dice.random_range(24..30))),
            ("Decimal", _) => Value::String(format!("{}.5", self.dice.random_range(0..100))),
            ("Date", _) => {
                Value::String(format!("20{}-06-{:02}", self.dice.random_range(24..27), self.dice.random_range(1..31)))
            }
            ("String", _) => Value::String(self.text(name)),
            (other, _) => panic!("how does one write a {other}?"),
        }
    }

    fn object(&mut self, of: &str) -> Value {
        let types = self.types;
        let mut object = IndexMap::new();
        for field in types.inputs_of(of) {
            if !field.ty.node.nullable || self.dice.random_bool(0.3) {
                let value = self.value(&field.name.node, &field.ty.node);
                object.insert(Name::new(&field.name.node), value);
            }
        }
        Value::Object(object)
    }

    /// The id of a thing of the kind that the argument's name tells, mostly.
    fn id(&mut self, name: &str) -> String {
        let side = self.side();
        let kind = name.strip_suffix("Id").map(|kind| format!("{}{}", kind[..1].to_uppercase(), &kind[1..]));
        match kind {
            // What is the asker's own is not to be changed away under the run, but for its studio.
            Some(kind) if self.root == Root::Mutation && side == Some(self.asker) && kind != "Studio" => {
                self.things.absent(&kind)
            }
            Some(kind) if kind == "Session" && self.dice.random_bool(0.7) => self.things.shopee_id(side, self.dice),
            Some(kind) if kind == "Session" => self.things.id(side, "LiveSession", self.dice),
            Some(kind) if self.things.kinds().contains(&kind.as_str()) && self.dice.random_bool(0.9) => {
                self.things.id(side, &kind, self.dice)
            }
            _ => {
                let kind = *self.things.kinds().choose(self.dice).unwrap();
                self.things.id(side, kind, self.dice)
            }
        }
    }

    /// Whose thing: the asker's, the others', nobody's.
    fn side(&mut self) -> Option<Side> {
        match self.dice.random_range(0..10) {
            _ if self.about == About::TheirOwn => Some(self.asker),
            0..5 => Some(self.asker),
            5..9 => Some(self.asker.opposite()),
            _ => None,
        }
    }

    fn text(&mut self, name: &str) -> String {
        match name {
            "after" | "before" => self.things.cursor(self.dice),
            "timeZone" => "Asia/Jakarta".to_owned(),
            "idempotencyKey" => format!("key-{}", self.dice.random_range(0..1_000)),
            "email" => format!("somebody-{}@third.example", self.dice.random_range(0..1_000)),
            // What the asker itself writes somewhere is theirs, whatever it is.
            _ if self.root == Root::Mutation => format!("text {}", self.dice.random_range(0..1_000)),
            _ => self.things.search(self.dice),
        }
    }
}
