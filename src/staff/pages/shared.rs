//! `/staff/shared/:id`: another department's request that its resident shares with this one, to read.

use domain::api::staff::SharedRequest;
use domain::field::Value;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use portico_app::a11y;
use portico_app::api::ApiProblem;
use portico_app::components::answers::{AnswerList, Line};
use portico_app::components::layout::Column;
use portico_app::components::timeline::Timeline;
use uuid::Uuid;

use crate::parts::{load, photos};
use crate::{api, browser, live, session, words};

/// A request to read.
#[component]
pub fn SharedPage() -> impl IntoView {
    let session = session::use_session();
    let params = use_params_map();
    let id = Memo::new(move |_| {
        params.with(|params| params.get_str("id").and_then(|id| Uuid::try_parse(id).ok()))
    });
    let live = live::keep(session, move || {
        let id = id.get();
        async move {
            match id {
                Some(id) => api::shared(id).await,
                None => Err(ApiProblem::not_found()),
            }
        }
    });
    // What was taken back meanwhile is not shown to who comes back to the page.
    browser::on_visible(move || live.refresh());
    let queue = session.queue();
    move || match (live.problem().get(), live.value().get()) {
        (Some(problem), _) => load::failed(&problem, Callback::new(move |()| live.refresh())),
        (None, Some(shared)) => page(queue.clone(), shared),
        (None, None) => load::loading(),
    }
}

fn page(queue: String, shared: SharedRequest) -> AnyView {
    let SharedRequest { id, request } = shared;
    let (title, reference) = (request.title.clone(), request.reference.to_string());
    let full_title = format!("{title} - {reference}");
    a11y::use_page(move || full_title.clone());
    let answers = request.answers.iter().filter(|answer| !matches!(answer.value, Value::Photos(_)));
    let lines: Vec<Line> = answers
        .map(|answer| Line { label: answer.label.clone(), value: Some(answer.value.clone()), change: None })
        .collect();
    view! {
        <Column back=Signal::stored(queue)>
            <span class="govuk-caption-l">{reference}</span>
            <h1 class="govuk-heading-l">{title}</h1>
            <div class="govuk-inset-text">
                "This lies with "<bdi>{request.department}</bdi>". You can read it because the resident shares
                their requests with your department. They see that you did."
            </div>
            <p>{words::status(request.status)}". Promised by "{words::by(request.complete_by)}"."</p>
            <h2 class="govuk-heading-m">"What the resident told us"</h2>
            <AnswerList
                lines=lines photo=Box::new(|_| None)
                document=Box::new(move |document| api::shared_document(id, document))
            />
            {photos::photos_at(&request.answers, move |photo| api::shared_photo(id, photo))}
            <h2 class="govuk-heading-m">"What has happened"</h2>
            <Timeline entries=request.timeline for_staff=true />
        </Column>
    }
    .into_any()
}
