//! Documents: proofs and letters, uploaded on their own while the form is filled in, named here by their
//! identifiers.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{ErrorCode, FieldError, Parsed, Value, plain};
use crate::answers::{Answers, Parts};

/// The most documents one question can take, whatever a service's document says.
pub const MOST: u32 = 5;
/// The most bytes a document may have.
pub const MAX_BYTES: u64 = 10 * 1024 * 1024;
const NAME_MAX: u32 = 255;

/// A documents question. Its parts are `1` to `5` (identifiers) and `1.name` to `5.name` (the files' names).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = DocumentsKind))]
pub struct Documents {
    /// The most documents, 1 to 5.
    pub max: u32,
}

/// One document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Document {
    /// The identifier the upload was given.
    pub id: Uuid,
    /// The file's name, for people to read; nothing is opened by it.
    pub name: String,
}

impl Documents {
    pub(super) fn parse(&self, parts: Parts<'_>) -> Parsed {
        let mut documents: Vec<Document> = Vec::new();
        let mut errors = Vec::new();
        for number in 1..=MOST {
            let part = number.to_string();
            let raw = parts.part(&part);
            if raw.is_empty() {
                continue;
            }
            let name = name(parts.part(&format!("{part}.name")), number);
            match Uuid::try_parse(raw) {
                Ok(id) if documents.iter().any(|document| document.id == id) => {}
                Ok(id) => documents.push(Document { id, name }),
                Err(_) => errors.push(FieldError::new(parts.path(&part), ErrorCode::NotADocument)),
            }
        }
        if documents.len() > self.max as usize {
            errors.push(FieldError::over(parts.path(""), ErrorCode::TooMany, self.max));
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok((!documents.is_empty()).then_some(Value::Documents(documents)))
    }
}

/// A file's name as it is shown: without folders, without what deceives, and not too long.
#[must_use]
pub fn name(raw: &str, number: u32) -> String {
    let last = raw.rsplit(['/', '\\']).next().unwrap_or("");
    let name: String = plain::line(last).chars().take(NAME_MAX as usize).collect();
    let name = name.trim().trim_start_matches([' ', '.']).to_owned();
    if name.is_empty() { format!("Document {number}") } else { name }
}

/// Whether a documents answer has a part of this name.
#[must_use]
pub fn has_part(part: &str) -> bool {
    let number = part.strip_suffix(".name").unwrap_or(part);
    matches!(number.parse::<u32>(), Ok(n) if (1..=MOST).contains(&n) && number.len() == 1)
}

/// Writes documents into raw answers, numbered from 1 in the order given; the ones before are forgotten.
pub fn write(question: &str, documents: &[Document], into: &mut Answers) {
    into.forget(question);
    for (document, number) in documents.iter().zip(1..) {
        into.set(&format!("{question}.{number}"), document.id.to_string());
        into.set(&format!("{question}.{number}.name"), document.name.clone());
    }
}

/// Reads documents back from raw answers; what can't be read is left out.
#[must_use]
pub fn read(question: &str, answers: &Answers) -> Vec<Document> {
    let parts = answers.parts(question);
    (1..=MOST)
        .filter_map(|number| {
            let id = Uuid::try_parse(parts.part(&number.to_string())).ok()?;
            Some(Document { id, name: name(parts.part(&format!("{number}.name")), number) })
        })
        .collect()
}

/// Takes one out, by its number from 1.
pub(super) fn remove(question: &str, number: u32, answers: &mut Answers) {
    let mut documents = read(question, answers);
    let mut place = 0;
    documents.retain(|_| {
        place += 1;
        place != number
    });
    write(question, &documents, answers);
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0193f2c4-5a5e-7cc3-9f1e-0d6b2a1c4e5f";

    fn parse(pairs: &[(&str, &str)]) -> Parsed {
        let answers: Answers = pairs.iter().copied().collect();
        Documents { max: 1 }.parse(answers.parts("p"))
    }

    #[test]
    fn accepts_identifiers_and_cleans_names() {
        for (raw, shown) in [
            ("bill.pdf", "bill.pdf"),
            ("../../etc/passwd", "passwd"),
            ("..\\", "Document 1"),
            ("C:\\Users\\me\\Lease 2026.pdf", "Lease 2026.pdf"),
            ("photo\u{202E}gpj.exe", "photogpj.exe"),
            ("two\nlines.pdf", "two lines.pdf"),
            ("", "Document 1"),
            (".htaccess", "htaccess"),
        ] {
            let Ok(Some(value)) = parse(&[("p.1", ID), ("p.1.name", raw)]) else { panic!("{raw}") };
            assert_eq!(value.show(), shown, "{raw}");
        }
        assert_eq!(name(&"x".repeat(400), 1).len(), 255);
        assert_eq!(parse(&[]), Ok(None));
    }

    #[test]
    fn refuses_what_is_no_document_and_too_many() {
        assert_eq!(parse(&[("p.1", "1")]), Err(vec![FieldError::new("p.1", ErrorCode::NotADocument)]));
        let other = ID.replace('5', "6");
        assert_eq!(
            parse(&[("p.1", ID), ("p.2", &other)]),
            Err(vec![FieldError::over("p", ErrorCode::TooMany, 1)])
        );
        assert!(
            has_part("5.name") && has_part("1") && !has_part("6") && !has_part("01") && !has_part("name")
        );
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_is_read_again(names in proptest::collection::vec("[a-z .]{1,12}", 0..5)) {
            let documents: Vec<Document> = (1..)
                .zip(&names)
                .map(|(number, raw)| Document { id: Uuid::from_u128(u128::from(number)), name: name(raw, number) })
                .collect();
            let mut answers = Answers::default();
            write("p", &documents, &mut answers);
            proptest::prop_assert_eq!(read("p", &answers), documents);
        }
    }
}
