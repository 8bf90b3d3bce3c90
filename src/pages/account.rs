//! `/account`: everything a resident has with the council; signing in for who is not.

use domain::api::account::{
    AccountCodeRequest, AccountRequest, AccountView, BegunForm, CollectRequest, EarlierRequest, Needs,
    SessionView,
};
use domain::api::profile::LearnRequest;
use domain::case::Status;
use domain::field::contact::is_email;
use leptos::{prelude::*, task::spawn_local};
use uuid::Uuid;

use crate::account::menu;
use crate::api::{ApiProblem, account, profile};
use crate::components::button::{MAIN, SECONDARY, SubmitButton, act_button};
use crate::components::error_summary::ErrorSummary;
use crate::components::handlers::{Pressed, posted_to, pressed, submitted, typed};
use crate::components::input::{Labelled, TextInput, Typing, first_value};
use crate::components::layout::Column;
use crate::components::load::loaded;
use crate::components::sending::Sending;
use crate::components::sharing::invitation;
use crate::components::ways_in::{problem_notice, ways_in};
use crate::live::{Drawn as _, ON_SERVER, live, live_if};
use crate::state::drafts::Draft;
use crate::state::{address, boot};
use crate::{a11y, paths, push, words};

/// The account.
#[component]
pub fn AccountPage() -> impl IntoView {
    let turn = RwSignal::new(0);
    // Signed out, the page asks anew.
    let again = Callback::new(move |()| turn.update(|turn| *turn += 1));
    // What is looked for, and which page of it. It may be a name: it stands in no address.
    let wanted: Wanted = StoredValue::new((boot::take_text("q"), boot::take_text("page")));
    let ask = move || {
        turn.track();
        let query = wanted.with_value(|(words, page)| account::wanted(words, page));
        async move { account::get(&query).await }
    };
    view! {
        <Column>{loaded(ask, move |account| match account {
            Some(account) => whole(account, again, wanted),
            None => signing_in(again),
        })}</Column>
    }
    .drawn()
}

/// Somebody has signed out here: nothing of theirs stays in this browser.
async fn forget(draft: Option<Draft>) {
    if let Some(draft) = draft {
        // What was filled in here is in the account, and nobody else's.
        draft.forget_all();
    }
    push::signed_out().await;
}

/// Signing in: the address that a code is sent to.
fn signing_in(again: Callback<()>) -> AnyView {
    let email = RwSignal::new(boot::take_text("email"));
    let sending = Sending::new("email").with_summary();
    a11y::use_page(move || format!("{}Sign in", sending.prefix()));
    let address = address::use_address();
    let then = paths::then(&address.query("to")).to_owned();
    if !ON_SERVER && !address.query("out").is_empty() {
        let draft = use_context::<Draft>();
        spawn_local(async move {
            forget(draft).await;
            // Once is enough: what is typed from now on is somebody else's.
            address.replace(paths::ACCOUNT);
        });
    }
    let ended = address.query("ended");
    let has_ended = !ended.is_empty();
    let why = if ended == "hours" {
        "you were signed in for 8 hours, which is the longest"
    } else {
        "nothing was pressed for 15 minutes"
    };
    let go_on = (has_ended && !then.is_empty()).then(|| {
        view! { <p><a class="govuk-link" href=then.clone()>"Go on without signing in"</a></p> }.drawn()
    });
    let problem = address.query("problem");
    let next = Some(then.clone()).filter(|next| !next.is_empty());
    let send = sending.form(
        move || {
            let request = AccountCodeRequest { email: email.get_untracked().trim().to_owned() };
            if is_email(&request.email) {
                Ok(Box::pin(async move { account::code(&request).await }))
            } else {
                Err(sending.problem(words::email_format()))
            }
        },
        {
            let then = then.clone();
            move |()| address.go(&paths::code(&then))
        },
    );
    // Where they came from somewhere, they go on there.
    let arrived = Callback::new(move |()| if then.is_empty() { again.run(()) } else { address.go(&then) });
    let labelled = Labelled::new("email", "Email address")
        .hint("We will send you a code to sign in with. There is no password.".to_owned())
        .error(sending.at("email"));
    let typing = Typing { kind: "email", autocomplete: Some("email"), verbatim: true, ..Typing::default() };
    view! {
        <ErrorSummary problems=sending.problems />
        <h1 class="govuk-heading-l">"Sign in to your account"</h1>
        {has_ended.then(|| view! {
            <p class="govuk-inset-text">"You have been signed out, because "{why}". What you typed is kept on this device: sign in, and you are back where you were."</p>
        }.drawn())}
        {go_on}
        {problem_notice(&problem)}
        <p>"With an account you see everything that you have with us in one place, and can go on with a form on another device. You can do everything here without one, too."</p>
        <p>"If you have no account yet, you will have one once you have signed in."</p>
        <p>"You stay signed in until you sign out, for 8 hours at most. When nothing is pressed for 15 minutes you are signed out. Where your browser runs scripts, we warn you before either."</p>
        <form novalidate method="post" action=posted_to() on:submit=send>
            <TextInput labelled=labelled value=email on_input=Callback::new(move |typed| email.set(typed)) typing=typing />
            <SubmitButton label="Send me a code" sending=sending.busy />
        </form>
        {loaded(account::ways, move |ways| ways_in(ways, "/api/account", "account", next.as_deref(), arrived))}
        <p><a href=paths::FOLLOW>"Find one request by its reference instead"</a></p>
    }
    .drawn()
}

fn whole(first: AccountView, again: Callback<()>, wanted: Wanted) -> AnyView {
    a11y::use_page(|| "Your account".to_owned());
    let email = first.email.clone();
    let (begun, sessions, acting) = (first.begun.clone(), first.sessions.clone(), first.acting.clone());
    let failed = RwSignal::new(None::<&'static str>);
    let now = RwSignal::new(first);
    let announcer = a11y::use_announcer();
    let fail = move |problem: &ApiProblem| {
        let words = words::call_failed(problem);
        announcer.say(words);
        let _ = failed.try_set(Some(words));
    };
    let failing = Callback::new(move |problem: ApiProblem| fail(&problem));
    // Only the list is drawn anew: the page stays, and the focus goes to what was found, which says how many.
    let look = Callback::new(move |(words, page): (String, String)| {
        let query = account::wanted(&words, &page);
        wanted.set_value((words, page));
        spawn_local(async move {
            match account::get(&query).await {
                Ok(Some(account)) => {
                    let _ = now.try_set(account);
                    a11y::focus_when_drawn("#listed");
                }
                Ok(None) => again.run(()),
                Err(problem) => fail(&problem),
            }
        });
    });
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
    let learn = move |keep: bool| -> Pressed {
        pressed(move || {
            spawn_local(async move {
                match profile::learn(&LearnRequest { keep }).await {
                    Ok(account) => {
                        announcer.say(if keep {
                            "They are in your details now"
                        } else {
                            "They are not kept"
                        });
                        let _ = now.try_set(account);
                        a11y::focus_when_drawn("main h1");
                    }
                    Err(problem) => fail(&problem),
                }
            });
        })
    };
    view! {
        {menu("")}
        <h1 class="govuk-heading-l">"Your account"</h1>
        <p>"Signed in as "<strong><bdi>{email}</bdi></strong>"."</p>
        {live_if(move || failed.get().map(|words| view! { <p class="govuk-inset-text">{words}"."</p> }.drawn()))}
        {live_if(move || {
            let found = now.with(|now| now.found);
            (found > 0).then(|| offer(found, collect))
        })}
        {live_if(move || now.with(|now| (!now.learn.is_empty()).then(|| offer_to_learn(&now.learn, learn))))}
        {live(move || now.with(|account| requests(account, look)))}
        {invitation()}
        {helped(acting)}
        {begun_forms(begun, again, failing)}
        <h2 class="govuk-heading-m">"Where you are signed in"</h2>
        <ul class="govuk-list">{sessions.iter().map(session).collect_view()}</ul>
        {signing_out(again, failing)}
    }
    .drawn()
}

/// Signing out, here or everywhere.
fn signing_out(again: Callback<()>, failing: Callback<ApiProblem>) -> AnyView {
    let announcer = a11y::use_announcer();
    // The server draws the page without one.
    let draft = use_context::<Draft>();
    let out = move |everywhere: bool| -> Pressed {
        pressed(move || {
            spawn_local(async move {
                match account::sign_out(everywhere).await {
                    Ok(()) => {
                        forget(draft).await;
                        announcer.say("You have signed out");
                        again.run(());
                    }
                    Err(problem) => failing.run(problem),
                }
            });
        })
    };
    posted(
        view! {
            <div class="govuk-button-group">
                {act_button("out", MAIN, None, out(false), "Sign out".into_any())}
                {act_button("everywhere", SECONDARY, None, out(true), "Sign out everywhere".into_any())}
            </div>
        }
        .drawn(),
    )
}

/// Those whose requests the resident sees for them.
fn helped(acting: Vec<(Uuid, String)>) -> Option<AnyView> {
    let item = |(id, name): (Uuid, String)| {
        let href = paths::account(&format!("acting/{id}"));
        view! { <li><a class="govuk-link" href=href>"You act for "<bdi>{name}</bdi></a></li> }.drawn()
    };
    (!acting.is_empty()).then(|| {
        view! {
            <h2 class="govuk-heading-m">"People you help"</h2>
            <ul class="govuk-list">{acting.into_iter().map(item).collect_view()}</ul>
        }
        .drawn()
    })
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

/// What is looked for: words, and a page of what is found.
type Wanted = StoredValue<(String, String)>;
/// Looks for it.
type Look = Callback<(String, String)>;

/// The requests, by what they need; and a field that looks through them, where there are many.
fn requests(account: &AccountView, look: Look) -> AnyView {
    if account.all == 0 {
        return view! {
            <h2 class="govuk-heading-m">"Your requests"</h2>
            <p>"There are none yet. What you send while you are signed in is here. "<a href=paths::HOME>"See what you can do here"</a>"."</p>
        }
        .drawn();
    }
    let search = (account.all > 5).then(|| search(&account.wanted, look));
    let found = (account.all > 5).then(|| listed(account, look));
    let group = |heading: &'static str, of: fn(&AccountRequest) -> bool| {
        let own = account.requests.iter().filter(|request| of(request));
        let own: Vec<AnyView> = own.map(|request| item(request, paths::request(&request.key))).collect();
        (!own.is_empty()).then(|| {
            view! { <h2 class="govuk-heading-m">{heading}</h2> <ul class="portico-services">{own}</ul> }
                .drawn()
        })
    };
    let none = account
        .requests
        .is_empty()
        .then(|| view! { <p>"None of your requests fits. Try another word, or a reference."</p> }.drawn());
    let rest = account.more.then(|| {
        view! { <p>"These are your newest requests. You can find older ones "<a href=paths::FOLLOW>"by their reference"</a>"."</p> }
            .drawn()
    });
    view! {
        {search}
        {found}
        {none}
        {group("Needs your attention", |request| request.needs.is_some())}
        {group("Open", |request| request.needs.is_none() && request.status.is_open())}
        {group("Closed", |request| !request.status.is_open())}
        {pages(account, look)}
        {rest}
    }
    .drawn()
}

/// How many there are, and of what was looked for the way back to all.
fn listed(account: &AccountView, look: Look) -> AnyView {
    let many = words::count(account.total as usize, "request");
    let page = (account.pages > 1).then(|| format!(", page {} of {}", account.page, account.pages));
    if account.wanted.is_empty() {
        return view! { <h2 class="govuk-heading-s" id="listed" tabindex="-1">{many}{page}</h2> }.drawn();
    }
    let all = pressed(move || look.run((String::new(), String::new())));
    let all = act_button("all", "portico-link-button", None, all, "See all".into_any());
    view! {
        <h2 class="govuk-heading-s" id="listed" tabindex="-1">{many}" found for “"<bdi>{account.wanted.clone()}</bdi>"”"{page}</h2>
        {posted(all)}
    }
    .drawn()
}

/// The way to the other pages of the list.
fn pages(account: &AccountView, look: Look) -> Option<AnyView> {
    let AccountView { page, pages, wanted, .. } = account;
    let to = |page: u32, label: &'static str| {
        let words = wanted.clone();
        let go = pressed(move || look.run((words.clone(), page.to_string())));
        act_button(&format!("page:{page}"), SECONDARY, None, go, label.into_any())
    };
    (*pages > 1).then(|| {
        view! {
            <nav aria-label="Pages of your requests">
                {posted(view! {
                    <div class="govuk-button-group">
                        {(*page > 1).then(|| to(page - 1, "Previous page"))}
                        {(page < pages).then(|| to(page + 1, "Next page"))}
                    </div>
                }.drawn())}
            </nav>
        }
        .drawn()
    })
}

/// The server looks, also through what was written.
fn search(wanted: &str, look: Look) -> AnyView {
    let value = RwSignal::new(wanted.to_owned());
    let now: Signal<String> = value.into();
    let send = submitted(move || look.run((value.get_untracked(), String::new())));
    view! {
        <form class="govuk-form-group" role="search" method="post" action=posted_to() on:submit=send>
            <label class="govuk-label" for="search">"Search your requests"</label>
            <input
                class="govuk-input govuk-input--width-20" id="search" name="q" type="search" autocomplete="off"
                value=first_value(now) prop:value=now on:input=typed(Callback::new(move |typed| value.set(typed)))
            />
            " "<button class="govuk-button govuk-button--secondary" name=ON_SERVER.then_some("do") value=ON_SERVER.then_some("find")>"Search"</button>
        </form>
    }
    .drawn()
}

/// A line of the list.
pub(super) fn item(request: &AccountRequest, href: String) -> AnyView {
    let standing = match (request.needs, request.status.is_open()) {
        (Some(Needs::Message), _) => "There is a message for you".to_owned(),
        (Some(Needs::Payment), _) => "This is not paid yet".to_owned(),
        (Some(Needs::Late), _) => {
            format!("We said we would finish by {}. We have not, and we are sorry", request.complete_by.say())
        }
        (None, true) if request.status == Status::ToPay => "Not sent yet: it is to be paid first".to_owned(),
        (None, true) => format!("We will finish by {}", request.complete_by.say()),
        (None, false) => match request.status {
            Status::Closed(outcome) => words::outcome(outcome).to_owned(),
            _ => String::new(),
        },
    };
    let received = words::day(request.received);
    let news = (request.news > 0).then(|| {
        let news = if request.news == 1 {
            "1 thing is new".to_owned()
        } else {
            format!("{} things are new", request.news)
        };
        view! { <p><strong>{news}</strong>" since you looked last."</p> }.drawn()
    });
    view! {
        <li>
            <a href=href>{request.title.clone()}</a>
            {news}
            <p>{standing}"."</p>
            <p class="govuk-hint">{request.reference.to_string()}", sent on "{received}</p>
        </li>
    }
    .drawn()
}

/// What the newest request told: kept for the next form, once the resident says so.
fn offer_to_learn(told: &[String], learn: impl Fn(bool) -> Pressed) -> AnyView {
    view! {
        <div class="govuk-inset-text">
            <h2 class="govuk-heading-s">"Keep these details for next time?"</h2>
            <p>"You told us with your newest request: "<bdi>{told.join(", ")}</bdi></p>
            {posted(view! {
                <div class="govuk-button-group">
                    {act_button("learn", MAIN, None, learn(true), "Keep them for next time".into_any())}
                    {act_button("unlearn", SECONDARY, None, learn(false), "No, thank you".into_any())}
                </div>
            }.drawn())}
        </div>
    }
    .drawn()
}

/// The forms that were begun.
fn begun_forms(begun: Vec<BegunForm>, again: Callback<()>, failing: Callback<ApiProblem>) -> Option<AnyView> {
    (!begun.is_empty()).then(|| {
        let forms = begun.into_iter().map(|form| begun_form(form, again, failing)).collect_view();
        view! {
            <h2 class="govuk-heading-m">"Forms that you have begun"</h2>
            <ul class="govuk-list govuk-list--bullet">{forms}</ul>
        }
        .drawn()
    })
}

/// A form that was begun: to go on with, or to throw away.
fn begun_form(form: BegunForm, again: Callback<()>, fail: Callback<ApiProblem>) -> AnyView {
    if let Some(id) = form.earlier {
        return earlier_form(id, form, again, fail);
    }
    let service = form.service.clone();
    let announcer = a11y::use_announcer();
    let draft = use_context::<Draft>();
    let throw = pressed(move || {
        let service = service.clone();
        spawn_local(async move {
            if crate::api::drafts::forget(&service).await.is_ok() {
                if let Some(draft) = draft {
                    draft.erase_of(&service);
                }
                announcer.say("It is thrown away");
                again.run(());
                a11y::focus_when_drawn("main h1");
            }
        });
    });
    let label =
        view! { "Throw it away"<span class="govuk-visually-hidden">{format!(": {}", form.title)}</span> };
    let button =
        act_button(&format!("throw:{}", form.service), "portico-link-button", None, throw, label.into_any());
    view! { <li><a href=paths::service(&form.service)>{form.title}</a>" "{posted(button)}</li> }.drawn()
}

/// A form of which another one was begun that was newer when both met.
fn earlier_form(id: Uuid, form: BegunForm, again: Callback<()>, fail: Callback<ApiProblem>) -> AnyView {
    let BegunForm { service, title, saved, .. } = form;
    let announcer = a11y::use_announcer();
    let draft = use_context::<Draft>();
    let settle = move |goes_on: bool| -> Pressed {
        let service = service.clone();
        pressed(move || {
            let service = service.clone();
            spawn_local(async move {
                match account::earlier(id, EarlierRequest { goes_on }).await {
                    Ok(()) => {
                        // The server has what this browser has of the other one, too.
                        if let Some(draft) = draft.filter(|_| goes_on) {
                            draft.erase_of(&service);
                        }
                        announcer.say(if goes_on { "You go on with this one now" } else { "It is deleted" });
                        again.run(());
                        a11y::focus_when_drawn("main h1");
                    }
                    Err(problem) => fail.run(problem),
                }
            });
        })
    };
    let hidden = format!(": the earlier draft of {title}, from {saved}");
    let label = |words: &'static str| {
        view! { {words}<span class="govuk-visually-hidden">{hidden.clone()}</span> }.into_any()
    };
    let link = "portico-link-button";
    let buttons = view! {
        {act_button(&format!("use:{id}"), link, None, settle(true), label("Use this one instead"))}" "
        {act_button(&format!("drop:{id}"), link, None, settle(false), label("Delete it"))}
    };
    view! { <li>"An earlier draft of "{title}", from "{saved}". "{posted(buttons.drawn())}</li> }.drawn()
}

fn session(session: &SessionView) -> AnyView {
    let here = if session.here { " (this one)" } else { "" };
    view! {
        <li>
            {session.device.clone()}{here}<br/>
            <span class="govuk-hint">"Signed in on "{session.since.clone()}", used last on "{session.used.clone()}</span>
        </li>
    }
    .drawn()
}
