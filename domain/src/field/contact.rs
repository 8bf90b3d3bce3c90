//! Who the resident is and how to reach them: only what the service needs.

use serde::{Deserialize, Serialize};

use super::{ErrorCode, FieldError, Parsed, Value, plain};
use crate::answers::{Answers, Parts};

/// The parts of a contact answer.
pub const PARTS: [&str; 3] = ["name", "email", "phone"];
const EMAIL_MAX: u32 = 254;
const PHONE_MAX: u32 = 50;

/// Whether one part of the contact is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// Not asked.
    #[default]
    No,
    /// Asked, may be left blank.
    Optional,
    /// Needed.
    Required,
}

/// A contact question. A phone number is never required: not everybody has one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Contact {
    /// Whether the name is asked.
    pub name: Ask,
    /// Whether the e-mail address is asked.
    pub email: Ask,
    /// Whether the phone number is asked.
    pub phone: Ask,
}

/// A person as they told us.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Person {
    /// Full name in one piece; some people have only one name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// E-mail address as typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Phone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Phone>,
}

/// A phone number: as typed, and in the international form where that is clear.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Phone {
    /// As typed.
    pub typed: String,
    /// `+447700900123`; `None` when the typed text leaves it open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub e164: Option<String>,
}

impl Contact {
    pub(super) fn first_part(&self) -> &'static str {
        if self.name == Ask::No && self.email != Ask::No { "email" } else { "name" }
    }

    /// Whether a part is asked for.
    #[must_use]
    pub fn asks(&self, part: &str) -> bool {
        let ask = match part {
            "name" => self.name,
            "email" => self.email,
            "phone" => self.phone,
            _ => Ask::No,
        };
        ask != Ask::No
    }

    /// Asked who they are and how to reach them, a person may choose the way.
    fn needs_either(&self) -> bool {
        self.name == Ask::Required && self.email == Ask::Optional && self.phone == Ask::Optional
    }

    pub(super) fn parse(&self, parts: Parts<'_>) -> Parsed {
        let mut errors = Vec::new();
        let mut asked = |name: &str, ask: Ask| {
            let text = if ask == Ask::No { String::new() } else { plain::line(parts.part(name)) };
            if text.is_empty() && ask == Ask::Required {
                errors.push(FieldError::new(parts.path(name), ErrorCode::Missing));
            }
            text
        };
        let name = asked("name", self.name);
        // Not cleaned first: an address with a line break in it is refused, not mended.
        let email =
            if asked("email", self.email).is_empty() { "" } else { parts.part("email").trim_matches(' ') };
        let typed = asked("phone", self.phone);
        errors.extend(plain::within(parts.path("name"), &name, plain::NAME_MAX).err());
        if !email.is_empty() && !is_email(email) {
            errors.push(FieldError::new(parts.path("email"), ErrorCode::NotAnEmail));
        }
        let phone = phone(parts.path("phone"), &typed).unwrap_or_else(|error| {
            errors.push(error);
            None
        });
        // Who leaves both blank can't be answered.
        if self.needs_either() && email.is_empty() && typed.is_empty() {
            errors.push(FieldError::new(parts.path("email"), ErrorCode::NoWayToReach));
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let person = Person { name, email: (!email.is_empty()).then(|| email.to_owned()), phone };
        Ok((person != Person::default()).then_some(Value::Contact(person)))
    }

    pub(super) fn sample(&self, question: &str, into: &mut Answers) {
        for (part, ask, text) in [
            ("name", self.name, "Sam O’Brien"),
            ("email", self.email, "sam@example.org"),
            ("phone", self.phone, "07700 900123"),
        ] {
            if ask != Ask::No {
                into.set(&format!("{question}.{part}"), text);
            }
        }
    }
}

impl Person {
    pub(super) fn show(&self) -> String {
        let phone = self.phone.as_ref().map(|phone| phone.typed.as_str());
        let lines: Vec<&str> = [Some(self.name.as_str()), self.email.as_deref(), phone]
            .into_iter()
            .flatten()
            .filter(|line| !line.is_empty())
            .collect();
        lines.join("\n")
    }
}

/// Reads a phone number; one that leaves open where it rings is kept as typed.
pub(super) fn phone(path: String, raw: &str) -> Result<Option<Phone>, FieldError> {
    let typed = plain::line(raw);
    if typed.is_empty() {
        return Ok(None);
    }
    plain::within(path.clone(), &typed, PHONE_MAX)?;
    if typed.chars().filter(char::is_ascii_digit).count() < 5 {
        return Err(FieldError::new(path, ErrorCode::NotAPhone));
    }
    Ok(Some(Phone { e164: e164(&typed), typed }))
}

/// Whether a text has the form of an e-mail address (RFC 5321 limits; a quoted local part, a tag and a
/// domain in any script are fine). Anything that could end a mail header line is refused.
#[must_use]
pub fn is_email(text: &str) -> bool {
    let ends_line = |part: &[u8]| matches!(part, [b'%', b'0', b'a' | b'd' | b'A' | b'D']);
    if plain::count(text) > EMAIL_MAX
        || text.chars().any(char::is_control)
        || text.as_bytes().windows(3).any(ends_line)
    {
        return false;
    }
    let Some((local, host)) = text.rsplit_once('@') else { return false };
    let quoted = local.strip_prefix('"').and_then(|local| local.strip_suffix('"'));
    let quoted = quoted.is_some_and(|local| !local.is_empty() && !local.contains('"'));
    let local_ok = quoted
        || local
            .split('.')
            .all(|atom| !atom.is_empty() && atom.chars().all(|c| plain::is_letter_or_digit(c) || is_sign(c)));
    let labels: Vec<&str> = host.split('.').collect();
    let host_ok = labels.len() > 1
        && labels.iter().all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| plain::is_letter_or_digit(c) || c == '-')
        });
    let top_ok = labels.last().is_some_and(|top| plain::count(top) > 1 && top.chars().any(is_letter));
    local.len() <= 64 && local_ok && host_ok && top_ok
}

/// The signs that may stand in the local part (RFC 5322 `atext`).
fn is_sign(c: char) -> bool {
    u8::try_from(c).is_ok_and(|c| b"!#$%&'*+-/=?^_`{|}~".contains(&c))
}

fn is_letter(c: char) -> bool {
    plain::is_letter_or_digit(c) && !c.is_ascii_digit()
}

/// Mail hosts that people mistype most, by use.
const COMMON_HOSTS: [&str; 10] = [
    "gmail.com",
    "hotmail.com",
    "hotmail.co.uk",
    "outlook.com",
    "yahoo.com",
    "yahoo.co.uk",
    "icloud.com",
    "btinternet.com",
    "live.co.uk",
    "sky.com",
];

/// What the person may have meant: an address one slip away from a common one. A question to ask, never
/// a reason to refuse.
#[must_use]
pub fn email_meant(email: &str) -> Option<String> {
    let (local, host) = email.rsplit_once('@')?;
    let host = host.to_ascii_lowercase();
    let meant = COMMON_HOSTS.iter().find(|common| one_slip(&host, common))?;
    (!COMMON_HOSTS.contains(&host.as_str())).then(|| format!("{local}@{meant}"))
}

/// One letter missing, added, changed or swapped with its neighbour.
fn one_slip(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let start = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[start..], &b[start..]);
    match a.len().cmp(&b.len()) {
        std::cmp::Ordering::Equal => {
            a.len() > 1 && (a[1..] == b[1..] || (a[0] == b[1] && a[1] == b[0] && a[2..] == b[2..]))
                || a.len() == 1
        }
        std::cmp::Ordering::Less => b.len() == a.len() + 1 && a == &b[1..],
        std::cmp::Ordering::Greater => a.len() == b.len() + 1 && &a[1..] == b,
    }
}

/// Letters from more than one alphabet in an address: a common trick to look like somebody else. Worth a
/// second look, never a refusal.
#[must_use]
pub fn mixes_alphabets(email: &str) -> bool {
    let latin = email.chars().any(|c| c.is_ascii_alphabetic());
    latin
        && email.chars().any(|c| c.is_alphabetic() && !c.is_ascii() && !matches!(c, '\u{00C0}'..='\u{024F}'))
}

/// The form two addresses are compared in: full-width letters narrowed and everything in lower case.
#[must_use]
pub fn same_email_key(email: &str) -> String {
    let narrow = email.trim().chars().map(|c| match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        other => other,
    });
    narrow.flat_map(char::to_lowercase).collect()
}

/// A number in international form: British numbers in any spacing, with `+44`, `0044` or a `(0)`, an
/// extension dropped, a text relay prefix (18001) dropped; foreign ones when they begin with `+` or `00`.
#[must_use]
pub fn e164(typed: &str) -> Option<String> {
    let lower = typed.to_ascii_lowercase();
    let main = lower.split(['x', '#']).next().unwrap_or("").trim_end_matches(|c: char| !c.is_ascii_digit());
    if main.chars().any(|c| is_letter(c) && c != 'e') {
        return None;
    }
    let plus = main.trim_start().starts_with('+') || main.trim_start().starts_with("(+");
    let mut parts = main.split('(');
    let first = parts.next();
    let parts = first.into_iter().chain(parts.map(|part| part.strip_prefix("0)").unwrap_or(part)));
    let digits: String = parts.flat_map(str::chars).filter(char::is_ascii_digit).collect();
    let digits = digits.strip_prefix("18001").unwrap_or(&digits).to_owned();
    let number = if plus {
        digits
    } else if let Some(rest) = digits.strip_prefix("00") {
        rest.to_owned()
    } else if let Some(rest) = digits.strip_prefix('0') {
        format!("44{rest}")
    } else {
        return None;
    };
    let british = number.strip_prefix("44").map(|rest| rest.trim_start_matches('0').to_owned());
    match british {
        Some(rest) => (9..=10).contains(&rest.len()).then(|| format!("+44{rest}")),
        None => (8..=15).contains(&number.len()).then(|| format!("+{number}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(pairs: &[(&str, &str)]) -> Parsed {
        let answers: Answers = pairs.iter().copied().collect();
        Contact { name: Ask::Required, email: Ask::Required, phone: Ask::Optional }
            .parse(answers.parts("you"))
    }

    #[test]
    fn accepts_addresses() {
        let long = format!("{}@{}.{}.example.org", "a".repeat(64), "b".repeat(63), "c".repeat(60));
        for email in [
            "a@b.uk",
            "a+b@example.org",
            "o'brien@example.co.uk",
            "\"john doe\"@example.org",
            "jo@bücher.example",
            "用户@例子.中国",
            "x@hotmial.com",
            long.as_str(),
        ] {
            assert!(is_email(email), "{email}");
        }
    }

    #[test]
    fn refuses_what_is_no_address() {
        for email in [
            "",
            "a",
            "a@",
            "@b.uk",
            "a@b",
            "a b@c.uk",
            "a@b..uk",
            "a@-b.uk",
            "a@b.uk\r\nBcc: x@y.uk",
            "a%0abcc:x@b.uk",
            "a@b.uk\0",
            "a@b@c",
            ".a@b.uk",
            "a@b.1",
            "a@b.uk>",
            "<a@b.uk",
        ] {
            assert!(!is_email(email), "{email}");
        }
        let errors = parse(&[("you.name", "Sam"), ("you.email", "a@b.uk\r\nBcc: x@y.uk")]);
        assert_eq!(errors, Err(vec![FieldError::new("you.email", ErrorCode::NotAnEmail)]));
    }

    #[test]
    fn asks_about_slips_and_strange_letters() {
        assert_eq!(email_meant("jo@hotmial.com").as_deref(), Some("jo@hotmail.com"));
        assert_eq!(email_meant("jo@gmial.com").as_deref(), Some("jo@gmail.com"));
        assert_eq!(email_meant("jo@gmail.co").as_deref(), Some("jo@gmail.com"));
        assert_eq!(email_meant("jo@gmail.com"), None);
        assert_eq!(email_meant("jo@example.org"), None);
        assert!(mixes_alphabets("P\u{0430}ypal@example.org") && !mixes_alphabets("jo@bücher.example"));
        assert_eq!(same_email_key(" Ｊo@EXAMPLE.org "), "jo@example.org");
    }

    #[test]
    fn phone_numbers_as_people_write_them() {
        for (typed, number) in [
            ("(0191) 278-7878", Some("+441912787878")),
            ("+44 7700 900123", Some("+447700900123")),
            ("07700 900 123 ext 4", Some("+447700900123")),
            ("0044 7700 900123", Some("+447700900123")),
            ("+44 (0)191 278 7878", Some("+441912787878")),
            ("18001 0191 278 7878", Some("+441912787878")),
            ("+33 1 23 45 67 89", Some("+33123456789")),
            ("0033123456789", Some("+33123456789")),
            ("278 7878", None),
            ("ring my sister 07700", None),
        ] {
            assert_eq!(e164(typed).as_deref(), number, "{typed}");
        }
        let unclear = parse(&[("you.name", "U"), ("you.email", "u@example.org"), ("you.phone", "278 7878")]);
        assert!(matches!(unclear, Ok(Some(_))), "an unclear number is kept as typed");
        assert!(parse(&[("you.name", "U"), ("you.email", "u@example.org"), ("you.phone", "none")]).is_err());
    }

    #[test]
    fn names_up_to_500_characters() {
        let name = "x".repeat(501);
        let errors = parse(&[("you.name", &name), ("you.email", "u@example.org")]);
        assert_eq!(errors, Err(vec![FieldError::over("you.name", ErrorCode::TooLong, 500)]));
        assert!(parse(&[("you.name", &name[..300]), ("you.email", "u@example.org")]).is_ok());
        assert_eq!(
            parse(&[("you.phone", "07700900123")]).map_err(|e| e.len()),
            Err(2),
            "name and e-mail are missing"
        );
    }

    #[test]
    fn one_way_to_be_reached_is_enough_and_needed() {
        let kind = Contact { name: Ask::Required, email: Ask::Optional, phone: Ask::Optional };
        let parse = |email: &str, phone: &str| {
            let answers: Answers =
                [("you.name", "Sam"), ("you.email", email), ("you.phone", phone)].into_iter().collect();
            kind.parse(answers.parts("you"))
        };
        assert!(parse("sam@example.org", "").is_ok());
        assert!(parse("", "07700 900 982").is_ok());
        assert_eq!(parse(" ", ""), Err(vec![FieldError::new("you.email", ErrorCode::NoWayToReach)]));
    }

    proptest::proptest! {
        #[test]
        fn nothing_panics_and_no_header_breaks(raw in "\\PC{0,40}|[a-z@.%0ad\r\n]{0,20}") {
            if is_email(&raw) { proptest::prop_assert!(!raw.contains(['\r', '\n'])); }
            let _ = (e164(&raw), email_meant(&raw), same_email_key(&raw));
        }
    }
}
