//! The audit log, to read.

use entity::audit_entry::{self, Column};
use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, QueryTrait as _, Select, sea_query::Query,
};

use crate::{
    database::Statements,
    error::Result,
    graphql::page::Slice,
    identity::{audit, names::Email, scope::Scope},
};

/// Whose log it is.
#[derive(Clone, Copy, Debug)]
pub enum LogOf {
    /// What was done in a studio.
    Studio(i64),
    /// What was done by a user, or to them, that concerns no studio.
    User(i64),
}

/// Which entries a log shows: those that match all that is given.
#[derive(Clone, Debug, Default)]
pub struct LogFilter {
    pub action: Option<&'static str>,
    /// The user who did it, member or not any more.
    pub actor: Option<Email>,
}

fn within(scope: &Scope, log: LogOf, filter: &LogFilter) -> Select<audit_entry::Entity> {
    let query = match log {
        LogOf::Studio(key) => {
            scope.restrict(audit_entry::Entity::find(), Column::StudioId).filter(Column::StudioId.eq(key))
        }
        LogOf::User(key) => {
            let to_them =
                Condition::all().add(Column::SubjectKind.eq(audit::USER)).add(Column::SubjectId.eq(key.to_string()));
            let by_or_to = Condition::any().add(Column::UserId.eq(key)).add(to_them);
            audit_entry::Entity::find().filter(by_or_to).filter(Column::StudioId.is_null())
        }
    };
    let actor = |query: Select<audit_entry::Entity>, email: &Email| {
        let mut users = Query::select();
        users.column(entity::user::Column::Id).from(entity::user::Entity);
        users.and_where(entity::user::Column::Email.eq(email.as_str()));
        query.filter(Column::UserId.in_subquery(users))
    };
    query
        .apply_if(filter.action, |query, action| query.filter(Column::Action.eq(action)))
        .apply_if(filter.actor.as_ref(), actor)
}

/// Entries of a log, the newest first.
pub async fn entries(
    scope: &Scope,
    statements: &Statements,
    log: LogOf,
    filter: &LogFilter,
    slice: Slice,
) -> Result<Vec<audit_entry::Model>> {
    let mut query = within(scope, log, filter);
    if let Some(cursor) = slice.after {
        query = query.filter(Column::Id.lt(cursor.key));
    }
    if let Some(cursor) = slice.before {
        query = query.filter(Column::Id.gt(cursor.key));
    }
    let query = if slice.backward { query.order_by_asc(Column::Id) } else { query.order_by_desc(Column::Id) };
    Ok(query.limit(slice.rows_to_read()).all(statements).await?)
}

pub async fn count(scope: &Scope, statements: &Statements, log: LogOf, filter: &LogFilter) -> Result<i64> {
    Ok(i64::try_from(within(scope, log, filter).count(statements).await?).unwrap_or(i64::MAX))
}
