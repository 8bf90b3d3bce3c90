//! The page of a copy: one file that opens by itself, without a network and without scripts.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use uuid::Uuid;

use super::{Block, Copy, File};
use crate::adapters::blobs::Size;
use crate::jobs::escape;

const STYLE: &str = "body{font:1.1rem/1.5 Arial,sans-serif;color:#0b0c0c;background:#fff;max-width:50rem;margin:0 auto;padding:1rem;overflow-wrap:anywhere}\
h2{border-top:2px solid #505a5f;margin-top:2rem;padding-top:1rem}h3{margin-top:1.5rem}\
dt{font-weight:bold}dd{margin:0 0 .75rem}dd,li,p{white-space:pre-line}\
figure{margin:1rem 0}img{max-width:100%;height:auto}a{color:#1a65a6}\
a:focus{outline:3px solid #0b0c0c;background:#fd0;color:#0b0c0c}";

/// Draws it. `found` are the files in the ZIP by their identifiers, with their whole names; a file that is not among
/// them could not be had.
pub(super) fn draw(copy: &Copy, found: &BTreeMap<Uuid, String>) -> String {
    let council = escape(&copy.council.1);
    let mut html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Everything {council} has about you</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"referrer\" content=\"no-referrer\">\
         <style>{STYLE}</style></head><body><main><h1>Everything {council} has about you</h1>\
         <p>This is a copy of everything in your account, made on {}. It holds personal details: keep it where nobody else can read it.</p>\
         <p>The same is in the file <a href=\"everything.json\">everything.json</a>, for computer programs.</p>\
         <nav aria-label=\"On this page\"><ul>",
        escape(&copy.made)
    );
    for section in &copy.sections {
        // Writing into a text does not fail.
        let _ = write!(html, "<li><a href=\"#{}\">{}</a></li>", section.key, escape(section.title));
    }
    html += "</ul></nav>";
    for section in &copy.sections {
        let _ = write!(
            html,
            "<section aria-labelledby=\"{0}\"><h2 id=\"{0}\">{1}</h2>",
            section.key,
            escape(section.title)
        );
        for block in &section.blocks {
            draw_block(&mut html, block, found);
        }
        html += "</section>";
    }
    html + "</main></body></html>\n"
}

fn draw_block(html: &mut String, block: &Block, found: &BTreeMap<Uuid, String>) {
    match block {
        Block::Text(text) => {
            let _ = write!(html, "<p>{}</p>", escape(text));
        }
        Block::Heading(text) => {
            let _ = write!(html, "<h3>{}</h3>", escape(text));
        }
        Block::Facts(facts) => {
            *html += "<dl>";
            for (name, what) in facts {
                let _ = write!(html, "<dt>{}</dt><dd>{}</dd>", escape(name), escape(what));
            }
            *html += "</dl>";
        }
        Block::List(items) => {
            *html += "<ul>";
            for item in items {
                let _ = write!(html, "<li>{}</li>", escape(item));
            }
            *html += "</ul>";
        }
        Block::File(File { id, size, label, .. }) => {
            let label = escape(label);
            let _ = match (found.get(id).map(|name| escape(name)), size) {
                (None, _) => write!(html, "<p>{label}: it could not be read. Ask us for it.</p>"),
                (Some(name), Size::Document) => write!(html, "<p><a href=\"{name}\">{label}</a></p>"),
                (Some(name), _) => write!(
                    html,
                    "<figure><img src=\"{name}\" alt=\"{label}\"><figcaption>{label}</figcaption></figure>"
                ),
            };
        }
    }
}
