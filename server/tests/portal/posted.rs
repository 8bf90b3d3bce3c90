//! Forms that are posted without the app: kept on the server, sent once, and as hostile as any other input. Numbers
//! name the rows of the list of bad inputs.

use crate::support::database::Kept;
use crate::support::{NOT_BUILT, Portal, Reply, Setup, Visitor};
use axum::body::Body;
use axum::http::{Method, header};
use domain::api::drafts::Posted;
use futures::StreamExt as _;
use picture::samples;
use server::store::drafts::Holder;

on_both_engines![a_form_is_filled_in_and_sent_once, pages_at_the_same_moment];

const FORM_PAGE: &str = "/services/report-graffiti";
const FORM: &str = "application/x-www-form-urlencoded";

async fn post(visitor: &Visitor, path: &str, fields: &str) -> Reply {
    post_as(visitor, path, FORM, fields.as_bytes().to_vec()).await
}

async fn post_as(visitor: &Visitor, path: &str, kind: &str, body: Vec<u8>) -> Reply {
    let request = visitor.request(Method::POST, path).header(header::CONTENT_TYPE, kind);
    visitor.send(request.body(Body::from(body)).unwrap()).await
}

/// A page for people says what went wrong; where the app was not built, there are none.
#[track_caller]
fn is_page(reply: &Reply, status: u16) {
    let is_built = &reply.body[..] != NOT_BUILT.as_bytes();
    assert_eq!(reply.status.as_u16(), if is_built { status } else { 503 });
}

/// Posts the first page, and comes back with the cookie.
async fn begin(portal: &Portal, path: &str, fields: &str) -> (Visitor, String) {
    let mut visitor = portal.visitor();
    let reply = post(&visitor, path, fields).await.is(303);
    visitor.cookie = Some(reply.cookie());
    (visitor, reply.header("location").to_owned())
}

const GRAFFITI: &str = "surface=public&offensive=no&place.street=&place.words=By+the+steps&details=&you.name=Sam+O%E2%80%99Brien&you.email=sam%40example.org&you.phone=";

async fn a_form_is_filled_in_and_sent_once(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    let (sam, next) = begin(&portal, "/services/report-graffiti", GRAFFITI).await;
    assert_eq!(next, "/services/report-graffiti/check");
    let cookie = sam.cookie.clone().unwrap();
    assert!(cookie.starts_with("__Host-form="), "{cookie}");
    // Pressed twice at once: one request, and both presses lead to it.
    let (one, other) = tokio::join!(
        post(&sam, "/services/report-graffiti/check", ""),
        post(&sam, "/services/report-graffiti/check", "")
    );
    let place = one.is(303).header("location").to_owned();
    assert!(place.starts_with("/follow/") && place.ends_with("/sent"), "{place}");
    assert_eq!(other.is(303).header("location"), place);
    // Pressed again because no reply was seen, or in another tab: the same.
    let again = post(&sam, "/services/report-graffiti/check", "").await.is(303);
    assert_eq!(again.header("location"), place);
    assert_eq!(portal.mails_to("sam@example.org").await.len(), 1);
    // Who goes back to check what is gone is shown that it was sent; somebody else is not.
    let back = sam.get("/services/report-graffiti/check").await.is(303);
    assert_eq!(back.header("location"), place);
    is_page(&portal.visitor().get("/services/report-graffiti/check").await, 200);
    // Nothing of what was sent is kept, and after a while not even that it was.
    let anew = post(&sam, "/services/report-graffiti", "surface=private").await.is(303);
    assert_eq!(anew.header("location"), "/services/report-graffiti");
    post(&sam, "/services/report-graffiti", "do=throw").await.is(303);
    let late = post(&sam, "/services/report-graffiti/check", "").await.is(303);
    assert_eq!(late.header("location"), "/services/report-graffiti");
    let key = place.trim_start_matches("/follow/").trim_end_matches("/sent");
    let request = sam.follow(key).await;
    assert_eq!(crate::support::answer(&request, "you")["contact"]["name"], "Sam O’Brien");
}

#[tokio::test]
async fn what_is_wrong_keeps_the_page_and_what_was_typed() {
    let portal = Portal::open().await;
    let (sam, next) =
        begin(&portal, "/services/report-graffiti", "surface=public&place.words=By+the+steps").await;
    assert_eq!(next, "/services/report-graffiti");
    // Sent all the same, it leads to what is missing.
    let early = post(&sam, "/services/report-graffiti/check", "").await.is(303);
    assert!(early.header("location").starts_with("/services/report-graffiti/surface"), "{early:?}");
    assert!(portal.mails().await.is_empty());
    // Somebody else has no part in it, and another service none.
    let stranger = portal.visitor();
    let theirs = post(&stranger, "/services/report-graffiti/check", "").await.is(303);
    assert_eq!(theirs.header("location"), "/services/report-graffiti");
}

/// Rows 32 to 39: pages of other sites, unknown fields, too many, too much, and what is no form.
#[tokio::test]
async fn hostile_posts_are_refused_or_harmless() {
    let portal = Portal::open().await;
    let visitor = portal.visitor();
    let path = "/services/report-graffiti";
    let request = visitor.request(Method::POST, path).header(header::CONTENT_TYPE, FORM);
    let mut request = request.body(Body::from(GRAFFITI)).unwrap();
    request.headers_mut().insert("sec-fetch-site", "cross-site".parse().unwrap());
    visitor.send(request).await.is(403);
    let many: Vec<String> = (0..2_000).map(|number| format!("field{number}=x")).collect();
    is_page(&post(&visitor, path, &many.join("&")).await, 413);
    let (sam, next) =
        begin(&portal, path, &format!("{GRAFFITI}&department=governance&surface.x=1&do=nonsense:x")).await;
    assert_eq!(next, "/services/report-graffiti/check");
    is_page(&post(&sam, "/services/nothing", "a=b").await, 404);
    let gone = post(&sam, "/services/report-graffiti/nothing", "a=b").await.is(303);
    assert_eq!(gone.header("location"), "/services/report-graffiti/check");
    let broken =
        post_as(&visitor, path, "multipart/form-data; boundary=x", b"--x\r\nnonsense".to_vec()).await;
    is_page(&broken, 400);
    // The sign for what can't be read may be pasted.
    let (_, next) = begin(&portal, path, &GRAFFITI.replace("By+the+steps", "a%EF%BF%BDb")).await;
    assert_eq!(next, "/services/report-graffiti/check");
    for broken in ["a%00b", "a%FFb"] {
        is_page(&post(&visitor, path, &GRAFFITI.replace("By+the+steps", broken)).await, 400);
    }
    // What looks like a page stays a text.
    let (_, next) = begin(&portal, path, &GRAFFITI.replace("By+the+steps", "a%3Cscript%3E")).await;
    assert_eq!(next, "/services/report-graffiti/check");
    for remove in ["photos.9", "photos.x", "surface.1", "photos.4294967296", ""] {
        post(&visitor, path, &format!("do=remove:{remove}")).await.is(303);
    }
}

/// What the server keeps for a visitor of the graffiti form.
async fn draft(portal: &Portal, visitor: &Visitor) -> Posted {
    draft_of(portal, visitor, "report-graffiti").await
}

async fn draft_of(portal: &Portal, visitor: &Visitor, service: &str) -> Posted {
    let token = visitor.cookie.as_ref().unwrap().split_once('=').unwrap().1;
    let served = &portal.state.councils.all()[0];
    let store = portal.state.db.council(&served.council.id);
    let kept = store.draft(&Holder::browser(token), service, portal.state.now()).await.unwrap();
    kept.expect("a draft")
}

/// The form, with files.
async fn post_files(visitor: &Visitor, files: &[(&str, Vec<u8>)]) -> Reply {
    let mut body = Vec::new();
    let mut part = |name: &str, file: Option<&str>, content: &[u8]| {
        let file = file.map_or_else(String::new, |file| format!("; filename=\"{file}\""));
        body.extend(
            format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n").into_bytes(),
        );
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    };
    for (name, text) in form_urlencoded::parse(GRAFFITI.as_bytes()) {
        part(&name, None, text.as_bytes());
    }
    for (name, content) in files {
        part("photos", Some(name), content);
    }
    body.extend_from_slice(b"--x--\r\n");
    post_as(visitor, FORM_PAGE, "multipart/form-data; boundary=x", body).await
}

/// Rows 18 to 23 and 28: photos come as ordinary uploads, and what is none is told beside the field.
#[tokio::test]
async fn photos_come_with_the_page() {
    let portal = Portal::open().await;
    let photo = samples::phone_photo(80, 60, picture::Position { lat: 54.9, lon: -1.6 });
    let cut = photo[..photo.len() * 9 / 10].to_vec();
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>".to_vec();
    let bad: [(&str, Vec<u8>, &str); 6] = [
        ("virus.jpg", b"MZ\x90\x00".to_vec(), "must be a"),
        ("empty.jpg", Vec::new(), "is empty"),
        ("cut.jpg", cut, "did not upload completely"),
        ("logo.png", svg, "must be a"),
        ("bomb.jpg", samples::jpeg_header(65_535, 65_535), "too many pixels"),
        ("../../etc/passwd", b"root:x:0:0".to_vec(), "must be a"),
    ];
    for (name, content, told) in bad {
        let reply =
            post_files(&portal.visitor(), &[("wall.jpg", photo.clone()), (name, content)]).await.is(303);
        // One of them is no photo: the page says so, and the other one is kept.
        assert_eq!(reply.header("location"), FORM_PAGE, "{name}");
        let mut sam = portal.visitor();
        sam.cookie = Some(reply.cookie());
        let kept = draft(&portal, &sam).await;
        let [(id, words)] = kept.problems.as_slice() else { panic!("{name}: {:?}", kept.problems) };
        assert!(id == "photos" && words.contains(told), "{name}: {words}");
        assert!(!words.contains(".."), "{words}");
        assert!(
            !kept.answers.get("photos.1").is_empty() && kept.answers.get("photos.2").is_empty(),
            "{name}"
        );
        let next = post(&sam, FORM_PAGE, GRAFFITI).await.is(303);
        assert_eq!(next.header("location"), "/services/report-graffiti/check");
        let sent = post(&sam, "/services/report-graffiti/check", "").await.is(303);
        let key = sent.header("location").trim_start_matches("/follow/").trim_end_matches("/sent").to_owned();
        let request = sam.follow(&key).await;
        assert_eq!(
            crate::support::answer(&request, "photos")["photos"]["photos"].as_array().unwrap().len(),
            1
        );
    }
    // Sixty at once: as many as are taken are taken, and it is said once that there were too many.
    let small = samples::jpeg(8, 8);
    let sixty: Vec<(&str, Vec<u8>)> = (0..60).map(|_| ("a.jpg", small.clone())).collect();
    let mut sam = portal.visitor();
    sam.cookie = Some(post_files(&sam, &sixty).await.is(303).cookie());
    let kept = draft(&portal, &sam).await;
    assert_eq!(kept.problems.len(), 1, "{:?}", kept.problems);
    assert!(!kept.answers.get("photos.5").is_empty() || kept.answers.get("photos.1.alt").is_empty());
}

/// Rows 14 and 46: far too much text is kept and told; what has no end is refused.
#[tokio::test]
async fn long_texts_are_kept_and_endless_ones_refused() {
    let portal = Portal::open().await;
    let with = |details: &str| GRAFFITI.replace("details=", &format!("details={details}"));
    let (sam, next) = begin(&portal, FORM_PAGE, &with(&"x".repeat(1_000_000))).await;
    assert_eq!(next, FORM_PAGE);
    let kept = draft(&portal, &sam).await;
    assert_eq!(kept.answers.get("details").len(), 1_000_000);
    assert!(kept.problems[0].1.contains("characters or fewer"), "{:?}", kept.problems);
    // Lines count one character for their end, however browsers send them.
    post(&sam, FORM_PAGE, &with("a%0D%0Ab")).await.is(303);
    assert_eq!(draft(&portal, &sam).await.answers.get("details"), "a\nb");
    is_page(&post(&sam, FORM_PAGE, &with(&"x".repeat(3_000_000))).await, 413);
    // What was kept before is there still.
    assert_eq!(draft(&portal, &sam).await.answers.get("details"), "a\nb");
    let chunk = bytes::Bytes::from(vec![b'x'; 1024 * 1024]);
    let endless = futures::stream::iter(std::iter::repeat_n(chunk, 90)).map(Ok::<_, std::io::Error>);
    let head = bytes::Bytes::from_static(
        b"--x\r\nContent-Disposition: form-data; name=\"photos\"; filename=\"a.jpg\"\r\n\r\n",
    );
    let body = futures::stream::once(async { Ok(head) }).chain(endless);
    let request = sam.request(Method::POST, FORM_PAGE);
    let request = request.header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
    is_page(&sam.send(request.body(Body::from_stream(body)).unwrap()).await, 413);
}

/// Rows 32 to 35 and 39: two tabs, an older page, and steps that were left out.
#[tokio::test]
async fn tabs_and_older_pages_come_together() {
    let portal = Portal::open().await;
    let (sam, _) = begin(&portal, FORM_PAGE, "surface=public&offensive=no&place.words=Here").await;
    let other_tab = sam.clone();
    let next = post(&other_tab, FORM_PAGE, GRAFFITI).await.is(303);
    assert_eq!(next.header("location"), "/services/report-graffiti/check");
    // The first tab, whose page is older, posts last: it counts as it stands.
    let later = GRAFFITI.replace("By+the+steps", "By+the+fountain");
    post(&sam, FORM_PAGE, &later).await.is(303);
    assert_eq!(draft(&portal, &other_tab).await.answers.get("place.words"), "By the fountain");
    // Drawn from an older document, the answers are looked at once more before they are sent.
    let old = post(&sam, "/services/report-graffiti/check", "version=1").await.is(303);
    assert_eq!(old.header("location"), "/services/report-graffiti/check");
    assert_eq!(draft(&portal, &sam).await.opened, "changed");
    assert!(portal.mails().await.is_empty());
    let version =
        portal.visitor().get("/api/services/report-graffiti").await.json()["service"]["version"].clone();
    let sent = post(&sam, "/services/report-graffiti/check", &format!("version={version}")).await.is(303);
    let there = sent.header("location");
    assert!(there.ends_with("/sent"), "{there}");
    // The other tab sends as well: the same request, and one mail.
    let too = post(&other_tab, "/services/report-graffiti/check", "").await.is(303);
    assert_eq!(too.header("location"), there);
    assert_eq!(portal.mails_to("sam@example.org").await.len(), 1);
    // A step that the form does not have any more keeps what it can, and goes on where the answers lead.
    let (ann, next) = begin(&portal, "/services/report-graffiti/gone", "surface=public&gone=x").await;
    assert!(next.starts_with("/services/report-graffiti/"), "{next}");
    assert_eq!(draft(&portal, &ann).await.answers.get("surface"), "public");
}

/// Row 36: what is kept has ended, or another tab's page is older: nothing that was typed is lost.
#[tokio::test]
async fn a_page_says_itself_what_was_asked_on_it() {
    let portal = Portal::open().await;
    let path = "/services/fly-tipping/seen";
    let long = "A+white+van";
    let (sam, _) = begin(&portal, path, &format!("seen=yes&who={long}&:asked=seen,who")).await;
    let kept = draft_of(&portal, &sam, "fly-tipping").await;
    assert_eq!(kept.answers.get("who"), "A white van");
    // A page on which it was not asked takes nothing away.
    post(&sam, path, "seen=yes&:asked=seen").await.is(303);
    assert_eq!(draft_of(&portal, &sam, "fly-tipping").await.answers.get("who"), "A white van");
    post(&sam, path, "seen=yes&who=&:asked=seen,who,,nonsense").await.is(303);
    assert_eq!(draft_of(&portal, &sam, "fly-tipping").await.answers.get("who"), "");
}

/// What is sent is what was seen: other answers since, or another form, are shown first.
#[tokio::test]
async fn nothing_is_sent_unseen() {
    let portal = Portal::open().await;
    let (sam, _) = begin(&portal, FORM_PAGE, GRAFFITI).await;
    let seen = draft(&portal, &sam).await;
    let drawn = |posted: &Posted| format!("key={}&turn={}", posted.key, posted.turn);
    post(&sam, FORM_PAGE, &GRAFFITI.replace("By+the+steps", "Elsewhere")).await.is(303);
    let check = "/services/report-graffiti/check";
    let again = post(&sam, check, &drawn(&seen)).await.is(303);
    assert_eq!(again.header("location"), check);
    let now = draft(&portal, &sam).await;
    assert_eq!((now.opened.as_str(), portal.mails().await.len()), ("changed", 0));
    let sent = post(&sam, check, &drawn(&now)).await.is(303);
    assert!(sent.header("location").ends_with("/sent"));
}

/// A message is known by its number and its words; feedback that was given already is no failure.
#[tokio::test]
async fn small_forms_posted_twice() {
    let portal = Portal::open().await;
    let visitor = portal.visitor();
    let key = visitor.submit(1, &crate::support::graffiti()).await.is(201).text("key");
    let page = format!("/follow/{key}");
    let id = "0193f2c4-5a5e-7cc3-9f1e-0d6b2a1c4e5f";
    for message in ["It+is+still+there", "It+is+still+there", "It+is+gone"] {
        post(&visitor, &page, &format!("id={id}&message={message}")).await.is(303);
    }
    let events = visitor.follow(&key).await.to_string();
    assert_eq!(events.matches("It is still there").count(), 1, "{events}");
    assert_eq!(events.matches("It is gone").count(), 1, "{events}");
    post(&visitor, &format!("{page}/withdraw"), "reason=").await.is(303);
    for _ in 0..2 {
        assert_eq!(post(&visitor, &page, "score=5&reason=").await.is(303).header("location"), page);
    }
}

/// What was typed into a small form stays in the page that it was typed into until it can be taken.
#[tokio::test]
async fn small_forms_keep_what_was_typed() {
    let portal = Portal::open().await;
    let sam = portal.visitor();
    let [one, other] = [1, 2].map(|number| {
        let sam = sam.clone();
        async move { sam.submit(number, &crate::support::graffiti()).await.is(201).text("key") }
    });
    let (one, other) = (one.await, other.await);
    let (page, theirs) = (format!("/follow/{one}"), format!("/follow/{other}"));
    let long = "x".repeat(4_001);
    let (sam, there) = begin(&portal, &page, &format!("message={long}")).await;
    assert_eq!(there, page);
    for _ in 0..2 {
        let again = sam.get(&page).await;
        if again.status == 200 {
            let html = String::from_utf8_lossy(&again.body).into_owned();
            assert!(html.contains(&long) && html.contains("<title>Error: "));
            let elsewhere = String::from_utf8_lossy(&sam.get(&theirs).await.body).into_owned();
            assert!(!elsewhere.contains(&long) && !elsewhere.contains("Error: "));
        }
    }
    assert!(!sam.follow(&one).await.to_string().contains(&long));
    post(&sam, &page, "message=Thank+you").await.is(303);
    assert!(!String::from_utf8_lossy(&sam.get(&page).await.body).contains(&long));
    assert!(sam.follow(&one).await.to_string().contains("Thank you"));

    // Too long a reason is told, not cut.
    let withdraw = format!("{page}/withdraw");
    let again = post(&sam, &withdraw, &format!("reason={}", "x".repeat(1_001))).await.is(303);
    assert_eq!(again.header("location"), withdraw);
    post(&sam, &withdraw, "reason=Gone").await.is(303);
    let again = post(&sam, &page, &format!("score=5&reason={}", "x".repeat(2_001))).await.is(303);
    assert_eq!(again.header("location"), page);
    assert!(sam.follow(&one).await["feedback"].is_null());
    // Closed meanwhile: there is no form any more, but the words can be copied.
    let late = post(&sam, &page, "message=One+more+thing").await;
    is_page(&late, 409);
    if late.status == 409 {
        assert!(String::from_utf8_lossy(&late.body).contains("One more thing"));
    }
    // A key that is none leads nowhere.
    is_page(&post(&sam, "/follow/%0d%0aX", "message=").await, 404);
    is_page(&post(&sam, "/follow/nothing", "message=").await, 404);
    is_page(&post(&sam, "/follow/nothing/withdraw", "reason=x").await, 404);
}

/// A message that another form fits better: it is said once, and what was written comes along.
/// Whoever comes to the computer next does not find what somebody mistyped.
#[tokio::test]
async fn what_was_not_found_is_shown_once() {
    let portal = Portal::open().await;
    let (sam, _) = begin(&portal, "/follow", "reference=ABCD-1234&email=sam%40example.org").await;
    let page = sam.get("/follow").await;
    is_page(&page, 200);
    let text = |reply: &Reply| String::from_utf8(reply.body.to_vec()).unwrap();
    let is_built = page.status == 200;
    assert_eq!(text(&page).contains("sam@example.org"), is_built);
    assert!(!text(&sam.get("/follow").await).contains("sam@example.org"));
}

/// What was wrong with a message is wrong no more where there is no room for one.
#[tokio::test]
async fn what_was_wrong_goes_with_its_form() {
    let portal = Portal::open().await;
    let (mut sam, _) = begin(&portal, FORM_PAGE, GRAFFITI).await;
    let place = post(&sam, "/services/report-graffiti/check", "").await.is(303).header("location").to_owned();
    let page = place.trim_end_matches("/sent").to_owned();
    let wrong = post(&sam, &page, "message=%E2%80%8B").await.is(303);
    sam.cookie = Some(wrong.cookie());
    let text = async |sam: &Visitor| String::from_utf8(sam.get(&page).await.body.to_vec()).unwrap();
    let first = text(&sam).await;
    if first != NOT_BUILT {
        assert!(first.contains("govuk-error-summary") && first.contains("Write a message"), "{first}");
        post(&sam, &format!("{page}/withdraw"), "reason=").await.is(303);
        assert!(!text(&sam).await.contains("Error: "));
    }
}

#[tokio::test]
async fn a_form_that_fits_better_is_told() {
    let portal = Portal::open().await;
    let message = "urgent=no&message=There+is+graffiti+on+the+wall+of+the+library&you.name=Sam&you.email=sam%40example.org";
    let (sam, next) = begin(&portal, "/services/ask-us", message).await;
    assert_eq!(next, "/services/ask-us#better-form");
    let on = post(&sam, "/services/ask-us", message).await.is(303);
    assert_eq!(on.header("location"), "/services/ask-us/check", "sent as a message all the same");
    let (sam, _) = begin(&portal, "/services/ask-us", message).await;
    let there = post(&sam, "/services/ask-us", &format!("{message}&do=use:report-graffiti")).await.is(303);
    assert_eq!(there.header("location"), FORM_PAGE);
    let kept = draft(&portal, &sam).await;
    assert_eq!(kept.answers.get("details"), "There is graffiti on the wall of the library");
    is_page(&post(&sam, "/services/ask-us", "do=use:nothing").await, 404);
}

/// Somebody has told us already: it is said once, and whoever wants to is told what happens instead.
#[tokio::test]
async fn somebody_has_told_us_already() {
    let portal = Setup::default().open().await.with_town().await;
    let here = GRAFFITI.replace("place.street=", "place.street=mill+lane");
    let (sam, next) = begin(&portal, FORM_PAGE, &here).await;
    assert_eq!(next, "/services/report-graffiti/check");
    assert_eq!(draft(&portal, &sam).await.answers.get("place.street"), "Mill Lane, Northgate");
    let sent = post(&sam, "/services/report-graffiti/check", "").await.is(303);
    assert!(sent.header("location").ends_with("/sent"));
    portal.mails().await;

    let (ann, next) = begin(&portal, FORM_PAGE, &here.replace("sam%40", "ann%40")).await;
    assert_eq!(next, "/services/report-graffiti#nearby-known");
    let street = draft(&portal, &ann).await.answers.get("place.street_id").to_owned();
    let near = ann.get(&format!("/api/services/report-graffiti/nearby?street={street}")).await.json();
    let id = near["requests"][0]["id"].as_str().unwrap();
    post(&ann, FORM_PAGE, &format!("{here}&do=same:place:{id}")).await.is(303);
    assert_eq!(draft(&portal, &ann).await.opened, format!("same:place:{id}"));
    post(&ann, FORM_PAGE, &format!("{here}&known-email=nonsense&do=tell:place:{id}")).await.is(303);
    let kept = draft(&portal, &ann).await;
    assert_eq!((kept.problems[0].0.as_str(), kept.answers.get("known-email")), ("known-email", "nonsense"));
    post(&ann, FORM_PAGE, &format!("{here}&known-email=ann%40example.org&do=tell:place:{id}")).await.is(303);
    assert_eq!(draft(&portal, &ann).await.opened, "told:place");
    assert_eq!(portal.mails_to("ann@example.org").await.len(), 1);
    // Hers is another all the same.
    post(&ann, FORM_PAGE, &format!("{here}&do=different")).await.is(303);
    let on = post(&ann, FORM_PAGE, &here).await.is(303);
    assert_eq!(on.header("location"), "/services/report-graffiti/check");
    // Where it can't be done, what else was typed is kept.
    let gone = "surface=sign&do=tell:place:nothing&known-email=ann%40example.org";
    is_page(&post(&ann, FORM_PAGE, gone).await, 404);
    assert_eq!(draft(&portal, &ann).await.answers.get("surface"), "sign");
}

/// Row 16: what looks like a page stays a text, also where it is shown again to be changed.
#[tokio::test]
async fn what_was_typed_is_shown_as_it_was_typed() {
    let portal = Portal::open().await;
    let text = "Tom &amp; Jerry&lt; &copy 5 <!> a<!--<() />-->b</textarea><script>alert(1)</script><h1>x";
    let fields = form_urlencoded::Serializer::new(String::new())
        .append_pair("place.words", text)
        .append_pair(":asked", "place,details")
        .append_pair("details", text)
        .finish();
    let (sam, there) = begin(&portal, FORM_PAGE, &fields).await;
    assert!(there.starts_with(FORM_PAGE), "{there}");
    assert_eq!(draft(&portal, &sam).await.answers.get("details"), text);
    let page = sam.get(FORM_PAGE).await;
    if page.status == 200 {
        let html = String::from_utf8_lossy(&page.body).into_owned();
        let safe = text.replace('&', "&amp;").replace('<', "&lt;");
        assert_eq!(html.matches(&format!(">\n{safe}</textarea>")).count(), 2, "{html}");
        assert!(!html.contains("<script>alert") && !html.contains("<h1>x"));
    }
}

/// A draft that was sent or thrown away in one way is gone in every other; one that is gone says so.
#[tokio::test]
async fn what_ended_stays_ended() {
    let portal = Portal::open().await;
    let ended = async |visitor: &Visitor| {
        let page = visitor.get(FORM_PAGE).await;
        page.status != 200 || String::from_utf8_lossy(&page.body).contains("\"ended\":true")
    };
    let (sam, _) = begin(&portal, FORM_PAGE, GRAFFITI).await;
    let key = draft(&portal, &sam).await.key;
    post(&sam, "/services/report-graffiti/check", "").await.is(303);
    assert!(ended(&sam).await);
    // The app, which has it still, can't bring it back; a new one is no part of it.
    let old = serde_json::json!({ "key": key, "answers": { "place.words": "Old" } });
    sam.post("/api/drafts/report-graffiti", &old).await.is(200);
    assert!(ended(&sam).await);
    post(&sam, FORM_PAGE, "place.words=New&:asked=place").await.is(303);
    let new = draft(&portal, &sam).await;
    assert!(new.key != key && new.answers.get("place.words") == "New");
    post(&sam, FORM_PAGE, "do=throw").await.is(303);
    assert!(ended(&sam).await);
    let thrown = serde_json::json!({ "key": new.key, "answers": { "place.words": "Old" } });
    sam.post("/api/drafts/report-graffiti", &thrown).await.is(200);
    assert!(ended(&sam).await);
    // Expired, it is missed: the page says so.
    let (ann, _) = begin(&portal, FORM_PAGE, GRAFFITI).await;
    portal.turn(chrono::TimeDelta::hours(5));
    let start = post(&ann, "/services/report-graffiti/check", "").await.is(303);
    assert_eq!(start.header("location"), FORM_PAGE);
    let page = ann.get(FORM_PAGE).await;
    assert!(page.status != 200 || String::from_utf8_lossy(&page.body).contains("is gone"));
}

/// Two pages that are posted at the same moment are both in the draft.
async fn pages_at_the_same_moment(kept: Kept) {
    let portal = Setup::default().in_database(&kept.url).open().await;
    for round in 0..10 {
        let what = "/services/blue-badge/what";
        let (sam, _) = begin(&portal, what, "message=&:asked=message").await;
        let words = format!("message=Round+{round}&:asked=message");
        let (one, other) = tokio::join!(
            post(&sam, what, &words),
            post(&sam, "/services/blue-badge/for", "you.name=Sam&:asked=you")
        );
        assert!(one.status == 303 && other.status == 303);
        let posted = draft_of(&portal, &sam, "blue-badge").await;
        assert_eq!(
            (posted.answers.get("message"), posted.answers.get("you.name")),
            (format!("Round {round}").as_str(), "Sam")
        );
    }
}

/// The browser sends a file once more when somebody comes back to its page: it is there once.
#[tokio::test]
async fn a_file_that_comes_again_is_the_same() {
    let portal = Portal::open().await;
    let mut sam = portal.visitor();
    let [one, other] = [(80, 60), (60, 80)].map(|(width, height)| samples::jpeg(width, height));
    sam.cookie = Some(post_files(&sam, &[("a.jpg", one.clone())]).await.is(303).cookie());
    post_files(&sam, &[("a.jpg", one.clone()), ("b.jpg", other)]).await.is(303);
    let photos =
        |posted: &Posted| (1..=5).filter(|n| !posted.answers.get(&format!("photos.{n}")).is_empty()).count();
    assert_eq!(photos(&draft(&portal, &sam).await), 2);
    // Taken out, it may be picked anew.
    post(&sam, FORM_PAGE, &format!("{GRAFFITI}&do=remove:photos.1")).await.is(303);
    assert_eq!(photos(&draft(&portal, &sam).await), 1);
    post_files(&sam, &[("a.jpg", one)]).await.is(303);
    assert_eq!(photos(&draft(&portal, &sam).await), 2);
}

/// Files that nobody asked for are not held in memory, and fill no draft.
#[tokio::test]
async fn what_nobody_asked_for_goes_by() {
    let portal = Portal::open().await;
    let visitor = portal.visitor();
    let mut body =
        b"--x\r\nContent-Disposition: form-data; name=\"nofield\"; filename=\"a\"\r\n\r\n".to_vec();
    body.extend(std::iter::repeat_n(b'x', 20 * 1024 * 1024));
    body.extend_from_slice(
        b"\r\n--x\r\nContent-Disposition: form-data; name=\"surface\"\r\n\r\npublic\r\n--x--\r\n",
    );
    let reply = post_as(&visitor, FORM_PAGE, "multipart/form-data; boundary=x", body).await.is(303);
    let mut sam = portal.visitor();
    sam.cookie = Some(reply.cookie());
    assert_eq!(draft(&portal, &sam).await.answers.get("surface"), "public");
    let long = format!("surface={}", "x".repeat(7 * 1024 * 1024));
    is_page(&post(&visitor, FORM_PAGE, &long).await, 413);
}

/// After a button on a page, the page comes back where it was pressed.
#[tokio::test]
async fn a_button_leads_back_to_its_place() {
    let portal = Portal::open().await;
    let visitor = portal.visitor();
    for (service, act, place) in [
        ("missed-bin", "find:address", "address.postcode"),
        ("missed-bin", "hand:address", "address.line1"),
        ("report-graffiti", "remove:photos.1", "photos"),
        ("bulky-collection/business", "add:items", "items.2.what"),
        ("bulky-collection/business", "remove:items.2", "items-add"),
        ("bulky-collection/business", "add:nothing", ""),
        ("missed-bin", "find:address.%0d%0aX", ""),
    ] {
        let path = format!("/services/{service}");
        let again = post(&visitor, &path, &format!("do={act}")).await.is(303);
        let there = again.header("location").split_once('#').map_or("", |(_, place)| place);
        assert_eq!(there, place, "{act}");
    }
}

/// The app tells what is filled in: the next page is drawn with it, and what was posted meanwhile stays.
#[tokio::test]
async fn the_app_sends_its_draft_up() {
    let portal = Portal::open().await;
    let path = "/api/drafts/report-graffiti";
    let key = uuid::Uuid::from_u128(7);
    let filled = |turn: u32, words: &str| {
        serde_json::json!({
            "key": key, "turn": turn, "seen": [["surface", 1], ["gone", 1]],
            "answers": { "surface": "public", "place.words": words, "gone": "x" },
        })
    };
    let mut sam = portal.visitor();
    let kept = sam.post(path, &filled(0, "By the steps")).await.is(200);
    sam.cookie = Some(kept.cookie());
    let first = draft(&portal, &sam).await;
    assert_eq!((first.key, first.answers.get("place.words")), (key, "By the steps"));
    assert_eq!(
        (first.answers.get("gone"), first.seen.len()),
        ("", 1),
        "what the form does not ask is not kept"
    );
    assert!(first.turn > 0 && kept.json()["turn"] == first.turn && kept.text("key") == key.to_string());
    // A page that was posted since counts, for what was on it; what the app changes after it knows of it, counts again.
    post(&sam, FORM_PAGE, "place.words=Posted&:asked=place").await.is(303);
    sam.post(path, &filled(first.turn, "Older")).await.is(200);
    let second = draft(&portal, &sam).await;
    assert_eq!(second.answers.get("place.words"), "Posted");
    sam.post(path, &filled(second.turn, "Newer")).await.is(200);
    assert_eq!(draft(&portal, &sam).await.answers.get("place.words"), "Newer");
    // Nobody else has it, and it can be thrown away.
    let stranger = post(&portal.visitor(), "/services/report-graffiti/check", "").await.is(303);
    assert_eq!(stranger.header("location"), FORM_PAGE);
    sam.post("/api/drafts/report-graffiti/forget", &serde_json::json!({})).await.is(204);
    let gone = post(&sam, "/services/report-graffiti/check", "").await.is(303);
    assert_eq!(gone.header("location"), FORM_PAGE);
    // What was sent is not brought back by a draft that arrives late.
    let (ann, _) = begin(&portal, FORM_PAGE, GRAFFITI).await;
    let posted = draft(&portal, &ann).await;
    let sent = post(&ann, "/services/report-graffiti/check", "").await.is(303).header("location").to_owned();
    let late = serde_json::json!({ "key": posted.key, "turn": posted.turn, "answers": {} });
    ann.post(path, &late).await.is(200);
    let again = post(&ann, "/services/report-graffiti/check", "").await.is(303);
    assert_eq!(again.header("location"), sent);
    ann.post("/api/drafts/nothing", &late).await.refused(404, "not_found");
    let huge = serde_json::json!({ "key": key, "answers": { "details": "x".repeat(300_000) } });
    ann.post(path, &huge).await.refused(413, "too_large");
    ann.post(path, &serde_json::json!({ "key": key, "answers": {}, "admin": true })).await.wrong(&[(
        "admin",
        "unknown_field",
        0,
    )]);
}

#[tokio::test]
async fn answers_are_kept_for_a_while_only() {
    let portal = Portal::open().await;
    let (sam, _) = begin(&portal, "/services/report-graffiti", GRAFFITI).await;
    portal.turn(chrono::TimeDelta::hours(5));
    let late = post(&sam, "/services/report-graffiti/check", "").await.is(303);
    assert_eq!(late.header("location"), "/services/report-graffiti");
    server::jobs::sweep::sweep(&portal.state).await.unwrap();
}
