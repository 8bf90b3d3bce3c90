//! Cleaning of typed text, the same for every kind: what a person wrote is kept to the letter, and what
//! only serves to deceive or to break a page is taken out.

use super::{ErrorCode, FieldError, Parsed, Value};
use crate::answers::Parts;

/// The most characters a name may have.
pub const NAME_MAX: u32 = 500;
/// The most characters any text may have, whatever a document says.
pub const TEXT_MAX: u32 = 10_000;
/// Marks stacked on one base letter that are kept; real writing needs at most a few.
const MARKS_KEPT: usize = 8;

/// Cleans one line: line breaks and tabs become spaces, and the ends are trimmed.
#[must_use]
pub fn line(raw: &str) -> String {
    let spaced: String = raw.chars().map(|c| if matches!(c, '\n' | '\r' | '\t') { ' ' } else { c }).collect();
    lines(&spaced)
}

/// Cleans text of several lines: Windows line ends become `\n`; control characters and the invisible
/// characters that turn the direction of writing are dropped; stacked marks are capped; the ends are trimmed.
#[must_use]
pub fn lines(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut marks = 0;
    let mut chars = raw.chars().peekable();
    while let Some(c) = chars.next() {
        let c = match c {
            '\r' if chars.peek() == Some(&'\n') => continue,
            '\r' => '\n',
            c => c,
        };
        if is_stacking_mark(c) {
            marks += 1;
            if marks > MARKS_KEPT {
                continue;
            }
        } else {
            marks = 0;
        }
        if (c.is_control() && c != '\n' && c != '\t') || is_direction_control(c) {
            continue;
        }
        out.push(c);
    }
    // Nothing but signs that nobody sees is nothing.
    if out.chars().all(|c| c.is_whitespace() || is_invisible(c)) {
        return String::new();
    }
    normal_form(out.trim())
}

/// Signs of no width: spaces and joiners, soft hyphens, fillers.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
    )
}

/// Characters as a person would count them for a limit: Unicode scalar values.
#[must_use]
pub fn count(text: &str) -> u32 {
    u32::try_from(text.chars().count()).unwrap_or(u32::MAX)
}

/// Refuses text longer than `max` characters.
///
/// # Errors
/// [`ErrorCode::TooLong`] with the limit.
pub fn within(path: impl Into<String>, text: &str, max: u32) -> Result<(), FieldError> {
    if count(text) > max { Err(FieldError::over(path, ErrorCode::TooLong, max)) } else { Ok(()) }
}

/// Reads a number of letters and digits that people type with spaces and dashes: kept in capitals without them.
pub(super) fn code(parts: Parts<'_>, wrong: ErrorCode, is_one: fn(&str) -> bool) -> Parsed {
    let mut code = String::new();
    for c in parts.whole().chars() {
        if !(c == '-' || c.is_whitespace()) {
            code.push(c.to_ascii_uppercase());
        }
    }
    match code.as_str() {
        "" => Ok(None),
        text if text.is_ascii() && is_one(text) => Ok(Some(Value::Text(code))),
        _ => Err(vec![FieldError::new(parts.path(""), wrong)]),
    }
}

/// Invisible characters that turn the direction of writing (Unicode TR 9); a name or a file name with
/// them can be made to read as something else.
#[must_use]
pub fn is_direction_control(c: char) -> bool {
    matches!(c, '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// A letter or a digit of any script: what is neither ASCII punctuation nor in one of Unicode's blocks of
/// punctuation, signs, arrows and pictures. `char::is_alphanumeric` is exact, and brings tables that every
/// resident's browser would have to fetch.
#[must_use]
pub fn is_letter_or_digit(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || !c.is_ascii()
            && !matches!(c,
                '\u{80}'..='\u{A9}' | '\u{AB}'..='\u{B4}' | '\u{B6}'..='\u{B9}' | '\u{BB}'..='\u{BF}' | '\u{D7}' | '\u{F7}'
                | '\u{2000}'..='\u{206F}' | '\u{20A0}'..='\u{20FF}' | '\u{2190}'..='\u{2BFF}' | '\u{2E00}'..='\u{2E7F}'
                | '\u{3000}'..='\u{3004}' | '\u{3008}'..='\u{3020}' | '\u{E000}'..='\u{F8FF}' | '\u{FE00}'..='\u{FE6F}'
                | '\u{FEFF}'..='\u{FF0F}' | '\u{FF1A}'..='\u{FF20}' | '\u{FF3B}'..='\u{FF40}' | '\u{FF5B}'..='\u{FF65}'
                | '\u{FFE0}'..='\u{FFFF}' | '\u{1F000}'..='\u{1FAFF}' | '\u{E0000}'..)
}

fn is_stacking_mark(c: char) -> bool {
    matches!(c, '\u{0300}'..='\u{036F}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}' | '\u{20D0}'..='\u{20FF}' | '\u{FE20}'..='\u{FE2F}')
}

/// Composed form (NFC), so that equal text is stored equally. The tables are large, so only the server
/// has them; what it stores is what counts.
#[cfg(feature = "documents")]
fn normal_form(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization as _;
    text.nfc().collect()
}

#[cfg(not(feature = "documents"))]
fn normal_form(text: &str) -> String {
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_is_nothing() {
        for nothing in ["", " \n\t ", "\u{200b}", "\u{feff}\u{200d} \u{ad}", "\u{3164}\u{200b}"] {
            assert_eq!(lines(nothing), "", "{nothing:?}");
        }
        assert_eq!(lines("\u{200b}a"), "\u{200b}a");
    }

    #[test]
    fn names_are_kept_to_the_letter() {
        for name in [
            "O’Brien",
            "O'Brien",
            "D’Arcy-Smith",
            "Nǃxau",
            "X Æ A-12",
            "U",
            "محمد",
            "👩‍👩‍👧 Family",
            "<script>alert(1)</script>",
            "'; DROP TABLE request;--",
        ] {
            assert_eq!(line(name), name);
        }
    }

    #[test]
    fn letters_of_any_script_and_no_punctuation() {
        let words = "azAZ09éŵßøŁжЖαΩשلक্เก中文한글カナーＡｚ９ǃ";
        let wrong: String = words.chars().filter(|c| !is_letter_or_digit(*c)).collect();
        assert_eq!(wrong, "");
        let signs = " .,;:@()<>\"’‘“”–—…·«»¡¿×÷€£©→☎❤★。、「」＠．！😀\u{200B}\u{202E}\u{FEFF}\u{E000}\u{FFFD}\u{A0}\u{3000}";
        let wrong: String = signs.chars().filter(|c| is_letter_or_digit(*c)).collect();
        assert_eq!(wrong, "");
        // Close to the exact rule: it takes no more than marks and signs within other scripts besides.
        let letters = (0..0x2000_u32).filter_map(char::from_u32).filter(|c| c.is_alphanumeric());
        assert!(
            letters
                .filter(|c| !is_letter_or_digit(*c))
                .collect::<String>()
                .chars()
                .all(|c| matches!(c, '²' | '³' | '¹' | '¼'..='¾'))
        );
    }

    #[test]
    fn what_deceives_is_dropped() {
        assert_eq!(line("photo\u{202E}gpj.exe"), "photogpj.exe");
        assert_eq!(line("a\u{0000}b\u{0007}c"), "abc");
        assert_eq!(line("two\r\nlines"), "two  lines");
        assert_eq!(lines("  a\r\nb\rc  "), "a\nb\nc");
        let zalgo: String = std::iter::once('e').chain(std::iter::repeat_n('\u{0316}', 500)).collect();
        assert!(count(&lines(&zalgo)) <= 9);
    }

    proptest::proptest! {
        #[test]
        fn cleaning_twice_changes_nothing(raw in ".{0,200}") {
            let once = lines(&raw);
            proptest::prop_assert_eq!(lines(&once), once);
        }
    }
}
