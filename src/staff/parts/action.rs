//! What the pages of one action have in common: the way back, what is wrong, and why the action may not be
//! possible just now. The form stays, with what was typed, whatever happens to the request meanwhile.

use domain::api::staff::StaffCase;
use leptos::{ev::SubmitEvent, prelude::*};
use portico_app::a11y;
use portico_app::components::button::SubmitButton;
use portico_app::components::count::Count;
use portico_app::components::error_summary::ErrorSummary;
use portico_app::components::layout::Column;
use portico_app::components::timeline::Timeline;

use crate::paths;
use crate::sending::Sending;

/// A page with one form that does one thing to the request.
#[component]
pub fn ActionPage(
    /// The request.
    case: Memo<StaffCase>,
    /// What it does, in words: heading and title.
    title: &'static str,
    /// The button.
    button: &'static str,
    /// The button's look, if not the usual.
    #[prop(optional)]
    class: &'static str,
    /// The state of sending.
    sending: Sending,
    /// Something was typed before: the form is shown even if it can't be sent now.
    typed: bool,
    /// Sends it.
    on_send: Callback<()>,
    /// Anybody in the department may, whoever has it.
    #[prop(optional)]
    anybody: bool,
    /// The inputs.
    children: Children,
) -> impl IntoView {
    let first = case.get_untracked();
    let reference = first.request.reference.to_string();
    let back = Signal::stored(paths::request(first.id));
    let full_title = format!("{title} - {reference}");
    a11y::use_page(move || format!("{}{full_title}", sending.prefix()));
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        on_send.run(());
    };
    let may = move |case: &StaffCase| can_act(case) || anybody && case.request.status.is_open();
    let form = (typed || may(&first)).then(|| {
        view! {
            <form novalidate on:submit=send>
                {children()}
                <SubmitButton label=button sending=sending.busy class=class />
            </form>
        }
    });
    view! {
        <Column back=back>
            <ErrorSummary problems=sending.problems />
            <span class="govuk-caption-l">{reference}" "{first.request.title}</span>
            <h1 class="govuk-heading-l">{title}</h1>
            {move || case.with(|case| if may(case) { None } else { obstacle(case) })}
            {form}
            <h2 class="govuk-heading-m">"What has happened"</h2>
            {move || case.with(|case| view! { <Timeline entries=case.request.timeline.clone() for_staff=true /> })}
        </Column>
    }
}

fn can_act(case: &StaffCase) -> bool {
    case.mine && case.request.status.is_open()
}

/// Why nothing can be done with the request just now.
fn obstacle(case: &StaffCase) -> Option<AnyView> {
    let request = &case.request;
    let back = view! { <p><a href=paths::request(case.id)>"Go to the request"</a></p> };
    let why = match &request.owner {
        _ if can_act(case) => return None,
        _ if !request.status.is_open() => view! { <p>"This request is closed. Nothing more can be done with it."</p> }.into_any(),
        Some(owner) => view! {
            <p><bdi>{owner.clone()}</bdi>" has this request. Only the person who has it can do this. You can take it over."</p>
        }
        .into_any(),
        None => view! { <p>"Nobody has this request yet. Take it first: then you can do this."</p> }.into_any(),
    };
    Some(view! { <div class="govuk-inset-text">{why} {back}</div> }.into_any())
}

/// Counts what is left of a text, as the server does.
#[must_use]
pub fn count(max: u32) -> Count {
    Count {
        max,
        left: |max, text| {
            i64::from(max) - i64::from(domain::field::plain::count(&domain::field::plain::lines(text)))
        },
    }
}
