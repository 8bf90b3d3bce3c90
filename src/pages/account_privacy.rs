//! `/account/privacy`, `/account/close` and `/account/close-code`: a copy of everything, and closing the account.

use domain::api::privacy::{ClosingView, KeptRequest, ProofRequest};
use leptos::prelude::*;

use super::account_code::{self, is_code};
use super::account_email::{self, code_input};
use crate::api::privacy;
use crate::components::button::SubmitButton;
use crate::components::error_summary::ErrorSummary;
use crate::components::handlers::posted_to;
use crate::components::layout::Column;
use crate::components::load::loaded;
use crate::components::sending::Sending;
use crate::live::Drawn as _;
use crate::state::drafts::Draft;
use crate::state::{address, boot};
use crate::{a11y, paths};

/// The page's name.
pub const PRIVACY: &str = "privacy";
/// The name of the page before closing the account.
pub const CLOSE: &str = "close";
/// The name of the page that closes it.
pub const CLOSE_CODE: &str = "close-code";

/// The name of the page that says that it is closed.
pub const CLOSED: &str = "closed";

/// What a resident can do about their own data.
#[component]
pub fn AccountPrivacyPage() -> impl IntoView {
    a11y::use_page(|| "Your data".to_owned());
    view! {
        <Column>
            <h1 class="govuk-heading-l">"Your data"</h1>
            <h2 class="govuk-heading-m">"Download everything we have about you"</h2>
            <p>"You get one ZIP file with a page to read, your photos and documents, and the same as data for computer programs. It holds your requests with all messages, the forms that you have begun, what you told us about yourself, what you agreed to, who may act for you and what they did, for whom you may act, where you are signed in, and who looked at your record."</p>
            <p>"Keep it where nobody else can read it. On a shared computer, delete it when you are done."</p>
            <p><a class="govuk-button" href=privacy::DOWNLOAD download="">"Download everything"</a></p>
            <h2 class="govuk-heading-m">"Your email address"</h2>
            <p><a href=paths::account(account_email::EMAIL)>"Change your email address"</a></p>
            <h2 class="govuk-heading-m">"Close your account"</h2>
            <p>"You can do everything here without an account, too."</p>
            <p><a href=paths::account(CLOSE)>"See what happens when you close your account"</a></p>
        </Column>
    }
    .drawn()
}

/// What closing the account does.
#[component]
pub fn AccountClosePage() -> impl IntoView {
    view! { <Column back=Signal::stored(paths::account(PRIVACY))>{loaded(privacy::closing, before_closing)}</Column> }
        .drawn()
}

fn before_closing(closing: ClosingView) -> AnyView {
    // One button, and nothing to type: what goes wrong is told above it.
    let sending = Sending::new("send").with_summary();
    a11y::use_page(move || format!("{}Close your account", sending.prefix()));
    let address = address::use_address();
    let send = sending
        .form(|| Ok(Box::pin(privacy::closing_code())), move |()| address.go(&paths::account(CLOSE_CODE)));
    let ClosingView { email, requests, more } = closing;
    view! {
        <ErrorSummary problems=sending.problems />
        <h1 class="govuk-heading-l">"Close your account"</h1>
        <h2 class="govuk-heading-m">"What we erase at once"</h2>
        <ul class="govuk-list govuk-list--bullet">
            <li>"your account and its email address"</li>
            <li>"what you told us about yourself in it, and how you showed us who you are"</li>
            <li>"who may act for you, and for whom you may act"</li>
            <li>"the forms that you have begun and not sent"</li>
            <li>"the ways you sign in: you are signed out in every browser"</li>
            <li>"the requests of others that you follow: you get no more emails about them"</li>
        </ul>
        <h2 class="govuk-heading-m">"What we must keep"</h2>
        {kept(requests, more)}
        <p>"We also keep the record of what you agreed to, and of who looked at your data, so that it can be proved. It has a number in it in place of your name. What you agreed to no longer holds."</p>
        <p><a href=paths::account(PRIVACY)>"Download everything we have about you"</a>" first, if you want a copy."</p>
        <form novalidate method="post" action=posted_to() on:submit=send>
            <p>"To be sure that it is you, we send a code to "<strong><bdi>{email}</bdi></strong>"."</p>
            <div id="send" tabindex="-1"><SubmitButton label="Send me a code" sending=sending.busy /></div>
        </form>
    }
    .drawn()
}

fn kept(requests: Vec<KeptRequest>, more: bool) -> AnyView {
    if requests.is_empty() {
        return view! { <p>"There are no requests in your account."</p> }.drawn();
    }
    let rest = more.then(|| view! { <p>"These are your newest requests. The same goes for the older ones: each is kept as its service says."</p> }.drawn());
    view! {
        <p>"The department that deals with a request needs it until it is closed, and must be able to say for a time what was done. You can follow each of them by the link in its emails, and emails about open ones still come. Requests without such a link, as those that somebody sent for you, have theirs in the email that says that your account is closed, and no more emails come about them."</p>
        <ul class="portico-services">{requests.into_iter().map(one).collect_view()}</ul>
        {rest}
    }
    .drawn()
}

fn one(KeptRequest { reference, title, kept }: KeptRequest) -> AnyView {
    view! { <li><strong>{title}</strong>" ("{reference.to_string()}")"<p>{kept}</p></li> }.drawn()
}

/// The code that closes the account.
#[component]
pub fn AccountCloseCodePage() -> impl IntoView {
    let code = RwSignal::new(boot::take_text("code"));
    let sending = Sending::new("code").with_summary().refused(account_code::refused);
    a11y::use_page(move || format!("{}Enter the code to close your account", sending.prefix()));
    let address = address::use_address();
    // The server draws the page without one.
    let draft = use_context::<Draft>();
    let send = sending.form(
        move || {
            let request = ProofRequest { code: code.get_untracked() };
            if is_code(&request.code) {
                Ok(Box::pin(async move { privacy::close(&request).await }))
            } else {
                Err(sending.problem(account_code::INCOMPLETE))
            }
        },
        move |()| {
            if let Some(draft) = draft {
                draft.forget_all();
            }
            address.replace(&paths::account(CLOSED));
        },
    );
    view! {
        <Column back=Signal::stored(paths::account(CLOSE))>
            <ErrorSummary problems=sending.problems />
            <h1 class="govuk-heading-l">"Enter the code to close your account"</h1>
            <p>"We have sent you an email with a code of 6 digits. It works for 10 minutes, in this browser only."</p>
            <p>"You can’t take this back. If you need an account again, you can make a new one."</p>
            <form novalidate method="post" action=posted_to() on:submit=send>
                {code_input(code, sending)}
                <SubmitButton label="Close my account" sending=sending.busy class="govuk-button--warning" />
            </form>
            <p><a href=paths::ACCOUNT>"Keep my account"</a></p>
        </Column>
    }
    .drawn()
}

/// It is closed.
#[component]
pub fn AccountClosedPage() -> impl IntoView {
    a11y::use_page(|| "Your account is closed".to_owned());
    view! {
        <Column>
            <h1 class="govuk-heading-l">"Your account is closed"</h1>
            <p>"We have sent you an email to say so. You can still follow each of your requests by the link in its emails, or by the one in this email if it had none, and do everything here without an account."</p>
            <p><a href=paths::HOME>"See everything you can do here"</a></p>
        </Column>
    }
    .drawn()
}
