//! Decimal numbers, read and shown with little code: those of the standard library are exact to the last bit
//! of any number, and bring tables of 15 kB into the browser for it.

/// Reads `-1.5e3`. The nearest number of all when there are up to 15 digits; else as good as equal.
#[must_use]
pub fn read(text: &str) -> Option<f64> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let (digits, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut number = 0.0;
    for digit in whole.bytes().chain(fraction.bytes()) {
        number = number * 10.0 + f64::from(char::from(digit).to_digit(10)?);
    }
    let exponent = exponent.parse::<i32>().ok()?.checked_sub(i32::try_from(fraction.len()).ok()?)?;
    let power = (0..exponent.unsigned_abs().min(400)).fold(1.0, |power: f64, _| power * 10.0);
    let number = if exponent < 0 { number / power } else { number * power };
    number.is_finite().then_some(sign * number)
}

/// Shows a number to so many decimals: `-1.61778`.
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "a number too large for it is shown as the largest")]
pub fn show(number: f64, decimals: u32) -> String {
    let unit = 10_u32.pow(decimals);
    let units = (number * f64::from(unit)).round() as i64;
    let sign = if units < 0 { "-" } else { "" };
    let (whole, part) = (units.unsigned_abs() / u64::from(unit), units.unsigned_abs() % u64::from(unit));
    format!("{sign}{whole}.{part:0width$}", width = decimals as usize)
}

/// `1,234` without its commas; none where they do not set thousands apart: `12,50` may be meant as anything.
#[must_use]
pub fn ungrouped(text: &str) -> Option<String> {
    let mut groups = text.split(',');
    let first = groups.next().unwrap_or_default();
    let mut digits = first.to_owned();
    for group in groups {
        if group.len() != 3 || first.is_empty() || first.len() > 3 {
            return None;
        }
        digits.push_str(group);
    }
    Some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_numbers() {
        for text in [
            "0",
            "-0.5",
            "54.97827",
            "-1.61778",
            "51.507351000001",
            "180",
            "1e3",
            "2.5E-2",
            "123456789012345",
            ".5",
            "5.",
        ] {
            assert_eq!(read(text), text.parse().ok(), "{text}");
        }
        for text in ["", "-", ".", "e5", "1e", "NaN", "inf", "1.2.3", "0x1", "1e999", "one", "--1", " 1"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn shows_numbers() {
        for (number, expected) in [
            (54.978_27, "54.97827"),
            (-1.617_78, "-1.61778"),
            (0.0, "0.00000"),
            (-0.000_001, "0.00000"),
            (1.999_999_9, "2.00000"),
            (-90.0, "-90.00000"),
        ] {
            assert_eq!(show(number, 5), expected);
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_shown_reads_the_same(units in -18_000_000..18_000_000) {
            let text = show(f64::from(units) / 100_000.0, 5);
            proptest::prop_assert_eq!(read(&text), text.parse().ok());
        }
    }
}
