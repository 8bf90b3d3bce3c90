//! `/staff/contacts/repeats`: residents who had to contact us three times about the same thing, until somebody says what
//! was done.

use domain::api::contacts::{LookedIntoRequest, RepeatView};
use domain::field::plain;
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use portico_app::a11y;
use portico_app::components::button::SubmitButton;
use portico_app::components::error_summary::{ErrorSummary, problem_at};
use portico_app::components::input::{Labelled, TextArea};
use portico_app::components::layout::Column;
use uuid::Uuid;

use super::contact_new::refused;
use super::contacts::parts;
use crate::live::{self, Live};
use crate::parts::{action::count, banner::SuccessBanner, contacts, load};
use crate::sending::Sending;
use crate::session::{self, Session};
use crate::{api, paths};

/// The most characters of what was done.
const MAX: u32 = 1000;

#[derive(Clone, Copy)]
struct Page {
    session: Session,
    live: Live<Vec<RepeatView>>,
    sending: Sending,
    done: RwSignal<Option<String>>,
}

/// What whoever answers for a department looks into.
#[component]
pub fn ContactRepeatsPage() -> impl IntoView {
    let session = session::use_session();
    let live = live::keep(session, || async { Ok(api::repeats().await?.repeats) });
    let page = Page { session, live, sending: Sending::default(), done: RwSignal::new(None) };
    a11y::use_page(move || format!("{}Repeated contacts", page.sending.prefix()));
    let many =
        Memo::new(move |_| live.value().with(|repeats| repeats.as_ref().map(|repeats| repeats.len().min(1))));
    let failed = Memo::new(move |_| live.problem().get().filter(|_| live.value().with(Option::is_none)));
    move || {
        match failed.get() {
        Some(problem) => load::failed(&problem, Callback::new(move |()| live.refresh())),
        None => view! {
            <Column>
                <SuccessBanner words=page.done />
                <ErrorSummary problems=page.sending.problems />
                <h1 class="govuk-heading-l">"Repeated contacts"</h1>
                {parts(session, Signal::stored(paths::REPEATS))}
                <p>"Each of these residents had to contact us three times or more in 28 days about the same thing. Find out what they still need, put it right, and say what was done."</p>
                {move || list(page, many.get())}
            </Column>
        }
        .into_any(),
    }
    }
}

fn list(page: Page, many: Option<usize>) -> AnyView {
    match many {
        None => view! { <p class="portico-loading" role="status">"Loading…"</p> }.into_any(),
        Some(0) => view! { <p>"Nobody is waiting for you here."</p> }.into_any(),
        Some(_) => {
            // Each stays as it is when another one goes, with what is typed in it.
            let all = move || page.live.value().get().unwrap_or_default();
            view! { <For each=all key=|repeat| (repeat.id, repeat.contacts.len()) let:repeat>{item(page, repeat)}</For> }.into_any()
        }
    }
}

fn item(page: Page, repeat: RepeatView) -> AnyView {
    let RepeatView { id, service, since, contacts: of_them } = repeat;
    let done = RwSignal::new(String::new());
    let field = format!("done-{id}");
    let labelled = Labelled::new(field.clone(), "What was done?")
        .hint("Only staff read it.".to_owned())
        .error(problem_at(page.sending.problems, field));
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        say(page, id, plain::lines(&done.get_untracked()));
    };
    let requests: Vec<AnyView> = of_them
        .iter()
        .filter_map(|contact| contact.request.zip(contact.reference.clone()))
        .collect::<std::collections::BTreeMap<_, _>>()
        .into_iter()
        .map(|(id, reference)| {
            view! { <p><a href=paths::request(id)>"Request "{reference.to_string()}</a></p> }.into_any()
        })
        .collect();
    let heading = format!("{service}: {} times since {since}", of_them.len());
    let (heading_id, labelled_by) = (format!("repeat-{id}"), format!("repeat-{id}"));
    let lines =
        of_them.into_iter().map(|contact| view! { <li>{contacts::line(contact)}</li> }).collect_view();
    view! {
        <section aria-labelledby=labelled_by>
            <h2 class="govuk-heading-m" id=heading_id>{heading}</h2>
            {requests}
            <ul class="govuk-list govuk-list--spaced">{lines}</ul>
            <form novalidate on:submit=send>
                <TextArea labelled=labelled value=done on_input=Callback::new(move |typed| done.set(typed)) rows=3 count=count(MAX) />
                <SubmitButton label="Say what was done" sending=page.sending.busy />
            </form>
        </section>
    }
    .into_any()
}

fn say(page: Page, id: Uuid, done: String) {
    if !page.sending.begin() {
        return;
    }
    page.done.set(None);
    let field = format!("done-{id}");
    if done.is_empty() {
        page.sending.fail(&field, "Say what was done");
        return;
    }
    if plain::count(&done) > MAX {
        page.sending.fail(&field, "Use 1,000 characters or fewer");
        return;
    }
    page.sending.busy.set(true);
    spawn_local(async move {
        let reply = api::looked_into(id, &LookedIntoRequest { done }).await;
        page.sending.busy.try_set(false);
        match page.session.pass(reply) {
            Some(Ok(())) => {
                page.done.try_set(Some("It is off your list".to_owned()));
                page.live.refresh();
            }
            Some(Err(failed)) => {
                if [404, 409].contains(&failed.status) {
                    page.sending
                        .fail(&field, "Somebody else has dealt with it meanwhile. Load the page again");
                } else {
                    page.sending.fail(&field, refused(&failed));
                }
            }
            None => {}
        }
    });
}
