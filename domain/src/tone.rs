//! Words that sound as if the council defended itself, blamed somebody or talked to itself, and what to write instead.
//! Advice, never a block: the list is data.

use serde::Deserialize;

/// A group of words and what to write in their place.
#[derive(Clone, Debug, Deserialize)]
struct Group {
    kind: Kind,
    words: Vec<String>,
    instead: String,
}

/// What is wrong with words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// They defend the council, or blame who reads them.
    Defensive,
    /// They are of the office.
    Jargon,
}

/// Words that were found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flag {
    /// The words, as the list has them.
    pub words: String,
    /// What is wrong with them.
    pub kind: Kind,
    /// What to write instead.
    pub instead: String,
}

/// What could be said better in a text, in the order of the list; each once.
#[must_use]
pub fn check(text: &str) -> Vec<Flag> {
    let groups: Vec<Group> = serde_json::from_str(include_str!("../data/tone.json")).unwrap_or_default();
    let text = words_of(text);
    let mut flags = Vec::new();
    for group in groups {
        let found = group.words.iter().filter(|words| text.contains(&words_of(words)));
        flags.extend(found.map(|words| Flag {
            words: words.clone(),
            kind: group.kind,
            instead: group.instead.clone(),
        }));
    }
    flags
}

/// Words alone, each between spaces: what is found is whole words, whatever stands between them.
fn words_of(text: &str) -> String {
    let mut words = String::from(" ");
    for c in text.chars() {
        match c {
            '’' | '\'' => words.push('\''),
            '-' => words.push('-'),
            c if c.is_alphanumeric() => words.extend(c.to_lowercase()),
            _ if words.ends_with(' ') => {}
            _ => words.push(' '),
        }
    }
    if !words.ends_with(' ') {
        words.push(' ');
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn found_whatever_stands_between_the_words() {
        for (text, found) in [
            ("As you\nare  aware, the bin was out.", "as you are aware"),
            ("YOU DIDN’T put it out.", "you didn't"),
            ("It will be done (in due course).", "in due course"),
            ("We will endeavour to help", "endeavour"),
        ] {
            let flags = check(text);
            assert_eq!(flags.iter().map(|flag| &*flag.words).collect::<Vec<_>>(), [found], "{text}");
        }
    }

    #[test]
    fn whole_words_only() {
        for text in [
            "",
            "The Endeavours ship came.",
            "A slap on the wrist",
            "Tropical plants",
            "The crew cleaned the wall on Friday.",
        ] {
            assert_eq!(check(text), [], "{text}");
        }
    }

    #[test]
    fn the_list_can_be_read_and_says_what_to_write() {
        let groups: Vec<Group> = serde_json::from_str(include_str!("../data/tone.json")).unwrap();
        assert!(groups.len() > 5);
        for group in groups {
            assert!(!group.words.is_empty() && group.instead.ends_with('.'), "{group:?}");
            for words in &group.words {
                assert_eq!(words.to_lowercase(), *words);
                assert_eq!(check(words).len(), 1, "“{words}” is in the list twice, or in other words");
            }
        }
    }
}
