//! Every look that staff take at a person's record is logged, for that person to see. Nobody sees a record whose log can't
//! be written.

use chrono::TimeDelta;
use domain::access::Role;
use domain::audit::{Deed, Entry};
use domain::case::Owner;
use uuid::Uuid;

use crate::error::ApiError;
use crate::extract::At;
use crate::state::AppState;
use crate::store::contacts;
use crate::store::requests::Stored;
use crate::store::staff::StaffMember;

/// Who looks at the same thing over and over within this time looked once.
pub const ONCE: TimeDelta = TimeDelta::minutes(10);

/// What was looked at, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// A request of one's own department.
    Own(Uuid),
    /// A request of another department, which its resident shares.
    Shared(Uuid),
    /// The list of what else a resident has and shares.
    Person(Uuid),
    /// The list of the department's work, which is of nobody in particular.
    Queue,
    /// The list of what has been open for too long, which is of nobody in particular.
    Board,
    /// The list of contacts, which is of nobody in particular either.
    Contacts,
    /// How often a resident had to contact the council about the same thing.
    Repeats {
        /// The contact with which it rose.
        contact: Uuid,
        /// The resident.
        resident: Uuid,
    },
}

/// What a request is called in the log.
#[must_use]
pub fn object(request: Uuid) -> String {
    format!("request {request}")
}

/// The request that something in the log was.
#[must_use]
pub fn request(object: &str) -> Option<Uuid> {
    Uuid::try_parse(object.strip_prefix("request ")?).ok()
}

/// Logs a look, before anything is shown.
///
/// # Errors
/// The database's.
pub async fn look(state: &AppState, at: &At, member: &StaffMember, look: Look) -> Result<(), ApiError> {
    let (object, detail) = match look {
        Look::Own(id) => (object(id), "Opened your request to deal with it"),
        Look::Shared(id) => (object(id), "Opened your request, because you share your requests with them"),
        Look::Person(id) => {
            (format!("person {id}"), "Saw the list of your other requests, because you share them with them")
        }
        Look::Queue => ("queue".to_owned(), "Saw the list of the department's requests"),
        Look::Board => ("board".to_owned(), "Saw the list of what has been open for too long"),
        Look::Contacts => ("contacts".to_owned(), "Saw the list of contacts with the department"),
        Look::Repeats { contact, .. } => {
            (contacts::object(contact), "Looked at why you had to contact us so often, to put it right")
        }
    };
    let now = state.now();
    if at.store.has_logged(member.id, (Deed::Read, &object), now - ONCE).await? {
        return Ok(());
    }
    let person = match look {
        Look::Own(id) | Look::Shared(id) => at.store.resident_of(id).await?,
        Look::Person(id) | Look::Repeats { resident: id, .. } => Some(id),
        Look::Queue | Look::Board | Look::Contacts => None,
    };
    let entry = Entry { person, ..member.did(now, Deed::Read, object, detail.to_owned()) };
    Ok(at.store.log(entry).await?)
}

/// Logs that a contractor looks at the request that was given to them, before anything is shown.
///
/// # Errors
/// The database's.
pub async fn look_as_contractor(
    state: &AppState,
    at: &At,
    contractor: &Owner,
    stored: &Stored,
) -> Result<(), ApiError> {
    let (now, object) = (state.now(), object(stored.id));
    if at.store.has_logged(contractor.id, (Deed::Read, &object), now - ONCE).await? {
        return Ok(());
    }
    let entry = Entry {
        seq: 0,
        at: now,
        role: Role::Contractor,
        who: Some(contractor.id),
        department: Some(stored.case.department().to_owned()),
        deed: Deed::Read,
        person: at.store.resident_of(stored.id).await?,
        object,
        detail: format!(
            "{}, a contractor of the department, opened your request to do the work",
            contractor.name
        ),
    };
    Ok(at.store.log(entry).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_found_by_what_it_is_called() {
        let id = Uuid::from_u128(7);
        assert_eq!(request(&object(id)), Some(id));
        for other in ["queue", "request ", "request x", "person 00000000-0000-0000-0000-000000000007"] {
            assert_eq!(request(other), None, "{other}");
        }
    }
}
