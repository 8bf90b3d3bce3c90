//! Messages as they go out: several that belong together as one, by mail, on paper, or as a text message.

use std::collections::{BTreeMap, BTreeSet};

use domain::alert::Channel;
use serde_json::json;

use super::{Wording, Words, cut, facts, one_line};
use crate::jobs::alert::{Alert, Audience, Facts, Reader, foremost, taps};

/// The longest text message, in characters: what is longer, GOV.UK Notify does not take.
pub const LONGEST_TEXT: usize = 918;
/// What a notification says of what it is about, in characters: screens show no more.
const LONGEST_NOTIFICATION: usize = 200;

/// A mail or letter, with every link that is in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mails {
    /// Name of whom it goes to; may be empty.
    pub name: String,
    /// Subject.
    pub subject: String,
    /// Paragraphs.
    pub paragraphs: Vec<String>,
    /// Those of them that are links.
    pub links: Vec<String>,
    /// The language that it is in, as two letters.
    pub language: String,
    /// A paragraph in another language, and that language.
    pub line: Option<(String, String)>,
    /// It is to be large.
    pub large: bool,
}

/// One mail or letter that tells all of these to one person, in the language that is best for them if there are words in it.
#[must_use]
pub fn compose(wording: &Wording, alerts: &[Alert], by: Channel) -> Mails {
    let Some(last) = alerts.last() else { return Mails::default() };
    let words = wording.of(&last.reader.language, alerts.iter().map(|alert| &alert.told));
    let mut about: BTreeMap<&str, Vec<&Alert>> = BTreeMap::new();
    for alert in alerts {
        about.entry(&alert.reference).or_default().push(alert);
    }
    let name = one_line(
        alerts.iter().map(|alert| alert.name.as_str()).find(|name| !name.is_empty()).unwrap_or_default(),
    );
    let mut paragraphs = vec![words.frame("hello", facts(json!({ "name": name })))];
    let mut links = Vec::new();
    let count = json!({ "count": about.len() });
    let subject = if about.len() < 2 {
        subject(words, alerts)
    } else {
        paragraphs.push(words.frame("news", facts(count.clone())));
        words.frame("news_subject", facts(count))
    };
    for (reference, of_one) in &about {
        if about.len() > 1 {
            paragraphs.push(self::subject(words, of_one.iter().copied()));
        }
        for Alert { told, title, reference, instead_of, .. } in of_one {
            paragraphs.extend(words.paragraphs(told, title, reference, by));
            if !instead_of.is_empty() {
                paragraphs.push(words.frame("instead_of", facts(json!({ "who": instead_of }))));
            }
        }
        let Some(Alert { link, told, title, .. }) = of_one.last() else { continue };
        if !link.is_empty() {
            paragraphs.extend([words.see(told, title, reference), link.clone()]);
            links.push(link.clone());
        }
        // Nobody taps on paper.
        let taps = if by == Channel::Letter { None } else { taps(of_one.iter().copied()) };
        for (label, link) in taps.into_iter().flatten() {
            paragraphs.extend([words.frame(label, Facts::new()), link.clone()]);
            links.push(link);
        }
        let tells_reference = [Audience::Resident, Audience::Staff].contains(&told.bearing().0);
        if tells_reference && !reference.is_empty() {
            paragraphs.push(words.frame("reference", facts(json!({ "reference": reference }))));
        }
    }
    paragraphs.push(words.frame("signed", Facts::new()));
    let Reader { language, large } = last.reader.clone();
    let line = wording.line(&language).filter(|_| words.language() != language);
    let line = line.map(|line| (language, line.to_owned()));
    if let Some((_, line)) = &line {
        paragraphs.insert(0, line.clone());
    }
    Mails { name, subject, paragraphs, links, language: words.language().to_owned(), line, large }
}

/// What several about one request are about, in a line.
fn subject<'a>(words: &Words, alerts: impl IntoIterator<Item = &'a Alert>) -> String {
    let said = |Alert { told, title, reference, .. }: &Alert| words.headline(told, title, reference);
    foremost(alerts).map(said).unwrap_or_default()
}

/// The same as a text message: what matters most, and where to read the rest.
#[must_use]
pub fn text(wording: &Wording, alerts: &[Alert]) -> String {
    let Some(Alert { told, title, reference, link, reader, .. }) = foremost(alerts) else {
        return String::new();
    };
    let words = wording.of(&reader.language, alerts.iter().map(|alert| &alert.told));
    let said = |headline: &str| {
        words.frame("sms", facts(json!({ "headline": headline, "more": alerts.len() - 1, "link": link })))
    };
    let room = LONGEST_TEXT.saturating_sub(said("").chars().count());
    said(&cut(&words.headline_of_text(told, title, reference), room))
}

/// What a device shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notification {
    /// Who tells it.
    pub title: String,
    /// What.
    pub body: String,
    /// The language that it is in, as two letters.
    pub language: String,
}

/// The same as a notification: for all who see the screen only that there is something, unless they are to see what.
#[must_use]
pub fn notification(wording: &Wording, alerts: &[Alert], says_what: bool) -> Notification {
    let Some(first @ Alert { told, title, reference, reader, .. }) = foremost(alerts) else {
        return Notification::default();
    };
    let words = wording.of(&reader.language, alerts.iter().map(|alert| &alert.told));
    let body = if says_what {
        let headline = cut(&words.headline_of_text(told, title, reference), LONGEST_NOTIFICATION);
        words.frame("push_what", facts(json!({ "headline": headline, "more": alerts.len() - 1 })))
    } else {
        let about: BTreeSet<&str> = alerts.iter().map(|alert| alert.reference.as_str()).collect();
        let matter = first.told.bearing().1;
        words.frame("push", facts(json!({ "matter": matter, "count": about.len() })))
    };
    Notification { title: wording.council().to_owned(), body, language: words.language().to_owned() }
}

/// How many messages a text message is sent as, and paid for: by its letters, with seven bits each if all of them are in the
/// alphabet of text messages (3GPP TS 23.038), else with sixteen.
#[must_use]
pub fn parts(text: &str) -> usize {
    const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
    const TWICE: &str = "\u{c}^{}\\[~]|€";
    let septets = text.chars().map(|c| {
        let times = if BASIC.contains(c) { 1 } else { 2 };
        (times == 1 || TWICE.contains(c)).then_some(times)
    });
    let (length, alone, each) = match septets.sum::<Option<usize>>() {
        Some(septets) => (septets, 160, 153),
        None => (text.encode_utf16().count(), 70, 67),
    };
    if length <= alone { 1 } else { length.div_ceil(each) }
}
