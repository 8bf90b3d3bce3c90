//! `/staff/requests/:id/write`: a message to the resident.

use domain::api::follow::MessageRequest;
use domain::api::staff::StaffCase;
use domain::field::plain;
use leptos::prelude::*;
use portico_app::components::input::{Labelled, TextArea};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::handle::{self, Handle};
use crate::parts::action::{ActionPage, count};
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

/// Writing to the resident.
#[component]
pub fn WritePage() -> impl IntoView {
    let handle = handle::use_handle();
    handle.draw(move |case| page(handle, case))
}

fn page(handle: Handle, case: Memo<StaffCase>) -> AnyView {
    let id = case.with_untracked(|case| case.id);
    let draft = draft::open::<Typed>(handle.session, id, "write");
    let sending = Sending::default();
    let send = move || {
        let message = draft.now().message();
        if !sending.begin() || !sending.all_well(sending::problems(&check::faults(&message))) {
            return;
        }
        draft.update(|draft| draft.tried = Some((message.id, message.text.clone())));
        let action = Action {
            field: "text",
            call: async move { api::message(id, &message).await },
            done: "Your message has been sent",
            erase: draft.eraser(),
            // Its number sees to that.
            landed: |_: &StaffCase| false,
            look_first: false,
            unsure: |_| {},
        };
        sending::act(handle, sending, &case.get_untracked(), action);
    };
    let labelled = Labelled::new("text", "Your message")
        .hint("They read it word for word, with your name. They get an email that says so.".to_owned())
        .error(sending.at("text"));
    let text = draft.part(|draft| draft.text.clone());
    let on_input = draft.setter(|draft, text| draft.text = text);
    let typed = text.with_untracked(|text| !text.is_empty());
    view! {
        <ActionPage
            case=case title="Write to the resident" button="Send the message" sending=sending typed=typed
            on_send=Callback::new(move |()| send())
        >
            <TextArea labelled=labelled value=text on_input=on_input rows=8 count=count(MAX) />
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
