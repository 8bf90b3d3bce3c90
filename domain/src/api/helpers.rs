//! People who may act for a resident: `/api/account/helpers` and `/api/account/acting`.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use validator::Validate;

use super::account::AccountRequest;
use crate::answers::Answers;
use crate::catalogue::Question;
use crate::field::{Date, DayLimit, Email, FieldError, Kind, Name, Opt, Several, Value};
use crate::validate;

/// `POST /api/account/helpers`: name somebody who may act for me.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NameHelperRequest {
    /// Who, as the resident calls them.
    #[validate(length(min = 1, max = 200))]
    pub name: String,
    /// The address that they sign in with.
    #[validate(length(min = 1, max = 254))]
    pub email: String,
    /// The services that they may act for me in.
    #[validate(length(min = 1, max = 200))]
    pub services: Vec<String>,
    /// The last day.
    #[serde(with = "crate::day")]
    pub until: NaiveDate,
}

/// `GET /api/account/helpers`. Naming and ending reply with this too.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HelpersView {
    /// Those who may act for me, and those who did not accept yet.
    pub helpers: Vec<HelperView>,
    /// Those I may act for, and those who asked me to.
    pub acting: Vec<ActingView>,
    /// What my helpers did and looked at, the newest first.
    pub uses: Vec<UseView>,
    /// The services that can be named: identifier and title.
    pub services: Vec<(String, String)>,
    /// The first day that can be named: today.
    #[serde(with = "crate::day")]
    pub today: NaiveDate,
    /// The last day that can be named.
    #[serde(with = "crate::day")]
    pub latest: NaiveDate,
    /// Whose this is.
    pub person: Uuid,
}

/// The questions by which a helper is named: their identifiers are the fields of [`NameHelperRequest`].
#[must_use]
pub fn questions(view: &HelpersView) -> Vec<Question> {
    let question = |id: &str, label: &str, hint: Option<&str>, kind| Question {
        id: id.to_owned(),
        label: label.to_owned(),
        hint: hint.map(ToOwned::to_owned),
        required: true,
        page: None,
        show_if: None,
        kind,
        stamp: 0,
    };
    let option =
        |(value, label): &(String, String)| Opt { value: value.clone(), label: label.clone(), hint: None };
    let options = view.services.iter().map(option).collect();
    let days = Date { earliest: Some(DayLimit::Day(view.today)), latest: Some(DayLimit::Day(view.latest)) };
    vec![
        question("name", "Their name", None, Kind::Name(Name::default())),
        question(
            "email",
            "Their email address",
            Some("They sign in with this address to accept. We do not write to them: tell them yourself."),
            Kind::Email(Email::default()),
        ),
        question(
            "services",
            "What may they do for you?",
            Some(
                "They see what you have sent about these, what we have written, and where it stands. They can answer us, withdraw a request, and fill in and send more of these for you, with the details that you told us.",
            ),
            Kind::Choices(Several { options, ..Several::default() }),
        ),
        question("until", "Until which day?", Some("The longest is a year."), Kind::Date(days)),
    ]
}

/// Reads the answers to [`questions`].
///
/// # Errors
/// What is wrong with them.
pub fn named(view: &HelpersView, answers: &Answers) -> Result<NameHelperRequest, Vec<FieldError>> {
    let asked = questions(view);
    let asked: Vec<&Question> = asked.iter().collect();
    let mut request = NameHelperRequest {
        name: String::new(),
        email: String::new(),
        services: Vec::new(),
        until: view.today,
    };
    for answer in validate::questions(&asked, answers, view.today)? {
        match answer.value {
            Value::Name(name) => request.name = name,
            Value::Email(email) => request.email = email,
            Value::Choices(chosen) => {
                request.services = chosen.into_iter().map(|choice| choice.value).collect();
            }
            Value::Date(day) => request.until = day,
            _ => {}
        }
    }
    Ok(request)
}

/// Somebody who may act for me.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HelperView {
    /// Identifier.
    pub id: Uuid,
    /// Who.
    pub name: String,
    /// Their address.
    pub email: String,
    /// The titles of the services.
    pub services: Vec<String>,
    /// The last day.
    #[serde(with = "crate::day")]
    pub until: NaiveDate,
    /// They have accepted.
    pub accepted: bool,
}

/// Somebody I may act for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ActingView {
    /// Identifier.
    pub id: Uuid,
    /// Whom: their name if they told it, else their address.
    pub name: String,
    /// The titles of the services.
    pub services: Vec<String>,
    /// The last day.
    #[serde(with = "crate::day")]
    pub until: NaiveDate,
    /// I have accepted.
    pub accepted: bool,
}

/// One use of what a helper may: something they did, or looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UseView {
    /// Who, as the resident called them; empty when it is long ago that they were a helper, or they closed their account.
    pub name: String,
    /// When, in words of the council's local time.
    pub when: String,
    /// What they did; or where they only looked, at what.
    pub what: String,
    /// They did more than look.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub did: bool,
}

/// `GET /api/account/acting/{id}`: the requests of somebody I act for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ActingRequests {
    /// For whom.
    pub who: ActingView,
    /// Their requests. The key of each goes into `/api/account/acting/{id}/{key}`, and works for this helper only.
    pub requests: Vec<AccountRequest>,
    /// The forms that I may fill in for them: identifier, as [`form_for`] makes it, and title.
    pub forms: Vec<(String, String)>,
}

/// A form that is filled in for somebody: this stands wherever the identifier of its service would. So what is typed
/// for them is kept apart from what one types for oneself, in the browser and on the server, and no page of the one can
/// send anything as the other.
#[must_use]
pub fn form_for(service: &str, helper: Uuid) -> String {
    format!("{service}_{}", helper.simple())
}

/// The service of a form that is filled in for somebody, and by what one acts for them. None where one fills it in for
/// oneself: no service's identifier has this sign. Nor is it one that is written in another way than [`form_for`] does: each
/// form has one identifier.
#[must_use]
pub fn for_whom(form: &str) -> Option<(&str, Uuid)> {
    let (service, helper) = form.split_once('_')?;
    let helper = Uuid::try_parse(helper).ok()?;
    (form_for(service, helper) == form).then_some((service, helper))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_says_for_whom_it_is() {
        let helper = Uuid::from_u128(7);
        assert_eq!(for_whom(&form_for("missed-bin", helper)), Some(("missed-bin", helper)));
        for own in ["missed-bin", "", "missed-bin_", "missed-bin_x", "_"] {
            assert_eq!(for_whom(own), None, "{own}");
        }
        let helper = Uuid::from_u128(0xabc);
        let upper = helper.simple().to_string().to_uppercase();
        for other in [helper.to_string(), upper, helper.braced().to_string(), helper.urn().to_string()] {
            assert_eq!(for_whom(&format!("missed-bin_{other}")), None, "{other}");
        }
    }
}
