//! The fields of the inputs, checked one by one, so that a form can show all that is wrong at once.

use std::str::FromStr as _;

use async_graphql::{ID, MaybeUndefined};
use shopee::Region;

use crate::{
    graphql::{
        money::MoneyInput,
        user_error::{Declined, UserError, UserErrorCode},
    },
    session::names::SessionName,
};

/// What is wrong with an input's fields so far.
#[derive(Default)]
pub(super) struct Form {
    errors: Vec<UserError>,
}

impl Form {
    /// Fails with all that was wrong.
    pub(super) fn finish(self) -> Result<(), Declined> {
        match self.errors.is_empty() {
            true => Ok(()),
            false => Err(Declined::Input(self.errors)),
        }
    }

    pub(super) fn name(&mut self, text: &str) -> Option<SessionName> {
        self.checked("sessionName", SessionName::from_str(text).map_err(str::to_owned))
    }

    /// One of Shopee's ids.
    pub(super) fn shopee_id(&mut self, field: &'static str, id: &ID) -> Option<i64> {
        let number = id.parse().ok().filter(|number: &i64| *number > 0);
        self.checked(field, number.ok_or_else(|| "an id of Shopee is a whole number".to_owned()))
    }

    pub(super) fn money(&mut self, field: &'static str, amount: MoneyInput, region: Region) -> Option<i64> {
        self.checked(field, amount.count(region))
    }

    fn checked<T>(&mut self, field: &'static str, checked: Result<T, String>) -> Option<T> {
        checked.map_err(|reason| self.errors.push(UserError::on(field, UserErrorCode::Invalid, reason))).ok()
    }
}

/// A field that may be left out, be null or have a value, checked in the last case.
pub(super) fn given<T, U>(field: MaybeUndefined<T>, check: impl FnOnce(T) -> Option<U>) -> Option<Option<U>> {
    match field {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(value) => Some(check(value)),
    }
}
