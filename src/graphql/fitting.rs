//! Refuses values of variables that do not fit their types, before anything is executed, and says which value it is and what would fit.
//!
//! The library finds some of them only when their field is executed, so that sound fields beside it are asked for in vain, and names none.

use std::sync::Arc;

use async_graphql::{
    ErrorExtensionValues, InputType, Pos, ScalarType, ServerError, ServerResult, Value, Variables,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextParseQuery},
    parser::types::{ExecutableDocument, OperationDefinition},
    registry::{MetaType, MetaTypeName, Registry},
};
use chrono::{DateTime, Utc};

use super::{date::Date, long::Long, money::Exact};

/// The extension that refuses them.
pub struct FittingVariables;

impl ExtensionFactory for FittingVariables {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait::async_trait]
impl Extension for FittingVariables {
    async fn parse_query(
        &self,
        ctx: &ExtensionContext<'_>,
        query: &str,
        variables: &Variables,
        next: NextParseQuery<'_>,
    ) -> ServerResult<ExecutableDocument> {
        let document = next.run(ctx, query, variables).await?;
        let mut operations = document.operations.iter();
        // Which of several is meant is not known here.
        if let (Some((_, operation)), None) = (operations.next(), operations.next())
            && let Some((misfit, at)) = misfit_of(&operation.node, variables, &ctx.schema_env.registry)
        {
            return Err(misfit.into_error(at));
        }
        Ok(document)
    }
}

/// The first one, and where its variable is declared.
fn misfit_of(operation: &OperationDefinition, variables: &Variables, registry: &Registry) -> Option<(Misfit, Pos)> {
    operation.variable_definitions.iter().find_map(|definition| {
        let name = &definition.node.name.node;
        let misfit = misfit(registry, &definition.node.var_type.node.to_string(), variables.get(name)?)?;
        Some((misfit.within(name), definition.pos))
    })
}

/// A value that does not fit.
struct Misfit {
    /// The steps to it, the last one first.
    steps: Vec<String>,
    wanted: String,
}

impl Misfit {
    fn within(mut self, step: impl ToString) -> Self {
        self.steps.push(step.to_string());
        self
    }

    fn into_error(mut self, at: Pos) -> ServerError {
        self.steps.reverse();
        let place = self.steps.join(".");
        let mut error = ServerError::new(format!("Variable `${place}` has to be {}.", self.wanted), Some(at));
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", "BAD_USER_INPUT");
        extensions.set("argument", place);
        error.extensions = Some(extensions);
        error
    }
}

/// What of a value does not fit. Whether anything is missing or unknown, the library tells.
fn misfit(registry: &Registry, of_type: &str, value: &Value) -> Option<Misfit> {
    match (MetaTypeName::create(of_type), value) {
        (_, Value::Null) => None,
        (MetaTypeName::NonNull(inner), value) => misfit(registry, inner, value),
        (MetaTypeName::List(inner), Value::List(values)) => values
            .iter()
            .enumerate()
            .find_map(|(place, value)| misfit(registry, inner, value).map(|misfit| misfit.within(place))),
        (MetaTypeName::List(inner), value) => misfit(registry, inner, value),
        (MetaTypeName::Named(name), value) => misfit_of_named(registry, name, value),
    }
}

fn misfit_of_named(registry: &Registry, name: &str, value: &Value) -> Option<Misfit> {
    let wants = |wanted: String| Some(Misfit { steps: Vec::new(), wanted });
    match (registry.types.get(name)?, value) {
        (MetaType::InputObject { input_fields, .. }, Value::Object(fields)) => {
            fields.iter().find_map(|(name, value)| {
                let field = input_fields.get(name.as_str())?;
                misfit(registry, &field.ty, value).map(|misfit| misfit.within(name))
            })
        }
        (MetaType::Enum { enum_values, .. }, value) => match value {
            Value::Enum(chosen) if enum_values.contains_key(chosen.as_str()) => None,
            Value::String(chosen) if enum_values.contains_key(chosen) => None,
            _ if registry.enable_suggestions => {
                let mut names: Vec<&str> = enum_values.keys().map(String::as_str).collect();
                names.sort_unstable();
                wants(format!("one of {}", names.join(", ")))
            }
            _ => wants("one of the values of its type".to_owned()),
        },
        (MetaType::Scalar { .. }, value) => match form(name)? {
            (fits, _) if fits(value.clone()) => None,
            (_, wanted) => wants(wanted.to_owned()),
        },
        _ => None,
    }
}

/// Whether a value is one of a scalar, and what those look like.
type Form = (fn(Value) -> bool, &'static str);

fn form(scalar: &str) -> Option<Form> {
    Some(match scalar {
        "Int" => (|value| <i32 as InputType>::parse(Some(value)).is_ok(), "a whole number of at most 32 bits"),
        "Boolean" => (|value| matches!(value, Value::Boolean(_)), "true or false"),
        "String" => (|value| matches!(value, Value::String(_)), "text"),
        "Date" => (|value| <Date as ScalarType>::parse(value).is_ok(), "a day like 2026-11-22"),
        "DateTime" => {
            (|value| <DateTime<Utc> as ScalarType>::parse(value).is_ok(), "an instant like 2026-11-22T09:30:00Z")
        }
        "Decimal" => (|value| <Exact as InputType>::parse(Some(value)).is_ok(), "a decimal text like \"12.5\""),
        "Long" => (|value| <Long as ScalarType>::parse(value).is_ok(), "a whole number"),
        _ => return None,
    })
}
