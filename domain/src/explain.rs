//! A service in words: the journey as a person would meet it, with each branch. For an officer who reads a
//! document, and kept beside the documents so that a change is seen for what it does.

use std::fmt::{self, Write};

use crate::catalogue::{Question, Service, Stop, StopKind};
use crate::condition::Condition;
use crate::council::Council;
use crate::fee::{Amount, Register};
use crate::field::{Ask, Kind};
use crate::grant::{Allowance, AtOnce, Holds, Lasts, Terms};
use crate::journey;
use crate::money;
use crate::payment::Codes;
use crate::standard::{Standard, say_date};

/// Explains a service.
///
/// # Errors
/// None: writing into a text does not fail.
pub fn explain(service: &Service, council: &Council) -> Result<String, fmt::Error> {
    let mut out = String::new();
    writeln!(out, "{} ({}, version {})", service.title, service.id, service.version)?;
    writeln!(out, "{}", service.summary)?;
    writeln!(out, "People find it by: {}", service.keywords.join(", "))?;
    for stop in service.stops.iter().filter(|stop| matches!(stop.kind, StopKind::Closed | StopKind::LookUp)) {
        stop_lines(&mut out, service, stop, "")?;
    }
    promise(&mut out, service)?;
    if let Some(needs) = &service.needs_identity {
        let is_needed_where = service.stops.iter().any(|stop| stop.kind == StopKind::SignIn);
        let whom = if is_needed_where { "Where it needs sign-in, only" } else { "Only" };
        writeln!(out, "{whom} for people of whom we know: {}. {}", needs.level.name(), needs.why)?;
    }
    let pages = journey::pages(service);
    let many = pages.len();
    for (at, page) in pages.into_iter().enumerate() {
        let title = page.first().and_then(|first| first.page.as_deref());
        writeln!(
            out,
            "\nPage {} of {many}{}",
            at + 1,
            title.map_or_else(String::new, |title| format!(": {title}"))
        )?;
        for asked in page {
            question(&mut out, service, asked)?;
        }
    }
    terms(&mut out, service)?;
    fee(&mut out, service)?;
    destination(&mut out, service, council)?;
    passed_on(&mut out, service, council)?;
    writeln!(out, "\nAfter sending")?;
    for next in &service.next {
        writeln!(out, "  {next}")?;
    }
    if service.retention != council.retention.of(service.topic) {
        writeln!(out, "\n{}", service.retention.say())?;
    }
    for policy in &service.policies {
        writeln!(
            out,
            "\nPolicy: {}, version {}, in force since {}\n  {}\n  Instead: {}",
            policy.name,
            policy.version,
            say_date(policy.date),
            policy.text,
            policy.instead
        )?;
    }
    Ok(out)
}

fn promise(out: &mut String, service: &Service) -> fmt::Result {
    let limits = |standard: &Standard| {
        format!(
            "looked at within {}, finished within {}",
            standard.acknowledge.show(),
            standard.complete.show()
        )
    };
    writeln!(out, "\nPromise: {}", limits(&service.standard))?;
    for other in &service.standards {
        writeln!(out, "  if {}: {}", words(service, &other.when), limits(&other.standard))?;
    }
    Ok(())
}

fn question(out: &mut String, service: &Service, asked: &Question) -> fmt::Result {
    if let Some(condition) = &asked.show_if {
        writeln!(out, "  Only if {}:", words(service, condition))?;
    }
    let optional = if asked.required { "" } else { ", may be left out" };
    writeln!(out, "  - {} ({}{optional})", asked.label, kind(&asked.kind))?;
    if let Some(hint) = &asked.hint {
        writeln!(out, "      {hint}")?;
    }
    match &asked.kind {
        Kind::Choice(choices) => options(out, choices.options.iter().map(|option| option.label.as_str()))?,
        Kind::Choices(choices) => options(out, choices.options.iter().map(|option| option.label.as_str()))?,
        Kind::Group(group) => {
            for inner in &group.questions {
                writeln!(out, "      each: {} ({})", inner.label, kind(&inner.kind))?;
            }
        }
        _ => {}
    }
    let here = |stop: &&Stop| journey::stop_question(service, stop) == Some(asked.id.as_str());
    for stop in service.stops.iter().filter(here) {
        stop_lines(out, service, stop, "      ")?;
    }
    Ok(())
}

fn options<'a>(out: &mut String, labels: impl Iterator<Item = &'a str>) -> fmt::Result {
    for label in labels {
        writeln!(out, "      o {label}")?;
    }
    Ok(())
}

fn stop_lines(out: &mut String, service: &Service, stop: &Stop, indent: &str) -> fmt::Result {
    let when = match (&stop.when, stop.from, stop.until) {
        (Some(condition), ..) => format!("If {}", words(service, condition)),
        (None, Some(from), Some(until)) => format!("From {} to {}", say_date(from), say_date(until)),
        _ => "At any time".to_owned(),
    };
    let kind = match stop.kind {
        StopKind::Policy => "declined by policy",
        StopKind::NotOurs => "somebody else's",
        StopKind::Emergency => "an emergency",
        StopKind::SignIn => "needs sign-in",
        StopKind::Closed => "closed for now",
        StopKind::LookUp => "looked up elsewhere",
    };
    writeln!(out, "{indent}> {when} it ends here, {kind}: {}", stop.title)?;
    for text in stop.text.iter().chain(&stop.instead) {
        writeln!(out, "{indent}    {text}")?;
    }
    Ok(())
}

fn terms(out: &mut String, service: &Service) -> fmt::Result {
    let Terms { zone, allowances, grant } = &service.terms;
    if let Some(zone) = zone {
        let address = label(service, &zone.address);
        writeln!(out, "\nOnly for homes in a permit zone (“{address}”). Otherwise: {}", zone.instead)?;
    }
    for Allowance { question, most, what, .. } in allowances {
        let question = label(service, question);
        writeln!(out, "\nAt most {most} {what} for each home in a calendar year (“{question}”)")?;
    }
    let Some(rules) = grant else { return Ok(()) };
    let lasts = match rules.lasts {
        Lasts::Months(months) => format!("for {months} months"),
        Lasts::Season(begins) => format!("to the end of the twelve months that begin with month {begins}"),
    };
    writeln!(out, "\nGives: {}, {lasts}", rules.name)?;
    if let Some(begins) = &rules.begins {
        writeln!(out, "  From the day that answers “{}”", label(service, begins))?;
    }
    for Holds { label: what, question, plus } in &rules.holds {
        let asked = question.as_ref().map(|question| format!("the answer to “{}”", label(service, question)));
        let plus = Some(plus.to_string()).filter(|_| *plus > 0);
        let many: Vec<String> = plus.into_iter().chain(asked).collect();
        writeln!(out, "  {what}: {}", many.join(" and "))?;
    }
    let at_once = match rules.at_once {
        AtOnce::Nobody => "when staff close the request as done".to_owned(),
        AtOnce::Everybody => "once it is paid".to_owned(),
        AtOnce::KnownAs(level) => {
            format!(
                "once it is paid by somebody of whom we know: {}; else when staff close it as done",
                level.name()
            )
        }
    };
    writeln!(out, "  Given {at_once}")?;
    if let Some(vehicle) = &rules.vehicle {
        let vehicle = label(service, vehicle);
        writeln!(
            out,
            "  For the vehicle of “{vehicle}”, which its holder may change {} times in twelve months",
            rules.changes
        )?;
    }
    if rules.give_back {
        writeln!(out, "  Given back, the whole months that are left are paid back")?;
    }
    Ok(())
}

fn fee(out: &mut String, service: &Service) -> fmt::Result {
    let Some(fee) = &service.fee else { return Ok(()) };
    writeln!(out, "\nFee: {}", fee.rules)?;
    for line in &fee.lines {
        let amount = match &line.amount {
            Amount::Fixed(pence) => money::show(*pence),
            Amount::Each { price, question } => {
                format!("{} times the answer to “{}”", money::show(*price), label(service, question))
            }
            Amount::Season { price, begins, question } => {
                let times = question.as_ref().map_or_else(String::new, |question| {
                    format!(" times the answer to “{}”", label(service, question))
                });
                let price = money::show(*price);
                format!("{price}{times} for twelve months from month {begins}, by the whole months left")
            }
            Amount::Answer(question) => format!("the answer to “{}”", label(service, question)),
            Amount::Percent(percent) => format!("{percent} % of the lines above"),
        };
        let when =
            line.when.as_ref().map_or_else(String::new, |when| format!(", if {}", words(service, when)));
        writeln!(out, "  {}: {amount}{when}", line.label)?;
    }
    let when = match fee.register {
        Register::OnPayment => "once it is paid, where the council takes payments",
        Register::BeforePayment => "when it is sent, and marked as unpaid",
    };
    writeln!(out, "  Received {when}")?;
    let Codes { fund, cost, vat } = &fee.codes;
    for (what, code) in [("fund", fund), ("cost code", cost), ("VAT", vat)] {
        if !code.is_empty() {
            writeln!(out, "  Booked under {what} {code}")?;
        }
    }
    Ok(())
}

fn destination(out: &mut String, service: &Service, council: &Council) -> fmt::Result {
    writeln!(out)?;
    for route in &service.routes {
        let mut when = Vec::new();
        when.extend(route.when.as_ref().map(|condition| words(service, condition)));
        if !route.wards.is_empty() {
            when.push(format!("it is in the ward {}", route.wards.join(" or ")));
        }
        let team = route.team.as_ref().map_or_else(String::new, |team| format!(", {team}"));
        writeln!(
            out,
            "If {} it goes to: {}{team}",
            when.join(" and "),
            council.department_name(&route.department)
        )?;
    }
    let lead = if service.routes.is_empty() { "It goes to" } else { "Otherwise it goes to" };
    let usual = council.department_name(&service.department);
    match &service.route {
        Some(question) => writeln!(out, "{lead}: the answer to “{}”, or {usual}", label(service, question)),
        None => writeln!(out, "{lead}: {usual}"),
    }
}

fn passed_on(out: &mut String, service: &Service, council: &Council) -> fmt::Result {
    let Some(pass_on) = &service.pass_on else { return Ok(()) };
    let labels = |questions: &[String]| {
        questions
            .iter()
            .map(|question| format!("“{}”", label(service, question)))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let of = label(service, &pass_on.question);
    writeln!(out, "\nEach department ticked in “{of}” gets a request of its own")?;
    for to in &pass_on.to {
        let ticked = answer(service, &pass_on.question, &to.choice);
        let team = to.team.as_ref().map_or_else(String::new, |team| format!(", {team}"));
        writeln!(out, "  {ticked}: {}{team}", council.department_name(&to.department))?;
        if !to.answers.is_empty() {
            writeln!(out, "      sees besides: {}", labels(&to.answers))?;
        }
    }
    writeln!(out, "  All of them see: {}", labels(&pass_on.answers))
}

/// A condition in words.
fn words(service: &Service, condition: &Condition) -> String {
    let join = |several: &[Condition], with: &str| {
        several.iter().map(|one| words(service, one)).collect::<Vec<_>>().join(with)
    };
    match condition {
        Condition::Is { question, one_of } => {
            let answers: Vec<String> = one_of.iter().map(|value| answer(service, question, value)).collect();
            format!("“{}” is {}", label(service, question), answers.join(" or "))
        }
        Condition::Greater { question, than } => {
            format!("“{}” is more than {than}", label(service, question))
        }
        Condition::All(several) => join(several, " and "),
        Condition::Any(several) => format!("({})", join(several, " or ")),
        Condition::Not(one) => format!("not ({})", words(service, one)),
    }
}

fn label<'a>(service: &'a Service, question: &'a str) -> &'a str {
    service.question(question).map_or(question, |question| &question.label)
}

fn answer(service: &Service, question: &str, value: &str) -> String {
    let options = match service.question(question).map(|question| &question.kind) {
        Some(Kind::Choice(choices)) => choices.options.as_slice(),
        Some(Kind::Choices(choices)) => choices.options.as_slice(),
        _ => &[],
    };
    let label = options.iter().find(|option| option.value == value);
    label.map_or_else(|| value.to_owned(), |option| format!("“{}”", option.label))
}

/// What a question takes, in a few words.
fn kind(kind: &Kind) -> String {
    let text = match kind {
        Kind::Name(_) => "a name",
        Kind::Text(kind) => return format!("a line of up to {} characters", kind.max),
        Kind::LongText(kind) => return format!("up to {} characters", kind.max),
        Kind::Number(kind) => return format!("a number from {} to {}", kind.min, kind.max),
        Kind::Money(kind) => return format!("money, {} to {}", money::show(kind.min), money::show(kind.max)),
        Kind::Date(_) => "a date",
        Kind::DateRange(_) => "from a date to a date",
        Kind::Email(_) => "an email address",
        Kind::Phone(_) => "a phone number",
        Kind::Address(_) => "an address",
        Kind::Place(_) => "a place",
        Kind::Choice(_) => "one of these",
        Kind::Choices(_) => "any of these",
        Kind::YesNo => "yes or no",
        Kind::Vehicle => "a vehicle registration",
        Kind::CouncilTaxAccount => "a council tax account number",
        Kind::PenaltyCharge => "a penalty charge number",
        Kind::LibraryCard => "a library card number",
        Kind::Photos(kind) => return format!("up to {} photos", kind.max),
        Kind::Documents(kind) => return format!("up to {} documents", kind.max),
        Kind::Declaration => "a statement to agree to",
        Kind::Contact(kind) => {
            let parts = [("name", kind.name), ("email", kind.email), ("phone", kind.phone)];
            let asked: Vec<String> = parts
                .into_iter()
                .filter(|(_, ask)| *ask != Ask::No)
                .map(|(part, ask)| {
                    format!("{part}{}", if ask == Ask::Required { "" } else { " if you like" })
                })
                .collect();
            return asked.join(", ");
        }
        Kind::Group(kind) => return format!("up to {}, each a {}", kind.max, kind.item),
    };
    text.to_owned()
}
