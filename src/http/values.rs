//! Counts the values of a text in JSON in one pass and without building any: a list of a hundred thousand takes as many copies, each time
//! that it is looked at, and is refused before there is one.

use super::refusal::Refusal;

pub(super) fn check(text: &[u8], most: usize) -> Result<(), Refusal> {
    let (mut count, mut rest) = (0, text);
    while let Some((first, after)) = rest.split_first() {
        rest = if *first == b'"' { after_string(after) } else { after };
        count += usize::from(matches!(first, b',' | b'[' | b'{'));
        if count > most {
            return Err(Refusal::too_many_values(most));
        }
    }
    Ok(())
}

/// What follows a string, of which the first quotation mark is read.
fn after_string(mut rest: &[u8]) -> &[u8] {
    while let Some(at) = rest.iter().position(|byte| matches!(byte, b'"' | b'\\')) {
        let escapes = rest[at] == b'\\';
        rest = rest.get(at + 1 + usize::from(escapes)..).unwrap_or_default();
        if !escapes {
            return rest;
        }
    }
    &[]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_counted_and_what_stands_in_strings_is_not() {
        for (text, count) in [
            (r#"[1,2,3]"#, 3),
            (r#"{"a":1,"b":[],"c":{"d":[null]}}"#, 6),
            (r#"{"a[,{\",[\\":",,,\\\"[{"}"#, 1),
            (r#"["\\",",\""]"#, 2),
            (r#"["no end,\"#, 1),
            (r#"["no end,\""#, 1),
            ("", 0),
        ] {
            assert!(check(text.as_bytes(), count).is_ok(), "{text}");
            assert!(count == 0 || check(text.as_bytes(), count - 1).is_err(), "{text}");
        }
    }
}
