//! The questions of consent: a form that is the same for giving, refusing and taking back. Nothing in it is chosen before
//! somebody chose it.

use domain::api::consent::{ConsentAnswer, ConsentInvite, ConsentQuestion, ConsentRequest};
use domain::field::Opt;
use leptos::prelude::*;

use super::button::SubmitButton;
use super::error_summary::{ErrorSummary, Problem};
use super::handlers::posted_to;
use super::input::{Labelled, Radios};
use super::load::loaded;
use super::sending::{Call, Sending};
use crate::api::{ApiProblem, consent};
use crate::live::{Drawn as _, ON_SERVER, live, live_if};
use crate::state::boot;
use crate::{paths, words};

/// A yes for every department.
pub const ALL: &str = "all";
/// A yes for the departments that are ticked.
pub const SOME: &str = "some";
/// A yes where there are no departments to choose from.
pub const YES: &str = "yes";
/// A no.
pub const NO: &str = "no";

/// What is wrong when nothing was chosen.
pub const NOTHING: &str = "Choose an answer, or leave the page: you need not answer";
/// What is wrong when the words are others by now.
pub const CHANGED: &str =
    "We changed the words of a question after you opened this page. Read it again, then answer";
const NONE_TICKED: &str = "Tick the departments, or choose another answer";

/// The name of the boxes with the departments.
#[must_use]
pub fn departments_id(purpose: &str) -> String {
    format!("{purpose}-departments")
}

/// The name of the field that says which words were read.
#[must_use]
pub fn wording_id(purpose: &str) -> String {
    format!("{purpose}-wording")
}

/// The departments that get a yes by what was chosen and ticked; none where nothing was chosen.
///
/// # Errors
/// What is wrong with it.
pub fn chosen(
    question: &ConsentQuestion,
    choice: &str,
    ticked: &str,
) -> Result<Option<Vec<String>>, Problem> {
    let all = || question.departments.iter().map(|department| department.id.clone());
    let id = question.purpose.id();
    match choice {
        "" => Ok(None),
        NO => Ok(Some(Vec::new())),
        ALL | YES => Ok(Some(all().collect())),
        _ => {
            let ticked: Vec<String> = all().filter(|id| ticked.split(',').any(|own| own == id)).collect();
            if ticked.is_empty() {
                return Err(Problem { id: departments_id(id), words: NONE_TICKED.to_owned() });
            }
            Ok(Some(ticked))
        }
    }
}

/// How a question stands, as one of the choices and what is ticked.
fn standing(question: &ConsentQuestion) -> (&'static str, String) {
    let agreed: Vec<&str> =
        question.departments.iter().filter(|each| each.agreed).map(|each| each.id.as_str()).collect();
    let choice = match agreed.len() {
        _ if !question.answered => "",
        0 => NO,
        many if many < question.departments.len() => SOME,
        _ if question.purpose.is_for_departments() => ALL,
        _ => YES,
    };
    (choice, if choice == SOME { agreed.join(",") } else { String::new() })
}

/// A question, and what is chosen.
#[derive(Clone)]
struct Asked {
    question: ConsentQuestion,
    choice: RwSignal<String>,
    ticked: RwSignal<String>,
}

impl Asked {
    fn new(question: ConsentQuestion) -> Self {
        let id = question.purpose.id();
        let posted = boot::take_text(id);
        let ticked = boot::take_text(&departments_id(id));
        let (choice, ticked) = if posted.is_empty() {
            let (choice, ticked) = standing(&question);
            (choice.to_owned(), ticked)
        } else {
            (posted, ticked)
        };
        Self { question, choice: RwSignal::new(choice), ticked: RwSignal::new(ticked) }
    }

    fn answer(&self) -> Result<Option<ConsentAnswer>, Problem> {
        let (choice, ticked) = (self.choice.get_untracked(), self.ticked.get_untracked());
        let departments = chosen(&self.question, &choice, &ticked)?;
        Ok(departments.map(|departments| ConsentAnswer {
            purpose: self.question.purpose,
            version: self.question.wording.version,
            hash: self.question.hash.clone(),
            departments,
        }))
    }
}

/// The form. `again` is called when the questions have to be read anew, `saved` when the answers are kept. What is wrong
/// is told by the page, which stays when the form is drawn anew.
pub fn form(
    questions: Vec<ConsentQuestion>,
    problems: RwSignal<Vec<Problem>>,
    again: Callback<()>,
    saved: Callback<()>,
) -> AnyView {
    let Some(first) = questions.first().map(|question| question.purpose.id()) else {
        return ().into_any();
    };
    let all: Vec<Asked> = questions.into_iter().map(Asked::new).collect();
    let sending = Sending::new(first).with_summary().among(problems).refused(refused);
    let fields = all.iter().map(|asked| fields(asked, sending)).collect_view();
    let send = sending.form(
        move || {
            let mut request = ConsentRequest::default();
            for asked in &all {
                request.answers.extend(asked.answer().map_err(|problem| vec![problem])?);
            }
            if request.answers.is_empty() {
                return Err(sending.problem(NOTHING));
            }
            let call: Call<_> = Box::pin(async move {
                let reply = consent::decide(&request).await;
                if reply.as_ref().is_err_and(|problem| problem.code == "wording_changed") {
                    again.run(());
                }
                reply
            });
            Ok(call)
        },
        move |_| saved.run(()),
    );
    let to = posted_to().map(|_| paths::SHARING);
    view! {
        <form novalidate method="post" action=to on:submit=send>
            {fields}
            <SubmitButton label="Save your answers" sending=sending.busy />
        </form>
    }
    .drawn()
}

/// The questions that nobody answered yet, asked on the way through a form. Nothing is chosen beforehand; what is left open,
/// or can't be understood, keeps nobody, and is asked again once the form is sent.
#[derive(Clone, Copy)]
pub struct Deciding {
    asks: bool,
    asked: RwSignal<Vec<Asked>>,
}

impl Deciding {
    /// Of whoever is signed in, if they may decide here.
    #[must_use]
    pub fn new(asks: bool) -> Self {
        Self { asks, asked: RwSignal::new(Vec::new()) }
    }

    /// What was chosen so far.
    #[must_use]
    pub fn answers(self) -> Vec<ConsentAnswer> {
        self.asked
            .with_untracked(|asked| asked.iter().filter_map(|asked| asked.answer().ok().flatten()).collect())
    }

    /// The questions, within a form that is about something else.
    pub fn ask(self) -> AnyView {
        if !self.asks {
            return ().into_any();
        }
        // It is no part of what the page is for: where it can't be had, it is not there.
        let invite = || async { Ok(consent::invite().await.unwrap_or_default()) };
        loaded(invite, move |invite: ConsentInvite| {
            if !invite.signed_in || invite.questions.is_empty() {
                return ().into_any();
            }
            if self.asked.with_untracked(Vec::is_empty) {
                self.asked.set(invite.questions.into_iter().map(Asked::new).collect());
            }
            let sending = Sending::new("").among(RwSignal::new(Vec::new()));
            let questions = self
                .asked
                .with_untracked(|asked| asked.iter().map(|asked| fields(asked, sending)).collect_view());
            view! {
                <section aria-labelledby="sharing">
                    <h2 class="govuk-heading-m" id="sharing">"Tell us once"</h2>
                    <p>"You need not answer this to send your answers, and it changes nothing about them. We ask once, and you can change what you say at any time."</p>
                    {questions}
                </section>
            }
            .drawn()
        })
    }
}

fn refused(problem: &ApiProblem) -> &'static str {
    if problem.code == "wording_changed" { CHANGED } else { words::call_failed(problem) }
}

fn fields(asked: &Asked, sending: Sending) -> AnyView {
    let Asked { question, choice, ticked } = asked.clone();
    let id = question.purpose.id();
    let wording = &question.wording;
    let option = |value: &str, label: String| Opt { value: value.to_owned(), label, hint: None };
    let by_department = question.purpose.is_for_departments();
    let options = if by_department {
        vec![
            option(ALL, format!("{}: all departments", wording.yes)),
            option(SOME, format!("{}: only the departments that I tick", wording.yes)),
            option(NO, wording.no.clone()),
        ]
    } else {
        vec![option(YES, wording.yes.clone()), option(NO, wording.no.clone())]
    };
    let labelled =
        Labelled::new(id, wording.question.clone()).hint(wording.text.join(" ")).error(sending.at(id));
    let read = ON_SERVER.then(|| {
        let words = format!("{} {}", wording.version, question.hash);
        view! { <input type="hidden" name=wording_id(id) value=words /> }.drawn()
    });
    let boxes = by_department.then(|| {
        // Where no script runs they can't come and go.
        live_if(move || {
            (ON_SERVER || choice.with(|choice| choice == SOME)).then(|| {
                let own = departments_id(id);
                let labelled = Labelled::new(own.clone(), "Which departments?").error(sending.at(&own));
                let options = question.departments.iter();
                let options = options.map(|each| option_of(&each.id, &each.name)).collect();
                view! {
                    <Radios
                        labelled=labelled options=options value=ticked several=true none=None
                        on_choose=Callback::new(move |chosen| ticked.set(chosen))
                    />
                }
                .drawn()
            })
        })
    });
    view! {
        <Radios labelled=labelled options=options value=choice on_choose=Callback::new(move |chosen| choice.set(chosen)) />
        {boxes}
        {read}
    }
    .drawn()
}

fn option_of(id: &str, name: &str) -> Opt {
    Opt { value: id.to_owned(), label: name.to_owned(), hint: None }
}

/// What is asked once, on a page that is about something else: nothing where it was answered. Who has no account reads
/// what they could decide with one.
pub fn invitation() -> AnyView {
    let turn = RwSignal::new(0);
    let done = RwSignal::new(false);
    let problems = RwSignal::new(Vec::new());
    let again = Callback::new(move |()| turn.update(|turn| *turn += 1));
    let announcer = crate::a11y::use_announcer();
    let saved = Callback::new(move |()| {
        problems.set(Vec::new());
        done.set(true);
        announcer.say("Your answers are saved");
        crate::a11y::focus_when_drawn("#sharing");
    });
    let ask = move || {
        turn.track();
        // It is no part of what the page is for: where it can't be had, it is not there.
        async { Ok(consent::invite().await.unwrap_or_default()) }
    };
    live(move || {
        if done.get() {
            return view! {
                <h2 class="govuk-heading-m" id="sharing" tabindex="-1">"Your answers are saved"</h2>
                <p>"You can "<a href=paths::SHARING>"change them at any time"</a>"."</p>
            }
            .drawn();
        }
        loaded(ask, move |invite: ConsentInvite| drawn(invite, problems, again, saved))
    })
}

fn drawn(
    invite: ConsentInvite,
    problems: RwSignal<Vec<Problem>>,
    again: Callback<()>,
    saved: Callback<()>,
) -> AnyView {
    let Some(first) = invite.questions.first() else { return ().into_any() };
    if invite.signed_in {
        return view! {
            <section aria-labelledby="sharing">
                <h2 class="govuk-heading-m" id="sharing">"Tell us once"</h2>
                <p>"You need not answer this. We ask once, and you can change your answer at any time."</p>
                <ErrorSummary problems=problems />
                {form(invite.questions, problems, again, saved)}
            </section>
        }
        .drawn();
    }
    let wording = first.wording.clone();
    view! {
        <section aria-labelledby="sharing">
            <h2 class="govuk-heading-m" id="sharing">{wording.question}</h2>
            {wording.text.into_iter().map(|text| view! { <p>{text}</p> }.drawn()).collect_view()}
            <p>
                "To say yes or no, "<a href=paths::SHARING>"sign in, or make an account"</a>
                " with the same email address. Until you do, the answer is no."
            </p>
        </section>
    }
    .drawn()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::api::consent::ConsentDepartment;
    use domain::consent::{Purpose, Registry};

    fn question(purpose: Purpose, answered: bool, agreed: &[(&str, bool)]) -> ConsentQuestion {
        let department = |&(id, agreed): &(&str, bool)| ConsentDepartment {
            id: id.to_owned(),
            name: id.to_uppercase(),
            agreed,
            since: None,
        };
        ConsentQuestion {
            purpose,
            wording: Registry::ours().current(purpose, "en").unwrap().clone(),
            hash: String::new(),
            answered,
            departments: agreed.iter().map(department).collect(),
            history: Vec::new(),
        }
    }

    #[test]
    fn nothing_is_chosen_before_somebody_chose() {
        let share =
            |answered, agreed: &[(&str, bool)]| standing(&question(Purpose::ShareRecord, answered, agreed));
        assert_eq!(share(false, &[("a", false), ("b", false)]), ("", String::new()));
        assert_eq!(share(true, &[("a", false), ("b", false)]), (NO, String::new()));
        assert_eq!(share(true, &[("a", true), ("b", false)]), (SOME, "a".to_owned()));
        assert_eq!(share(true, &[("a", true), ("b", true)]), (ALL, String::new()));
        let roll = question(Purpose::ElectoralRoll, true, &[("", true)]);
        assert_eq!(standing(&roll), (YES, String::new()));
    }

    #[test]
    fn what_was_chosen_is_a_list_of_departments() {
        let share = question(Purpose::ShareRecord, false, &[("a", false), ("b", false)]);
        let list = |choice, ticked| chosen(&share, choice, ticked).ok().flatten();
        assert_eq!(list("", "a"), None);
        assert_eq!(list(NO, "a"), Some(vec![]));
        assert_eq!(list(ALL, ""), Some(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(list(SOME, "b,nonsense"), Some(vec!["b".to_owned()]));
        for (choice, ticked) in [(SOME, ""), (SOME, "nonsense"), ("nonsense", "")] {
            assert!(chosen(&share, choice, ticked).is_err(), "{choice} {ticked}");
        }
    }
}
