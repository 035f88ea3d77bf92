//! Refuses questions about the schema, where it is not to be asked for: the library would answer them with null, as if there were none.

use std::sync::Arc;

use async_graphql::{
    Pos, ServerError, ServerResult, Variables,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextParseQuery},
    parser::types::{ExecutableDocument, Selection, SelectionSet},
};

/// The extension that refuses them.
pub struct NoIntrospection;

impl ExtensionFactory for NoIntrospection {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait::async_trait]
impl Extension for NoIntrospection {
    async fn parse_query(
        &self,
        ctx: &ExtensionContext<'_>,
        query: &str,
        variables: &Variables,
        next: NextParseQuery<'_>,
    ) -> ServerResult<ExecutableDocument> {
        let document = next.run(ctx, query, variables).await?;
        let operations = document.operations.iter().map(|(_, operation)| &operation.node.selection_set.node);
        let fragments = document.fragments.values().map(|fragment| &fragment.node.selection_set.node);
        match operations.chain(fragments).find_map(asked) {
            Some(position) => Err(ServerError::new("The schema may not be asked for its types here.", Some(position))),
            None => Ok(document),
        }
    }
}

/// Where the schema is asked for, if anywhere. Only the query itself has these fields: below another field they are unknown.
fn asked(selected: &SelectionSet) -> Option<Pos> {
    selected.items.iter().find_map(|selection| match &selection.node {
        Selection::Field(field) if ["__schema", "__type"].contains(&field.node.name.node.as_str()) => {
            Some(selection.pos)
        }
        Selection::InlineFragment(fragment) => asked(&fragment.node.selection_set.node),
        Selection::Field(_) | Selection::FragmentSpread(_) => None,
    })
}
