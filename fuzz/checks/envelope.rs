//! What has to hold of any bytes that come as Shopee's answer.
//!
//! An input: a letter for the call, a digit for the status, the body, and after an empty line the cookies that are set, one a line.

use serde_json::value::RawValue;
use shopee::{Amount, Error, fuzzing::READERS};

const STATUSES: [u16; 10] = [200, 201, 302, 400, 401, 403, 404, 408, 429, 503];
/// Put at the end of every string of a body: no word of Shopee's is to be seen in an error.
const MARK: &str = "CANARY";
/// Calls whose answer is a secret itself.
const SECRET: [&str; 2] = ["gen_qrcode", "qrcode_login"];

pub(crate) fn check(input: &[u8]) {
    let Some((&[call, status], text)) = input.split_first_chunk() else { return };
    let reader = &READERS[usize::from(call.wrapping_sub(b'A')) % READERS.len()];
    let status = STATUSES[usize::from(status.wrapping_sub(b'0')) % STATUSES.len()];
    let (body, cookies) = split(text);
    let read = |body: &[u8], mark: &str| {
        let cookies = cookies.iter().map(|cookie| format!("{cookie}{mark}"));
        reader.read(status, cookies.collect(), body.to_vec())
    };

    let answer = read(body, "");
    assert_eq!(read(body, ""), answer, "what is read twice is the same");
    let Ok(body) = serde_json::from_slice::<&RawValue>(body) else {
        assert!(answer.is_err(), "{}: no JSON, and yet an answer: {answer:?}", reader.name());
        return;
    };
    let body = pieces(body.get());
    assert_eq!(read(written(&body, quoted).as_bytes(), ""), answer, "a number may come as a string");
    match read(written(&body, marked).as_bytes(), MARK) {
        Err(error) => says_nothing_of_the_body(&error),
        Ok(answer) => assert!(!SECRET.contains(&reader.name()) || !answer.contains(MARK), "{answer}"),
    }
    for piece in &body {
        if let Piece::Number(text) = piece {
            money_is_exact(text);
        }
    }
}

/// The body, and the cookies that are set with it.
fn split(text: &[u8]) -> (&[u8], Vec<String>) {
    let at = text.windows(2).position(|pair| pair == b"\n\n");
    let (body, cookies) = at.map_or((text, &[][..]), |at| (&text[..at], &text[at + 2..]));
    (body, String::from_utf8_lossy(cookies).lines().map(str::to_owned).collect())
}

fn says_nothing_of_the_body(error: &Error) {
    let told = format!("{error} {error:?}");
    assert!(!told.contains(MARK), "{told}");
}

/// A part of JSON that is known to be right.
enum Piece<'a> {
    /// With its quotes; not the name of a member.
    Text(&'a str),
    Number(&'a str),
    Other(&'a str),
}

fn pieces(json: &str) -> Vec<Piece<'_>> {
    let (mut rest, mut found) = (json, Vec::new());
    while let Some(first) = rest.bytes().next() {
        let length = match first {
            b'"' => string_length(rest),
            b'-' | b'0'..=b'9' => rest.bytes().take_while(|byte| is_of_number(*byte)).count(),
            _ => rest.bytes().take_while(|byte| !matches!(byte, b'"' | b'-' | b'0'..=b'9')).count(),
        };
        let (piece, after) = rest.split_at(length);
        rest = after;
        found.push(match first {
            b'"' if !after.trim_ascii_start().starts_with(':') => Piece::Text(piece),
            b'-' | b'0'..=b'9' => Piece::Number(piece),
            _ => Piece::Other(piece),
        });
    }
    found
}

fn is_of_number(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')
}

/// Up to and with the quote that ends it.
fn string_length(json: &str) -> usize {
    let mut escaped = false;
    let end = json.bytes().skip(1).position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    });
    end.map_or(json.len(), |end| end + 2)
}

fn written(pieces: &[Piece<'_>], one: fn(&Piece<'_>) -> String) -> String {
    pieces.iter().map(one).collect()
}

fn quoted(piece: &Piece<'_>) -> String {
    match piece {
        Piece::Number(text) => format!("\"{text}\""),
        Piece::Text(text) | Piece::Other(text) => (*text).to_owned(),
    }
}

fn marked(piece: &Piece<'_>) -> String {
    match piece {
        Piece::Text(text) => format!("{}{MARK}\"", &text[..text.len() - 1]),
        Piece::Number(text) | Piece::Other(text) => (*text).to_owned(),
    }
}

/// Reckoned in another way, as far as that reaches.
fn money_is_exact(text: &str) {
    let (units, count) = (Amount::from_units(text), Amount::from_hundred_thousandths(text));
    for amount in [units, count].into_iter().flatten() {
        assert_eq!(Amount::from_units(&amount.to_string()), Some(amount), "{text}");
    }
    let Some((mantissa, exponent)) = decimal(text) else { return };
    let nearest = moved(mantissa, exponent + 5).map(|(whole, rest)| whole + i128::from(rest.half));
    assert_eq!(units, nearest.and_then(|count| amount(mantissa, count)), "{text}");
    let exact = moved(mantissa, exponent).filter(|(_, rest)| !rest.any).map(|(whole, _)| whole);
    assert_eq!(count, exact.and_then(|count| amount(mantissa, count)), "{text}");
}

fn amount(sign: i128, count: i128) -> Option<Amount> {
    i64::try_from(count * sign.signum()).ok().map(Amount)
}

/// Digits as one number, and by which power of ten they stand for more; `None` if that is more than can be reckoned with here.
fn decimal(text: &str) -> Option<(i128, i32)> {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let exponent: i32 = exponent.parse().ok().filter(|exponent| (-30..=30).contains(exponent))?;
    let decimals = mantissa.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let digits = mantissa.replace('.', "");
    let digits = (digits.len() <= 25).then(|| digits.parse().ok()).flatten()?;
    Some((digits, exponent - i32::try_from(decimals).ok()?))
}

/// What is left behind the point.
struct Rest {
    any: bool,
    half: bool,
}

/// The size of a number times a power of ten; `None` if it is beyond all that is money.
fn moved(mantissa: i128, places: i32) -> Option<(i128, Rest)> {
    let (size, power) = (mantissa.abs(), 10_i128.checked_pow(places.unsigned_abs()));
    match (places, power) {
        (0.., _) if size == 0 => Some((0, Rest { any: false, half: false })),
        (0.., Some(power)) => size.checked_mul(power).map(|whole| (whole, Rest { any: false, half: false })),
        (0.., None) => None,
        (_, Some(power)) => {
            let rest = size % power;
            Some((size / power, Rest { any: rest > 0, half: rest >= power - rest }))
        }
        (_, None) => Some((0, Rest { any: size > 0, half: false })),
    }
}
