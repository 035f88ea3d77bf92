//! Rows of which only the selected columns are read. A row is the entity's `ActiveModel`: a column that was not read is
//! `NotSet`, and using it is an error rather than a made-up value.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue, ColumnTrait, ColumnType, ConnectionTrait, DbErr, EntityTrait, Iterable, QueryResult,
    QuerySelect, QueryTrait, Select, Value,
};

use crate::error::{Error, Result};

/// Runs a query for some of its entity's columns.
pub async fn read<E>(
    query: Select<E>,
    columns: &[E::Column],
    connection: &impl ConnectionTrait,
) -> Result<Vec<E::ActiveModel>, DbErr>
where
    E: EntityTrait,
{
    let mut query = query.select_only();
    for column in columns {
        query = query.column(*column);
    }
    let statement = query.build(connection.get_database_backend());
    connection.query_all_raw(statement).await?.iter().map(|result| row::<E>(result, columns)).collect()
}

/// One row of a query's result.
pub fn row<E>(result: &QueryResult, columns: &[E::Column]) -> Result<E::ActiveModel, DbErr>
where
    E: EntityTrait,
{
    let mut row = <E::ActiveModel as ActiveModelTrait>::default();
    for column in columns {
        // Not `set`, which panics: during a rollout a newer instance may have written a value that this one does not know.
        row.try_set(*column, value(result, column)?)?;
    }
    Ok(row)
}

fn value<C: ColumnTrait>(result: &QueryResult, column: &C) -> Result<Value, DbErr> {
    let name = column.as_str();
    Ok(match column.def().get_column_type() {
        ColumnType::BigInteger => result.try_get::<Option<i64>>("", name)?.into(),
        ColumnType::Boolean => result.try_get::<Option<bool>>("", name)?.into(),
        ColumnType::Date => result.try_get::<Option<NaiveDate>>("", name)?.into(),
        ColumnType::TimestampWithTimeZone => result.try_get::<Option<DateTime<Utc>>>("", name)?.into(),
        ColumnType::Blob | ColumnType::VarBinary(_) | ColumnType::Binary(_) => {
            result.try_get::<Option<Vec<u8>>>("", name)?.into()
        }
        _ => result.try_get::<Option<String>>("", name)?.into(),
    })
}

/// The columns that carry the selected fields' names (`totalLikes` is `total_likes`), and those that are always `needed`.
pub fn columns<'a, C: ColumnTrait + Iterable>(names: impl IntoIterator<Item = &'a str>, needed: &[C]) -> Vec<C> {
    let names: std::collections::HashSet<String> = names.into_iter().map(snake_case).collect();
    let is_needed = |column: &C| needed.iter().any(|needed| needed.as_str() == column.as_str());
    C::iter().filter(|column| is_needed(column) || names.contains(column.as_str())).collect()
}

fn snake_case(field: &str) -> String {
    let mut name = String::with_capacity(field.len() + 4);
    for letter in field.chars() {
        if letter.is_ascii_uppercase() {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}

/// Reads a column of a sparse row.
pub trait Read<T> {
    /// The column's value; an internal error when the query did not read it.
    fn read(&self) -> Result<&T>;
}

impl<T: Into<Value>> Read<T> for ActiveValue<T> {
    fn read(&self) -> Result<&T> {
        match self {
            Self::Set(value) | Self::Unchanged(value) => Ok(value),
            Self::NotSet => Err(Error::internal("a resolver used a column that its query had not read")),
        }
    }
}
