//! References people can read out: eight characters, none of which looks or sounds like another's usual
//! mistake, the last one a check.

use std::fmt;

use serde::{Deserialize, Serialize};

/// 23 characters (a prime, so one wrong or two swapped characters always show). No 0 O 1 I L 2 5 8 S G U E A.
const ALPHABET: &[u8; 23] = b"34679BCDFHJKMNPQRTVWXYZ";
/// Characters before the check character.
const LENGTH: usize = 7;

/// The reference of a request, shown as `7K3M-9PQ9`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(try_from = "String", into = "String")]
pub struct Reference(String);

impl Reference {
    /// Makes a reference of seven random numbers (taken modulo the alphabet's size).
    #[must_use]
    pub fn from_random(random: [u32; LENGTH]) -> Self {
        let digits = random.map(|number| number as usize % ALPHABET.len());
        let mut text: String = digits.iter().map(|&digit| ALPHABET[digit] as char).collect();
        text.push(ALPHABET[check(&digits)] as char);
        Self(text)
    }

    /// Reads a reference as a person types or says it: any case, with spaces or dashes, and with the usual
    /// look-alikes.
    #[must_use]
    pub fn parse(typed: &str) -> Option<Self> {
        let text: String = typed
            .chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '.' | '–' | '_'))
            .map(|c| match c.to_ascii_uppercase() {
                'G' => '6',
                '8' => 'B',
                '2' => 'Z',
                'U' => 'V',
                other => other,
            })
            .collect();
        let digits: Vec<usize> = text
            .bytes()
            .map(|byte| ALPHABET.iter().position(|&known| known == byte))
            .collect::<Option<_>>()?;
        let (last, rest) = digits.split_last()?;
        (rest.len() == LENGTH && check(rest) == *last).then_some(Self(text))
    }

    /// The eight characters without a dash, as stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn check(digits: &[usize]) -> usize {
    let sum: usize = digits.iter().zip(2..).map(|(digit, weight)| digit * weight).sum();
    (ALPHABET.len() - sum % ALPHABET.len()) % ALPHABET.len()
}

impl fmt::Display for Reference {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{}-{}", &self.0[..4], &self.0[4..])
    }
}

impl TryFrom<String> for Reference {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("not a reference")
    }
}

impl From<Reference> for String {
    fn from(reference: Reference) -> Self {
        reference.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn shown_is_read_again(random: [u32; 7]) {
            let reference = Reference::from_random(random);
            prop_assert_eq!(Reference::parse(&reference.to_string()), Some(reference.clone()));
            prop_assert_eq!(Reference::parse(&format!(" {} ", reference.to_string().to_lowercase())), Some(reference));
        }

        #[test]
        fn one_wrong_or_two_swapped_characters_are_noticed(random: [u32; 7], at in 0usize..8, to in 0usize..23) {
            let reference = Reference::from_random(random);
            let mut wrong: Vec<u8> = reference.as_str().bytes().collect();
            wrong[at] = ALPHABET[to];
            if wrong != reference.as_str().as_bytes() {
                prop_assert_eq!(Reference::parse(std::str::from_utf8(&wrong).unwrap()), None);
            }
            let mut swapped: Vec<u8> = reference.as_str().bytes().collect();
            swapped.swap(at, (at + 1) % 8);
            if at < 7 && swapped != reference.as_str().as_bytes() {
                prop_assert_eq!(Reference::parse(std::str::from_utf8(&swapped).unwrap()), None);
            }
        }

        #[test]
        fn never_panics(raw in "\\PC{0,20}") { let _ = Reference::parse(&raw); }
    }
}
