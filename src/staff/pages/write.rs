//! `/staff/requests/:id/write`, `…/ask`, `…/note`: words for the resident, or for colleagues.

use domain::api::follow::MessageRequest;
use domain::api::staff::{StaffCase, WordsRequest};
use domain::catalogue::{Reply, Writing};
use domain::field::plain;
use leptos::prelude::*;
use portico_app::api::ApiProblem;
use portico_app::components::input::{Labelled, TextArea};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::handle::{self, Handle};
use crate::parts::action::{ActionPage, count};
use crate::parts::standard::standard;
use crate::parts::tone::tone;
use crate::sending::{self, Action, Sending};
use crate::{api, check, draft};

const MAX: u32 = 4000;

/// What is typed, and under which number it was sent last.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Typed {
    text: String,
    tried: Option<(Uuid, String)>,
}

impl Typed {
    /// The message. The same text keeps its number, so that however often it is sent it is stored once; another
    /// text is another message.
    fn message(&self) -> MessageRequest {
        let text = plain::lines(&self.text);
        let id = match &self.tried {
            Some((id, tried)) if *tried == text => *id,
            _ => Uuid::new_v4(),
        };
        MessageRequest { text, id }
    }
}

/// What the words are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum For {
    Message,
    Question,
    Note,
}

impl For {
    fn draft(self) -> &'static str {
        match self {
            Self::Message => "write",
            Self::Question => "ask",
            Self::Note => "note",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Message => "Write to the resident",
            Self::Question => "Ask the resident",
            Self::Note => "Make a note",
        }
    }

    fn label(self) -> (&'static str, &'static str) {
        match self {
            Self::Message => (
                "Your message",
                "They read it word for word, with your name. They get an email that says so.",
            ),
            Self::Question => (
                "Your question",
                "Only if you can’t go on without the answer: the promise waits for it. They are reminded twice, and then it is closed.",
            ),
            Self::Note => ("Your note", "For staff only: the resident does not see it."),
        }
    }

    fn button(self) -> &'static str {
        match self {
            Self::Message => "Send the message",
            Self::Question => "Send the question",
            Self::Note => "Keep the note",
        }
    }

    fn done(self) -> &'static str {
        match self {
            Self::Message => "Your message has been sent",
            Self::Question => "Your question has been sent. The promise waits for the answer",
            Self::Note => "Your note has been kept",
        }
    }

    /// Whether a standard reply is for it.
    fn fits(self, reply: &Reply) -> bool {
        match self {
            Self::Message => reply.to == Some(Writing::Message),
            Self::Question => reply.to == Some(Writing::Question),
            Self::Note => false,
        }
    }

    async fn send(
        self,
        id: Uuid,
        MessageRequest { text, id: number }: MessageRequest,
    ) -> Result<StaffCase, ApiProblem> {
        match self {
            Self::Message => api::message(id, &MessageRequest { text, id: number }).await,
            Self::Question => api::ask(id, &WordsRequest { text, id: number }).await,
            Self::Note => api::note(id, &WordsRequest { text, id: number }).await,
        }
    }
}

/// Writing to the resident.
#[component]
pub fn WritePage() -> impl IntoView {
    let handle = handle::use_handle();
    handle.draw(move |case| page(handle, case, For::Message))
}

/// Asking the resident.
#[component]
pub fn AskPage() -> impl IntoView {
    let handle = handle::use_handle();
    handle.draw(move |case| page(handle, case, For::Question))
}

/// A note for colleagues.
#[component]
pub fn NotePage() -> impl IntoView {
    let handle = handle::use_handle();
    handle.draw(move |case| page(handle, case, For::Note))
}

fn page(handle: Handle, case: Memo<StaffCase>, of: For) -> AnyView {
    let id = case.with_untracked(|case| case.id);
    let draft = draft::open::<Typed>(handle.session, id, of.draft());
    let sending = Sending::default();
    let send = move || {
        let message = draft.now().message();
        if !sending.begin() || !sending.all_well(sending::problems(&check::faults(&message))) {
            return;
        }
        draft.update(|draft| draft.tried = Some((message.id, message.text.clone())));
        let action = Action {
            field: "text",
            call: of.send(id, message),
            done: of.done(),
            erase: draft.eraser(),
            // Its number sees to that.
            landed: |_: &StaffCase| false,
            look_first: false,
            unsure: |_| {},
        };
        sending::act(handle, sending, &case.get_untracked(), action);
    };
    let (label, hint) = of.label();
    let labelled = Labelled::new("text", label).hint(hint.to_owned()).error(sending.at("text"));
    let text = draft.part(|draft| draft.text.clone());
    let on_input = draft.setter(|draft, text| draft.text = text);
    let typed = text.with_untracked(|text| !text.is_empty());
    let replies = case.with_untracked(|case| case.replies.clone());
    let replies = replies.into_iter().filter(|reply| of.fits(reply)).collect();
    let replies = standard(replies, move |reply| draft.update(|draft| draft.text.clone_from(&reply.text)));
    view! {
        <ActionPage
            case=case title=of.title() button=of.button() sending=sending typed=typed anybody=of == For::Note
            on_send=Callback::new(move |()| send())
        >
            {replies}
            <TextArea labelled=labelled value=text on_input=on_input rows=8 count=count(MAX) />
            {(of != For::Note).then(|| tone(vec![text]))}
        </ActionPage>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_text_keeps_its_number() {
        let id = Uuid::from_u128(7);
        let tried = Typed { text: "Hello \r\n".into(), tried: Some((id, "Hello".into())) };
        assert_eq!(tried.message(), MessageRequest { text: "Hello".into(), id });
        let changed = Typed { text: "Hello again".into(), ..tried };
        assert_ne!(changed.message().id, id);
    }
}
