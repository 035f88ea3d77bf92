//! Counts tokens, directives and open brackets of a document in one pass and without recursion.
//!
//! It must never see fewer brackets than the parser. Strings and comments hide brackets, so it reads them by the parser's
//! rules, and refuses a document with a string that has no end: there the parser would go back and read on differently.

use super::{DocumentLimits, Refusal, TOO_DEEP, TOO_LARGE, TOO_MANY_DIRECTIVES};

/// A token, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lexeme {
    Open,
    Close,
    /// The sign of one.
    Directive,
    /// A name or number, with its length.
    Word(usize),
    Other,
    /// A string without an end.
    Unterminated,
}

pub(super) fn check(query: &str, limits: &DocumentLimits) -> Result<(), Refusal> {
    let (mut tokens, mut depth) = (0_usize, 0_usize);
    let (mut directives, mut definitions) = (0_usize, 0_usize);
    for lexeme in (Lexemes { rest: query.as_bytes() }) {
        tokens += 1;
        match lexeme {
            Lexeme::Open => {
                definitions += usize::from(depth == 0);
                depth += 1;
            }
            Lexeme::Directive => directives += 1,
            Lexeme::Close => depth = depth.saturating_sub(1),
            Lexeme::Word(length) if length > limits.word_bytes => {
                return Err(Refusal::limit(
                    TOO_LARGE,
                    "a name or number with a length",
                    length as u64,
                    limits.word_bytes as u64,
                ));
            }
            Lexeme::Word(_) | Lexeme::Other => {}
            Lexeme::Unterminated => return Err(Refusal::unterminated_string()),
        }
        if depth > limits.bracket_depth {
            return Err(Refusal::limit(TOO_DEEP, "brackets with a nesting", depth as u64, limits.bracket_depth as u64));
        }
        if tokens > limits.tokens {
            return Err(Refusal::limit(TOO_LARGE, "a token count", tokens as u64, limits.tokens as u64));
        }
    }
    // Each definition may have so many, which is counted exactly once it is parsed; thousands are not worth parsing.
    if directives > definitions.max(1).saturating_mul(limits.directives as usize) {
        return Err(Refusal::limit(TOO_MANY_DIRECTIVES, "a directive count", directives as u64, limits.directives));
    }
    Ok(())
}

struct Lexemes<'a> {
    rest: &'a [u8],
}

impl Iterator for Lexemes<'_> {
    type Item = Lexeme;

    fn next(&mut self) -> Option<Lexeme> {
        self.skip_ignored();
        let (lexeme, length) = match *self.rest.first()? {
            b'{' | b'[' | b'(' => (Lexeme::Open, 1),
            b'}' | b']' | b')' => (Lexeme::Close, 1),
            b'@' => (Lexeme::Directive, 1),
            b'"' => match string_length(self.rest) {
                Some(length) => (Lexeme::Other, length),
                None => (Lexeme::Unterminated, self.rest.len()),
            },
            byte if is_word(byte) => {
                let length = self.rest.iter().take_while(|byte| is_word(**byte)).count();
                (Lexeme::Word(length), length)
            }
            _ => (Lexeme::Other, 1),
        };
        self.rest = self.rest.get(length..).unwrap_or_default();
        Some(lexeme)
    }
}

impl Lexemes<'_> {
    /// White space, commas, byte order marks and comments.
    fn skip_ignored(&mut self) {
        loop {
            self.rest = match self.rest {
                [b' ' | b',' | b'\t' | b'\r' | b'\n', rest @ ..] | [0xEF, 0xBB, 0xBF, rest @ ..] => rest,
                [b'#', comment @ ..] => {
                    let end = comment.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
                    end.map_or(&[][..], |end| &comment[end..])
                }
                _ => return,
            }
        }
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The length of the string at the start, with its quotes; `None` if it has no end.
fn string_length(text: &[u8]) -> Option<usize> {
    match text.strip_prefix(br#"""""#) {
        Some(block) => block_length(block).map(|length| 3 + length),
        None => line_length(&text[1..]).map(|length| 1 + length),
    }
}

/// Up to and with the three quotes that end a block string; `\"""` does not.
fn block_length(block: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        match block.get(at..)? {
            [b'\\', b'"', b'"', b'"', ..] => at += 4,
            [b'"', b'"', b'"', ..] => return Some(at + 3),
            [] => return None,
            _ => at += 1,
        }
    }
}

/// Up to and with the quote that ends an ordinary string, which ends on its line.
fn line_length(line: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        match line.get(at..)? {
            [b'"', ..] => return Some(at + 1),
            [] | [b'\r' | b'\n', ..] | [b'\\', b'\r' | b'\n', ..] => return None,
            [b'\\', ..] => at += 2,
            _ => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lexemes(text: &str) -> Vec<Lexeme> {
        Lexemes { rest: text.as_bytes() }.collect()
    }

    #[test]
    fn strings_and_comments_hide_brackets_as_they_do_for_the_parser() {
        use Lexeme::{Close, Open, Other, Unterminated, Word};
        for (text, expected) in [
            ("", vec![]),
            ("\u{feff} ,\t\r\n", vec![]),
            ("{a}", vec![Open, Word(1), Close]),
            ("#[[[\n[#]", vec![Open]),
            ("#[[[\r[", vec![Open]),
            (r#""[[""#, vec![Other]),
            (r#""\"[" ["#, vec![Other, Open]),
            (r#""\\" ["#, vec![Other, Open]),
            (r#""" ["#, vec![Other, Open]),
            (r#""""[ " [""" ["#, vec![Other, Open]),
            (r#""""\"""[""" ["#, vec![Other, Open]),
            (r#""""""" ["#, vec![Other, Open]),
            ("\"", vec![Unterminated]),
            ("\"a\n[\"", vec![Unterminated]),
            (r#""""a" [[["#, vec![Unterminated]),
            (r#""""a\""""#, vec![Unterminated]),
            ("...F -1.5", vec![Other, Other, Other, Word(1), Other, Word(1), Other, Word(1)]),
            ("é[", vec![Other, Other, Open]),
        ] {
            assert_eq!(lexemes(text), expected, "{text}");
        }
    }
}
