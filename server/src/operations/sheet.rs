//! Files for spreadsheets. What people typed stays text there: no cell begins like a formula, and no sign in it turns
//! the order of what is read.

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};

/// Rows as CSV.
#[must_use]
pub fn lines(rows: impl IntoIterator<Item = Vec<String>>) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .quote_style(csv::QuoteStyle::Always)
        .from_writer(Vec::new());
    for row in rows {
        // Writing to memory can't fail.
        let _ = writer.write_record(row.iter().map(|cell| safe(cell)));
    }
    writer.into_inner().unwrap_or_default()
}

/// A file to be saved.
#[must_use]
pub fn reply(name: &str, body: Body) -> Response {
    let name = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8; header=present")),
        (header::CONTENT_DISPOSITION, name.unwrap_or(HeaderValue::from_static("attachment"))),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, body).into_response()
}

/// A cell that no spreadsheet calculates. Signs before the first letter do not hide it: some programs skip them.
fn safe(cell: &str) -> String {
    let turns =
        |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let cell: String = cell.chars().filter(|c| !turns(*c)).collect();
    let begins = cell.trim_start().chars().next();
    // A sum is calculated to itself, and has to stay one.
    let is_sum = cell.strip_prefix('-').is_some_and(|sum| {
        sum.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') && sum.parse::<f64>().is_ok()
    });
    let is_formula = !is_sum && matches!(begins, Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠'))
        || cell.starts_with(['\t', '\r', '\n']);
    if is_formula { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for formula in [
            "=HYPERLINK(\"https://evil.example\")",
            "+cmd|' /C calc'!A0",
            "-1+1",
            "-",
            "-.",
            "- 1",
            "-1e3",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "  =1",
            "\u{202e}=1",
            "＝1",
        ] {
            assert!(safe(formula).starts_with('\''), "{formula:?} became {:?}", safe(formula));
        }
        for text in ["Mill Lane", "", "1 - 2", "O’Brien", "a=b", "-26.00", "-1"] {
            assert_eq!(safe(text), text);
        }
    }

    #[test]
    fn everything_is_quoted() {
        let lines = lines([vec!["a \"b\", c".to_owned(), "=1\r\n=2".to_owned()]]);
        assert_eq!(String::from_utf8(lines).unwrap(), "\"a \"\"b\"\", c\",\"'=1\r\n=2\"\r\n");
    }
}
