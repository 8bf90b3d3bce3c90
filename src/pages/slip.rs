//! `/follow/:key/slip`: what a person takes home to follow a request without an address of their own. Drawn by the server
//! alone: it works as it is, and is printed as it is.

use leptos::prelude::*;

use crate::a11y;
use crate::components::error_summary::{ErrorSummary, problem_at};
use crate::components::input::{Labelled, TextInput, Typing};
use crate::components::layout::Column;
use crate::live::Drawn as _;
use crate::state::boot;

/// The field for where it is sent.
pub const TO: &str = "to";

/// A slip.
#[derive(Clone, Debug)]
pub struct Slip {
    /// What was asked for: the service's title.
    pub title: String,
    /// The request's reference.
    pub reference: String,
    /// The code that goes with it.
    pub code: String,
    /// What was promised, as a sentence.
    pub promise: String,
    /// The address of the page where both are typed, without `https://`.
    pub site: String,
    /// The council's phone number and when somebody answers it.
    pub phone: (String, String),
    /// The address of the request's page.
    pub page: String,
    /// Where the form is posted to have it sent.
    pub here: String,
    /// It can go out as a text message, too.
    pub texts: bool,
    /// There is something to print it with.
    pub prints: bool,
    /// It is being sent.
    pub sent: bool,
}

fn row(label: &'static str, value: AnyView) -> AnyView {
    view! {
        <div class="govuk-summary-list__row">
            <dt class="govuk-summary-list__key">{label}</dt>
            <dd class="govuk-summary-list__value">{value}</dd>
        </div>
    }
    .drawn()
}

/// Draws it.
#[must_use]
pub fn draw(slip: Slip) -> AnyView {
    let problems = RwSignal::new(boot::take_problems());
    let error = if problems.with_untracked(Vec::is_empty) { "" } else { "Error: " };
    let title = format!("{error}Your slip");
    a11y::use_page(move || title.clone());
    let (label, hint) = if slip.texts {
        ("Email address or mobile number", "We send it once, and keep neither.")
    } else {
        ("Email address", "We send it once, and don’t keep the address.")
    };
    let to = Labelled::new(TO, label).hint(hint.to_owned()).error(problem_at(problems, TO));
    let typing = Typing {
        verbatim: true,
        autocomplete: Some("off"),
        width: "govuk-input--width-20",
        mode: Some(if slip.texts { "text" } else { "email" }),
        ..Typing::PLAIN
    };
    let typed = Signal::stored(boot::take_text(TO));
    let nothing = Callback::new(|_: String| {});
    let sent = slip
        .sent
        .then(|| view! { <p class="govuk-inset-text" role="status">"It is on its way."</p> }.drawn());
    // A script shows it: without one, browsers print from their own menu.
    let print = slip.prints.then(|| {
        view! {
            <p class="portico-not-printed">
                <button type="button" class="govuk-button govuk-button--secondary" data-print hidden>"Print it"</button>
            </p>
        }
        .drawn()
    });
    let (phone, hours) = slip.phone;
    view! {
        <Column>
            <ErrorSummary problems=problems />
            {sent}
            <h1 class="govuk-heading-l">"Your slip"</h1>
            <p>"With these two you can follow your request, answer us and withdraw it. Whoever has both can do so, too: keep the slip as you would keep a letter."</p>
            <dl class="govuk-summary-list">
                {row("Request", slip.title.into_any())}
                {row("Reference", view! { <strong class="portico-reference">{slip.reference}</strong> }.into_any())}
                {row("Secret code", view! { <strong class="portico-reference">{slip.code}</strong> }.into_any())}
                {row("What we promised", slip.promise.into_any())}
                {row("Online", view! { "Go to "<strong>{slip.site}</strong>" and type the reference and the code." }.into_any())}
                {row("By phone", view! { "Ring "<strong>{phone}</strong>" ("{hours}") and say the reference." }.into_any())}
            </dl>
            {print}
            <div class="portico-not-printed">
                <h2 class="govuk-heading-m">"Have it sent to you"</h2>
                <form novalidate method="post" action=slip.here>
                    <TextInput labelled=to value=typed on_input=nothing typing=typing />
                    <button type="submit" class="govuk-button">"Send it"</button>
                </form>
                <p><a href=slip.page>"Go to the request"</a></p>
            </div>
        </Column>
    }
    .drawn()
}
