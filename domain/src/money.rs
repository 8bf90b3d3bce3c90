//! Money: pounds and pence, counted in pence.

use crate::decimal::ungrouped;

/// The most digits that are read before the point; no fee or fine has more.
const MOST_DIGITS: usize = 9;

/// Reads `£12.50`, `12.5`, `12`, `1,000` as pence. Less than nothing is no amount a person types.
#[must_use]
pub fn read(text: &str) -> Option<i64> {
    let text: String = text.chars().filter(|c| !matches!(c, ' ' | '\u{A0}')).collect();
    let text = text.strip_prefix('£').unwrap_or(&text);
    let (pounds, pence) = text.split_once('.').unwrap_or((text, ""));
    let pounds = &*ungrouped(pounds)?;
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if pounds.is_empty() && pence.is_empty()
        || pounds.len() > MOST_DIGITS
        || pence.len() > 2
        || !is_number(pounds)
        || !is_number(pence)
    {
        return None;
    }
    let number = |text: &str| if text.is_empty() { Some(0) } else { text.parse::<i64>().ok() };
    let pence = if pence.len() == 1 { number(pence)? * 10 } else { number(pence)? };
    Some(number(pounds)? * 100 + pence)
}

/// Shows pence as `£1,234.50`; a discount as `-£26.00`.
#[must_use]
pub fn show(pence: i64) -> String {
    let sign = if pence < 0 { "-" } else { "" };
    let (pounds, pence) = (pence.unsigned_abs() / 100, pence.unsigned_abs() % 100);
    let digits = pounds.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{sign}£{grouped}.{pence:02}")
}

/// Pence as a document writes them: `"£12.50"`.
pub mod written {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    /// Writes pence.
    ///
    /// # Errors
    /// The serializer's.
    pub fn serialize<S: Serializer>(pence: &i64, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&super::show(*pence))
    }

    /// Reads pence.
    ///
    /// # Errors
    /// Where it is no money.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<i64, D::Error> {
        let text = String::deserialize(from)?;
        super::read(&text).ok_or_else(|| D::Error::custom(r#"money is written like "£12.50""#))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_amounts_as_people_write_them() {
        for (text, pence) in [
            ("£12.50", 1_250),
            ("12.5", 1_250),
            ("12", 1_200),
            (" 1,000 ", 100_000),
            ("£ 0.01", 1),
            (".50", 50),
            ("12.", 1_200),
            ("0", 0),
        ] {
            assert_eq!(read(text), Some(pence), "{text}");
        }
        for text in [
            "",
            "£",
            ".",
            "-5",
            "12.505",
            "12.5.0",
            "12,50",
            "1,0000",
            ",5",
            "12.5,0",
            "ten",
            "£12p",
            "1e3",
            "1234567890",
            "٣",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(show(123_456_789), "£1,234,567.89");
        assert_eq!((show(0), show(-2_600)), ("£0.00".to_owned(), "-£26.00".to_owned()));
    }

    proptest::proptest! {
        #[test]
        fn what_is_shown_is_read_again(pence in 0..10_000_000_000_i64) {
            proptest::prop_assert_eq!(read(&show(pence)), Some(pence));
        }
    }
}
