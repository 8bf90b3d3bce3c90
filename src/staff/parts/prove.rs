//! Proving again who I am, before what can do harm: asked for on the page, and then the page goes on.

use domain::api::staff::ProveRequest;
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use portico_app::a11y;
use portico_app::api::ApiProblem;
use portico_app::components::button::SubmitButton;
use portico_app::components::error_summary::ErrorSummary;
use portico_app::components::input::Labelled;
use portico_app::components::load::loaded;
use portico_app::components::ways_in::ways_in;

use crate::sending::Sending;
use crate::session::Session;
use crate::{api, check, words};

/// Whether a proof is asked for, and what goes on after it.
#[derive(Clone, Copy, Debug)]
pub struct Proof {
    session: Session,
    then: RwSignal<Option<Callback<()>>>,
}

impl Proof {
    /// None is asked for.
    #[must_use]
    pub fn new(session: Session) -> Self {
        Self { session, then: RwSignal::new(None) }
    }

    /// Whether one is asked for now.
    #[must_use]
    pub fn is_asked(self) -> bool {
        self.then.with(Option::is_some)
    }

    /// Asks for one, and goes on after it.
    pub fn ask(self, then: Callback<()>) {
        self.then.set(Some(then));
    }

    /// Looks at a reply: when it says that a proof is needed, asks for it, and does it again afterwards.
    pub fn pass<T>(self, reply: Result<T, ApiProblem>, again: Callback<()>) -> Option<Result<T, ApiProblem>> {
        match self.session.pass(reply)? {
            Err(problem) if problem.code == "prove_again" => {
                self.then.try_set(Some(again));
                None
            }
            reply => Some(reply),
        }
    }
}

/// Asks for a proof while one is needed.
#[component]
pub fn Prove(
    /// Whether it is.
    proof: Proof,
) -> impl IntoView {
    move || proof.then.get().map(|then| form(proof, then))
}

fn form(proof: Proof, then: Callback<()>) -> AnyView {
    a11y::focus_when_drawn("#prove");
    let proved = Callback::new(move |()| {
        proof.then.try_set(None);
        then.run(());
    });
    // Signing in again is a proof; by the passkey of somebody else it is their turn from here.
    let arrived = Callback::new(move |()| {
        spawn_local(async move {
            if proof.session.ask().await.is_ok() {
                proved.run(());
            }
        });
    });
    let here = proof.session.here();
    view! {
        <section aria-labelledby="prove">
            <h2 class="govuk-heading-m" id="prove" tabindex="-1">"Show that it is you"</h2>
            <p>"This needs a new proof every five minutes."</p>
            {loaded(api::ways, move |ways| {
                let code = ways.codes.then(|| by_code(proof, proved));
                view! { {code}{ways_in(ways, "/api/staff", "prove", Some(&here), arrived)} }.into_any()
            })}
        </section>
    }
    .into_any()
}

fn by_code(proof: Proof, proved: Callback<()>) -> AnyView {
    let sending = Sending::default();
    let code = RwSignal::new(String::new());
    let ask = move || {
        spawn_local(async move {
            if let Some(Err(problem)) = proof.session.pass(api::prove().await) {
                sending.fail("prove-code", refused(&problem));
            }
        });
    };
    ask();
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        let request = ProveRequest { code: code.with_untracked(|code| code.trim().to_owned()) };
        if !sending.begin() {
            return;
        }
        if !check::faults(&request).is_empty() {
            sending.fail("prove-code", "Enter the code from the email");
            return;
        }
        sending.busy.set(true);
        spawn_local(async move {
            let reply = api::prove_by_code(&request).await;
            sending.busy.try_set(false);
            match proof.session.pass(reply) {
                Some(Ok(())) => proved.run(()),
                Some(Err(problem)) => sending.fail("prove-code", refused(&problem)),
                None => {}
            }
        });
    };
    let labelled = Labelled::new("prove-code", "Code")
        .hint("The newest code in your email. Spaces do not matter.".to_owned())
        .error(sending.at("prove-code"));
    let (wrong, described) = (labelled.is_wrong(), labelled.described_by(None));
    let input = view! {
        <input
            id="prove-code" name="code" type="text" inputmode="numeric" autocomplete="one-time-code" spellcheck="false"
            autocapitalize="none" class="govuk-input govuk-input--width-10 govuk-input--extra-letter-spacing"
            class:govuk-input--error=wrong aria-describedby=described
            prop:value=code on:input=move |event| code.set(event_target_value(&event))
        />
    };
    view! {
        <ErrorSummary problems=sending.problems />
        <p>"We have sent a code to your work email address."</p>
        <form novalidate on:submit=send>
            {labelled.group(input.into_any())}
            <SubmitButton label="Continue" sending=sending.busy />
        </form>
        <p><button type="button" class="portico-link-button" on:click=move |_| ask()>"Send a new code"</button></p>
    }
    .into_any()
}

fn refused(problem: &ApiProblem) -> String {
    match (problem.status, problem.code.as_str()) {
        (_, "no_codes_here") => words::NO_CODES.to_owned(),
        (422, _) => words::WRONG_CODE.to_owned(),
        _ => portico_app::words::call_failed(problem).to_owned(),
    }
}
