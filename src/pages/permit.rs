//! `/follow/:key/permit`: what a request gave, to be shown, printed, changed and given back. Drawn by the server alone, like a
//! receipt.

use domain::api::drafts::Posted;
use domain::money;
use leptos::prelude::*;

use crate::a11y;
use crate::components::error_summary::{ErrorSummary, problem_at};
use crate::components::input::{Labelled, TextInput, Typing};
use crate::components::layout::Column;
use crate::live::Drawn as _;
use crate::state::boot;

/// What is typed: another vehicle.
pub const VEHICLE: &str = "vehicle";

/// What a request gave.
#[derive(Clone, Debug)]
pub struct Permit {
    /// Who gave it.
    pub council: String,
    /// What it is called.
    pub name: String,
    /// Line by line: its number, its zone, from when to when.
    pub lines: Vec<(String, String)>,
    /// How it stands, in a few words.
    pub standing: String,
    /// How often its vehicle may still be changed, where that can be done.
    pub changes: Option<u8>,
    /// The money that goes back if it is given back now, in pence, where that can be done.
    pub back: Option<i64>,
    /// It can be renewed now.
    pub renew: bool,
    /// The address of the request's page.
    pub page: String,
    /// The address of this page.
    pub here: String,
    /// What was posted and could not be taken.
    pub posted: Option<Posted>,
}

/// Draws it.
#[must_use]
pub fn draw(permit: Permit) -> AnyView {
    let Permit { council, name, lines, standing, changes, back, renew, page, here, posted } = permit;
    let problems = RwSignal::new(boot::take_problems());
    let title = name.clone();
    a11y::use_page(move || {
        let error = if problems.with(Vec::is_empty) { "" } else { "Error: " };
        format!("{error}{title}")
    });
    let row = |(label, value): (String, String)| {
        view! {
            <div class="govuk-summary-list__row">
                <dt class="govuk-summary-list__key">{label}</dt>
                <dd class="govuk-summary-list__value"><bdi class="portico-typed">{value}</bdi></dd>
            </div>
        }
        .drawn()
    };
    let renew = renew.then(|| {
        view! {
            <form method="post" action=format!("{page}/again")>
                <button type="submit" class="govuk-button">"Renew it"</button>
            </form>
            <p>"Your answers are filled in. The new one begins when this one ends."</p>
        }
        .drawn()
    });
    let change = changes.map(|left| {
        let typed = posted.as_ref().map_or_else(String::new, |posted| posted.answers.get(VEHICLE).to_owned());
        let labelled = Labelled::new(VEHICLE, "Registration number of the other vehicle")
            .hint("It is on the number plate, for example AB12 CDE. It counts from today on.".to_owned())
            .error(problem_at(problems, VEHICLE));
        let typing =
            Typing { width: "govuk-input--width-10", verbatim: true, capitals: true, ..Typing::PLAIN };
        let nothing = Callback::new(|_: String| {});
        let form = (left > 0).then(|| {
            view! {
                <form novalidate method="post" action=format!("{here}/vehicle")>
                    <TextInput labelled=labelled value=Signal::stored(typed) on_input=nothing typing=typing />
                    <button type="submit" class="govuk-button govuk-button--secondary">"Change the vehicle"</button>
                </form>
            }
            .drawn()
        });
        let said = match left {
            0 => "The vehicle was changed as often as it can be in twelve months. Write to us on the page of your request if you need another change.".to_owned(),
            1 => "You can do this once more in twelve months.".to_owned(),
            left => format!("You can do this {left} more times in twelve months."),
        };
        view! {
            <h2 class="govuk-heading-m">"If you have another vehicle"</h2>
            <p>{said}</p>
            {form}
        }
        .drawn()
    });
    let back = back.map(|pence| {
        let said = if pence > 0 {
            format!(
                "We pay back {} to the card that paid, for the whole months that are left.",
                money::show(pence)
            )
        } else {
            "No whole month is left that we could pay back.".to_owned()
        };
        view! {
            <h2 class="govuk-heading-m">"If you don’t need it any more"</h2>
            <p>{said}" It ends at once, and this can’t be undone."</p>
            <form method="post" action=format!("{here}/back")>
                <input type="hidden" name="pence" value=pence.to_string() />
                <button type="submit" class="govuk-button govuk-button--warning">"Give it back"</button>
            </form>
        }
        .drawn()
    });
    view! {
        <Column>
            <ErrorSummary problems=problems />
            <span class="govuk-caption-l">{council}</span>
            <h1 class="govuk-heading-l">{name}</h1>
            <p><strong>{standing}</strong></p>
            <dl class="govuk-summary-list">{lines.into_iter().map(row).collect_view()}</dl>
            <p><a href=format!("{here}.pdf") download="permit.pdf">"Save it as a PDF, to print it"</a></p>
            {renew}
            {change}
            {back}
            <p><a href=page>"Go to the request"</a></p>
        </Column>
    }
    .drawn()
}
