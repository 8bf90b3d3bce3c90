//! The slip of a request, to print or to have sent: for who has no address of their own here. The key to the request is the
//! permission.

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use chrono::TimeDelta;
use domain::case::{Case, Status};
use domain::field::contact::{e164, is_email};
use portico_app::components::error_summary::Problem;
use portico_app::pages::slip::{Slip, TO};
use portico_app::{paths, plain};
use uuid::Uuid;

use super::form::{Form, no_files};
use super::visit::{self, Visit, or_sorry};
use super::{assets, pages};
use crate::access::Pages;
use crate::error::ApiError;
use crate::extract::{At, Path, Query};
use crate::jobs::{self, Job};
use crate::operations::base;
use crate::routes::{self, follow};
use crate::state::AppState;

/// How often the slip of one request is sent.
const TIMES: (i32, TimeDelta) = (3, TimeDelta::days(1));

/// The pages of this file.
pub fn router() -> Pages {
    const KEY: &str = "the key in the address is the permission";
    Pages::new().open("/follow/{key}/slip", get(page).post(send), KEY)
}

/// What it is asked with.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Asked {
    /// It was just sent.
    sent: bool,
}

fn slip(state: &AppState, at: &At, key: &str, (id, case): (Uuid, &Case)) -> Slip {
    let council = &at.served.council;
    let by = case.complete_by.say();
    Slip {
        title: case.submission.title.clone(),
        reference: case.submission.reference.to_string(),
        code: state.secret.slip_code(at.store.council(), id).to_string(),
        promise: match case.status {
            Status::Closed(_) => "It is closed.".to_owned(),
            _ if !case.is_received() => "It is received once it is paid.".to_owned(),
            _ => format!("We will finish by {by}."),
        },
        site: site(state, at).trim_start_matches("https://").trim_start_matches("http://").to_owned(),
        phone: (council.contact.phone.clone(), council.contact.hours.clone()),
        page: paths::request(key),
        here: paths::slip(key),
        texts: state.can_text(council),
        prints: at.turn.as_ref().is_none_or(|turn| turn.terminal.setup.printer),
        sent: false,
    }
}

/// Where the reference and the code are typed.
fn site(state: &AppState, at: &At) -> String {
    format!("{}{}", base(state, &at.served.council), paths::FOLLOW)
}

async fn page(
    State(state): State<AppState>,
    at: At,
    headers: HeaderMap,
    Path(key): Path<String>,
    Query(Asked { sent }): Query<Asked>,
) -> Response {
    let drawn = async {
        let request = follow::stored(&at, &key).await?;
        let here = paths::slip(&key);
        let posted = visit::of_page(&state, &at, &headers, &here).await?;
        if posted.is_some() {
            visit::forget_page(&state, &at, &headers, &here).await?;
        }
        let slip = Slip { sent, ..slip(&state, &at, &key, (request.id, &request.case)) };
        let mut drawn = plain::slip(routes::council::view(&state, &at.served), posted, slip);
        if let Some(script) = assets::part("print", "js") {
            drawn.html += &["<script src=\"/", &script, "\"></script>"].concat();
        }
        Ok(pages::of_person(&at, &drawn))
    };
    or_sorry(&state, &at, Box::pin(drawn)).await
}

/// Has it sent.
async fn send(State(state): State<AppState>, at: At, Path(key): Path<String>, request: Request) -> Response {
    let headers = request.headers().clone();
    let sent = async {
        let visit = Visit::of(&state, &at, &headers).await?;
        let form = Form::read((&state, &at), request, &no_files).await?;
        let stored = follow::stored(&at, &key).await?;
        let here = paths::slip(&key);
        let typed = form.text(TO).trim();
        let phone = e164(typed).filter(|_| state.can_text(&at.served.council));
        let Some(to) = is_email(typed).then(|| typed.to_owned()).or(phone) else {
            let words = if state.can_text(&at.served.council) {
                "Enter an email address, like name@example.com, or a mobile number, like 07700 900 982"
            } else {
                "Enter an email address in the right format, like name@example.com"
            };
            let wrong = vec![Problem { id: TO.to_owned(), words: words.to_owned() }];
            return visit.again(&form, wrong, &here).await;
        };
        let now = state.now();
        if !at.store.try_once(format!("slip:{}", stored.id), TIMES.0, TIMES.1, now).await? {
            return Err(ApiError::too_many());
        }
        let Slip { title, reference, code, promise, .. } = slip(&state, &at, &key, (stored.id, &stored.case));
        let site = site(&state, &at);
        let job = Job::Slip(jobs::slip::Slip { to, title, reference, code, promise, site });
        at.store.add_job(now, state.new_id(), &job).await?;
        state.wake.notify_one();
        visit.done(&here, &format!("{here}?sent=true")).await
    };
    or_sorry(&state, &at, Box::pin(sent)).await
}
