//! One council: its name, how to reach it, its departments, calendar, look and key messages.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};

use crate::access::Role;
use crate::alert;
use crate::answers::Answers;
use crate::case::Rung;
use crate::catalogue::{Reply, Topic};
use crate::clock::Limits;
use crate::contact_log::{self, ContactReason};
use crate::contractor::{self, Contractor};
use crate::field::contact::{is_email, same_email_key};
use crate::holidays::Division;
#[cfg(feature = "documents")]
use crate::holidays::bank_holidays;
use crate::ledger::{penalty, tax, zone};
use crate::payment;
use crate::retention;
use crate::sign_in::{self, Provider};
use crate::slots::Bookable;
#[cfg(feature = "documents")]
use crate::standard::Calendar;

/// A council, as its `council.toml` says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Council {
    /// Identifier, and the name of its folder. Every stored key begins with it.
    #[serde(default)]
    pub id: String,
    /// Its name, as residents say it.
    pub name: String,
    /// The host names it answers to; none are needed where there is one council.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// How to reach a person.
    pub contact: CouncilContact,
    /// The languages its texts come in besides English, as two letters each: `cy`.
    #[serde(default)]
    pub languages: Vec<String>,
    /// The look.
    #[serde(default)]
    pub brand: Brand,
    /// When it works.
    pub calendar: Opening,
    /// Its departments.
    pub departments: Vec<Department>,
    /// Messages that stand above every page.
    #[serde(default)]
    pub messages: Vec<Message>,
    /// How long requests are kept, where a service's document says nothing.
    #[serde(default)]
    pub retention: retention::Defaults,
    /// What time does to requests by itself.
    #[serde(default)]
    pub escalation: Limits,
    /// What staff write most often, whatever the service.
    #[serde(default)]
    pub replies: Vec<Reply>,
    /// What a resident who does not agree with how a request ended can do; stands in what staff write, to be changed.
    #[serde(default = "object")]
    pub object: String,
    /// Why people contact it, as staff choose from when they record that somebody did; the usual reasons where nothing
    /// is said.
    #[serde(default = "contact_log::usual_reasons")]
    pub contact_reasons: Vec<ContactReason>,
    /// The companies that do work for it.
    #[serde(default)]
    pub contractors: Vec<Contractor>,
    /// How work is given to them.
    #[serde(default)]
    pub contracts: contractor::Settings,
    /// What its map is drawn from; its own streets and wards where nothing is said.
    #[serde(default)]
    pub map: MapSource,
    /// The form for complaints, and how one about a request begins.
    #[serde(default)]
    pub complaint: Option<Complaint>,
    /// How it tells residents what happens.
    #[serde(default)]
    pub alerts: alert::Settings,
    /// How it takes payments by card; not at all where nothing is said.
    #[serde(default)]
    pub payments: Option<payment::Settings>,
    /// The services from whose pages somebody may have to get away at once; from none where nothing is said.
    #[serde(default)]
    pub exit: Option<Exit>,
    /// What its public computers may show.
    #[serde(default)]
    pub terminals: Terminals,
    /// How it deals with penalty charges; they can't be looked up where nothing is said.
    #[serde(default)]
    pub penalty_charges: Option<penalty::Settings>,
    /// How it takes council tax; balances can't be looked up where nothing is said.
    #[serde(default)]
    pub council_tax: Option<tax::Settings>,
    /// Where it has permit zones; they can't be looked up where nothing is said.
    #[serde(default)]
    pub permit_zones: Option<zone::Settings>,
    /// What residents can book a day of: what there is, and how many places it has.
    #[serde(default)]
    pub slots: Vec<Bookable>,
    /// Providers that people may sign in with.
    #[serde(default)]
    pub sign_in: Vec<Provider>,
    /// Who answers for all of it, above the directors, by e-mail address: sees what is open for too long in every department.
    #[serde(default)]
    pub board: Vec<String>,
    /// People who get a staff account when the demo is seeded.
    #[serde(default)]
    pub staff: Vec<StaffAccount>,
    /// A demonstration: the mailbox is shown to everybody at `/demo/mailbox`.
    #[serde(default)]
    pub demo: bool,
}

/// How to reach a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CouncilContact {
    /// Phone number, as written.
    pub phone: String,
    /// When the phone is answered, in words.
    pub hours: String,
    /// E-mail address that alerts come from and go back to.
    pub email: String,
    /// Where to go in person.
    pub address: String,
}

/// Leaving at once: from which services' pages, and where to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exit {
    /// The services, by identifier.
    pub services: Vec<String>,
    /// What is shown then: the `https://` address of a site that looks like nothing in particular, such as the weather.
    pub to: String,
}

/// What public computers may show besides the portal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terminals {
    /// Host names that links may lead to: `www.gov.uk`. Other links are words there.
    #[serde(default)]
    pub sites: Vec<String>,
}

/// How a complaint about a request begins.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Complaint {
    /// The service whose form it is.
    pub service: String,
    /// The question that takes the request's reference.
    pub reference: String,
    /// Answers that are known, by question.
    #[serde(default)]
    pub answers: BTreeMap<String, String>,
    /// The question what it is about.
    #[serde(default)]
    pub about: String,
    /// Its answers by the request's topic.
    #[serde(default)]
    pub topics: BTreeMap<String, String>,
}

impl Complaint {
    /// What the form begins with.
    #[must_use]
    pub fn begin(&self, reference: &str, topic: Option<Topic>) -> Answers {
        let mut answers: Answers =
            self.answers.iter().map(|(question, raw)| (question.as_str(), raw.as_str())).collect();
        answers.set(&self.reference, reference);
        if let Some(known) = topic.and_then(|topic| self.topics.get(topic.id())) {
            answers.set(&self.about, known.clone());
        }
        answers
    }
}

/// What a council's map is drawn from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MapSource {
    /// A file of tiles in the council's folder: `town.pmtiles`.
    #[serde(default)]
    pub file: Option<String>,
    /// The address of tiles, with `{z}`, `{x}` and `{y}` in it.
    #[serde(default)]
    pub tiles: Option<String>,
    /// Who made them.
    #[serde(default)]
    pub attribution: String,
}

impl MapSource {
    /// The host that pictures of the map come from, for the browser to allow.
    #[must_use]
    pub fn origin(&self) -> Option<&str> {
        let address = self.tiles.as_deref()?;
        let host = address.strip_prefix("https://")?.split('/').next()?;
        address.get(.."https://".len() + host.len())
    }

    fn fault(&self) -> Option<String> {
        let tiles = self.tiles.as_deref()?;
        let is_address = ["{z}", "{x}", "{y}"].iter().all(|part| tiles.contains(part));
        let host = self.origin().unwrap_or_default().trim_start_matches("https://");
        let is_host = !host.is_empty()
            && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':'));
        (!is_address || !is_host).then(|| {
            format!("the map's “tiles” must be written like https://tiles.example.org/{{z}}/{{x}}/{{y}}.png, not {tiles}")
        })
    }
}

/// Colours, as `#rrggbb`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Brand {
    /// The header's colour.
    pub colour: String,
    /// Text on it; at least 4.5:1 against `colour`.
    pub text: String,
    /// Links.
    pub link: String,
}

impl Default for Brand {
    fn default() -> Self {
        Self { colour: "#1d4e5f".into(), text: "#ffffff".into(), link: "#1a5f7a".into() }
    }
}

/// When the council works.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// Whose bank holidays it keeps.
    #[serde(default)]
    pub division: Division,
    /// Start of the working day, `09:00`.
    #[serde(with = "clock")]
    pub opens: NaiveTime,
    /// End of the working day.
    #[serde(with = "clock")]
    pub closes: NaiveTime,
    /// Days it is closed besides bank holidays, `2026-12-29`.
    #[serde(default)]
    pub closed: Vec<NaiveDate>,
}

/// A department.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Department {
    /// Identifier.
    pub id: String,
    /// Name.
    pub name: String,
    /// What it does, in a line.
    #[serde(default)]
    pub about: Option<String>,
    /// Who leads its work and owns what nobody has taken, by e-mail address, as all that follow.
    #[serde(default)]
    pub lead: String,
    /// Who stands in for them.
    #[serde(default)]
    pub deputy: Option<String>,
    /// The head of the service.
    #[serde(default)]
    pub head: Option<String>,
    /// The director.
    #[serde(default)]
    pub director: Option<String>,
    /// The councillor whose portfolio it is: told of what is open for long. Has no account here.
    #[serde(default)]
    pub portfolio: Option<Portfolio>,
}

impl Department {
    /// The address of who stands on a rung.
    #[must_use]
    pub fn on(&self, rung: Rung) -> Option<&str> {
        let email = match rung {
            Rung::Lead => Some(&self.lead),
            Rung::Deputy => self.deputy.as_ref(),
            Rung::Head => self.head.as_ref(),
            Rung::Director => self.director.as_ref(),
        };
        email.map(String::as_str).filter(|email| !email.is_empty())
    }

    /// The highest rung on which somebody stands, by their address in the form addresses are compared in.
    #[must_use]
    pub fn rung_of(&self, email_key: &str) -> Option<Rung> {
        let stands = |rung: &Rung| self.on(*rung).is_some_and(|email| same_email_key(email) == email_key);
        Rung::ALL.into_iter().rev().find(stands)
    }

    /// Who stands here or above decides what becomes of a request that has been open for too long: the head of service,
    /// or the highest there is where the department names neither a head nor a director.
    #[must_use]
    pub fn decides(&self) -> Rung {
        let highest = Rung::ALL.into_iter().rev().find(|rung| self.on(*rung).is_some());
        highest.unwrap_or_default().min(Rung::Head)
    }
}

/// A councillor, as the work of a department concerns them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Portfolio {
    /// Name.
    pub name: String,
    /// E-mail address.
    pub email: String,
}

fn object() -> String {
    "If you think this is wrong, tell us on the page of your request within 30 days and we look at it again. You can also make a complaint.".to_owned()
}

/// A key message: a strike, a closure, a known delay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// What to know.
    pub text: String,
    /// First day it is shown.
    #[serde(default, with = "crate::day::optional")]
    pub from: Option<NaiveDate>,
    /// Last day it is shown.
    #[serde(default, with = "crate::day::optional")]
    pub until: Option<NaiveDate>,
    /// The services it concerns; none means every page.
    #[serde(default)]
    pub services: Vec<String>,
}

/// A member of staff in the demo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StaffAccount {
    /// Name, as residents read it.
    pub name: String,
    /// E-mail address to sign in with.
    pub email: String,
    /// Department by identifier.
    pub department: String,
    /// What they are, as long as the council has nobody who could say otherwise.
    #[serde(default = "officer")]
    pub role: Role,
}

fn officer() -> Role {
    Role::Officer
}

impl Message {
    /// Whether the message is shown on this day.
    #[must_use]
    pub fn shown_on(&self, day: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day <= until)
    }
}

impl Council {
    /// A department's name; its identifier when it is gone from the list.
    #[must_use]
    pub fn department_name<'a>(&'a self, id: &'a str) -> &'a str {
        self.departments
            .iter()
            .find(|department| department.id == id)
            .map_or(id, |department| &department.name)
    }

    /// A department by its identifier.
    #[must_use]
    pub fn department(&self, id: &str) -> Option<&Department> {
        self.departments.iter().find(|department| department.id == id)
    }

    /// The departments that somebody answers for, by their address in the form addresses are compared in, each with the
    /// highest rung on which they stand: by the departments' ladders, and as the board. Who is a manager of a department
    /// stands where who leads it does.
    #[must_use]
    pub fn answers_for(&self, email_key: &str, manages: Option<&str>) -> Vec<(&str, Rung)> {
        let board = self.board.iter().any(|email| same_email_key(email) == email_key);
        let of = |department: &Department| {
            let as_manager = (manages == Some(&*department.id)).then_some(Rung::Lead);
            let as_board = board.then_some(Rung::Director);
            department.rung_of(email_key).max(as_manager).max(as_board)
        };
        self.departments.iter().filter_map(|one| Some((&*one.id, of(one)?))).collect()
    }

    /// A contractor by its identifier.
    #[must_use]
    pub fn contractor(&self, id: &str) -> Option<&Contractor> {
        self.contractors.iter().find(|contractor| contractor.id == id)
    }

    /// Mistakes in the document that its types do not show.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if self.departments.is_empty() {
            faults.push("a council needs at least one [[departments]]".to_owned());
        }
        if self
            .exit
            .as_ref()
            .is_some_and(|exit| !exit.to.starts_with("https://") || exit.to.contains(['"', '<', ' ']))
        {
            faults.push("[exit] needs an address in “to” that begins with https://".to_owned());
        }
        if self.calendar.opens >= self.calendar.closes {
            faults.push("the working day must close after it opens".to_owned());
        }
        faults.extend(self.replies.iter().filter_map(Reply::fault));
        let known = |id: &str| self.departments.iter().any(|department| department.id == id);
        for staff in self.staff.iter().filter(|staff| !known(&staff.department)) {
            faults.push(format!(
                "{} is in “{}”, which is none of the departments",
                staff.name, staff.department
            ));
        }
        for department in &self.departments {
            if department.lead.is_empty() {
                faults.push(format!(
                    "{} needs a “lead”: the e-mail address of who owns a request until somebody takes it",
                    department.name
                ));
            }
            let people = [&department.deputy, &department.head, &department.director];
            let people = people.into_iter().flatten().chain(Some(&department.lead));
            let people = people.chain(department.portfolio.as_ref().map(|portfolio| &portfolio.email));
            for email in people.filter(|email| !email.is_empty() && !is_email(email)) {
                faults.push(format!("“{email}” in {} is not an e-mail address", department.name));
            }
        }
        for email in self.board.iter().filter(|email| !is_email(email)) {
            faults.push(format!("“{email}” in “board” is not an e-mail address"));
        }
        faults.extend(self.escalation.faults());
        for staff in self.staff.iter().filter(|staff| !staff.role.is_staff()) {
            faults.push(format!(
                "the role of {} must be officer, manager, finance, auditor or admin, not {}",
                staff.name,
                staff.role.id()
            ));
        }
        if !is_email(&self.contact.email) {
            faults.push(format!("“{}” is not an e-mail address", self.contact.email));
        }
        for language in &self.languages {
            if language.len() != 2
                || !language.bytes().all(|byte| byte.is_ascii_lowercase())
                || language == "en"
            {
                faults.push(format!(
                    "“{language}” in “languages” must be two letters other than en, as in “cy”"
                ));
            }
        }
        faults.extend(contact_log::faults(&self.contact_reasons));
        faults.extend(contractor::faults(&self.contractors, &self.contracts));
        faults.extend(self.map.fault());
        faults.extend(sign_in::faults(&self.sign_in));
        faults.extend(self.slots.iter().flat_map(Bookable::faults));
        for (at, slots) in self.slots.iter().enumerate() {
            if self.slots[..at].iter().any(|other| other.id == slots.id) {
                faults.push(format!("there are two [[slots]] called “{}”", slots.id));
            }
        }
        faults.extend(self.alerts.faults());
        let white = "#ffffff";
        for (name, colour, on) in
            [("colour", &self.brand.colour, self.brand.text.as_str()), ("link", &self.brand.link, white)]
        {
            match contrast(colour, on) {
                None => faults.push(format!(
                    "the brand's {name} “{colour}” must be written #rrggbb, and so must the text on it"
                )),
                Some(ratio) if ratio < 4.5 => {
                    faults.push(format!("the brand's {name} {colour} is too close to {on}: {ratio:.1} to 1, and people need 4.5 to 1"));
                }
                Some(_) => {}
            }
        }
        faults
    }

    /// When the council works, bank holidays included.
    #[cfg(feature = "documents")]
    #[must_use]
    pub fn calendar(&self) -> Calendar {
        let mut closed = bank_holidays(self.calendar.division);
        closed.extend(self.calendar.closed.iter().copied());
        Calendar { opens: self.calendar.opens, closes: self.calendar.closes, closed }
    }
}

/// How well two colours can be told apart, 1 to 21. Source: WCAG 2.2, contrast ratio.
fn contrast(one: &str, other: &str) -> Option<f64> {
    let luminance = |colour: &str| -> Option<f64> {
        let hex = colour.strip_prefix('#').filter(|hex| hex.len() == 6 && hex.is_ascii())?;
        let channel = |at: usize| -> Option<f64> {
            let share = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).ok()?) / 255.0;
            Some(if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) })
        };
        Some(0.2126 * channel(0)? + 0.7152 * channel(2)? + 0.0722 * channel(4)?)
    };
    let (one, other) = (luminance(one)?, luminance(other)?);
    Some((one.max(other) + 0.05) / (one.min(other) + 0.05))
}

mod clock {
    use chrono::NaiveTime;
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    #[allow(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde's signature; on 32 bits the lint does not mind"
    )]
    pub(super) fn serialize<S: Serializer>(time: &NaiveTime, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&time.format("%H:%M"))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<NaiveTime, D::Error> {
        let text = String::deserialize(from)?;
        NaiveTime::parse_from_str(&text, "%H:%M").map_err(|_| D::Error::custom("a time is written 09:00"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn department(id: &str, [lead, deputy, head, director]: [&str; 4]) -> Department {
        let some = |email: &str| Some(email.to_owned()).filter(|email| !email.is_empty());
        Department {
            id: id.to_owned(),
            name: id.to_owned(),
            about: None,
            lead: lead.to_owned(),
            deputy: some(deputy),
            head: some(head),
            director: some(director),
            portfolio: None,
        }
    }

    #[test]
    fn who_decides_is_the_head_or_whoever_stands_highest() {
        for (ladder, decides) in [
            (["a@b.example", "", "c@b.example", "d@b.example"], Rung::Head),
            (["a@b.example", "e@b.example", "", "d@b.example"], Rung::Head),
            (["a@b.example", "e@b.example", "", ""], Rung::Deputy),
            (["a@b.example", "", "", ""], Rung::Lead),
            (["", "", "", ""], Rung::Lead),
        ] {
            assert_eq!(department("roads", ladder).decides(), decides, "{ladder:?}");
        }
        // Who stands on several rungs stands on the highest of them.
        let roads = department("roads", ["a@b.example", "", "A@b.example", ""]);
        assert_eq!((roads.rung_of("a@b.example"), roads.rung_of("")), (Some(Rung::Head), None));
    }

    #[test]
    fn contrast_as_wcag_counts_it() {
        assert!((contrast("#000000", "#ffffff").unwrap() - 21.0).abs() < 0.01);
        assert!((contrast("#777777", "#ffffff").unwrap() - 4.48).abs() < 0.01);
        for wrong in ["red", "#fff", "#12345g", "#é2345"] {
            assert_eq!(contrast(wrong, "#ffffff"), None, "{wrong}");
        }
    }
}
