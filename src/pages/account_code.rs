//! `/account/code`: typing the code that was sent.

use domain::api::account::AccountSignInRequest;
use leptos::prelude::*;

use crate::api::{ApiProblem, account};
use crate::components::button::SubmitButton;
use crate::components::error_summary::ErrorSummary;
use crate::components::handlers::posted_to;
use crate::components::input::{Labelled, TextInput, Typing};
use crate::components::layout::Column;
use crate::components::sending::Sending;
use crate::live::Drawn as _;
use crate::state::{address, boot};
use crate::{a11y, paths, words};

/// What is wrong when it is not six digits.
pub const INCOMPLETE: &str = "Enter the 6 digits of the code";
/// What is wrong with a code that opens nothing, whatever the reason.
pub const WRONG: &str = "This code is not right, or no longer works. Check it, or have a new one sent to you";

/// The code.
#[component]
pub fn AccountCodePage() -> impl IntoView {
    let code = RwSignal::new(boot::take_text("code"));
    let sending = Sending::new("code").with_summary().refused(refused);
    a11y::use_page(move || format!("{}Enter your code", sending.prefix()));
    let address = address::use_address();
    let then = paths::then(&address.query("to")).to_owned();
    let next = if then.is_empty() { paths::ACCOUNT.to_owned() } else { then.clone() };
    let back = paths::sign_in(&then);
    let forget = boot::forget_replies();
    let send = sending.form(
        move || {
            let request = AccountSignInRequest { code: code.get_untracked() };
            if is_code(&request.code) {
                Ok(Box::pin(async move { account::sign_in(&request).await }))
            } else {
                Err(sending.problem(INCOMPLETE))
            }
        },
        move |()| {
            forget();
            address.replace(&next);
        },
    );
    let labelled = Labelled::new("code", "6-digit code").error(sending.at("code"));
    let typing = Typing {
        autocomplete: Some("one-time-code"),
        mode: Some("numeric"),
        verbatim: true,
        width: "govuk-input--width-10",
        ..Typing::PLAIN
    };
    view! {
        <Column back=Signal::stored(back.clone())>
            <ErrorSummary problems=sending.problems />
            <h1 class="govuk-heading-l">"Enter your code"</h1>
            <p>"We have sent you an email with a code of 6 digits. It works for 10 minutes, in this browser only."</p>
            <form novalidate method="post" action=posted_to() on:submit=send>
                <TextInput labelled=labelled value=code on_input=Callback::new(move |typed| code.set(typed)) typing=typing />
                <SubmitButton label="Sign in" sending=sending.busy />
            </form>
            <p>"No email after a few minutes? Look in your spam folder, or "<a href=back>"have another code sent"</a>"."</p>
        </Column>
    }
    .drawn()
}

/// Whether these are six digits, in any spacing.
#[must_use]
pub fn is_code(typed: &str) -> bool {
    let is_space = |c: char| c.is_whitespace() || c == '-';
    typed.chars().all(|c| c.is_ascii_digit() || is_space(c))
        && typed.chars().filter(char::is_ascii_digit).count() == 6
}

pub(super) fn refused(problem: &ApiProblem) -> &'static str {
    if problem.code == "wrong_code" { WRONG } else { words::call_failed(problem) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_six_digits_in_any_spacing() {
        for typed in ["123456", " 123 456 ", "123-456", "1 2 3 4 5 6"] {
            assert!(is_code(typed), "{typed}");
        }
        for typed in ["", "12345", "1234567", "12345a", "abcdef"] {
            assert!(!is_code(typed), "{typed}");
        }
    }
}
