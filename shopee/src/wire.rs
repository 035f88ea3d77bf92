//! Reading the fields of an answer, leniently: a field that is missing, null or of another kind is not reported, and
//! spoils nothing beside it. Numbers may come as strings. The unit of each field is said where it is read.

use std::collections::HashMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::value::RawValue;
use url::Url;

use crate::amount::Amount;
use crate::decimal;

/// Anything smaller counts seconds: as milliseconds it would be before 1973.
const FIRST_MILLISECONDS: i64 = 100_000_000_000;

/// One JSON object, its values still as text, so that no digit of a number is lost.
#[derive(Default)]
pub(crate) struct Object<'a>(HashMap<String, &'a RawValue>);

impl<'a> Object<'a> {
    pub(crate) fn parse(raw: &'a RawValue) -> Option<Self> {
        serde_json::from_str(raw.get()).ok().map(Object)
    }

    /// The value as it stands; `None` if missing or null.
    pub(crate) fn raw(&self, key: &str) -> Option<&'a RawValue> {
        self.0.get(key).copied().filter(|raw| raw.get() != "null")
    }

    /// Whether the key is there, be it null.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    pub(crate) fn object(&self, key: &str) -> Option<Object<'a>> {
        self.raw(key).and_then(Object::parse)
    }

    /// Text; a number is taken as its digits. An empty string is not reported.
    pub(crate) fn text(&self, key: &str) -> Option<String> {
        self.raw(key).and_then(scalar).filter(|text| !text.is_empty())
    }

    /// A URL that a player may open: `http` or `https`.
    pub(crate) fn link(&self, key: &str) -> Option<String> {
        self.text(key).filter(|text| Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https")))
    }

    pub(crate) fn flag(&self, key: &str) -> Option<bool> {
        match self.raw(key)?.get().trim_matches('"') {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        }
    }

    /// A whole number.
    pub(crate) fn count(&self, key: &str) -> Option<i64> {
        decimal::whole(&self.text(key)?)
    }

    /// A whole number above zero.
    pub(crate) fn id(&self, key: &str) -> Option<i64> {
        self.count(key).filter(|id| *id > 0)
    }

    /// A number that need not be whole, nor exact.
    pub(crate) fn number(&self, key: &str) -> Option<f64> {
        finite(&self.text(key)?)
    }

    /// A ratio, 1 being all: `0.12`, `"0.12"` or `"12%"`.
    pub(crate) fn ratio(&self, key: &str) -> Option<f64> {
        let text = self.text(key)?;
        match text.strip_suffix('%') {
            Some(percent) => Some(finite(percent.trim_end())? / 100.0),
            None => finite(&text),
        }
    }

    /// Money in currency units: the creator hosts.
    pub(crate) fn units(&self, key: &str) -> Option<Amount> {
        Amount::from_units(&self.text(key)?)
    }

    /// Money in 1/100000 of the currency unit: the live hosts.
    pub(crate) fn hundred_thousandths(&self, key: &str) -> Option<Amount> {
        Amount::from_hundred_thousandths(&self.text(key)?)
    }

    /// A ratio in 1/100000, 1 being all: the ads calls' targets.
    pub(crate) fn scaled_ratio(&self, key: &str) -> Option<f64> {
        self.number(key).map(|number| number / 100_000.0)
    }

    /// A span in whole seconds.
    pub(crate) fn seconds(&self, key: &str) -> Option<Duration> {
        u64::try_from(self.count(key)?).ok().map(Duration::from_secs)
    }

    /// A span in milliseconds.
    pub(crate) fn milliseconds(&self, key: &str) -> Option<Duration> {
        let microseconds = decimal::scaled(&self.text(key)?, 3)?;
        u64::try_from(microseconds).ok().map(Duration::from_micros)
    }

    /// A moment in milliseconds since 1970; seconds are recognised by their size. Zero means never.
    pub(crate) fn moment(&self, key: &str) -> Option<DateTime<Utc>> {
        let value = self.id(key)?;
        DateTime::from_timestamp_millis(if value < FIRST_MILLISECONDS { value.checked_mul(1000)? } else { value })
    }
}

/// The elements of a JSON array; `None` if it is something else.
pub(crate) fn elements(raw: &RawValue) -> Option<Vec<&RawValue>> {
    serde_json::from_str(raw.get()).ok()
}

/// A string without the blanks around it, or the digits of a number.
fn scalar(raw: &RawValue) -> Option<String> {
    let text = raw.get();
    match text.bytes().next()? {
        b'"' => serde_json::from_str::<String>(text).ok().map(|text| text.trim().to_owned()),
        b'-' | b'0'..=b'9' => Some(text.to_owned()),
        _ => None,
    }
}

fn finite(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|number| number.is_finite())
}
