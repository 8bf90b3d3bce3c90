//! Signing in with the code that is mailed, as people do.

use std::path::Path;
use std::time::{Duration, Instant};
use std::{fs, thread};

use anyhow::{Result, ensure};

use crate::http;
use crate::server::Server;

/// Signs a resident in; the cookie of the session.
pub fn resident(server: &Server, folder: &Path, email: &str) -> Result<String> {
    with_code(server, folder, ("/api/account/code", "/api/account/sign-in"), email)
}

/// Signs a member of staff in; the cookie of the session.
pub fn staff(server: &Server, folder: &Path, email: &str) -> Result<String> {
    with_code(server, folder, ("/api/staff/sign-in", "/api/staff/sign-in/code"), email)
}

fn with_code(server: &Server, folder: &Path, (ask, prove): (&str, &str), email: &str) -> Result<String> {
    let asked = http::post(server.at(), ask, "", &serde_json::json!({ "email": email }).to_string())?;
    let mailbox = folder.join("data").join("mailbox").join("demo");
    let begun = Instant::now();
    let code = loop {
        let mails = fs::read_dir(&mailbox).into_iter().flatten().flatten();
        let texts = mails.filter_map(|mail| fs::read_to_string(mail.path()).ok());
        let codes = texts.filter_map(|text| {
            let subject = text.lines().find_map(|line| line.strip_prefix("Subject: "))?.to_owned();
            let digits: String = subject.chars().take_while(char::is_ascii_digit).collect();
            (digits.len() == 6).then_some(digits)
        });
        match codes.last() {
            Some(code) => break code,
            None => ensure!(begun.elapsed().as_secs() < 10, "no code has come"),
        }
        thread::sleep(Duration::from_millis(20));
    };
    // Residents prove it in the browser that asked, staff say who they are again.
    let body = if prove.starts_with("/api/staff") {
        serde_json::json!({ "email": email, "code": code })
    } else {
        serde_json::json!({ "code": code })
    };
    http::post(server.at(), prove, &asked, &body.to_string())
}
