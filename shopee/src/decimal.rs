//! Decimal numbers as text, moved by a power of ten into an `i64` without a float in between.

/// The number times 10^`places`, rounded to the nearest with halves away from zero.
pub(crate) fn scaled(text: &str, places: i32) -> Option<i64> {
    let number = Decimal::parse(text)?;
    let (whole, rest) = number.split(places)?;
    let up = i64::from(rest.first().is_some_and(|digit| *digit >= b'5'));
    number.signed(whole)?.checked_add(if number.negative { -up } else { up })
}

/// The number, if it is whole.
pub(crate) fn whole(text: &str) -> Option<i64> {
    let number = Decimal::parse(text)?;
    let (whole, rest) = number.split(0)?;
    if rest.iter().all(|digit| *digit == b'0') { number.signed(whole) } else { None }
}

/// `0.digits × 10^point`
struct Decimal {
    negative: bool,
    digits: Vec<u8>,
    point: i32,
}

impl Decimal {
    fn parse(text: &str) -> Option<Decimal> {
        let (negative, text) = text.strip_prefix('-').map_or((false, text), |text| (true, text));
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (before, after) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = [before.as_bytes(), after.as_bytes()].concat();
        if before.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let point = i32::try_from(before.len()).ok()?.checked_add(exponent.parse().ok()?)?;
        let leading = digits.iter().take_while(|digit| **digit == b'0').count();
        let point = point.checked_sub(i32::try_from(leading).ok()?)?;
        Some(Decimal { negative, digits: digits[leading..].to_vec(), point })
    }

    /// Digits before and after the point, once it has moved `places` to the right. `None` if there are too many before.
    fn split(&self, places: i32) -> Option<(Vec<u8>, Vec<u8>)> {
        const MOST_DIGITS: i32 = 19;
        let point = self.point.checked_add(places)?;
        if self.digits.is_empty() {
            return Some((Vec::new(), Vec::new()));
        }
        if point < 0 {
            // Less than a tenth, yet not nothing.
            return Some((Vec::new(), b"01".to_vec()));
        }
        if point > MOST_DIGITS {
            return None;
        }
        let point = usize::try_from(point).ok()?;
        let mut whole = self.digits.clone();
        let rest = if whole.len() > point { whole.split_off(point) } else { Vec::new() };
        whole.resize(point, b'0');
        Some((whole, rest))
    }

    fn signed(&self, digits: Vec<u8>) -> Option<i64> {
        let value = digits.iter().fold(0_i128, |value, digit| value * 10 + i128::from(digit - b'0'));
        i64::try_from(if self.negative { -value } else { value }).ok()
    }
}
