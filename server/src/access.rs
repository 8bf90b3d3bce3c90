//! Who may call what. A route says it where it is put into the router: `routes!(queue).needs(Act::SeeDepartment)`,
//! `.open("why")`, `.staff("why")`. That is written into the API's description, and what is written there holds:
//! before a handler runs, it is known who asks and that they may. A route that says nothing is closed.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRequestParts as _, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use axum::routing::MethodRouter;
use chrono::TimeDelta;
use domain::access::{Act, Role};
use serde_json::json;
use utoipa::openapi::OpenApi;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa_axum::router::UtoipaMethodRouter;

use crate::error::ApiError;
use crate::extract::{
    At, DRAWN_FOR, SignedIn, Staff, StaffSession, signed_in, staff_signed_in, still_the_same,
};
use crate::state::AppState;

/// How old a proof may be for an act that needs a fresh one.
pub const FRESH: TimeDelta = TimeDelta::minutes(5);

/// In an operation of the API's description: the act that it is, or `open`, or `staff`.
pub const ACT: &str = "x-portico-act";
/// The roles that may call it; none where everybody may.
pub const ROLES: &str = "x-portico-roles";
/// The reason, where it is no act.
pub const WHY: &str = "x-portico-why";
/// Whether who calls it must have proved just before who they are.
pub const FRESH_PROOF: &str = "x-portico-fresh-proof";

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Anybody.
    Open,
    /// Every member of staff who is signed in.
    Staff,
    /// Who is signed in with a role that may do this.
    Act(Act),
}

impl Rule {
    /// The roles that may; none where it is open.
    #[must_use]
    pub fn roles(self) -> Vec<Role> {
        match self {
            Self::Open => Vec::new(),
            Self::Staff => Role::ALL.into_iter().filter(|role| role.is_staff()).collect(),
            Self::Act(act) => act.roles().to_vec(),
        }
    }

    /// Whether being signed in is not enough.
    #[must_use]
    pub fn needs_fresh_proof(self) -> bool {
        matches!(self, Self::Act(act) if act.needs_fresh_proof())
    }

    fn write(self, why: &str, operation: &mut Operation) {
        let act = match self {
            Self::Open => json!("open"),
            Self::Staff => json!("staff"),
            Self::Act(act) => json!(act),
        };
        let roles: Vec<&str> = self.roles().into_iter().map(Role::id).collect();
        let told = ExtensionsBuilder::new().add(ACT, act).add(ROLES, json!(roles));
        let told = if why.is_empty() { told } else { told.add(WHY, why) };
        let told = if self.needs_fresh_proof() { told.add(FRESH_PROOF, true) } else { told };
        operation.extensions.get_or_insert_default().merge(told.build());
    }

    fn read(operation: &Operation) -> Option<Self> {
        let act = operation.extensions.as_ref()?.get(ACT)?;
        match act.as_str()? {
            "open" => Some(Self::Open),
            "staff" => Some(Self::Staff),
            _ => serde_json::from_value(act.clone()).ok().map(Self::Act),
        }
    }
}

/// A route of the API says who may call it.
pub trait Declare: Sized {
    /// Who, and why where it is no act.
    #[must_use]
    fn rule(self, rule: Rule, why: &str) -> Self;

    /// Who is signed in with a role that may do this.
    #[must_use]
    fn needs(self, act: Act) -> Self {
        self.rule(Rule::Act(act), "")
    }

    /// Anybody, for this reason.
    #[must_use]
    fn open(self, why: &str) -> Self {
        self.rule(Rule::Open, why)
    }

    /// Every member of staff who is signed in, for this reason.
    #[must_use]
    fn staff(self, why: &str) -> Self {
        self.rule(Rule::Staff, why)
    }
}

impl Declare for UtoipaMethodRouter<AppState> {
    fn rule(mut self, rule: Rule, why: &str) -> Self {
        for item in self.1.paths.values_mut() {
            operations(item).into_iter().flatten().for_each(|operation| rule.write(why, operation));
        }
        self
    }
}

/// The methods that the API uses, in the order of [`operations`].
const METHODS: [Method; 5] = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

fn operations(item: &mut PathItem) -> [Option<&mut Operation>; 5] {
    let PathItem { get, post, put, patch, delete, .. } = item;
    [get.as_mut(), post.as_mut(), put.as_mut(), patch.as_mut(), delete.as_mut()]
}

/// Routes beside the API: pages, and what watches the server asks for. All are open; what is done on a page asks who
/// is signed in, as the handlers of the API do.
#[derive(Debug, Default)]
pub struct Pages {
    router: Router<AppState>,
    rules: Rules,
}

impl Pages {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A page that is open to anybody, for this reason.
    #[must_use]
    pub fn open(mut self, path: &str, page: MethodRouter<AppState>, why: &'static str) -> Self {
        self.router = self.router.route(path, page);
        self.rules.pages.insert(path.to_owned(), why);
        self
    }

    /// What is posted to these pages may be as large.
    #[must_use]
    pub fn with_bodies_up_to(mut self, bytes: usize) -> Self {
        self.router = self.router.layer(DefaultBodyLimit::max(bytes));
        self
    }

    /// These and those.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.rules.pages.extend(other.rules.pages);
        self
    }

    /// The routes, and who may call them together with those of the API.
    pub fn with_api(self, document: &OpenApi) -> (Router<AppState>, Rules) {
        let Self { router, mut rules } = self;
        for (path, item) in &document.paths.paths {
            let mut item = item.clone();
            for (method, operation) in METHODS.into_iter().zip(operations(&mut item)) {
                if let Some(rule) = operation.as_deref().and_then(Rule::read) {
                    rules.api.entry(path.clone()).or_default().push((method, rule));
                }
            }
        }
        (router, rules)
    }
}

/// Who may call each route.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    api: HashMap<String, Vec<(Method, Rule)>>,
    pages: HashMap<String, &'static str>,
}

impl Rules {
    /// Who may call this; nothing where the route did not say.
    #[must_use]
    pub fn of(&self, path: &str, method: &Method) -> Option<Rule> {
        let method = if method == Method::HEAD { &Method::GET } else { method };
        match self.api.get(path) {
            Some(rules) => rules.iter().find(|(of, _)| of == method).map(|(_, rule)| *rule),
            None => self.pages.get(path).map(|_| Rule::Open),
        }
    }

    /// The paths of all routes that said who may call them.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.api.keys().chain(self.pages.keys()).map(String::as_str)
    }
}

/// What [`keep`] needs to know.
#[derive(Clone)]
pub struct Gate {
    /// The server's state.
    pub state: AppState,
    /// Who may call what.
    pub rules: Arc<Rules>,
}

/// Stands before every handler: lets nobody through who may not.
pub async fn keep(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str).unwrap_or_default();
    let Some(rule) = gate.rules.of(path, request.method()) else {
        tracing::error!(route = path, "the route does not say who may call it: it is closed");
        return ApiError::not_found().into_response();
    };
    let says_for_whom = request.headers().contains_key(DRAWN_FOR);
    if rule == Rule::Open && !says_for_whom {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    match admit(&gate.state, rule, &mut parts).await {
        Ok(()) => next.run(Request::from_parts(parts, body)).await,
        Err(refused) => refused.into_response(),
    }
}

/// Looks who asks, and puts them where [`Staff`] and [`SignedIn`] find them. The role is read with every request: a
/// changed one holds from the next.
async fn admit(state: &AppState, rule: Rule, parts: &mut Parts) -> Result<(), ApiError> {
    let at = At::from_request_parts(parts, state).await?;
    if let Some(drawn_for) = parts.headers.get(DRAWN_FOR) {
        still_the_same(state, &at, &parts.headers, drawn_for.to_str().unwrap_or_default()).await?;
    }
    if rule == Rule::Open {
        return Ok(());
    }
    let roles = rule.roles();
    // Helpers are residents who sign in as themselves: what makes them helpers is a row, which each query asks for.
    if roles.iter().any(|role| matches!(role, Role::Resident | Role::Helper))
        && let Some((resident, session)) = signed_in(state, &at, &parts.headers).await?
    {
        parts.extensions.insert(SignedIn { resident, session });
        return Ok(());
    }
    let of_staff = roles.iter().any(|role| role.is_staff());
    let found = if of_staff { staff_signed_in(state, &at, &parts.headers).await? } else { None };
    let (member, session) = found.ok_or(ApiError::new(StatusCode::UNAUTHORIZED, "not_signed_in"))?;
    if !member.role().is_some_and(|role| roles.contains(&role)) {
        tracing::warn!(staff = %member.id, ?rule, "refused: not for this role");
        return Err(ApiError::new(StatusCode::FORBIDDEN, "not_your_role"));
    }
    if rule.needs_fresh_proof() && session.proved_at + FRESH <= state.now() {
        return Err(ApiError::new(StatusCode::FORBIDDEN, "prove_again"));
    }
    parts.extensions.insert(Staff(member));
    parts.extensions.insert(StaffSession(session));
    Ok(())
}
