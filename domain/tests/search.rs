//! Finding the form among the real ones, with the words people use.
#![cfg(feature = "documents")]
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use domain::catalogue::Service;
use domain::search::{Entry, Index};

fn index(services: &[Service]) -> Index {
    Index::new(services.iter().map(|service| Entry {
        title: &service.title,
        summary: &service.summary,
        keywords: &service.keywords,
    }))
}

fn services() -> Vec<Service> {
    support::catalogue().into_values().collect()
}

#[test]
fn everyday_words_slips_and_beginnings_lead_to_the_form() {
    let services = services();
    let index = index(&services);
    let mut wrong = Vec::new();
    for (typed, expected) in [
        ("graffiti", "report-graffiti"),
        ("grafitti", "report-graffiti"),
        ("graf", "report-graffiti"),
        ("spray paint on wall", "report-graffiti"),
        ("rubbish dumped", "fly-tipping"),
        ("someone dumped a sofa", "fly-tipping"),
        ("flytipping", "fly-tipping"),
        ("fly tip", "fly-tipping"),
        ("pothole", "pothole"),
        ("pot hole", "pothole"),
        ("potholl", "pothole"),
        ("hole in the road", "pothole"),
        ("street light", "street-light"),
        ("street lamp broken", "street-light"),
        ("lamp post out", "street-light"),
        ("dead fox", "dead-animal"),
        ("dead animal", "dead-animal"),
        ("abandoned car", "abandoned-vehicle"),
        ("abandonned vehicle", "abandoned-vehicle"),
        ("blocked drain", "blocked-drain"),
        ("gully blocked", "blocked-drain"),
        ("overgrown hedge", "overgrown-tree"),
        ("tree branch", "overgrown-tree"),
        ("broken sign", "damaged-sign"),
        ("bollard", "damaged-sign"),
        ("dog poo", "dog-fouling"),
        ("dog mess", "dog-fouling"),
        ("bin not collected", "missed-bin"),
        ("my bin wasn't emptied", "missed-bin"),
        ("missed bin", "missed-bin"),
        ("mised bin", "missed-bin"),
        ("new bin", "order-bin"),
        ("broken bin", "order-bin"),
        ("bulky waste", "bulky-collection"),
        ("get rid of a sofa", "bulky-collection"),
        ("old mattress collection", "bulky-collection"),
        ("garden waste", "garden-waste"),
        ("brown bin subscription", "garden-waste"),
        ("help with my bins", "assisted-collection"),
        ("needles", "clinical-waste"),
        ("clinical waste", "clinical-waste"),
        ("parking permit", "resident-permit"),
        ("residents permit", "resident-permit"),
        ("visitor permit", "visitor-vouchers"),
        ("visitors parking", "visitor-vouchers"),
        ("pay fine", "pay-penalty-charge"),
        ("pay my parking ticket", "pay-penalty-charge"),
        ("appeal parking ticket", "challenge-penalty-charge"),
        ("challenge pcn", "challenge-penalty-charge"),
        ("suspend parking bay", "suspend-bay"),
        ("blue badge", "blue-badge"),
        ("disabled parking", "blue-badge"),
        ("moving house", "council-tax-move"),
        ("moved out", "council-tax-move"),
        ("live alone", "single-person-discount"),
        ("single person discount", "single-person-discount"),
        ("council tax bill wrong", "council-tax-bill"),
        ("cant pay council tax", "council-tax-payment"),
        ("struggling to pay", "council-tax-payment"),
        ("housing benefit claim", "claim-progress"),
        ("boiler broken", "housing-repair"),
        ("repair", "housing-repair"),
        ("mould", "damp-mould"),
        ("damp", "damp-mould"),
        ("noisy neighbours", "noise"),
        ("loud music", "noise"),
        ("rats", "pest-control"),
        ("wasps nest", "pest-control"),
        ("dirty restaurant", "food-hygiene"),
        ("food poisoning", "food-hygiene"),
        ("carer", "adult-help"),
        ("help for my mum", "adult-help"),
        ("school place", "school-admission"),
        ("school admission", "school-admission"),
        ("library card", "join-library"),
        ("join the library", "join-library"),
        ("book a computer", "book-computer"),
        ("suggest a book", "suggest-book"),
        ("complaint", "complaint"),
        ("say thank you", "compliment"),
        ("foi", "freedom-of-information"),
        ("freedom of information", "freedom-of-information"),
        ("my data", "my-data"),
        ("change my name", "change-details"),
        ("change of address", "change-details"),
        ("litter", "street-cleaning"),
        ("street cleaning", "street-cleaning"),
    ] {
        let found: Vec<&str> = index.find(typed, 3).into_iter().map(|at| services[at].id.as_str()).collect();
        if !found.contains(&expected) {
            wrong.push(format!("{typed}: {found:?}, not {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(index.find("", 8).is_empty() && index.find("  ", 8).is_empty());
    assert!(index.find("zzzzzz", 8).is_empty());
}

#[test]
fn a_message_that_fits_a_form_says_which() {
    let services: Vec<Service> = services().into_iter().filter(|service| service.suggest.is_none()).collect();
    let index = index(&services);
    let mut wrong = Vec::new();
    for (message, expected) in [
        ("My green bin wasn't emptied on Tuesday", "missed-bin"),
        ("You missed our bin collection again this week", "missed-bin"),
        ("There's a huge pothole outside number 12", "pothole"),
        ("Someone has dumped a sofa in our lane, it is fly-tipping", "fly-tipping"),
        ("There is graffiti on the underpass", "report-graffiti"),
        ("The street light outside my house has been out for weeks", "street-light"),
        ("I need to tell you I am moving house and about my council tax", "council-tax-move"),
        ("I want to appeal my parking ticket", "challenge-penalty-charge"),
        ("There is black mould all over the bedroom of my council flat", "damp-mould"),
        ("There is a wasp nest in our shed", "pest-control"),
        ("There is dog poo all along the path", "dog-fouling"),
        ("I would like to make a freedom of information request about roads", "freedom-of-information"),
    ] {
        let found = index.suggest(message).map(|found| services[found.entry].id.as_str());
        if found != Some(expected) {
            wrong.push(format!("{message}: {found:?}, not {expected}"));
        }
    }
    for message in [
        "What time does the town hall open?",
        "Hello",
        "",
        "When is the next council meeting?",
        "Who is my councillor?",
        "Can I hire the hall for a party in June?",
        "I lost my umbrella in the town hall",
        "Is there a market on Sunday?",
        "I would like to know about the election",
        "How do I become a foster parent?",
        "Do you have a map of cycle routes?",
        "Where can I get married?",
    ] {
        if let Some(found) = index.suggest(message) {
            wrong.push(format!("{message}: {} for {:?}", services[found.entry].id, found.words));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_long_message_is_read_in_no_time_and_harmlessly() {
    let services = services();
    let index = index(&services);
    let message = "word \u{202e}%_' bin ".repeat(2_000);
    let _ = (index.suggest(&message), index.find(&message, 8), index.route(&message));
}
