use async_graphql::SimpleObject;

use crate::{database::sparse::Read as _, error::Result, identity::store::member::UserRow};

/// Somebody who signs in to the gateway, as colleagues see them.
#[derive(Clone, SimpleObject)]
#[graphql(directive = crate::graphql::sharing::studio_wide::apply(None))]
pub struct User {
    /// The e-mail address the user signs in with, in lower case.
    email: String,
    /// The name shown to colleagues.
    display_name: String,
}

impl User {
    pub fn of_row(row: &UserRow) -> Result<Self> {
        Ok(Self { email: row.email.read()?.clone(), display_name: row.display_name.read()?.clone() })
    }
}
