//! Keeps what the schema tells of itself: it is the same for everybody, and computing it for a tool takes longer than most operations.

use std::sync::{Arc, OnceLock};

use async_graphql::{
    Response, ServerError, ServerResult, Value, Variables,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute, NextParseQuery},
    parser::types::{ExecutableDocument, OperationDefinition, OperationType, Selection},
};
use moka::future::Cache;

use super::context::Operation;

/// Answers that are kept, some megabyte each: there are few tools, and each asks for one.
const KEPT: u64 = 16;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Question {
    document: String,
    variables: String,
    operation_name: Option<String>,
}

/// The extension that answers what was answered before.
pub struct KeepIntrospection(Cache<Question, Value>);

impl Default for KeepIntrospection {
    fn default() -> Self {
        Self(Cache::new(KEPT))
    }
}

impl ExtensionFactory for KeepIntrospection {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Introspection { kept: self.0.clone(), asked: OnceLock::new() })
    }
}

/// One operation, and its question, if it asks for the schema and nothing else.
struct Introspection {
    kept: Cache<Question, Value>,
    asked: OnceLock<Question>,
}

#[async_trait::async_trait]
impl Extension for Introspection {
    async fn parse_query(
        &self,
        ctx: &ExtensionContext<'_>,
        query: &str,
        variables: &Variables,
        next: NextParseQuery<'_>,
    ) -> ServerResult<ExecutableDocument> {
        let document = next.run(ctx, query, variables).await?;
        if document.operations.iter().all(|(_, operation)| introspects(&operation.node)) {
            // Variables are kept in an order, so equal ones are written alike.
            let (document, variables) = (query.to_owned(), format!("{variables:?}"));
            self.asked.set(Question { document, variables, operation_name: None }).ok();
        }
        Ok(document)
    }

    async fn execute(
        &self,
        ctx: &ExtensionContext<'_>,
        operation_name: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        let Some(asked) = self.asked.get() else { return next.run(ctx, operation_name).await };
        let question = Question { operation_name: operation_name.map(str::to_owned), ..asked.clone() };
        if let Some(data) = self.kept.get(&question).await {
            if let Some(operation) = ctx.data_opt::<Operation>() {
                operation.cost.count_cache_hit();
            }
            return Response::new(data);
        }
        let answered = async {
            let response = next.run(ctx, operation_name).await;
            if response.errors.is_empty() { Ok(response.data) } else { Err(response.errors) }
        };
        match self.kept.try_get_with(question, answered).await {
            Ok(data) => Response::new(data),
            Err(errors) => Response::from_errors(Vec::<ServerError>::clone(&errors)),
        }
    }
}

/// Whether an operation asks for the schema and for nothing else.
fn introspects(operation: &OperationDefinition) -> bool {
    let mut selected = operation.selection_set.node.items.iter().map(|selection| &selection.node);
    let is_introspection = |selection: &Selection| match selection {
        Selection::Field(field) => ["__schema", "__type"].contains(&field.node.name.node.as_str()),
        Selection::FragmentSpread(_) | Selection::InlineFragment(_) => false,
    };
    operation.ty == OperationType::Query && selected.all(is_introspection)
}
