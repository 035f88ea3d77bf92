//! What people type to name somebody or something, checked before anything is made of it.

use std::str::FromStr;

/// The longest address that mail can be sent to.
const LONGEST_EMAIL: usize = 254;
const LONGEST_NAME: usize = 100;

/// An e-mail address in lower case, by which a user is found again.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Email(String);

impl Email {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Email {
    type Err = &'static str;

    /// Catches slips, not every address that no server would take.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let parts: Vec<&str> = text.split('@').collect();
        if !matches!(parts.as_slice(), [name, host] if !name.is_empty() && !host.is_empty()) {
            return Err("an e-mail address has one @ with something on either side");
        }
        if text.len() > LONGEST_EMAIL || text.chars().any(|char| char.is_whitespace() || char.is_control()) {
            return Err("an e-mail address has no spaces and at most 254 characters");
        }
        Ok(Self(text.to_lowercase()))
    }
}

/// A studio's name, as people read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StudioName(String);

impl StudioName {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for StudioName {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        name(text).map(Self)
    }
}

/// A user's name, as their colleagues read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisplayName(String);

impl DisplayName {
    /// What somebody goes by who gave no name: what stands before the @.
    pub fn of(email: &str) -> Self {
        Self(email.split('@').next().unwrap_or(email).to_owned())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for DisplayName {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        name(text).map(Self)
    }
}

fn name(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    let length = text.chars().count();
    if length == 0 || length > LONGEST_NAME || text.chars().any(char::is_control) {
        return Err("a name has 1 to 100 characters on one line");
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_trimmed_and_in_lower_case() {
        assert_eq!(" Me@Example.COM ".parse::<Email>().unwrap().as_str(), "me@example.com");
        let longest = format!("{}@x", "a".repeat(252));
        assert_eq!(longest.parse::<Email>().unwrap().as_str(), longest);
        for slip in ["", " ", "@", "me", "me@", "@host", "a@b@c", "a b@c", "a@b\nc", &format!("a{longest}")] {
            assert!(slip.parse::<Email>().is_err(), "{slip:?}");
        }
    }

    #[test]
    fn a_name_is_trimmed_and_bounded() {
        assert_eq!(" Toko Baju ".parse::<StudioName>().unwrap().as_str(), "Toko Baju");
        assert!("é".repeat(100).parse::<StudioName>().is_ok());
        for slip in ["", "  ", "a\tb", &"é".repeat(101)] {
            assert!(slip.parse::<StudioName>().is_err(), "{slip:?}");
        }
    }
}
