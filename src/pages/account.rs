//! `/account`: everything a resident has with the council; signing in for who is not.

use domain::api::account::{
    AccountCodeRequest, AccountRequest, AccountView, CollectRequest, Needs, SessionView,
};
use domain::case::Status;
use domain::field::contact::is_email;
use leptos::{prelude::*, task::spawn_local};

use super::account_identity::came_from;
use crate::api::{ApiProblem, account};
use crate::components::button::{MAIN, SECONDARY, SubmitButton, act_button};
use crate::components::error_summary::ErrorSummary;
use crate::components::handlers::{Pressed, posted_to, pressed, submitted, typed};
use crate::components::input::{Labelled, TextInput, Typing, first_value};
use crate::components::layout::Column;
use crate::components::load::loaded;
use crate::components::sending::Sending;
use crate::components::sharing::invitation;
use crate::live::{Drawn as _, ON_SERVER, live, live_if};
use crate::state::drafts::Draft;
use crate::state::{address, boot};
use crate::{a11y, paths, words};

/// The account.
#[component]
pub fn AccountPage() -> impl IntoView {
    let turn = RwSignal::new(0);
    // Signed out, the page asks anew.
    let again = Callback::new(move |()| turn.update(|turn| *turn += 1));
    let ask = move || {
        turn.track();
        account::get()
    };
    view! {
        <Column>{loaded(ask, move |account| match account {
            Some(account) => whole(account, again),
            None => signing_in(),
        })}</Column>
    }
    .drawn()
}

/// Signing in: the address that a code is sent to.
fn signing_in() -> AnyView {
    let email = RwSignal::new(boot::take_text("email"));
    let sending = Sending::new("email").with_summary();
    a11y::use_page(move || format!("{}Sign in", sending.prefix()));
    let address = address::use_address();
    let send = sending.form(
        move || {
            let request = AccountCodeRequest { email: email.get_untracked().trim().to_owned() };
            if is_email(&request.email) {
                Ok(Box::pin(async move { account::code(&request).await }))
            } else {
                Err(sending.problem(words::email_format()))
            }
        },
        move |()| address.go(&paths::for_form(paths::ACCOUNT_CODE, &came_from())),
    );
    let labelled = Labelled::new("email", "Email address")
        .hint("We will send you a code to sign in with. There is no password.".to_owned())
        .error(sending.at("email"));
    let typing = Typing { kind: "email", autocomplete: Some("email"), verbatim: true, ..Typing::default() };
    view! {
        <ErrorSummary problems=sending.problems />
        <h1 class="govuk-heading-l">"Sign in to your account"</h1>
        <p>"With an account you see everything that you have with us in one place, and can go on with a form on another device. You can do everything here without one, too."</p>
        <p>"If you have no account yet, you will have one once you have signed in."</p>
        <form novalidate method="post" action=posted_to() on:submit=send>
            <TextInput labelled=labelled value=email on_input=Callback::new(move |typed| email.set(typed)) typing=typing />
            <SubmitButton label="Send me a code" sending=sending.busy />
        </form>
        <p><a href=paths::FOLLOW>"Find one request by its reference instead"</a></p>
    }
    .drawn()
}

fn whole(first: AccountView, again: Callback<()>) -> AnyView {
    a11y::use_page(|| "Your account".to_owned());
    let email = first.email.clone();
    let (begun, sessions) = (first.begun.clone(), first.sessions.clone());
    let failed = RwSignal::new(None::<&'static str>);
    let now = RwSignal::new(first);
    let announcer = a11y::use_announcer();
    let fail = move |problem: &ApiProblem| {
        let words = words::call_failed(problem);
        announcer.say(words);
        let _ = failed.try_set(Some(words));
    };
    let collect = move |add: bool| -> Pressed {
        pressed(move || {
            spawn_local(async move {
                match account::collect(&CollectRequest { add }).await {
                    Ok(account) => {
                        announcer.say(if add {
                            "They are in your account now"
                        } else {
                            "They stay where they are"
                        });
                        let _ = now.try_set(account);
                        a11y::focus_when_drawn("main h1");
                    }
                    Err(problem) => fail(&problem),
                }
            });
        })
    };
    // The server draws the page without one.
    let draft = use_context::<Draft>();
    let out = move |everywhere: bool| -> Pressed {
        pressed(move || {
            spawn_local(async move {
                match account::sign_out(everywhere).await {
                    Ok(()) => {
                        // What was filled in here is in the account, and nobody else's.
                        if let Some(draft) = draft {
                            draft.forget_all();
                        }
                        announcer.say("You have signed out");
                        again.run(());
                    }
                    Err(problem) => fail(&problem),
                }
            });
        })
    };
    view! {
        <h1 class="govuk-heading-l">"Your account"</h1>
        <p>"Signed in as "<strong><bdi>{email}</bdi></strong>"."</p>
        {live_if(move || failed.get().map(|words| view! { <p class="govuk-inset-text">{words}"."</p> }.drawn()))}
        {live_if(move || {
            let found = now.with(|now| now.found);
            (found > 0).then(|| offer(found, collect))
        })}
        {live(move || requests(&now.get()))}
        {invitation()}
        {(!begun.is_empty()).then(|| view! {
            <h2 class="govuk-heading-m">"Forms that you have begun"</h2>
            <ul class="govuk-list govuk-list--bullet">
                {begun.into_iter().map(|form| view! {
                    <li><a href=paths::service(&form.service)>{form.title}</a></li>
                }.drawn()).collect_view()}
            </ul>
        }.drawn())}
        <h2 class="govuk-heading-m">"Where you are signed in"</h2>
        <ul class="govuk-list">{sessions.iter().map(session).collect_view()}</ul>
        {posted(view! {
            <div class="govuk-button-group">
                {act_button("out", MAIN, None, out(false), "Sign out".into_any())}
                {act_button("everywhere", SECONDARY, None, out(true), "Sign out everywhere".into_any())}
            </div>
        }.drawn())}
    }
    .drawn()
}

/// Buttons, in a form where the browser has to send them.
fn posted(buttons: AnyView) -> AnyView {
    if ON_SERVER {
        view! { <form method="post" action=posted_to()>{buttons}</form> }.drawn()
    } else {
        buttons
    }
}

/// Requests from before the account.
fn offer(found: u32, collect: impl Fn(bool) -> Pressed) -> AnyView {
    let (many, them) = if found == 1 {
        ("1 request was".to_owned(), "it")
    } else {
        (format!("{found} requests were"), "them")
    };
    let words = format!(
        "{many} made with your email address, and {} not in your account.",
        if found == 1 { "is" } else { "are" }
    );
    view! {
        <div class="govuk-inset-text">
            <p>{words}" Do you want to see "{them}" here?"</p>
            {posted(view! {
                <div class="govuk-button-group">
                    {act_button("add", MAIN, None, collect(true), format!("Add {them} to my account").into_any())}
                    {act_button("leave", SECONDARY, None, collect(false), "No, leave them out".into_any())}
                </div>
            }.drawn())}
        </div>
    }
    .drawn()
}

/// The requests, by what they need; and a field that looks through them, where there are many.
fn requests(account: &AccountView) -> AnyView {
    if account.requests.is_empty() {
        return view! {
            <h2 class="govuk-heading-m">"Your requests"</h2>
            <p>"There are none yet. What you send while you are signed in is here. "<a href=paths::HOME>"See what you can do here"</a>"."</p>
        }
        .drawn();
    }
    let all = account.requests.clone();
    let more = account.more;
    let wanted = RwSignal::new(address::use_address().query("q"));
    let has_search = all.len() > 5;
    let search = has_search.then(|| search(wanted));
    let lists = live(move || {
        let wanted = wanted.with(|wanted| wanted.trim().to_lowercase());
        let fits = |request: &&AccountRequest| {
            let reference = request.reference.to_string();
            wanted.is_empty()
                || request.title.to_lowercase().contains(&wanted)
                || reference.to_lowercase().contains(&wanted)
        };
        let fitting: Vec<&AccountRequest> = all.iter().filter(fits).collect();
        if fitting.is_empty() {
            return view! { <p>"None of your requests fits. Try another word, or a reference."</p> }.drawn();
        }
        let group = |heading: &'static str, of: fn(&AccountRequest) -> bool| {
            let own: Vec<AnyView> =
                fitting.iter().filter(|request| of(request)).map(|request| item(request)).collect();
            (!own.is_empty()).then(|| {
                view! { <h2 class="govuk-heading-m">{heading}</h2> <ul class="portico-services">{own}</ul> }.drawn()
            })
        };
        view! {
            {group("Needs your attention", |request| request.needs.is_some())}
            {group("Open", |request| request.needs.is_none() && request.status.is_open())}
            {group("Closed", |request| !request.status.is_open())}
        }
        .drawn()
    });
    let rest = more.then(|| {
        view! { <p>"These are your newest requests. You can find older ones "<a href=paths::FOLLOW>"by their reference"</a>"."</p> }
            .drawn()
    });
    view! { {search} {lists} {rest} }.drawn()
}

fn search(wanted: RwSignal<String>) -> AnyView {
    let now: Signal<String> = wanted.into();
    view! {
        <form class="govuk-form-group" role="search" action=paths::ACCOUNT on:submit=submitted(|| ())>
            <label class="govuk-label" for="search">"Search your requests"</label>
            <input
                class="govuk-input govuk-input--width-20" id="search" name="q" type="search" autocomplete="off"
                value=first_value(now) prop:value=now on:input=typed(Callback::new(move |typed| wanted.set(typed)))
            />
            " "<button class="govuk-button govuk-button--secondary">"Search"</button>
        </form>
    }
    .drawn()
}

fn item(request: &AccountRequest) -> AnyView {
    let standing = match (request.needs, request.status.is_open()) {
        (Some(Needs::Message), _) => "There is a message for you".to_owned(),
        (Some(Needs::Late), _) => {
            format!(
                "We said we would finish by {}. We have not, and we are sorry",
                words::day(request.complete_by)
            )
        }
        (None, true) => format!("We will finish by {}", words::day(request.complete_by)),
        (None, false) => match request.status {
            Status::Closed(outcome) => words::outcome(outcome).to_owned(),
            Status::Received | Status::InProgress => String::new(),
        },
    };
    let received = words::day(request.received);
    view! {
        <li>
            <a href=paths::request(&request.key)>{request.title.clone()}</a>
            <p>{standing}"."</p>
            <p class="govuk-hint">{request.reference.to_string()}", sent on "{received}</p>
        </li>
    }
    .drawn()
}

fn session(session: &SessionView) -> AnyView {
    let here = if session.here { " (this one)" } else { "" };
    view! { <li>{session.device.clone()}{here}", since "{session.since.clone()}</li> }.drawn()
}
