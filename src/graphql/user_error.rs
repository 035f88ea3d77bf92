//! What a mutation answers when the input was understood and cannot be done: data for a form, not an exception.

use std::borrow::Cow;

use async_graphql::{Enum, SimpleObject};

use crate::error::Error;

/// Why an input was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum UserErrorCode {
    /// The value is not of the form that the message describes.
    Invalid,
    /// There is nobody with this e-mail address and this password.
    InvalidCredentials,
    /// The refresh token is not good any more, or never was: sign in again.
    InvalidRefreshToken,
    /// The token is not the gateway's own, so there is no sign-in of ours behind it.
    SignedInElsewhere,
    /// Who is invited, or accepts, is a member of the studio already.
    AlreadyMember,
    /// It would leave the studio without an owner.
    LastOwner,
    /// There is no such invitation that could be accepted: it never was, was accepted or revoked, or is too old.
    InvalidInvitation,
    /// The invitation is for another e-mail address than that of whoever is signed in.
    NotInvited,
    /// The invited address is that of a user already, who has to sign in to accept.
    SignInFirst,
    /// Shopee does not take it.
    RefusedByShopee,
    /// It belongs to an account that another studio has connected.
    AccountOfAnotherStudio,
    /// There are as many of them as there may be.
    TooMany,
    /// There is no such thing, or it is another's.
    NotFound,
    /// It is there already.
    Taken,
    /// Somebody else has changed it meanwhile; look at how it is now and decide again.
    Stale,
    /// The session is on air, and this has to wait until it has ended.
    OnAir,
    /// Something belongs to it that has to stay.
    InUse,
    /// A rule forbids it, or Shopee does not do it: `refusal` of the thing says which. Nothing has happened.
    Refused,
    /// The idempotency key stands for something else that was asked for before.
    KeyReused,
    /// Something else of the same kind is under way there; wait until it is settled.
    Busy,
    /// What came of it is known already, or still being found out.
    NotUnknown,
    /// What was done cannot be undone; `message` says why.
    NotUndoable,
}

/// Something the person at the form can mend.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(directive = crate::graphql::sharing::per_viewer::apply())]
pub struct UserError {
    /// What is wrong, for the program.
    code: UserErrorCode,
    /// The field of the input that it is about, such as `name`; null when it is about the whole.
    field: Option<Cow<'static, str>>,
    /// What is wrong, for the person, in English.
    message: Cow<'static, str>,
}

impl UserError {
    /// About one field of the input.
    pub fn on(field: &'static str, code: UserErrorCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, field: Some(field.into()), message: message.into() }
    }

    /// The idempotency key stands for something else.
    pub fn key_reused() -> Self {
        let message = "this key stands for something else that was asked for before; make a new one";
        Self::on("idempotencyKey", UserErrorCode::KeyReused, message)
    }

    /// What somebody would tell about is known already.
    pub fn not_unknown() -> Self {
        Self::new(UserErrorCode::NotUnknown, "what came of it is known already, or still being found out")
    }

    /// About the input as a whole.
    pub fn new(code: UserErrorCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, field: None, message: message.into() }
    }
}

/// How a mutation ends that was not carried out.
#[derive(Clone, Debug)]
pub enum Declined {
    /// The person can mend it: goes into the payload.
    Input(Vec<UserError>),
    /// Anything else: an error of the field.
    Fault(Error),
}

impl From<UserError> for Declined {
    fn from(error: UserError) -> Self {
        Self::Input(vec![error])
    }
}

impl<E: Into<Error>> From<E> for Declined {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

/// What a payload is made of: the result, or what is wrong with the input.
pub fn payload<T>(outcome: Result<T, Declined>) -> Result<(Option<T>, Vec<UserError>), Error> {
    match outcome {
        Ok(result) => Ok((Some(result), Vec::new())),
        Err(Declined::Input(errors)) => Ok((None, errors)),
        Err(Declined::Fault(error)) => Err(error),
    }
}
