//! From an HTTP answer to its data, strictly: every key that could tell a failure is looked at before data is trusted.

use std::time::Duration;

use serde_json::value::RawValue;

use crate::calls::{Call, Envelope, NoData, Verb};
use crate::error::{Cause, Error, UpstreamMessage};
use crate::wire::{self, Object};

/// Any of these other than zero is a failure, whichever envelope the call is said to have.
const FAILURE_KEYS: [&str; 4] = ["code", "errcode", "err_code", "error"];
const MESSAGE_KEYS: [&str; 4] = ["msg", "err_msg", "error_msg", "message"];

/// Shopee's risk control, on any host and under any status.
const RISK_CONTROL: i64 = 90_309_999;
/// "Not signed in" on the live hosts. No public source has the number; this is the sandbox's.
const LIVE_SIGNED_OUT: i64 = 3_000_002;

/// What came over the network, before anything is believed.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) set_cookies: Vec<String>,
    pub(crate) body: Vec<u8>,
}

/// A success, with its data still as text.
pub(crate) struct Answer {
    call: &'static Call,
    data: Option<Box<RawValue>>,
    pub(crate) set_cookies: Vec<String>,
}

impl Answer {
    /// The data as an object; `None` if there is none.
    pub(crate) fn object(&self) -> Result<Option<Object<'_>>, Error> {
        let read = |raw| Object::parse(raw).ok_or_else(|| garbled(self.call, "data is not an object"));
        self.data.as_deref().map(read).transpose()
    }

    /// The data as an object that has to be there.
    pub(crate) fn some_object(&self) -> Result<Object<'_>, Error> {
        self.object()?.ok_or_else(|| garbled(self.call, "no data"))
    }

    /// The data as a list of objects. A single object is a list of one; no data is an empty list.
    pub(crate) fn objects(&self) -> Result<Vec<Object<'_>>, Error> {
        let Some(raw) = self.data.as_deref() else { return Ok(Vec::new()) };
        match wire::elements(raw) {
            Some(elements) => Ok(elements.into_iter().filter_map(Object::parse).collect()),
            None => self.some_object().map(|object| vec![object]),
        }
    }

    /// What is wanted to know of a write: that Shopee has taken it.
    pub(crate) fn taken(&self) -> Result<(), Error> {
        self.object().map(|_| ())
    }

    /// The answer cannot be what the call asked for.
    pub(crate) fn garbled(&self, what: &'static str) -> Error {
        garbled(self.call, what)
    }
}

/// Opens an answer. `signed` tells whether the call carried an account's cookies.
pub(crate) fn open(call: &'static Call, signed: bool, reply: Reply) -> Result<Answer, Error> {
    match reply.status {
        429 => return Err(Error::Throttled { call: call.name, after: reply.retry_after }),
        // A request that timed out on its way (408) may have arrived, as after a failure of the server.
        408 | 500..=599 => return Err(unreachable(call, Cause::Status(reply.status))),
        _ => {}
    }
    let fields = serde_json::from_slice::<&RawValue>(&reply.body).ok().and_then(Object::parse);
    match reply.status {
        200..=299 => succeeded(call, signed, fields.as_ref(), reply.set_cookies),
        401 | 403 => Err(forbidden(call, signed, fields.as_ref())),
        status @ 400..=499 => {
            Err(fields.as_ref().and_then(|fields| failure(call, signed, fields).err()).unwrap_or(Error::Refused {
                call: call.name,
                code: i64::from(status),
                message: UpstreamMessage::default(),
            }))
        }
        _ => Err(garbled(call, "unexpected HTTP status")),
    }
}

fn succeeded(
    call: &'static Call,
    signed: bool,
    fields: Option<&Object<'_>>,
    set_cookies: Vec<String>,
) -> Result<Answer, Error> {
    let fields = fields.ok_or_else(|| garbled(call, "not a JSON object"))?;
    failure(call, signed, fields)?;
    let known = match call.envelope {
        Envelope::Code => fields.raw("code").is_some(),
        Envelope::ErrCode => fields.raw("err_code").is_some(),
        Envelope::Error => fields.has("error") || fields.has("data"),
    };
    if !known {
        return Err(garbled(call, "not the expected envelope"));
    }
    let data = fields.raw("data").filter(|raw| !is_empty(raw));
    match call.no_data {
        NoData::SignedOut if data.is_none() => Err(Error::SignedOut { call: call.name }),
        _ => Ok(Answer { call, data: data.map(RawValue::to_owned), set_cookies }),
    }
}

/// The failure that the envelope tells, if it tells one.
fn failure(call: &'static Call, signed: bool, fields: &Object<'_>) -> Result<(), Error> {
    for key in FAILURE_KEYS {
        match fields.raw(key).map(|_| fields.count(key)) {
            None | Some(Some(0)) => {}
            Some(Some(code)) => return Err(refused(call, signed, code, fields)),
            Some(None) => return Err(garbled(call, "an error code that is not a whole number")),
        }
    }
    Ok(())
}

fn refused(call: &'static Call, signed: bool, code: i64, fields: &Object<'_>) -> Error {
    let text = message(fields);
    match code {
        RISK_CONTROL => Error::RiskControl { call: call.name },
        LIVE_SIGNED_OUT if signed && call.envelope == Envelope::ErrCode => Error::SignedOut { call: call.name },
        _ if call.identity_check => Error::SignedOut { call: call.name },
        _ if lacks_permission(&text) => Error::NoPermission { call: call.name, message: UpstreamMessage::new(&text) },
        _ => Error::Refused { call: call.name, code, message: UpstreamMessage::new(&text) },
    }
}

/// 401 and 403: risk control and a missing right say so in the body; all else is about the cookies, if there were any.
fn forbidden(call: &'static Call, signed: bool, fields: Option<&Object<'_>>) -> Error {
    let text = fields.map(message).unwrap_or_default();
    if fields.is_some_and(|fields| FAILURE_KEYS.iter().any(|key| fields.count(key) == Some(RISK_CONTROL))) {
        Error::RiskControl { call: call.name }
    } else if !signed || lacks_permission(&text) {
        Error::NoPermission { call: call.name, message: UpstreamMessage::new(&text) }
    } else {
        Error::SignedOut { call: call.name }
    }
}

fn message(fields: &Object<'_>) -> String {
    MESSAGE_KEYS.iter().find_map(|key| fields.text(key)).unwrap_or_default()
}

/// The only sign of a missing right that anyone has reported is the text: "no permission to …".
fn lacks_permission(message: &str) -> bool {
    message.to_ascii_lowercase().contains("no permission")
}

fn is_empty(data: &RawValue) -> bool {
    let inner = data.get().strip_prefix(['{', '[']).and_then(|text| text.strip_suffix(['}', ']']));
    inner.is_some_and(|text| text.trim().is_empty())
}

pub(crate) fn garbled(call: &'static Call, what: &'static str) -> Error {
    Error::Garbled { call: call.name, what, maybe_done: call.verb == Verb::Write }
}

pub(crate) fn unreachable(call: &'static Call, cause: Cause) -> Error {
    let maybe_done = call.verb == Verb::Write && cause != Cause::Connect;
    Error::Unreachable { call: call.name, cause, maybe_done }
}
