//! What each noun knows of a resident.

use domain::alert::Channel;
use domain::api::drafts::Posted;
use domain::api::follow::{Change, Entry, FollowView, What};
use domain::api::helpers::{ActingView, HelperView, for_whom};
use domain::by::By;
use domain::case::{Outcome, Status};
use domain::consent::Decision;
use domain::contact_log::ContactChannel;
use domain::field::{Kind, Value};
use domain::identity::Level;
use domain::reference::Reference;
use domain::standard::say_date;
use portico_app::components::payment::said_back;
use portico_app::components::timeline;
use portico_app::words;
use serde_json::json;
use uuid::Uuid;

use super::{Asked, Block, File, Section};
use crate::adapters::blobs::Size;
use crate::error::ApiError;
use crate::routes;
use crate::store::drafts::Holder;
use crate::store::passkeys::Owner;

/// Everything: no resident has so many.
const ALL: u64 = i64::MAX.cast_unsigned();
/// Looks at a record that are listed.
const LOOKS: u64 = 10_000;

/// The account itself.
pub(super) async fn account(asked: &Asked<'_>) -> Result<Section, ApiError> {
    let resident = &asked.who.resident;
    let found = asked.at.store.found_for(resident).await?;
    let since = asked.at.served.say(resident.created_at);
    let mut blocks = vec![Block::Facts(vec![
        ("Email address".to_owned(), resident.email.clone()),
        ("You have had this account since".to_owned(), since.clone()),
    ])];
    if found > 0 {
        blocks.push(Block::Text(format!(
            "{found} more of our requests name your email address and are not in your account. To have a copy of them, too, add them on the page of your account first."
        )));
    }
    Ok(Section {
        key: "account",
        title: "Your account",
        blocks,
        data: json!({ "id": resident.id, "email": resident.email, "since": since }),
    })
}

/// The requests in the account, as their resident sees them.
pub(super) async fn requests(asked: &Asked<'_>) -> Result<Section, ApiError> {
    let (state, served) = (asked.state, &asked.at.served);
    let stored = asked.at.store.requests_of(asked.who.resident.id, ALL).await?;
    let mut blocks = Vec::new();
    let mut data = Vec::new();
    if stored.is_empty() {
        blocks.push(Block::Text("There are no requests in your account.".to_owned()));
    }
    for stored in stored {
        let received = served.say(stored.case.received_at);
        let request = routes::follow::for_resident(state, asked.at, stored.id, stored.case).await?;
        draw(&mut blocks, &request, received);
        // Whoever has a key may write in the resident's name: no copy holds one.
        let mut value = json!(request);
        for linked in ["parts", "part_of"] {
            match value.get_mut(linked) {
                Some(serde_json::Value::Array(parts)) => parts.iter_mut().for_each(without_key),
                Some(part) => without_key(part),
                None => {}
            }
        }
        data.push(value);
    }
    Ok(Section { key: "requests", title: "Your requests", blocks, data: data.into() })
}

fn without_key(part: &mut serde_json::Value) {
    if let Some(part) = part.as_object_mut() {
        part.remove("key");
    }
}

/// By when something is promised, with the year.
fn with_date(by: By) -> String {
    by.with_time(&say_date(by.day()))
}

fn draw(blocks: &mut Vec<Block>, request: &FollowView, received: String) {
    blocks.push(Block::Heading(format!("{} ({})", request.title, request.reference)));
    let mut facts =
        vec![("Sent".to_owned(), received), ("It is".to_owned(), status(request.status).to_owned())];
    if !request.department.is_empty() {
        facts.push(("Department".to_owned(), request.department.clone()));
    }
    if let Some(owner) = &request.owner {
        facts.push(("Who looks after it".to_owned(), owner.clone()));
    }
    facts.push(("We said we would finish by".to_owned(), with_date(request.complete_by)));
    for due in &request.fee {
        facts.push((due.label.clone(), domain::money::show(due.pence)));
    }
    if let Some(paid) = request.payment.as_ref().and_then(|pay| pay.on.as_ref().zip(pay.reference.as_ref())) {
        facts.push(("Paid by card".to_owned(), format!("{}, reference {}", paid.0, paid.1)));
    }
    for refunded in request.payment.iter().flat_map(|pay| &pay.refunds) {
        facts.push(("Refund".to_owned(), said_back(refunded)));
    }
    let reference = request.reference.to_string();
    let mut files = Vec::new();
    for answer in &request.answers {
        match &answer.value {
            Value::Photos(photos) => {
                for photo in &photos.photos {
                    files.push(picture(&reference, files.len() + 1, photo.id, &answer.label));
                }
                if photos.position.is_some() {
                    facts
                        .push((answer.label.clone(), "Sent with the place where they were taken".to_owned()));
                }
            }
            Value::Documents(documents) => {
                for document in documents {
                    files.push(paper(&reference, files.len() + 1, document.id, &document.name));
                }
            }
            value => facts.push((answer.label.clone(), value.show())),
        }
    }
    for photo in &request.work_photos {
        files.push(picture(&reference, files.len() + 1, *photo, "The work that was done"));
    }
    blocks.push(Block::Facts(facts));
    blocks.extend(files.into_iter().map(Block::File));
    blocks.push(Block::List(request.timeline.iter().map(happened).collect()));
}

fn picture(of: &str, number: usize, id: Uuid, label: &str) -> File {
    let label = format!("{label}: picture {number} of {of}");
    File { id, size: Size::Full, path: format!("photos/{of}-{number}"), label }
}

fn paper(of: &str, number: usize, id: Uuid, name: &str) -> File {
    File { id, size: Size::Document, path: format!("documents/{of}-{number}"), label: name.to_owned() }
}

fn status(status: Status) -> &'static str {
    match status {
        Status::ToPay => "not received: it is to be paid first",
        Status::Received => "received",
        Status::LookedAt => "being looked at",
        Status::Planned => "planned",
        Status::InProgress => "in progress",
        Status::Waiting => "waiting for your answer",
        Status::Closed(outcome) => ended(outcome),
    }
}

fn ended(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Done => "closed: done",
        Outcome::DeclinedByPolicy => "closed: we can’t do what you asked",
        Outcome::NotOurs => "closed: somebody else has to do this",
        Outcome::Duplicate => "closed: we knew about this already",
        Outcome::Withdrawn => "withdrawn",
        Outcome::PartDone => "closed: some of it is done",
        Outcome::NoAnswer => "closed: we had no answer from you",
        Outcome::NothingFound => "closed: we found nothing",
        Outcome::NotPaid => "not paid in time, and never received",
    }
}

/// One line of what happened, with what was written.
fn happened(entry: &Entry) -> String {
    let for_you = entry.helper.as_ref().map(|name| format!("{name}, who acts for you,"));
    let by = entry.staff.as_deref().or(for_you.as_deref()).unwrap_or("You");
    let what = match &entry.what {
        What::Received => match &entry.helper {
            Some(name) => format!("We got it from {name}, who acts for you."),
            None => "We got it.".to_owned(),
        },
        What::Taken => format!("{by} took it on."),
        What::HandedBack { lead } => format!("{by} gave it back to the team; {lead} looks after it."),
        What::Undone => format!("{by} took the step before this back: it was a slip."),
        What::Message { text } => format!("{by} wrote: {text}"),
        What::PromiseMoved { to, reason, .. } => {
            format!("{by} moved the date to {}: {reason}", say_date(*to))
        }
        What::Closed(ending) => {
            let rest = [&ending.unless, &ending.next, &ending.object].map(String::as_str);
            let rest = rest.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ");
            format!("{by} closed it ({}): {} {rest}", ended(ending.outcome), ending.text)
        }
        What::PartMoved { department, status, to } => {
            let to = to.map_or_else(String::new, |to| format!(", by {}", with_date(to)));
            format!("{department}: {}{to}.", self::status(*status))
        }
        What::Withdrawn { reason } if reason.is_empty() => "You withdrew it.".to_owned(),
        What::Withdrawn { reason } => format!("You withdrew it: {reason}"),
        What::Feedback { score, reason, about, contact } => {
            let about = about.map_or_else(String::new, |about| format!(" {}.", words::shortfall(about)));
            let contact = match contact {
                Some(true) => " We may contact you about it.",
                Some(false) => " We may not contact you about it.",
                None => "",
            };
            format!("You said how it went: {score} of 5.{about}{contact} {reason}")
        }
        What::Amended { changes, .. } => {
            let change = |change: &Change| match change.before.as_str() {
                "" => format!("{}: {}", change.label, change.now),
                before => format!("{}: {} (before: {before})", change.label, change.now),
            };
            format!(
                "{}. {}",
                timeline::title(entry, false),
                changes.iter().map(change).collect::<Vec<_>>().join("; ")
            )
        }
        What::Asked { question: text }
        | What::Answered { text, .. }
        | What::Decided { text, .. }
        | What::Reopened { reason: text, .. } => format!("{}: {text}", timeline::title(entry, false)),
        _ => format!("{}.", timeline::title(entry, false)),
    };
    format!("{}: {what}", entry.when)
}

/// Other people's requests that the resident is told about.
pub(super) async fn watching(asked: &Asked<'_>) -> Result<Section, ApiError> {
    let watched = asked.at.store.watched_by(&asked.who.resident.email_key).await?;
    let each = watched.into_iter().map(|(since, stored)| {
        let (since, case) = (asked.at.served.say(since), stored.case);
        let line = format!(
            "{} ({}), since {since}: {}",
            case.submission.title,
            case.submission.reference,
            status(case.status)
        );
        let data = json!({ "title": case.submission.title, "reference": case.submission.reference, "since": since, "status": case.status });
        (line, data)
    });
    let (lines, data): (Vec<_>, Vec<_>) = each.unzip();
    let blocks = if lines.is_empty() {
        vec![Block::Text("You have not asked to hear about anybody else’s request.".to_owned())]
    } else {
        vec![
            Block::Text("Somebody else told us about these, and you asked to hear what happens.".to_owned()),
            Block::List(lines),
        ]
    };
    Ok(Section { key: "watching", title: "Requests of others that you follow", blocks, data: data.into() })
}

/// When the resident rang, wrote or came, as it was written down. What staff noted for each other is not in it.
pub(super) async fn contacts(asked: &Asked<'_>) -> Result<Section, ApiError> {
    let served = &asked.at.served;
    let contacts = asked.at.store.contacts_of(&asked.who.resident).await?;
    let each = contacts.into_iter().map(|contact| {
        let when = served.say(contact.at);
        let how = ContactChannel::parse(&contact.channel).unwrap_or_default();
        let service = routes::contacts::title(served, &contact.service);
        let reason = routes::contacts::reason(served, &contact.reason);
        let reference = contact.reference.as_deref().and_then(Reference::parse);
        let about = reference.as_ref().map(|reference| format!(" ({reference})")).unwrap_or_default();
        let avoidable = contact.answers().is_avoidable();
        let counted = if avoidable { "You should not have had to." } else { "" };
        let line = format!("{when}, {}: {service}{about}. {reason}. {counted}", how.label().to_lowercase());
        let data = json!({
            "when": when, "how": how, "service": service, "reference": reference, "reason": reason,
            "answers": contact.answers(), "avoidable": avoidable,
        });
        (line.trim_end().to_owned(), data)
    });
    let (lines, data): (Vec<_>, Vec<_>) = each.unzip();
    let blocks = if lines.is_empty() {
        vec![Block::Text("We have not written down that you rang, wrote or came.".to_owned())]
    } else {
        vec![Block::List(lines)]
    };
    Ok(Section { key: "contacts", title: "When you contacted us", blocks, data: data.into() })
}

/// Forms that were begun and not sent.
pub(super) async fn begun(asked: &Asked<'_>) -> Result<Section, ApiError> {
    let account = Holder::Account(asked.who.resident.id);
    let mut drafts = asked.at.store.drafts(&account, asked.state.now()).await?;
    // What is filled in for somebody else is about them.
    drafts.retain(|draft| for_whom(&draft.service).is_none());
    let mut blocks = Vec::new();
    for draft in &drafts {
        draw_draft(asked, &mut blocks, draft).await?;
    }
    if blocks.is_empty() {
        blocks.push(Block::Text("You have not begun a form that you did not send.".to_owned()));
    }
    let data =
        drafts.iter().map(|draft| json!({ "service": draft.service, "answers": draft.answers })).collect();
    Ok(Section { key: "begun", title: "Forms that you have begun", blocks, data })
}

async fn draw_draft(asked: &Asked<'_>, blocks: &mut Vec<Block>, draft: &Posted) -> Result<(), ApiError> {
    let service = asked.at.served.service(&draft.service);
    let title = service.map_or("A small form", |service| service.title.as_str());
    blocks.push(Block::Heading(title.to_owned()));
    let mut facts = Vec::new();
    let mut files: Vec<File> = Vec::new();
    for (path, raw) in draft.answers.iter().filter(|(_, raw)| !raw.is_empty()) {
        let question = domain::answers::question_of(path);
        let known = service.and_then(|service| service.question(question));
        let label = known.map_or(question, |question| question.label.as_str());
        let kind = known.map(|question| &question.kind);
        let upload =
            Uuid::try_parse(raw).ok().filter(|_| matches!(kind, Some(Kind::Photos(_) | Kind::Documents(_))));
        let Some(id) = upload else {
            let part = path.strip_prefix(question).unwrap_or_default().trim_start_matches('.');
            let name = if part.is_empty() { label.to_owned() } else { format!("{label} ({part})") };
            facts.push((name, raw.to_owned()));
            continue;
        };
        // It may be gone, or a request's by now, which may be somebody else's.
        let is_document = matches!(kind, Some(Kind::Documents(_)));
        if asked.at.store.is_loose(id, is_document).await? {
            let (of, number) = (format!("begun-{}", draft.service), files.len() + 1);
            let file = if is_document { paper } else { picture };
            files.push(file(&of, number, id, label));
        }
    }
    blocks.push(Block::Facts(facts));
    blocks.extend(files.into_iter().map(Block::File));
    Ok(())
}

/// How else than by a code the resident can sign in: no key, and nothing that opens anything.
pub(super) async fn ways_in(asked: &Asked<'_>) -> Result<Section, ApiError> {
    let owner = Owner::Resident(asked.who.resident.id);
    let ways = routes::security::view(asked.state, asked.at, owner).await?;
    let used =
        |used: &Option<String>| used.as_ref().map_or_else(String::new, |used| format!(", used last {used}"));
    let passkeys = ways.passkeys.iter().map(|passkey| {
        format!("The passkey “{}”, since {}{}", passkey.name, passkey.added, used(&passkey.used))
    });
    let links =
        ways.links.iter().map(|link| format!("{}, since {}{}", link.name, link.added, used(&link.used)));
    let each: Vec<String> = passkeys.chain(links).collect();
    let data = json!({ "passkeys": ways.passkeys, "providers": ways.links });
    let blocks = if each.is_empty() {
        vec![Block::Text("You sign in with a code from an email, and in no other way.".to_owned())]
    } else {
        vec![Block::List(each)]
    };
    Ok(Section { key: "ways_in", title: "How you sign in besides with a code", blocks, data })
}

/// Where the resident is signed in, and was.
pub(super) async fn sessions(asked: &Asked<'_>) -> Result<Section, ApiError> {
    let (store, served) = (&asked.at.store, &asked.at.served);
    let sessions = store.sessions(asked.who.resident.id, asked.state.now()).await?;
    let browsers = store.browsers_of(asked.who.resident.id).await?;
    let each = sessions.iter().map(|session| {
        format!(
            "{}, since {}, used last {}",
            session.device,
            served.say(session.begun_at),
            served.say(session.seen_at)
        )
    });
    let known: Vec<String> = browsers.into_iter().map(|seen| served.say(seen)).collect();
    let data = json!({
        "sessions": sessions.iter().map(|session| json!({
            "device": session.device, "since": served.say(session.begun_at), "used": served.say(session.seen_at),
        })).collect::<Vec<_>>(),
        "browsers_signed_in_last": known,
    });
    let blocks = vec![
        Block::List(each.collect()),
        Block::Text("We know each browser again in which you have signed in, so that nobody can keep you out. You signed in last in them on:".to_owned()),
        Block::List(known),
    ];
    Ok(Section { key: "sessions", title: "Where you are signed in", blocks, data })
}

/// Who looked at what is theirs: the department and why; no name of an officer.
pub(super) async fn looked(asked: &Asked<'_>) -> Result<Section, ApiError> {
    let (store, served) = (&asked.at.store, &asked.at.served);
    let person = asked.who.resident.id;
    let own = store.requests_of(person, ALL).await?;
    let objects: Vec<String> = own.iter().map(|stored| format!("request {}", stored.id)).collect();
    let reads = store.reads_of(person, &objects, LOOKS).await?;
    let each = reads.into_iter().map(|read| {
        let department = read.department.as_deref().unwrap_or_default();
        let department = served.council.department_name(department).to_owned();
        let request = own.iter().find(|stored| read.object == format!("request {}", stored.id));
        let what = request.map_or_else(
            || "your record".to_owned(),
            |stored| format!("{} ({})", stored.case.submission.title, stored.case.submission.reference),
        );
        let when = served.say(read.at);
        let line = format!("{when}: {department} looked at {what}. {}", read.detail);
        (line, json!({ "when": when, "department": department, "what": what, "why": read.detail }))
    });
    let (lines, data): (Vec<_>, Vec<_>) = each.unzip();
    let blocks =
        if lines.is_empty() { vec![Block::Text("Nobody has.".to_owned())] } else { vec![Block::List(lines)] };
    Ok(Section { key: "looked", title: "Who looked at your record", blocks, data: data.into() })
}

/// What was told once.
pub(super) async fn profile(asked: &Asked<'_>) -> Result<Section, ApiError> {
    let answers = asked.at.store.profile(asked.who.resident.id).await?.answers;
    let questions = domain::profile::questions();
    let facts: Vec<(String, String)> = answers
        .iter()
        .filter(|(_, raw)| !raw.is_empty())
        .map(|(path, raw)| {
            let known = questions.iter().find(|known| known.id == domain::answers::question_of(path));
            let label = known.map_or_else(|| path.to_owned(), |question| question.label.clone());
            let part = path.split_once('.').map(|(_, part)| format!(" ({part})")).unwrap_or_default();
            (label + &part, raw.to_owned())
        })
        .collect();
    let blocks = if facts.is_empty() {
        vec![Block::Text("You have told us nothing for all forms.".to_owned())]
    } else {
        vec![Block::Facts(facts)]
    };
    Ok(Section { key: "details", title: "What you told us once", blocks, data: json!(answers) })
}

/// How the resident is told what happens, and what was sent to them about the requests in the account.
pub(super) async fn alerts(asked: &Asked<'_>) -> Result<Section, ApiError> {
    let served = &asked.at.served;
    let view = routes::alerts::view(asked.state, asked.at, asked.who, None).await?;
    let questions = domain::alert::questions();
    let chosen = questions.iter().map(|question| {
        let raw = view.answers.get(&question.id);
        let words = match &question.kind {
            Kind::Choice(choice) => choice.options.iter().find(|option| option.value == raw),
            _ => None,
        };
        (question.label.clone(), words.map_or_else(|| raw.to_owned(), |option| option.label.clone()))
    });
    let mut blocks = vec![Block::Facts(chosen.collect())];
    let sent = asked.at.store.deliveries_to(asked.who.resident.id, ALL).await?;
    let each = sent.into_iter().map(|one| {
        let to =
            if one.by == Channel::Push { "your devices".to_owned() } else { one.address.replace('\n', ", ") };
        let when = served.say(one.since);
        let line = format!("{when}: {} to {to}: {}", one.by.noun(), one.headline);
        let data = json!({ "when": when, "by": one.by, "to": to, "what": one.headline, "became": one.fate });
        (line, data)
    });
    let (lines, sent): (Vec<_>, Vec<_>) = each.unzip();
    if !lines.is_empty() {
        blocks.push(Block::Heading("What we sent you about your requests".to_owned()));
        blocks.push(Block::List(lines));
    }
    let devices = view.devices.iter().map(|device| format!("{}, since {}", device.name, device.added));
    let devices: Vec<String> = devices.collect();
    if !devices.is_empty() {
        blocks.push(Block::Heading("Devices that we send notifications to".to_owned()));
        blocks.push(Block::List(devices));
    }
    let data = json!({ "chosen": view.answers, "sent": sent, "devices": view.devices });
    Ok(Section { key: "alerts", title: "How we tell you what happens", blocks, data })
}

/// Those who may act for the resident, as the resident named them, and what they did with it.
pub(super) async fn helpers(asked: &Asked<'_>) -> Result<Section, ApiError> {
    let view = routes::helpers::view(asked.state, asked.at, asked.who).await?;
    let line = |helper: &HelperView| {
        let accepted = if helper.accepted { "" } else { " (has not accepted yet)" };
        let HelperView { name, email, services, until, .. } = helper;
        format!("{name}, {email}{accepted}, for {}, until {}", services.join(", "), say_date(*until))
    };
    let mut blocks = if view.helpers.is_empty() {
        vec![Block::Text("Nobody acts for you.".to_owned())]
    } else {
        vec![Block::List(view.helpers.iter().map(line).collect())]
    };
    if !view.uses.is_empty() {
        let used = view.uses.iter().map(|used| {
            let who = if used.name.is_empty() { "Somebody who acted for you" } else { &used.name };
            format!("{who}, {}: {}", used.when, used.what)
        });
        blocks.push(Block::Heading("What they looked at and did".to_owned()));
        blocks.push(Block::List(used.collect()));
    }
    let helpers = view.helpers.iter().map(|helper| {
        json!({
            "name": helper.name, "email": helper.email, "services": helper.services, "until": helper.until,
            "accepted": helper.accepted,
        })
    });
    let data = json!({ "named": helpers.collect::<Vec<_>>(), "used": view.uses });
    Ok(Section { key: "helpers", title: "People who act for you", blocks, data })
}

/// Those for whom the resident acts, and those who asked them to: what the resident's own page says of them, and nothing
/// of what is theirs.
pub(super) async fn acting(asked: &Asked<'_>) -> Result<Section, ApiError> {
    let view = routes::helpers::view(asked.state, asked.at, asked.who).await?;
    let line = |acting: &ActingView| {
        let accepted = if acting.accepted { "" } else { " (you have not accepted yet)" };
        let ActingView { name, services, until, .. } = acting;
        format!("{name}{accepted}, for {}, until {}", services.join(", "), say_date(*until))
    };
    let blocks = if view.acting.is_empty() {
        vec![Block::Text("You act for nobody.".to_owned())]
    } else {
        vec![Block::List(view.acting.iter().map(line).collect())]
    };
    let data = view.acting.iter().map(|acting| {
        json!({
            "name": acting.name, "services": acting.services, "until": acting.until, "accepted": acting.accepted,
        })
    });
    let data = data.collect();
    Ok(Section { key: "acting", title: "People you act for", blocks, data })
}

/// Who the resident is, and how they showed it.
pub(super) async fn identity(asked: &Asked<'_>) -> Result<Section, ApiError> {
    let (store, served) = (&asked.at.store, &asked.at.served);
    let proofs = store.proofs(asked.who.resident.id).await?;
    let documents = store.documents_of(asked.who.resident.id).await?;
    let each = proofs.into_iter().map(|kept| {
        let (level, since) = (kept.proof.level, served.say(kept.proof.proven_at));
        let until = kept.proof.expires_at.map(|until| served.say(until));
        let words = until.as_ref().map(|until| format!(", until {until}")).unwrap_or_default();
        let name = kept.name.as_ref().map(|name| format!(", for {name}")).unwrap_or_default();
        let line = format!("{}{name}: since {since}{words}", known_by(level));
        (line, json!({ "level": level, "since": since, "until": until, "name": kept.name }))
    });
    let (lines, levels): (Vec<_>, Vec<_>) = each.unzip();
    let mut blocks = vec![Block::List(lines)];
    let mut sent = Vec::new();
    for (number, document) in (1..).zip(documents) {
        let when = served.say(document.sent_at);
        sent.push(json!({ "kind": document.kind, "name": document.name, "sent": when, "state": document.state, "reason": document.reason }));
        let kind = document.kind.replace('_', " ");
        let label = format!("A document that you showed us ({kind}), sent {when}");
        blocks.push(if document.erased {
            Block::Text(format!("{label}: we looked at it and erased it."))
        } else {
            Block::File(paper("identity", number, document.id, &label))
        });
    }
    let data = json!({ "proven": levels, "documents": sent });
    Ok(Section { key: "identity", title: "Who you are", blocks, data })
}

fn known_by(level: Level) -> &'static str {
    match level {
        Level::SaidSo => "You told us",
        Level::EmailConfirmed => "You read an email at your address",
        Level::ElectoralRoll => "You are on the electoral roll",
        Level::DocumentsSeen => "We saw your documents",
        Level::Provider => "A provider that you signed in with knows you",
    }
}

/// Everything the resident decided about who may see what.
pub(super) async fn consent(asked: &Asked<'_>) -> Result<Section, ApiError> {
    let served = &asked.at.served;
    let ledger = asked.at.store.ledger(asked.who.resident.id).await?;
    let each = ledger.into_iter().map(|entry| {
        let decided = match entry.decision {
            Decision::Given => "you agreed",
            Decision::Refused => "you said no",
            Decision::Withdrawn => "you no longer agreed",
        };
        let to = match entry.department.as_str() {
            domain::consent::COUNCIL => served.council.name.as_str(),
            department => served.council.department_name(department),
        };
        let when = served.say(entry.at);
        let title = entry.purpose.title();
        let line = format!("{when}: {decided}. {title}: {to}");
        let data = json!({
            "when": when, "decision": entry.decision.id(), "purpose": title, "to": to,
            "wording": entry.wording, "channel": entry.channel.id(),
        });
        (line, data)
    });
    let (lines, data): (Vec<_>, Vec<_>) = each.unzip();
    let blocks = if lines.is_empty() {
        vec![Block::Text("You have decided nothing: nobody sees more than they need.".to_owned())]
    } else {
        vec![Block::List(lines)]
    };
    Ok(Section { key: "consent", title: "What you agreed to", blocks, data: data.into() })
}
