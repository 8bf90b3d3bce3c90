//! `/api/sign-in/{provider}`: to a provider of `OpenID` Connect, and back. Plain links: nothing here needs a script. What
//! goes wrong leads back to the page that says so, and what else can be done.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse as _, Response};
use chrono::TimeDelta;
use domain::api::problem::Problem;
use domain::audit::Deed;
use domain::field::contact::same_email_key;
use domain::sign_in::{People, Provider};
use portico_app::paths;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::account::{Beginning, fresh_token, send_code};
use super::passkeys::staff_failed;
use crate::access::Declare as _;
use crate::error::ApiError;
use crate::extract::{At, Path, Query, browser_token, named_cookie, signed_in, signing_in_token};
use crate::oidc::{Anew, Kept, OidcError, Person};
use crate::operations::{base, staff_session};
use crate::secret;
use crate::state::AppState;
use crate::store::accounts::{self, Proof};
use crate::store::ceremonies::Ceremony;
use crate::store::links::{Known, Pending, Used, pending};
use crate::store::staff_sessions::Proof as StaffProof;

/// How long somebody may be away.
const AWAY: TimeDelta = TimeDelta::minutes(10);
/// How long it is remembered which provider somebody signed in with: as long as a session lasts at most.
const REMEMBERED: TimeDelta = TimeDelta::hours(12);
/// What is under way.
const KIND: &str = "oidc";
/// Where staff are.
const STAFF: &str = "/staff";
/// Where staff sign in.
const STAFF_SIGN_IN: &str = "/staff/sign-in";

/// The routes of this file.
pub fn router() -> OpenApiRouter<AppState> {
    const WHY: &str = "signing in";
    OpenApiRouter::new()
        .routes(routes!(leave).open(WHY))
        .routes(routes!(back).open(WHY))
        .routes(routes!(sign_out).open("signs out elsewhere"))
}

/// What somebody wants of a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Wish {
    /// To sign in to their account.
    Account,
    /// To sign in as staff.
    Staff,
    /// To prove again who they are, as staff.
    Prove,
    /// To be able to sign in to their account with it from now on.
    Link,
}

impl Wish {
    fn people(self) -> People {
        match self {
            Self::Account | Self::Link => People::Residents,
            Self::Staff | Self::Prove => People::Staff,
        }
    }

    /// The page that it began on, which says what went wrong.
    fn page(self) -> &'static str {
        match self {
            Self::Account => paths::ACCOUNT,
            Self::Staff | Self::Prove => STAFF_SIGN_IN,
            Self::Link => paths::ACCOUNT_SECURITY,
        }
    }

    /// Where it ends.
    fn home(self) -> &'static str {
        match self {
            Self::Staff | Self::Prove => STAFF,
            other => other.page(),
        }
    }
}

/// `?for=account&next=/account`.
#[derive(Deserialize)]
struct Asked {
    #[serde(rename = "for")]
    wish: Option<String>,
    next: Option<String>,
}

/// What a provider sends along with whoever comes back.
#[derive(Deserialize)]
struct Brought {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
    iss: Option<String>,
}

/// What is kept while somebody is away.
#[derive(Serialize, Deserialize)]
struct Away {
    provider: String,
    wish: Wish,
    /// The account that is to be linked.
    resident: Option<Uuid>,
    next: String,
    kept: Kept,
}

/// Why somebody is not signed in; the pages have the words.
enum Why {
    /// The provider can't be reached, or the portal is not set up for it.
    Down,
    /// They came back too late, twice, or in another browser.
    Expired,
    /// They said no there.
    Cancelled,
    /// What they came back with is not to be believed.
    Refused,
    /// The provider does not say that an address is theirs.
    NoEmail,
    /// Nobody of the council's staff has the address.
    NotStaff,
    /// It is linked to another account.
    Taken,
    /// Too many codes were sent.
    TooMany,
}

impl Why {
    fn id(&self) -> &'static str {
        match self {
            Self::Down => "provider-down",
            Self::Expired => "provider-expired",
            Self::Cancelled => "provider-cancelled",
            Self::Refused => "provider-refused",
            Self::NoEmail => "provider-no-email",
            Self::NotStaff => "provider-not-staff",
            Self::Taken => "provider-taken",
            Self::TooMany => "too-many",
        }
    }
}

/// Leads on.
fn to(address: &str) -> Response {
    let headers = [(header::LOCATION, address), (header::CACHE_CONTROL, "no-store")];
    (StatusCode::SEE_OTHER, headers).into_response()
}

fn sorry(wish: Wish, why: &Why) -> Response {
    to(&format!("{}?problem={}", wish.page(), why.id()))
}

fn with(mut response: Response, cookies: AppendHeaders<Vec<(HeaderName, HeaderValue)>>) -> Response {
    for (name, value) in cookies.0 {
        response.headers_mut().append(name, value);
    }
    response
}

/// A page of ours to go on with, if it is one: anybody can write a link with a `next` of their own.
fn own_page(wish: Wish, next: Option<&str>) -> Option<&str> {
    let next = next?;
    let is_plain = next.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-_.?=&".contains(&byte));
    let is_path = next.starts_with('/') && !next.contains("//") && !next.contains("..");
    let within = |place: &str| {
        next.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
    };
    let is_theirs =
        !within("/api") && within(STAFF) == (wish.people() == People::Staff) && !within(STAFF_SIGN_IN);
    (is_plain && is_path && is_theirs).then_some(next)
}

/// Whether a page of another site sent somebody here: whoever signs in means to.
fn is_sent_by_others(headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site").and_then(|site| site.to_str().ok());
    site.is_some_and(|site| !matches!(site, "same-origin" | "none"))
}

fn known<'a>(at: &'a At, id: &str, wish: Wish) -> Option<&'a Provider> {
    let mut all = at.served.council.sign_in.iter();
    all.find(|provider| provider.id == id && provider.people.contains(&wish.people()))
}

fn way_back(state: &AppState, at: &At, provider: &Provider) -> String {
    format!("{}/api/sign-in/{}/back", base(state, &at.served.council), provider.id)
}

fn under_way(state: &str, token: &str) -> Ceremony {
    Ceremony {
        key_hash: secret::hash(format!("{KIND}:{state}").as_bytes()),
        kind: KIND,
        browser_hash: secret::hash(token.as_bytes()),
    }
}

/// Leads to a provider.
#[utoipa::path(get, path = "/api/sign-in/{provider}", tag = "sign-in", operation_id = "leave_for_provider",
    params(("provider" = String, Path), ("for" = Option<String>, Query, description = "account, staff, prove or link"), ("next" = Option<String>, Query, description = "a page of ours to go on with")),
    responses((status = 303, description = "It leads on"), (status = 404, body = Problem)))]
async fn leave(
    State(state): State<AppState>,
    at: At,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, ApiError> {
    let wish = match asked.wish.as_deref() {
        Some("staff") => Wish::Staff,
        Some("prove") => Wish::Prove,
        Some("link") => Wish::Link,
        _ => Wish::Account,
    };
    let provider = known(&at, &id, wish).ok_or_else(ApiError::not_found)?;
    if is_sent_by_others(&headers) {
        return Ok(to(wish.page()));
    }
    let resident = if wish == Wish::Link {
        // Signed out meanwhile: the page says so by asking to sign in.
        let Some((resident, _)) = signed_in(&state, &at, &headers).await? else {
            return Ok(to(paths::ACCOUNT));
        };
        Some(resident.id)
    } else {
        None
    };
    let now = state.now();
    let anew = if wish == Wish::Prove { Anew::Yes } else { Anew::No };
    let back = way_back(&state, &at, provider);
    let leaving = match state.providers.leave(provider, &back, anew, (&state.dice, now)).await {
        Ok(leaving) => leaving,
        Err(error) => {
            tracing::error!(provider = id, %error, "nobody can sign in with a provider");
            return Ok(sorry(wish, &Why::Down));
        }
    };
    let next = own_page(wish, asked.next.as_deref()).unwrap_or(wish.home()).to_owned();
    let away = Away { provider: id, wish, resident, next, kept: leaving.kept };
    let body = serde_json::to_string(&away).map_err(crate::store::StoreError::from)?;
    let token = signing_in_token(&state, &headers).unwrap_or_else(|| fresh_token(&state));
    at.store.begin_ceremony(under_way(&leaving.state, &token), body, now + AWAY).await?;
    let cookie = named_cookie(&state, "signing-in", &token, AWAY)?;
    Ok(with(to(&leaving.address), AppendHeaders(vec![(header::SET_COOKIE, cookie)])))
}

/// Takes in whoever comes back from a provider.
#[utoipa::path(get, path = "/api/sign-in/{provider}/back", tag = "sign-in", operation_id = "back_from_provider",
    params(("provider" = String, Path), ("state" = Option<String>, Query), ("code" = Option<String>, Query), ("error" = Option<String>, Query), ("iss" = Option<String>, Query)),
    responses((status = 303, description = "It leads on"), (status = 404, body = Problem)))]
async fn back(
    State(state): State<AppState>,
    at: At,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(brought): Query<Brought>,
) -> Result<Response, ApiError> {
    let now = state.now();
    let mut all = at.served.council.sign_in.iter();
    let provider = all.find(|provider| provider.id == id).ok_or_else(ApiError::not_found)?;
    let anywhere = if provider.people.contains(&People::Residents) { Wish::Account } else { Wish::Staff };
    let (Some(asked), Some(token)) = (&brought.state, signing_in_token(&state, &headers)) else {
        return Ok(sorry(anywhere, &Why::Expired));
    };
    let body = at.store.take_ceremony(under_way(asked, &token), now).await?;
    let away: Option<Away> = body.and_then(|body| serde_json::from_str(&body).ok());
    let Some(away) = away.filter(|away| away.provider == id) else {
        return Ok(sorry(anywhere, &Why::Expired));
    };
    let wish = away.wish;
    if known(&at, &id, wish).is_none() {
        return Ok(sorry(wish, &Why::Refused));
    }
    let Some(code) = brought.code.filter(|_| brought.error.is_none()) else {
        return Ok(sorry(wish, &Why::Cancelled));
    };
    let came = if brought.iss.as_ref().is_some_and(|issuer| *issuer != provider.issuer) {
        Err(OidcError::Refused("it is another issuer's".to_owned()))
    } else {
        let address = way_back(&state, &at, provider);
        let whose = (at.store.council(), provider);
        state.providers.come_back(whose, &address, code, &away.kept, (&state.dice, now)).await
    };
    let person = match came {
        Ok(person) => person,
        Err(error) => {
            tracing::warn!(provider = id, %error, "somebody could not sign in with a provider");
            failed(&state, &at, wish, &format!("With {}", provider.name)).await?;
            let why = if matches!(error, OidcError::Refused(_)) { Why::Refused } else { Why::Down };
            return Ok(sorry(wish, &why));
        }
    };
    let done = match wish {
        Wish::Staff | Wish::Prove => {
            staff_member(&state, &at, &headers, provider, person, &away.next).await?
        }
        Wish::Account => resident(&state, &at, &headers, provider, person, &away.next).await?,
        Wish::Link => link(&state, &at, &headers, provider, person, away.resident).await?,
    };
    match done {
        Ok(response) => {
            let remembered = named_cookie(&state, "provider", &provider.id, REMEMBERED)?;
            Ok(with(response, AppendHeaders(vec![(header::SET_COOKIE, remembered)])))
        }
        Err(why) => {
            failed(&state, &at, wish, &format!("With {}: {}", provider.name, why.id())).await?;
            Ok(sorry(wish, &why))
        }
    }
}

async fn failed(state: &AppState, at: &At, wish: Wish, detail: &str) -> Result<(), ApiError> {
    let (detail, now) = (detail.to_owned(), state.now());
    let entry = match wish.people() {
        People::Staff => staff_failed(detail, now),
        People::Residents => accounts::entry(None, Deed::SignInFailed, detail, now),
    };
    Ok(at.store.log(entry).await?)
}

/// A member of staff is who has the address that the provider has confirmed.
async fn staff_member(
    state: &AppState,
    at: &At,
    headers: &HeaderMap,
    provider: &Provider,
    person: Person,
    next: &str,
) -> Result<Result<Response, Why>, ApiError> {
    let Some(email) = person.email else { return Ok(Err(Why::NoEmail)) };
    let Some(member) = at.store.staff_by_email(&email).await? else { return Ok(Err(Why::NotStaff)) };
    let by = StaffProof::Provider { name: provider.name.clone(), at: person.proved_at };
    let cookie = staff_session::begin_by(state, at, headers, member.id, by).await?;
    Ok(Ok(with(to(next), AppendHeaders(vec![(header::SET_COOKIE, cookie)]))))
}

/// A resident is whose account is linked. Who comes for the first time reads a mail first: an address that a provider
/// has confirmed once may be somebody else's by now.
async fn resident(
    state: &AppState,
    at: &At,
    headers: &HeaderMap,
    provider: &Provider,
    person: Person,
    next: &str,
) -> Result<Result<Response, Why>, ApiError> {
    if let Some(link) = at.store.link(&provider.issuer, &person.subject).await? {
        let used = Used { id: link.id, provider: provider.name.clone(), level: person.level };
        let beginning = Beginning::of(state, headers);
        let session = beginning.session.clone();
        let begun = at.store.begin_session(link.resident_id, Proof::Link(used), session).await?;
        let Some(resident) = begun else { return Ok(Err(Why::Refused)) };
        let cookies = beginning.done(state, at, headers, &resident).await?;
        return Ok(Ok(with(to(next), cookies)));
    }
    let Some(email) = person.email else { return Ok(Err(Why::NoEmail)) };
    let browser = browser_token(state, headers).unwrap_or_else(|| fresh_token(state));
    let cookie = match send_code(state, at, Some(&browser), &email).await {
        Err(error) if error.status() == StatusCode::TOO_MANY_REQUESTS => return Ok(Err(Why::TooMany)),
        cookie => cookie?,
    };
    let waiting = Pending {
        known: whom(provider, person.subject, person.level),
        name: provider.name.clone(),
        email_key: same_email_key(&email),
    };
    let body = serde_json::to_string(&waiting).map_err(crate::store::StoreError::from)?;
    let until = state.now() + AWAY;
    at.store.begin_ceremony(pending(&secret::hash(browser.as_bytes())), body, until).await?;
    let then = if next == paths::ACCOUNT { "" } else { paths::then(next) };
    Ok(Ok(with(to(&paths::code(then)), AppendHeaders(vec![(header::SET_COOKIE, cookie)]))))
}

fn whom(provider: &Provider, subject: String, level: Option<domain::identity::Level>) -> Known {
    Known { issuer: provider.issuer.clone(), subject, provider: provider.id.clone(), level }
}

/// Who is signed in and asked for it can sign in with the provider from now on.
async fn link(
    state: &AppState,
    at: &At,
    headers: &HeaderMap,
    provider: &Provider,
    person: Person,
    asked: Option<Uuid>,
) -> Result<Result<Response, Why>, ApiError> {
    let now = state.now();
    let signed_in = signed_in(state, at, headers).await?;
    let Some(resident) = signed_in.map(|(resident, _)| resident.id).filter(|id| Some(*id) == asked) else {
        return Ok(Err(Why::Expired));
    };
    let detail = format!("Signs in with {} from now on", provider.name);
    let entry = accounts::entry(Some(resident), Deed::Changed, detail, now);
    let known = whom(provider, person.subject, person.level);
    let is_theirs = at.store.add_link(resident, known, state.dice.id(now), entry).await?;
    Ok(if is_theirs { Ok(to(paths::ACCOUNT_SECURITY)) } else { Err(Why::Taken) })
}

/// Leads to where one signs out of a provider, after having signed out here.
#[utoipa::path(get, path = "/api/sign-in/{provider}/out", tag = "sign-in", operation_id = "sign_out_of_provider",
    params(("provider" = String, Path)),
    responses((status = 303, description = "It leads on"), (status = 404, body = Problem)))]
async fn sign_out(
    State(state): State<AppState>,
    at: At,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let mut all = at.served.council.sign_in.iter();
    let provider = all.find(|provider| provider.id == id).ok_or_else(ApiError::not_found)?;
    let home = if provider.people.contains(&People::Residents) { paths::ACCOUNT } else { STAFF_SIGN_IN };
    let home = base(&state, &at.served.council) + home;
    let forgotten = named_cookie(&state, "provider", "", TimeDelta::zero())?;
    let there = state.providers.sign_out(provider, &home).unwrap_or(home);
    Ok(with(to(&there), AppendHeaders(vec![(header::SET_COOKIE, forgotten)])))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Row 42 of the list of bad inputs.
    #[test]
    fn the_way_on_stays_here() {
        for good in ["/account", "/services/missed-bin", "/follow/abc?x=1", "/account/security"] {
            assert_eq!(own_page(Wish::Account, Some(good)), Some(good));
            assert_eq!(own_page(Wish::Staff, Some(good)), None);
        }
        for good in ["/staff", "/staff?show=mine", "/staff/requests/0193"] {
            assert_eq!(own_page(Wish::Staff, Some(good)), Some(good));
            assert_eq!(own_page(Wish::Account, Some(good)), None);
        }
        for bad in [
            "",
            "//evil",
            "/\\evil",
            "https:evil",
            "%2F%2Fevil",
            "@evil",
            "/%2Fevil",
            "/a//b",
            "/../x",
            "/a@b",
            "javascript:alert(1)",
            "/api/account",
            "/staff/sign-in",
            "/\tevil",
            "evil",
        ] {
            for wish in [Wish::Account, Wish::Staff, Wish::Link] {
                assert_eq!(own_page(wish, Some(bad)), None, "{bad}");
            }
        }
    }
}
