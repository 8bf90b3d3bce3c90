//! `/staff/letters`: letters to residents that wait to be printed and posted.

use domain::api::alerts::{LetterView, Letters};
use leptos::{prelude::*, task::spawn_local};
use portico_app::a11y;
use portico_app::components::error_summary::ErrorSummary;
use portico_app::components::layout::Column;
use uuid::Uuid;

use crate::live::{self, Live};
use crate::parts::{banner::SuccessBanner, load};
use crate::sending::Sending;
use crate::session::{self, Session};
use crate::{api, paths, words};

/// What the parts of the page share.
#[derive(Clone, Copy)]
struct Post {
    session: Session,
    live: Live<Letters>,
    sending: Sending,
    notice: RwSignal<Option<String>>,
}

/// The letters.
#[component]
pub fn LettersPage() -> impl IntoView {
    let session = session::use_session();
    let post = Post {
        session,
        live: live::keep(session, api::letters),
        sending: Sending::default(),
        notice: RwSignal::new(None),
    };
    a11y::use_page(move || format!("{}Letters to print", post.sending.prefix()));
    let list = move || match (post.live.value().get(), post.live.problem().get()) {
        (Some(waiting), _) => list(post, waiting),
        (None, Some(problem)) => load::failed(&problem, Callback::new(move |()| post.live.refresh())),
        (None, None) => view! { <p class="portico-loading" role="status">"Loading…"</p> }.into_any(),
    };
    view! {
        <Column>
            <SuccessBanner words=post.notice />
            <ErrorSummary problems=post.sending.problems />
            <h1 class="govuk-heading-l">"Letters to print"</h1>
            <p>"To residents who want letters, and to those whose email does not get through. Print the file on A4, fold it for a window envelope, post it, and say so here: then the resident's request shows that it was sent."</p>
            {list}
        </Column>
    }
}

fn list(post: Post, waiting: Letters) -> AnyView {
    if waiting.letters.is_empty() {
        return view! { <p>"None is waiting."</p> }.into_any();
    }
    let items = waiting.letters.into_iter().map(|letter| item(post, letter)).collect_view();
    view! { <ul class="govuk-list">{items}</ul> }.into_any()
}

fn item(post: Post, letter: LetterView) -> AnyView {
    let LetterView { id, request, words, to, since, large } = letter;
    let who = to.lines().next().unwrap_or_default().to_owned();
    let posted = format!("The letter to {who} is posted");
    let lines = to.replace('\n', ", ");
    view! {
        <li>
            <a href=paths::request(request)>{words}</a>
            <p>"To "<bdi>{lines}</bdi></p>
            {large.then(|| view! { <p>"In large print."</p> })}
            <p class="govuk-hint">"Waits since "{since}</p>
            <div class="govuk-button-group">
                <a class="govuk-button govuk-button--secondary" href=api::letter(id) download="letter.pdf" rel="external">
                    "Get the letter"<span class="govuk-visually-hidden">" to "<bdi>{who}</bdi>" (PDF)"</span>
                </a>
                <button
                    type="button" id=format!("posted-{id}") class="govuk-button" on:click=move |_| send(post, id, posted.clone())
                    aria-disabled=move || post.sending.busy.get().then_some("true")
                >
                    "It is posted"
                </button>
            </div>
        </li>
    }
    .into_any()
}

fn send(post: Post, id: Uuid, done: String) {
    if !post.sending.begin() {
        return;
    }
    post.notice.set(None);
    post.sending.busy.set(true);
    spawn_local(async move {
        let reply = api::letter_posted(id).await;
        post.sending.busy.try_set(false);
        match post.session.pass(reply) {
            Some(Ok(rest)) => {
                post.live.set(rest);
                post.notice.try_set(Some(done));
            }
            Some(Err(problem)) if problem.is_not_found() => {
                post.live.refresh();
                post.sending.fail(&format!("posted-{id}"), "Somebody else has posted it meanwhile");
            }
            Some(Err(problem)) => post.sending.fail(&format!("posted-{id}"), words::refused(&problem, None)),
            None => {}
        }
    });
}
