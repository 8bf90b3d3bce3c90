//! Photos: picked several at once, each with its own progress, its own words and its own way out.

use domain::field::{Photos, photos};
use leptos::prelude::*;
use uuid::Uuid;

use super::{Asked, yes_no::yes_or_no};
use crate::components::button::{SECONDARY, act_button};
use crate::components::handlers::{Pressed, Typed, pressed};
use crate::components::input::{Labelled, Radios, TextInput};
use crate::live::{Drawn as _, live, live_if};
use crate::state::drafts::Draft;
use crate::state::uploads::{Sort, Stage, Upload, Uploads, use_uploads};
use crate::{a11y, words};

pub(super) fn view(asked: &Asked, kind: &Photos) -> AnyView {
    let uploads = use_uploads();
    let limit =
        format!("Up to {}. On a phone you can take them now.", words::count(kind.max as usize, "photo"));
    view! {
        {picker(asked, Sort::Photos, kind.max, limit)}
        {waiting(uploads, asked.path.clone(), asked.draft)}
        {added(asked.clone(), uploads)}
        {position(asked, uploads)}
    }
    .drawn()
}

/// The input that files are picked with.
pub(super) fn picker(asked: &Asked, sort: Sort, max: u32, limit: String) -> AnyView {
    let uploads = use_uploads();
    let announcer = a11y::use_announcer();
    let (draft, question) = (asked.draft, asked.path.clone());
    let labelled = asked.labelled();
    let below = format!("{question}-limit");
    let described = labelled.described_by(Some(&below));
    let left_out = RwSignal::new(String::new());
    let accept = match sort {
        Sort::Photos => "image/*",
        Sort::Documents => ".pdf,.jpg,.jpeg,.png,application/pdf,image/jpeg,image/png",
    };
    let pick: Typed = {
        let question = question.clone();
        Box::new(move |event| {
            let many = uploads.pick(&event, sort, &question, max, draft);
            let told = if many > 0 { too_many(many, max) } else { String::new() };
            announcer.say(if many > 0 { told.clone() } else { "Adding your files".to_owned() });
            left_out.set(told);
        })
    };
    let input = view! {
        <div class="portico-pick">
            <p id=below class="govuk-hint">{limit}</p>
            <input
                type="file" id=question.clone() name=question accept=accept multiple
                aria-describedby=described on:change=pick
            />
            {live_if(move || {
                let told = left_out.get();
                (!told.is_empty()).then(|| view! { <p class="govuk-error-message">{told}"."</p> }.drawn())
            })}
        </div>
    };
    labelled.group(input.into_any())
}

fn too_many(left_out: usize, max: u32) -> String {
    let (were, most) = (if left_out == 1 { "was" } else { "were" }, words::count(max as usize, "file"));
    format!("{} {were} not added, because you can send up to {most}", words::count(left_out, "file"))
}

/// The files on their way.
pub(super) fn waiting(uploads: Uploads, question: String, draft: Draft) -> AnyView {
    let row = move |Upload { number, name, stage, .. }: Upload| {
        let told = {
            let (name, stage) = (name.clone(), stage.clone());
            live(move || {
                match stage.get() {
                Stage::Preparing => view! { <p>"Getting it ready…"</p> }.drawn(),
                Stage::Sending(percent) => {
                    view! {
                        <progress max="100" value=percent.to_string() aria-label=format!("Sending {name}")></progress>
                        <p>{format!("Sending: {percent}%")}</p>
                    }
                    .drawn()
                }
                Stage::Failed(problem) => {
                    view! { <p class="govuk-error-message">{problem.words(&name)}</p> }.drawn()
                }
            }
            })
        };
        let blank = view! { <span class="portico-photos__blank"></span> }.drawn();
        let remove = pressed(move || uploads.stop(number));
        let shown = view! { <p class="portico-photos__name"><bdi>{name.clone()}</bdi></p> }.drawn();
        item("", blank, vec![shown, told], &name, remove)
    };
    let list = live(move || uploads.waiting(&question, draft).into_iter().map(row).collect_view().into_any());
    view! { <ul class="portico-photos" aria-label="Files being added">{list}</ul> }.drawn()
}

/// One file: its picture, what is said of it, and the way out.
pub(super) fn item(act: &str, picture: AnyView, about: Vec<AnyView>, name: &str, remove: Pressed) -> AnyView {
    let label = view! { "Remove"<span class="govuk-visually-hidden">{format!(" {name}")}</span> };
    let remove = act_button(act, SECONDARY, None, remove, label.into_any());
    view! {
        <li>
            {picture}
            <div>
                {about}
                {remove}
            </div>
        </li>
    }
    .drawn()
}

/// The photos that have arrived, each with words for those who can't see it.
fn added(asked: Asked, uploads: Uploads) -> AnyView {
    let draft = asked.draft;
    let question = asked.path.clone();
    let announcer = a11y::use_announcer();
    let row = {
        let question = question.clone();
        move |number: u32, id: Uuid| {
            let name = format!("photo {number}");
            let path = format!("{question}.{number}.alt");
            let labelled = asked.part(&format!("{number}.alt"), format!("What does {name} show? (optional)"));
            let picture = view! { <img src=uploads.preview(id) alt=format!("Photo {number}") /> }.drawn();
            let question = question.clone();
            let own = question.clone();
            let remove = pressed(move || {
                let question = &own;
                uploads.remove(question, id, draft);
                announcer.say(format!("Photo {number} was removed"));
                a11y::focus_id(question);
            });
            let shown = view! { <p class="portico-photos__name">{format!("Photo {number}")}</p> }.drawn();
            let alt = view! { <TextInput labelled=labelled value=draft.text(path.clone()) on_input=draft.setter(path) /> };
            item(&format!("remove:{question}.{number}"), picture, vec![shown, alt.into_any()], &name, remove)
        }
    };
    // Drawn anew when photos come and go, and not when a description is typed.
    let ids = Memo::new(move |_| {
        let photos = draft.answers().with(|answers| photos::read(&question, answers).0);
        photos.into_iter().map(|photo| photo.id).collect::<Vec<_>>()
    });
    let list =
        live(move || (1..).zip(ids.get()).map(|(number, id)| row(number, id)).collect_view().into_any());
    view! { <ul class="portico-photos" aria-label="Your photos">{list}</ul> }.drawn()
}

/// Offers the place the camera wrote down. It is not sent unless the resident says so.
fn position(asked: &Asked, uploads: Uploads) -> AnyView {
    let (draft, question) = (asked.draft, asked.path.clone());
    let answer = uploads.position_answer(&question, draft);
    let is_offered = Memo::new(move |_| answer.with(Option::is_some));
    live_if(move || {
        is_offered.get().then(|| {
            let labelled = Labelled::new(format!("{question}.position"), "Use the place where this photo was taken?")
                .hint("Your photo says where it was taken. We only get to know it if you choose yes.".to_owned());
            let question = question.clone();
            let choose = Callback::new(move |chosen: String| uploads.use_position(&question, chosen == "yes", draft));
            let value = Signal::derive(move || answer.get().unwrap_or_default());
            view! { <Radios labelled=labelled options=yes_or_no() value=value on_choose=choose inline=true /> }.drawn()
        })
    })
}
