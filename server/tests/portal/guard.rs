//! What stands before every handler: who may change something, what is taken for a request at all, and what
//! every reply says. Numbers name the rows of the list of bad inputs.

use crate::support::{Portal, Reply, SECURITY_HEADERS, Visitor, graffiti};
use axum::body::Body;
use axum::http::{Method, Request, header};
use serde_json::json;

/// A form with these headers and no others.
async fn form_with(visitor: &Visitor, headers: &[(&str, &str)]) -> Reply {
    let mut request = Request::builder()
        .method(Method::POST)
        .uri("/api/requests")
        .header(header::CONTENT_TYPE, "application/json");
    request = request.header("idempotency-key", uuid::Uuid::from_u128(1).to_string());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = json!({ "service": "report-graffiti", "version": 2, "answers": graffiti() });
    visitor.send(request.body(Body::from(body.to_string())).unwrap()).await
}

/// Row 37: a page of another site changes nothing here.
#[tokio::test]
async fn only_our_own_pages_change_something() {
    let portal = Portal::open().await;
    let visitor = portal.visitor();
    let host = ("host", "portico.example");
    for headers in [
        vec![],
        vec![("sec-fetch-site", "cross-site")],
        vec![("sec-fetch-site", "same-site")],
        vec![("sec-fetch-site", "none")],
        vec![("sec-fetch-site", "")],
        vec![("sec-fetch-site", "cross-site"), ("origin", "https://portico.example")],
        vec![("origin", "https://evil.example")],
        vec![("origin", "https://portico.example.evil.example")],
        vec![("origin", "https://evil.example/portico.example")],
        vec![("origin", "null")],
        vec![("origin", "")],
        vec![("origin", "portico.example")],
        vec![("referer", "https://evil.example/https://portico.example/")],
        vec![("referer", "https://portico.example.evil.example/")],
        vec![("referer", "https://portico.example/"), ("origin", "null")],
        vec![("referer", "portico.example")],
    ] {
        let headers: Vec<_> = headers.into_iter().chain([host]).collect();
        form_with(&visitor, &headers).await.refused(403, "other_site");
    }
    let from_elsewhere = async |path: &str| {
        let request =
            Request::post(path).header("host", "portico.example").header("sec-fetch-site", "cross-site");
        let request = request.header("accept", "text/html,*/*");
        visitor.send(request.body(Body::from("x")).unwrap()).await
    };
    for path in ["/api/photos", "/api/follow", "/api/staff/sign-in", "/api/staff/sign-out", "/api/nothing"] {
        from_elsewhere(path).await.refused(403, "other_site");
    }
    // A page says so in words.
    for path in ["/", "/services/report-graffiti", "/services/report-graffiti/check", "/follow"] {
        let refused = from_elsewhere(path).await.is(403);
        assert!(String::from_utf8_lossy(&refused.body).contains("reload the page"));
    }
    assert!(portal.mails().await.is_empty());
    // Old browsers say no more than where the page is from.
    form_with(&visitor, &[host, ("origin", "https://portico.example")]).await.is(201);
    form_with(&visitor, &[host, ("sec-fetch-site", "same-origin")]).await.is(200);
    form_with(&visitor, &[host, ("referer", "https://portico.example/services/report-graffiti")])
        .await
        .is(200);
}

/// A failure before any page of ours is one in words, too; machines are told in their own way.
#[tokio::test]
async fn failures_are_pages_for_people() {
    let portal = Portal::open().await;
    let visitor = portal.visitor();
    for path in ["/", "/follow/nothing/sent", "/services/report-graffiti/check/more"] {
        let request = visitor.request(Method::PUT, path).header("accept", "text/html");
        let refused = visitor.send(request.body(Body::empty()).unwrap()).await.is(405);
        assert!(refused.header("content-type").starts_with("text/html"), "{path}");
        assert!(
            String::from_utf8_lossy(&refused.body).contains("Nothing can be sent to this page"),
            "{path}"
        );
    }
    let request = visitor.request(Method::PUT, "/api/council").header("x-portico", "1");
    let request = request.header("accept", "text/html");
    visitor.send(request.body(Body::empty()).unwrap()).await.refused(405, "method_not_allowed");
}

/// Row 37: only JSON that calls itself so; a form of another page can't say that.
#[tokio::test]
async fn only_json_is_a_form() {
    let portal = Portal::open().await;
    let visitor = portal.visitor();
    for kind in [
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain",
        "text/json",
        "application/jsonp",
        "application/json+x",
        "",
    ] {
        let request = visitor.request(Method::POST, "/api/requests").header(header::CONTENT_TYPE, kind);
        visitor
            .send(request.body(Body::from("service=report-graffiti")).unwrap())
            .await
            .refused(415, "not_json");
    }
    let request = visitor.request(Method::POST, "/api/requests");
    visitor.send(request.body(Body::from("{}")).unwrap()).await.refused(415, "not_json");
    for kind in ["application/json; charset=utf-8", "Application/JSON", " application/json ;x=y"] {
        let request = visitor.request(Method::POST, "/api/follow").header(header::CONTENT_TYPE, kind);
        visitor.send(request.body(Body::from("{")).unwrap()).await.refused(400, "bad_json");
    }
}

/// Row 37: a change that has no body is none that a form can ask for: it says what it is, or that it is ours.
#[tokio::test]
async fn a_change_without_a_body_says_that_it_is_ours() {
    let portal = Portal::open().await;
    let sam = portal.resident("sam@example.org").await;
    let priya = portal.staff("priya@saltmarsh.example").await;
    let ask = async |who: &Visitor, method: Method, path: &str, headers: &[(&str, &str)]| {
        let headers = headers.iter();
        let request =
            headers.fold(who.request(method, path), |request, (name, value)| request.header(*name, *value));
        who.send(request.body(Body::empty()).unwrap()).await
    };
    for (who, path) in [
        (&sam, "/api/account/stay"),
        (&sam, "/api/account/sign-out-everywhere"),
        (&sam, "/api/account/close/code"),
        (&priya, "/api/staff/prove"),
        (&priya, "/api/staff/sign-out-everywhere"),
        (&sam, "/api/photos"),
        (&sam, "/api/documents"),
    ] {
        for kind in [
            None,
            Some(""),
            Some("text/plain;charset=UTF-8"),
            Some("Text/Plain"),
            Some(" multipart/form-data ; boundary=x"),
            Some("application/x-www-form-urlencoded"),
        ] {
            let headers: Vec<_> = kind.iter().map(|kind| ("content-type", *kind)).collect();
            ask(who, Method::POST, path, &headers).await.refused(415, "not_json");
        }
    }
    for method in [Method::PUT, Method::PATCH, Method::DELETE] {
        ask(&sam, method, "/api/account", &[]).await.refused(415, "not_json");
    }
    // Nothing was done; and what our pages send is taken.
    ask(&sam, Method::POST, "/api/account/stay", &[("x-portico", "1")]).await.is(204);
    ask(&sam, Method::POST, "/api/account/stay", &[("content-type", "application/json")]).await.is(204);
    ask(&priya, Method::POST, "/api/staff/sign-out-everywhere", &[("X-Portico", "")]).await.is(204);
    sam.upload_as("image/png", picture::samples::png(8, 8)).await.is(201);
    // Our header is no pass for another site.
    let foreign = [("x-portico", "1"), ("sec-fetch-site", "cross-site")];
    let request = foreign
        .iter()
        .fold(Request::post("/api/account/stay"), |request, (name, value)| request.header(*name, *value));
    let request = request.header("host", "portico.example").body(Body::empty()).unwrap();
    sam.send(request).await.refused(403, "other_site");
}

/// Row 46: nothing is unpacked, so nothing small becomes large.
#[tokio::test]
async fn packed_bodies_are_refused() {
    let portal = Portal::open().await;
    let visitor = portal.visitor();
    for encoding in ["gzip", "br", "deflate", "gzip, gzip", "x"] {
        let request =
            visitor.request(Method::POST, "/api/requests").header(header::CONTENT_TYPE, "application/json");
        let request = request.header(header::CONTENT_ENCODING, encoding);
        visitor.send(request.body(Body::from("\u{1f}\u{8b}")).unwrap()).await.refused(415, "not_json");
        let photo = visitor.request(Method::POST, "/api/photos").header(header::CONTENT_ENCODING, encoding);
        let photo = photo.header(header::CONTENT_TYPE, "application/octet-stream");
        let reply = visitor.send(photo.body(Body::from("\u{1f}\u{8b}")).unwrap()).await;
        assert!(matches!(reply.status.as_u16(), 415 | 422), "{reply:?}");
    }
}

/// Row 46: what is no method of a page is no method.
#[tokio::test]
async fn wrong_methods_are_named() {
    let portal = Portal::open().await;
    let visitor = portal.visitor();
    for path in [
        "/api/council",
        "/api/requests",
        "/api/follow/x/messages",
        "/api/openapi.json",
        "/demo/mailbox",
        "/",
        "/services/report-graffiti",
        "/health/live",
        "/health/ready",
    ] {
        for method in ["TRACE", "PUT", "DELETE", "PATCH", "CONNECT", "BREW"] {
            let request = visitor.request(method.parse().unwrap(), path).header("x-portico", "1");
            let reply = visitor.send(request.body(Body::empty()).unwrap()).await.is(405);
            assert_eq!(reply.header("content-type"), "application/problem+json", "{method} {path}");
            assert_eq!(reply.text("code"), "method_not_allowed");
        }
    }
    // Without saying where it comes from, too: it would change nothing.
    let request =
        Request::builder().method(Method::TRACE).uri("/api/council").header("host", "portico.example");
    let reply = visitor
        .send(request.header("x-secret", "s3cret").body(Body::empty()).unwrap())
        .await
        .refused(405, "method_not_allowed");
    assert!(!String::from_utf8_lossy(&reply.body).contains("s3cret"));
    let request = visitor.request(Method::PUT, "/api/council").header("x-portico", "1");
    let reply = visitor.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(reply.header("allow"), "GET,HEAD");
}

#[tokio::test]
async fn what_the_api_does_not_know_is_never_the_app() {
    let portal = Portal::open().await;
    let visitor = portal.visitor();
    for path in [
        "/api",
        "/api/",
        "/api/nothing",
        "/api/nothing/at/all",
        "/api/services/",
        "/api/services/x/y",
        "/api/staff",
        "/api/follow/x/y/z",
        "/api//council",
        "/api/council/",
        "/api/index.html",
        "/api/%2e%2e/",
    ] {
        visitor.get(path).await.refused(404, "not_found");
    }
    let head = visitor.request(Method::HEAD, "/api/nothing").body(Body::empty()).unwrap();
    assert!(visitor.send(head).await.is(404).body.is_empty());
    for path in ["/api/nothing", "/api/services/x/y", "/api"] {
        let reply = visitor.post(path, &json!({})).await;
        assert!(matches!(reply.status.as_u16(), 404 | 405), "{reply:?}");
    }
}

/// Row 46: addresses that are no text, and questions asked twice.
#[tokio::test]
async fn strange_addresses_are_no_fault_of_ours() {
    let portal = Portal::open().await;
    let mut visitor = portal.visitor();
    visitor.cookie = portal.staff("priya@saltmarsh.example").await.cookie;
    for part in [
        "%00",
        "%FF",
        "%C0%AF",
        "%",
        "%zz",
        "%0d%0aSet-Cookie:x=y",
        "..%2f..%2fetc%2fpasswd",
        "a%00.jpg",
        "%E2%80%AE",
        "x".repeat(10_000).as_str(),
    ] {
        for path in [
            "/api/services/",
            "/api/follow/",
            "/api/staff/requests/",
            "/api/follow/x/photos/",
            "/api/",
            "/",
            "/services/",
            "/follow/",
            "/assets.",
        ] {
            let reply = visitor.get(&format!("{path}{part}")).await;
            assert!(matches!(reply.status.as_u16(), 200 | 404 | 503), "{path}{part}: {reply:?}");
            assert!(!reply.headers.contains_key("set-cookie"));
        }
    }
    visitor.get("/api/staff/requests?show=open&show=closed").await.refused(400, "bad_request");
    visitor.get("/api/staff/requests?show=%FF").await;
    visitor.get("/api/staff/requests?show=%00&x=y").await.is(200);
    for path in [
        "/../Cargo.toml",
        "/..%2fCargo.toml",
        "/%2e%2e/Cargo.toml",
        "/./Cargo.toml",
        "//Cargo.toml",
        "/.env",
        "/index.html",
        "/staff.html",
        "/index.html.br",
        "/secret",
    ] {
        let reply = visitor.get(path).await;
        assert!(matches!(reply.status.as_u16(), 404 | 503), "{path}: {}", reply.status);
        assert!(!String::from_utf8_lossy(&reply.body).contains("workspace = true"));
    }
}

#[tokio::test]
async fn every_reply_has_the_security_headers() {
    let portal = Portal::open().await;
    // That they are there, every reply in every test is asked; this is what they say.
    let reply = portal.visitor().get("/api/nothing").await;
    let policy = reply.header("content-security-policy");
    for part in [
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "object-src",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
    ] {
        assert!(policy.contains(part) != (part == "object-src"), "{policy}");
    }
    assert!(!policy.contains("unsafe-inline") && !policy.contains("http"), "{policy}");
    let said: Vec<&str> = SECURITY_HEADERS[1..].iter().map(|name| reply.header(name)).collect();
    assert_eq!(
        said,
        [
            "nosniff",
            "same-origin",
            "max-age=31536000; includeSubDomains",
            "same-origin",
            "same-origin",
            "geolocation=(self), camera=(self), microphone=(), payment=()",
            "DENY",
        ]
    );
    for path in ["/health/live", "/health/ready", "/api/openapi.json", "/demo/mailbox", "/robots.txt"] {
        portal.visitor().get(path).await;
    }
}

/// Row 46: links in mails lead where the settings say, whatever host name the request gave.
#[tokio::test]
async fn a_false_host_name_gets_into_no_mail() {
    let portal = Portal::open().await;
    for (key, host) in
        (1..).zip(["evil.example", "portico.example:1234", "portico.example@evil.example", "x\"><script>"])
    {
        let visitor = portal.visitor_at(host);
        let request =
            visitor.request(Method::POST, "/api/requests").header(header::CONTENT_TYPE, "application/json");
        let request =
            request.header("x-forwarded-host", "evil.example").header("forwarded", "host=evil.example");
        let request = request.header("idempotency-key", uuid::Uuid::from_u128(key).to_string());
        let body = json!({ "service": "report-graffiti", "version": 2, "answers": graffiti() });
        let reply = visitor.send(request.body(Body::from(body.to_string())).unwrap()).await.is(201);
        let [mail] = portal.mails().await.try_into().unwrap();
        assert_eq!(mail.link(), format!("https://portico.example/follow/{}", reply.text("key")));
        assert!(!mail.raw.contains("evil"), "{}", mail.raw);
    }
}

/// The limits of a connection, on a real one.
mod connections {
    use std::time::Duration;

    use server::{app, listen};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream};
    use tokio_util::sync::CancellationToken;

    use crate::support::Portal;

    struct Served {
        at: std::net::SocketAddr,
        stop: CancellationToken,
        ended: tokio::task::JoinHandle<()>,
    }

    async fn serve(portal: &Portal, head_time: Duration) -> Served {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let stop = portal.state.stop.clone();
        let ended = tokio::spawn(listen::serve_within(
            listener,
            app::app(portal.state.clone()),
            stop.clone(),
            head_time,
        ));
        Served { at, stop, ended }
    }

    const PATIENT: Duration = Duration::from_mins(1);
    /// Only what is broken lets anybody wait so long.
    const BROKEN: Duration = Duration::from_secs(10);

    /// Says something and hears the reply until the other end hangs up.
    async fn say(served: &Served, text: &[u8]) -> String {
        let mut stream = TcpStream::connect(served.at).await.unwrap();
        // The server may hang up before it has heard everything.
        let _ = stream.write_all(text).await;
        hear(&mut stream).await
    }

    async fn hear(stream: &mut TcpStream) -> String {
        let mut heard = Vec::new();
        let _ =
            tokio::time::timeout(BROKEN, stream.read_to_end(&mut heard)).await.expect("the server hangs up");
        String::from_utf8_lossy(&heard).into_owned()
    }

    fn status(reply: &str) -> u16 {
        reply.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
    }

    const POST: &str = "POST /api/requests HTTP/1.1\r\nHost: portico.example\r\nSec-Fetch-Site: same-origin\r\n\
                        Content-Type: application/json\r\nConnection: close\r\n";

    #[tokio::test]
    async fn a_request_is_answered_and_a_stop_is_heard() {
        let portal = Portal::open().await;
        let served = serve(&portal, PATIENT).await;
        let reply = say(&served, b"GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
        assert!(
            status(&reply) == 200
                && reply.ends_with("live")
                && reply.contains("x-content-type-options: nosniff"),
            "{reply}"
        );
        served.stop.cancel();
        tokio::time::timeout(BROKEN, served.ended).await.expect("it ends").unwrap();
        assert!(TcpStream::connect(served.at).await.is_err());
    }

    /// Row 46: a body without an end is cut off at the limit, whether it says how large it is or not.
    #[tokio::test]
    async fn a_body_without_an_end() {
        let portal = Portal::open().await;
        let served = serve(&portal, PATIENT).await;
        let spaces = vec![b' '; 0x10000];
        let chunk = [b"10000\r\n".as_slice(), &spaces, b"\r\n"].concat();
        for (length, piece) in
            [("Transfer-Encoding: chunked", chunk.as_slice()), ("Content-Length: 10000000000", &spaces)]
        {
            let mut stream = TcpStream::connect(served.at).await.unwrap();
            stream.write_all(format!("{POST}{length}\r\n\r\n").as_bytes()).await.unwrap();
            let (mut reader, mut writer) = stream.split();
            let mut sent = 0_u64;
            let endless = async {
                while writer.write_all(piece).await.is_ok() {
                    sent += 0x10000;
                }
                // The server hung up; what it said before may still be read.
                std::future::pending::<()>().await;
            };
            let reply = async {
                let mut heard = [0; 12];
                tokio::time::timeout(BROKEN, reader.read_exact(&mut heard)).await.expect("a reply").unwrap();
                heard
            };
            let heard = tokio::select! {
                heard = reply => heard,
                () = endless => unreachable!("it has no end"),
            };
            assert_eq!(&heard, b"HTTP/1.1 413", "{length}");
            assert!(sent < 64 * 1024 * 1024, "{sent} bytes were taken");
        }
    }

    /// Row 46: a head that comes a letter at a time is not waited for.
    #[tokio::test]
    async fn a_head_that_does_not_come() {
        let portal = Portal::open().await;
        let served = serve(&portal, Duration::from_millis(50)).await;
        let reply = say(&served, b"GET /api/council HTTP/1.1\r\nHost: portico.example\r\nX-Slow: ").await;
        assert!(reply.is_empty() || status(&reply) == 408, "{reply}");
        // Nor is one that does not begin.
        assert!(say(&served, b"").await.is_empty());
    }

    /// Row 46: a head of 64 kB, or of a thousand lines.
    #[tokio::test]
    async fn a_head_that_is_too_large() {
        let portal = Portal::open().await;
        let served = serve(&portal, PATIENT).await;
        for head in [format!("X-Large: {}\r\n", "x".repeat(64 * 1024)), "X: y\r\n".repeat(1000)] {
            let reply =
                say(&served, format!("GET /api/council HTTP/1.1\r\nHost: x\r\n{head}\r\n").as_bytes()).await;
            assert_eq!(status(&reply), 431, "{reply}");
        }
        let reply =
            say(&served, format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "x".repeat(128 * 1024)).as_bytes())
                .await;
        assert!(matches!(status(&reply), 414 | 431), "{reply}");
    }

    /// Row 46: a request that could be read as two.
    #[tokio::test]
    async fn a_request_of_two_lengths() {
        let portal = Portal::open().await;
        let served = serve(&portal, PATIENT).await;
        for lengths in [
            "Content-Length: 2\r\nContent-Length: 30\r\n",
            "Content-Length: 2, 30\r\n",
            "Content-Length: +2\r\n",
            "Content-Length: -1\r\n",
            "Transfer-Encoding: gzip\r\n",
            "Content-Length: 2\r\n Content-Length: 3\r\n",
        ] {
            let reply = say(
                &served,
                format!("{POST}{lengths}\r\n{{}}GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes(),
            )
            .await;
            assert_eq!(status(&reply), 400, "{lengths}{reply}");
            assert_eq!(reply.matches("HTTP/1.1").count(), 1, "{reply}");
        }
        for garbage in [
            "\u{16}\u{3}\u{1}",
            "GET\r\n\r\n",
            "GET / HTTP/9.9\r\n\r\n",
            "GET /\0 HTTP/1.1\r\n\r\n",
            "GET / HTTP/1.1\r\nHo st: x\r\n\r\n",
            "GET / HTTP/1.1\r\nX: a\0b\r\n\r\n",
        ] {
            let reply = say(&served, garbage.as_bytes()).await;
            assert!(matches!(status(&reply), 0 | 400 | 505), "{garbage:?}: {reply}");
        }
    }
}
