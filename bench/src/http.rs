//! As much HTTP as a benchmark asks for by itself: one request, one reply, no encoding.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

const PATIENCE: Duration = Duration::from_secs(10);

/// Gets a path; the reply's status and body.
pub fn get(from: SocketAddr, path: &str) -> Result<(u16, Vec<u8>)> {
    let reply = ask(from, &format!("GET {path} HTTP/1.1\r\nHost: {from}\r\nConnection: close\r\n\r\n"))?;
    read(&reply)
}

/// Posts a form as the page of a browser without scripts does; the cookie that the reply sets.
pub fn cookie(from: SocketAddr, path: &str, form: &str) -> Result<String> {
    let reply = ask(
        from,
        &format!(
            "POST {path} HTTP/1.1\r\nHost: {from}\r\nConnection: close\r\nSec-Fetch-Site: same-origin\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
            form.len()
        ),
    )?;
    let text = String::from_utf8_lossy(&reply);
    let set = text.lines().find_map(|line| line.strip_prefix("set-cookie: "));
    let cookie = set.and_then(|set| set.split(';').next()).context("the reply sets no cookie")?;
    Ok(cookie.to_owned())
}

/// Posts JSON as one of the server's own pages does, with cookies. The cookie that the reply sets, if it sets one.
pub fn post(whom: SocketAddr, path: &str, cookies: &str, json: &str) -> Result<String> {
    Ok(send(whom, path, cookies, ("00000000-0000-4000-8000-000000000001", json))?.0)
}

/// Posts a body with headers, as another service does; the reply's status.
pub fn post_with(whom: SocketAddr, path: &str, headers: &[(&str, &str)], body: &str) -> Result<u16> {
    let headers: Vec<String> = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let headers = headers.concat();
    let reply = ask(
        whom,
        &format!(
            "POST {path} HTTP/1.1\r\nHost: {whom}\r\nConnection: close\r\n{headers}Content-Length: {}\r\n\r\n{body}",
            body.len()
        ),
    )?;
    Ok(read(&reply)?.0)
}

/// The same under a key of the caller's; with the body of the reply.
pub fn send(
    whom: SocketAddr,
    path: &str,
    cookies: &str,
    (key, json): (&str, &str),
) -> Result<(String, Vec<u8>)> {
    let reply = ask(
        whom,
        &format!(
            "POST {path} HTTP/1.1\r\nHost: {whom}\r\nConnection: close\r\nSec-Fetch-Site: same-origin\r\nCookie: {cookies}\r\n\
             Idempotency-Key: {key}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{json}",
            json.len()
        ),
    )?;
    let (status, body) = read(&reply)?;
    if !(200..300).contains(&status) {
        bail!("{path} answers {status}: {}", String::from_utf8_lossy(&body));
    }
    let text = String::from_utf8_lossy(&reply);
    let set = text.lines().find_map(|line| line.strip_prefix("set-cookie: "));
    Ok((set.and_then(|set| set.split(';').next()).unwrap_or_default().to_owned(), body))
}

/// Gets a path with cookies; the body of a good reply.
pub fn get_as(from: SocketAddr, path: &str, cookies: &str) -> Result<Vec<u8>> {
    let head =
        format!("GET {path} HTTP/1.1\r\nHost: {from}\r\nConnection: close\r\nCookie: {cookies}\r\n\r\n");
    match read(&ask(from, &head)?)? {
        (200, body) => Ok(body),
        (status, _) => bail!("{path} answers {status}"),
    }
}

fn ask(whom: SocketAddr, request: &str) -> Result<Vec<u8>> {
    let mut stream = TcpStream::connect(whom)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(request.as_bytes())?;
    let mut reply = Vec::new();
    stream.read_to_end(&mut reply)?;
    Ok(reply)
}

/// Gets a path that answers 200 with JSON.
pub fn json(from: SocketAddr, path: &str) -> Result<Value> {
    match get(from, path)? {
        (200, body) => serde_json::from_slice(&body).with_context(|| format!("{path} answers no JSON")),
        (status, _) => bail!("{path} answers {status}"),
    }
}

fn read(reply: &[u8]) -> Result<(u16, Vec<u8>)> {
    let end =
        reply.windows(4).position(|four| four == b"\r\n\r\n").context("the reply has no end of its head")?;
    let head = std::str::from_utf8(&reply[..end]).context("the reply's head is no text")?;
    let status =
        head.split(' ').nth(1).and_then(|status| status.parse().ok()).context("the reply has no status")?;
    Ok((status, reply[end + 4..].to_vec()))
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_reply_is_a_status_and_a_body() {
        assert_eq!(read(b"HTTP/1.1 200 OK\r\nA: b\r\n\r\n{}").unwrap(), (200, b"{}".to_vec()));
        assert!(read(b"HTTP/1.1 200 OK\r\n").is_err());
    }
}
