//! What people call a session, checked before anything is made of it.

use std::str::FromStr;

const LONGEST_NAME: usize = 200;

/// A session's name, as people read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionName(String);

impl SessionName {
    pub fn into_text(self) -> String {
        self.0
    }
}

impl FromStr for SessionName {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let length = text.chars().count();
        if length == 0 || length > LONGEST_NAME || text.chars().any(char::is_control) {
            return Err("a name has 1 to 200 characters on one line");
        }
        Ok(Self(text.to_owned()))
    }
}
