//! Refuses variables of types that the schema does not have, before validation meets them.
//!
//! The library finds an unknown type of a variable by itself unless it stands in a list: then it looks up the default value's type, and
//! ends in a panic.

use std::sync::Arc;

use async_graphql::{
    ServerError, ServerResult, Variables,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextParseQuery},
    parser::types::{BaseType, ExecutableDocument, VariableDefinition},
    registry::Registry,
};

/// The extension that refuses them.
pub struct KnownTypes;

impl ExtensionFactory for KnownTypes {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait::async_trait]
impl Extension for KnownTypes {
    async fn parse_query(
        &self,
        ctx: &ExtensionContext<'_>,
        query: &str,
        variables: &Variables,
        next: NextParseQuery<'_>,
    ) -> ServerResult<ExecutableDocument> {
        let document = next.run(ctx, query, variables).await?;
        match unknown(&document, &ctx.schema_env.registry) {
            Some(error) => Err(error),
            None => Ok(document),
        }
    }
}

fn unknown(document: &ExecutableDocument, registry: &Registry) -> Option<ServerError> {
    let variables = document.operations.iter().flat_map(|(_, operation)| &operation.node.variable_definitions);
    variables.into_iter().find_map(|variable| {
        let name = innermost(&variable.node);
        let known = registry.types.contains_key(name);
        (!known).then(|| ServerError::new(format!(r#"Unknown type "{name}""#), Some(variable.pos)))
    })
}

fn innermost(variable: &VariableDefinition) -> &str {
    let mut base = &variable.var_type.node.base;
    loop {
        match base {
            BaseType::Named(name) => return name,
            BaseType::List(inner) => base = &inner.base,
        }
    }
}
