//! `/account/identity`: who I am, as far as it is known here, what that opens, and the ways to show more. The browser
//! itself sends its forms, with the app and without: a document and a look at the roll are worth a page of their own.

use domain::api::identity::{
    DocumentKind, DocumentState, IdentityService, IdentityView, ProofView, RollView, SentDocument,
};
use domain::field::Opt;
use domain::identity::Level;
use leptos::prelude::*;

use crate::account::menu;
use crate::api::identity;
use crate::components::button::StartButton;
use crate::components::error_summary::ErrorSummary;
use crate::components::input::{Labelled, Radios, TextInput, Typing};
use crate::components::layout::Column;
use crate::components::load::loaded;
use crate::components::sending::Sending;
use crate::live::Drawn as _;
use crate::state::{address, boot};
use crate::{a11y, paths};

/// The name of the field that says which form service leads back to, in the address.
pub const FOR: &str = "for";
/// Presses the look at the roll.
pub const ROLL: &str = "roll";
/// Sends a document.
pub const DOCUMENT: &str = "document";
/// Asks for a code for a desk.
pub const DESK: &str = "desk";

/// The form that the person comes from, as the address names it; empty when there is none.
#[must_use]
pub fn came_from() -> String {
    let service = address::use_address().query(FOR);
    if is_service(&service) { service } else { String::new() }
}

/// Whether this can be the identifier of a service, and nothing that leads elsewhere.
#[must_use]
pub fn is_service(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// Who I am.
#[component]
pub fn AccountIdentityPage() -> impl IntoView {
    view! {
        <Column>{loaded(identity::get, |known| match known {
            Some(known) => whole(&known),
            None => signed_out(),
        })}</Column>
    }
    .drawn()
}

fn tries(left: u32) -> String {
    if left == 1 { "1 try".to_owned() } else { format!("{left} tries") }
}

/// Signing in comes first, and leads back here.
fn signed_out() -> AnyView {
    a11y::use_page(|| "Show who you are".to_owned());
    let sign_in = paths::sign_in(&paths::for_form(paths::ACCOUNT_IDENTITY, &came_from()));
    view! {
        <h1 class="govuk-heading-l">"Show who you are"</h1>
        <p>"For some things we need to know who you are. You show it once, in your account, and it counts for all of them."</p>
        <p>"You need no password: we send you a code by email. What you have typed into a form is kept meanwhile."</p>
        <StartButton href=sign_in label="Sign in" />
    }
    .drawn()
}

fn whole(known: &IdentityView) -> AnyView {
    let sending = Sending::new("name").with_summary();
    a11y::use_page(move || format!("{}Show who you are", sending.prefix()));
    let from = came_from();
    let form = known.services.iter().find(|service| service.id == from);
    let here = paths::for_form(paths::ACCOUNT_IDENTITY, form.map_or("", |form| &form.id));
    let proofs = known.proofs.iter().map(proof).collect_view();
    let needs_more = |level: Level| known.level < level;
    let roll =
        (known.roll.available && needs_more(Level::ElectoralRoll)).then(|| roll(&known.roll, &here, sending));
    let shows_documents = needs_more(Level::DocumentsSeen);
    let documents = shows_documents.then(|| documents(&known.documents, &here, sending));
    let desk = shows_documents.then(|| desk(known, &here));
    view! {
        {menu("identity")}
        <ErrorSummary problems=sending.problems />
        <h1 class="govuk-heading-l">"Show who you are"</h1>
        {form.map(way_back)}
        <h2 class="govuk-heading-m">"What we know"</h2>
        {if known.proofs.is_empty() {
            view! { <p>"You told us who you are. Nothing else is known."</p> }.drawn()
        } else {
            view! { <ul class="govuk-list govuk-list--bullet">{proofs}</ul> }.drawn()
        }}
        <h2 class="govuk-heading-m">"What it is good for"</h2>
        {levels(known)}
        {roll}
        {documents}
        {desk}
    }
    .drawn()
}

/// What the form needs that the person comes from, or the way back to it.
fn way_back(form: &IdentityService) -> AnyView {
    if form.met {
        return view! {
            <div class="govuk-inset-text" role="status"><p>"You have shown who you are. This counts for every service that needs it."</p></div>
            <StartButton href=paths::service(&form.id) label=format!("Go on with “{}”", form.title) />
        }
        .drawn();
    }
    view! {
        <div class="govuk-inset-text">
            <p>{format!("“{}” needs this: {}.", form.title, step(form.level))}</p>
            <p>{form.why.clone()}</p>
            <p>"What you have typed there is kept. "<a href=paths::service(&form.id)>"Go back to the form"</a></p>
        </div>
    }
    .drawn()
}

fn proof(proof: &ProofView) -> AnyView {
    let name = proof.name.clone().map(|name| view! { ", as "<strong><bdi>{name}</bdi></strong> }.into_any());
    let until = match &proof.until {
        Some(until) => format!(", until {until}"),
        None => String::new(),
    };
    view! { <li>{proof.level.name()}{name}" on "{proof.since.clone()}{until}"."</li> }.drawn()
}

/// What somebody does to reach a level.
fn step(level: Level) -> &'static str {
    match level {
        Level::SaidSo => "tell us who you are",
        Level::EmailConfirmed => "confirm your email address",
        Level::ElectoralRoll => "be found on the electoral roll, or show us a document",
        Level::DocumentsSeen => "show us a document",
        Level::Provider => "sign in with a service that checks identity",
    }
}

/// What each level opens; those that open nothing more are left out.
fn levels(known: &IdentityView) -> AnyView {
    let line = |service: &IdentityService| {
        let standing = if service.met {
            "you have shown enough for it".to_owned()
        } else {
            format!("it needs one thing more: {}", step(service.level))
        };
        view! {
            <li>
                <a href=paths::service(&service.id)>{service.title.clone()}</a>": "{standing}"."
                <p class="govuk-hint">{service.why.clone()}</p>
            </li>
        }
        .drawn()
    };
    if known.services.is_empty() {
        return view! { <p>"There is nothing here just now that needs to know who you are."</p> }.drawn();
    }
    view! {
        <p>"Most things need none of this. These do:"</p>
        <ul class="govuk-list govuk-list--bullet">{known.services.iter().map(line).collect_view()}</ul>
    }
    .drawn()
}

/// The button of one of the forms.
fn press(act: &'static str, label: &'static str) -> AnyView {
    view! { <button type="submit" class="govuk-button" name="do" value=act>{label}</button> }.drawn()
}

/// One line to type.
fn line(
    id: &'static str,
    label: &'static str,
    sending: Sending,
    autocomplete: Option<&'static str>,
    width: &'static str,
) -> AnyView {
    let value = RwSignal::new(boot::take_text(id));
    let labelled = Labelled::new(id, label).error(sending.at(id));
    let typing = Typing { autocomplete, width, ..Typing::PLAIN };
    let typed = Callback::new(move |typed| value.set(typed));
    view! { <TextInput labelled=labelled value=value on_input=typed typing=typing /> }.drawn()
}

fn roll(roll: &RollView, here: &str, sending: Sending) -> AnyView {
    let heading = view! { <h2 class="govuk-heading-m" id=ROLL>"Be found on the electoral roll"</h2> }.drawn();
    if roll.tries_left == 0 {
        let again = roll.again.clone().unwrap_or_default();
        return view! {
            {heading}
            <p>"You have tried five times, which is all that a day has. You can try again from "{again}"."</p>
            <p>"You need not wait: show us a document, here or at a desk."</p>
        }
        .drawn();
    }
    let wording = &roll.wording;
    let agreed = RwSignal::new(String::new());
    let option =
        |value: &str, label: &str| Opt { value: value.to_owned(), label: label.to_owned(), hint: None };
    let options = vec![option("yes", &wording.yes), option("no", &wording.no)];
    let labelled = Labelled::new("agreed", wording.question.clone()).error(sending.at("agreed"));
    let text = wording.text.iter().map(|text| view! { <p>{text.clone()}</p> }.drawn()).collect_view();
    let choose = Callback::new(move |chosen| agreed.set(chosen));
    view! {
        {heading}
        <p>"The quickest way, if you are registered to vote here. "{tries(roll.tries_left)}" left today."</p>
        <form novalidate method="post" action=here.to_owned()>
            {line("name", "Your full name", sending, Some("name"), "")}
            {line("line1", "First line of your address", sending, Some("address-line1"), "")}
            {line("line2", "Second line (optional)", sending, Some("address-line2"), "")}
            {line("postcode", "Postcode", sending, Some("postal-code"), "govuk-input--width-10")}
            <input type="hidden" name="wording" value=wording.id.clone() />
            <input type="hidden" name="version" value=wording.version />
            <input type="hidden" name="language" value=wording.language.clone() />
            <input type="hidden" name="hash" value=roll.hash.clone() />
            {text}
            <Radios labelled=labelled options=options value=agreed on_choose=choose />
            {press(ROLL, "Continue")}
        </form>
    }
    .drawn()
}

fn documents(sent: &[SentDocument], here: &str, sending: Sending) -> AnyView {
    let kind = RwSignal::new(boot::take_text("kind"));
    let options = DocumentKind::ALL.map(|kind| Opt {
        value: kind.id().to_owned(),
        label: kind.label().to_owned(),
        hint: None,
    });
    let labelled = Labelled::new("kind", "Which document is it?").error(sending.at("kind"));
    let choose = Callback::new(move |chosen| kind.set(chosen));
    let file = Labelled::new("file", "The document")
        .hint("PDF, JPEG or PNG, at most 10 MB. A photo will do if all of it can be read.".to_owned())
        .error(sending.at("file"));
    let described = file.described_by(None);
    let input = view! {
        <input
            class="govuk-file-upload" id="file" name="file" type="file"
            accept="application/pdf,image/jpeg,image/png" aria-describedby=described
        />
    };
    let list = (!sent.is_empty())
        .then(|| view! { <ul class="govuk-list">{sent.iter().map(standing).collect_view()}</ul> }.drawn());
    view! {
        <h2 class="govuk-heading-m" id=DOCUMENT>"Send us a photo of a document"</h2>
        <p>"Somebody of our staff looks at it, mostly within two working days. Then we delete it, and keep only that we have seen it."</p>
        {list}
        <form novalidate method="post" action=here.to_owned() enctype="multipart/form-data">
            <Radios labelled=labelled options=options.to_vec() value=kind on_choose=choose />
            {line("on-it", "Your full name, as it is on the document", sending, Some("name"), "")}
            {file.group(input.into_any())}
            {press(DOCUMENT, "Send the document")}
        </form>
    }
    .drawn()
}

fn standing(document: &SentDocument) -> AnyView {
    let label = document.kind.label();
    let how = match document.state {
        DocumentState::Waiting => "we have not looked at it yet",
        DocumentState::Seen => "we have seen it",
        DocumentState::Refused => "it was not good enough",
    };
    let reason = document
        .reason
        .clone()
        .map(|reason| view! { <p><bdi class="portico-typed">{reason}</bdi></p> }.drawn());
    view! { <li>{label}", sent on "{document.sent.clone()}": "{how}"."{reason}</li> }.drawn()
}

fn desk(known: &IdentityView, here: &str) -> AnyView {
    let code = match &known.desk {
        Some(desk) => {
            let until = desk.until.clone();
            view! {
                <p>"Say your email address and this code: "<strong class="govuk-!-font-size-24">{desk.code.clone()}</strong></p>
                <p>"It works once, until "{until}"."</p>
            }
            .drawn()
        }
        None => view! {
            <p>"Ask for a code first: with it, and only with it, our staff can find your account."</p>
            <form method="post" action=here.to_owned()>{press(DESK, "Get a code for the desk")}</form>
        }
        .drawn(),
    };
    view! {
        <h2 class="govuk-heading-m" id=DESK>"Show a document at a desk"</h2>
        <p>"Bring it to the town hall or any library. Nothing is copied."</p>
        {code}
    }
    .drawn()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_leads_to_a_form() {
        for good in ["", "claim-progress", "my-data2"] {
            assert!(is_service(good), "{good}");
        }
        for bad in ["a/b", "//evil.example", "a?b", "..", "A", "a b", "%2e"] {
            assert!(!is_service(bad), "{bad}");
        }
    }
}
