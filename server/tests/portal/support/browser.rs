//! A browser that keeps its cookies.

use axum::body::Body;
use axum::http::{Method, header};
use serde_json::{Value, json};

use super::{Portal, Reply, Visitor};

/// A browser: it keeps its cookies.
pub struct Browser {
    /// Who asks.
    pub visitor: Visitor,
    cookies: Vec<(String, String)>,
}

impl Browser {
    /// A new one.
    pub fn of(portal: &Portal) -> Self {
        Self { visitor: portal.visitor(), cookies: Vec::new() }
    }

    /// Keeps the cookies of a reply.
    pub fn keep(&mut self, reply: Reply) -> Reply {
        for cookie in reply.headers.get_all(header::SET_COOKIE) {
            let (name, value) = cookie.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.retain(|(known, _)| known != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        self.show();
        reply
    }

    /// Loses a cookie.
    pub fn forget(&mut self, name: &str) {
        self.cookies.retain(|(known, _)| known != name);
        self.show();
    }

    fn show(&mut self) {
        let all: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        self.visitor.cookie = (!all.is_empty()).then(|| all.join("; "));
    }

    /// Opens an address.
    pub async fn get(&mut self, path: &str) -> Reply {
        let reply = self.visitor.get(path).await;
        self.keep(reply)
    }

    /// Posts JSON.
    pub async fn post(&mut self, path: &str, body: &Value) -> Reply {
        let reply = self.visitor.post(path, body).await;
        self.keep(reply)
    }

    /// Posts a form, as a browser does without scripts.
    pub async fn post_form(&mut self, path: &str, fields: &str) -> Reply {
        let request = self.visitor.request(Method::POST, path);
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let reply = self.visitor.send(request.body(Body::from(fields.to_owned())).unwrap()).await;
        self.keep(reply)
    }

    /// Signs in by the code from the mail.
    pub async fn sign_in(&mut self, portal: &Portal, email: &str) {
        self.post("/api/account/code", &json!({ "email": email })).await.is(204);
        let code = portal.code(email).await;
        self.post("/api/account/sign-in", &json!({ "code": code })).await.is(204);
    }

    /// The account.
    pub async fn account(&self) -> Value {
        self.visitor.get("/api/account").await.is(200).json()
    }
}
