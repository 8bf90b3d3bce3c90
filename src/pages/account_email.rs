//! `/account/email` and `/account/email-code`: another address for the account, once its owner has shown that they read
//! its mail.

use domain::api::privacy::{NewEmailRequest, ProofRequest};
use domain::field::contact::{email_meant, is_email, mixes_alphabets};
use leptos::prelude::*;

use super::account_code::{self, is_code};
use crate::api::privacy;
use crate::components::button::SubmitButton;
use crate::components::error_summary::ErrorSummary;
use crate::components::handlers::posted_to;
use crate::components::input::{Labelled, TextInput, Typing};
use crate::components::layout::Column;
use crate::components::sending::Sending;
use crate::live::{Drawn as _, live_if};
use crate::state::{address, boot};
use crate::{a11y, paths, words};

/// The page's name.
pub const EMAIL: &str = "email";
/// The name of the page for the code.
pub const EMAIL_CODE: &str = "email-code";

/// The new address.
#[component]
pub fn AccountEmailPage() -> impl IntoView {
    let email = RwSignal::new(boot::take_text("email"));
    let sending = Sending::new("email").with_summary();
    a11y::use_page(move || format!("{}Change your email address", sending.prefix()));
    let address = address::use_address();
    let send = sending.form(
        move || {
            let request = NewEmailRequest { email: email.get_untracked().trim().to_owned() };
            if is_email(&request.email) {
                Ok(Box::pin(async move { privacy::new_email(&request).await }))
            } else {
                Err(sending.problem(words::email_format()))
            }
        },
        move |()| address.go(&paths::account(EMAIL_CODE)),
    );
    let labelled = Labelled::new("email", "New email address")
        .hint("We will send a code to it, to be sure that it is yours.".to_owned())
        .error(sending.at("email"));
    let typing = Typing { kind: "email", autocomplete: Some("email"), verbatim: true, ..Typing::default() };
    view! {
        <Column>
            <ErrorSummary problems=sending.problems />
            <h1 class="govuk-heading-l">"Change your email address"</h1>
            <p>"You sign in with this address. We will tell your old address that it was changed, and sign you out in all other browsers."</p>
            <p>"The requests that you have sent keep the address that you gave in them: emails about them still go there."</p>
            <form novalidate method="post" action=posted_to() on:submit=send>
                <TextInput labelled=labelled value=email on_input=Callback::new(move |typed| email.set(typed)) typing=typing />
                {live_if(move || email.with(|email| doubt(email)).map(|words| {
                    view! { <p class="govuk-inset-text" role="status">{words}</p> }.drawn()
                }))}
                <SubmitButton label="Send a code" sending=sending.busy />
            </form>
            <p><a href=paths::account(super::account_privacy::PRIVACY)>"Don’t change it"</a></p>
        </Column>
    }
    .drawn()
}

/// What is to be looked at twice in an address that can be one.
#[must_use]
pub fn doubt(email: &str) -> Option<String> {
    let email = email.trim();
    if !is_email(email) {
        return None;
    }
    if mixes_alphabets(email) {
        return Some(
            "This address has letters of several alphabets that look alike. Is it right?".to_owned(),
        );
    }
    email_meant(email).map(|meant| format!("Did you mean {meant}?"))
}

/// The code that was sent to it.
#[component]
pub fn AccountEmailCodePage() -> impl IntoView {
    let code = RwSignal::new(boot::take_text("code"));
    let sending = Sending::new("code").with_summary().refused(account_code::refused);
    a11y::use_page(move || format!("{}Enter the code", sending.prefix()));
    let address = address::use_address();
    let send = sending.form(
        move || {
            let request = ProofRequest { code: code.get_untracked() };
            if is_code(&request.code) {
                Ok(Box::pin(async move { privacy::confirm_email(&request).await }))
            } else {
                Err(sending.problem(account_code::INCOMPLETE))
            }
        },
        move |()| address.replace(paths::ACCOUNT),
    );
    view! {
        <Column back=Signal::stored(paths::account(EMAIL))>
            <ErrorSummary problems=sending.problems />
            <h1 class="govuk-heading-l">"Enter the code"</h1>
            <p>"We have sent an email to your new address. If no other account has that address, there is a code of 6 digits in it. It works for 10 minutes, in this browser only."</p>
            <form novalidate method="post" action=posted_to() on:submit=send>
                {code_input(code, sending)}
                <SubmitButton label="Change my address" sending=sending.busy />
            </form>
            <p>"No email after a few minutes? Look in your spam folder, or "<a href=paths::account(EMAIL)>"have another code sent"</a>"."</p>
        </Column>
    }
    .drawn()
}

/// The field for a code.
pub(super) fn code_input(code: RwSignal<String>, sending: Sending) -> AnyView {
    let labelled = Labelled::new("code", "6-digit code").error(sending.at("code"));
    let typing = Typing {
        autocomplete: Some("one-time-code"),
        mode: Some("numeric"),
        verbatim: true,
        width: "govuk-input--width-10",
        ..Typing::PLAIN
    };
    let typed = Callback::new(move |typed| code.set(typed));
    view! { <TextInput labelled=labelled value=code on_input=typed typing=typing /> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strange_addresses_are_asked_about_and_taken() {
        assert!(doubt("P\u{0430}ypal@example.org").is_some());
        assert_eq!(doubt("jo@hotmial.com").as_deref(), Some("Did you mean jo@hotmail.com?"));
        for fine in ["jo@example.org", "a+b@example.org", "jo@bücher.example", "nonsense", ""] {
            assert_eq!(doubt(fine), None, "{fine}");
        }
    }
}
