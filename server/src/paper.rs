//! Letters on paper, as PDF: the address stands where a window envelope has its window, and large print is large.

use chrono::NaiveDate;
use domain::standard::say_date;
use krilla::Document;
use krilla::geom::Point;
use krilla::page::PageSettings;
use krilla::text::{Font, TextDirection};
use rustybuzz::{Face, UnicodeBuffer};

use crate::words::compose::Mails;

/// `DejaVu Sans`: Latin, Greek, Cyrillic, Arabic and more. What it does not have is printed as an empty box.
static FONT: &[u8] = include_bytes!("../fonts/DejaVuSans.ttf");

/// A4, in points.
const PAGE: (f32, f32) = (595.28, 841.89);
/// Left and right of the text.
const MARGIN: f32 = 70.0;
/// The last line of a page.
const BOTTOM: f32 = 780.0;
/// The first line of pages but the first.
const TOP: f32 = 80.0;
/// The first line of the address: 45 mm below the edge, in the window of a DL envelope.
const WINDOW: f32 = 127.0;
/// The first line of the text, below the window and the fold.
const BODY: f32 = 300.0;
/// The size of type, and of large print.
const SIZES: (f32, f32) = (11.0, 18.0);
/// The address has to fit into the window.
const ADDRESS: f32 = 11.0;
/// From one line to the next, in sizes of type.
const LEADING: f32 = 1.4;

/// A letter.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Who writes.
    pub council: String,
    /// Where it goes back to if nobody is there; empty for what is not posted.
    pub back: String,
    /// Whom it goes to, line by line.
    pub to: String,
    /// The day.
    pub day: NaiveDate,
    /// What it says.
    pub said: Mails,
    /// In large print.
    pub is_large: bool,
}

/// Why there is no PDF.
#[derive(Debug, thiserror::Error)]
pub enum PaperError {
    /// The font that is built in can't be read.
    #[error("the font can't be read")]
    Font,
    /// The pages can't be written.
    #[error("the pages can't be written")]
    Pages,
}

/// A line, and how far it stands below the one before.
struct Line {
    text: String,
    size: f32,
    below: f32,
}

impl Letter {
    /// The letter as a PDF.
    ///
    /// # Errors
    /// [`PaperError`].
    pub fn pdf(&self) -> Result<Vec<u8>, PaperError> {
        let font = Font::new(FONT.into(), 0).ok_or(PaperError::Font)?;
        let face = Face::from_slice(FONT, 0).ok_or(PaperError::Font)?;
        let lines = self.lines(&face);
        let mut document = Document::new();
        let mut rest = lines.as_slice();
        let mut first = true;
        while first || !rest.is_empty() {
            let settings = PageSettings::from_wh(PAGE.0, PAGE.1).ok_or(PaperError::Pages)?;
            let mut page = document.start_page_with(settings);
            let mut surface = page.surface();
            let mut draw = |x: f32, y: f32, size: f32, text: &str| {
                let at = Point::from_xy(x, y);
                surface.draw_text(at, font.clone(), size, text, false, TextDirection::Auto);
            };
            // What is not posted needs no window.
            let mut y = if first && !self.to.is_empty() { BODY } else { TOP };
            if first {
                draw(MARGIN, 60.0, 14.0, &self.council);
                if !self.back.is_empty() {
                    let back = format!("If undelivered, return to: {}", self.back);
                    draw(MARGIN, WINDOW - 16.0, 6.0, &back);
                }
                let step = ADDRESS * LEADING;
                let mut address = WINDOW;
                for line in self.to.lines().flat_map(|line| wrap(&face, line, ADDRESS, 260.0)) {
                    draw(MARGIN, address, ADDRESS, &line);
                    address += step;
                }
            }
            let mut drawn = 0;
            for line in rest {
                if drawn > 0 {
                    y += line.below;
                }
                // One line always fits: a page with nothing on it would have no end.
                if y > BOTTOM && drawn > 0 {
                    break;
                }
                draw(MARGIN, y, line.size, &line.text);
                drawn += 1;
            }
            surface.finish();
            page.finish();
            rest = rest.get(drawn..).unwrap_or_default();
            first = false;
        }
        document.finish().map_err(|_| PaperError::Pages)
    }

    /// What stands below the address.
    fn lines(&self, face: &Face<'_>) -> Vec<Line> {
        let size = if self.is_large { SIZES.1 } else { SIZES.0 };
        let width = PAGE.0 - 2.0 * MARGIN;
        let mut lines = Vec::new();
        let mut add = |text: &str, size: f32| {
            let mut below = size * LEADING * 1.6;
            for line in text.lines().flat_map(|line| wrap(face, line, size, width)) {
                lines.push(Line { text: line, size, below });
                below = size * LEADING;
            }
        };
        add(&say_date(self.day), size);
        add(&self.said.subject, size * 1.25);
        for paragraph in &self.said.paragraphs {
            add(paragraph, size);
        }
        lines
    }
}

/// How wide a text is, in points.
fn width(face: &Face<'_>, text: &str, size: f32) -> f32 {
    let mut buffer = UnicodeBuffer::new();
    buffer.push_str(text);
    buffer.guess_segment_properties();
    let glyphs = rustybuzz::shape(face, &[], buffer);
    let units: i32 = glyphs.glyph_positions().iter().map(|glyph| glyph.x_advance).sum();
    #[expect(clippy::cast_precision_loss, reason = "a line has some thousand units")]
    let units = units as f32;
    #[expect(clippy::cast_precision_loss, reason = "a font has some thousand units in an em")]
    let em = face.units_per_em() as f32;
    units * size / em
}

/// A text in lines that fit: broken between words, and within those that are wider than a line.
fn wrap(face: &Face<'_>, text: &str, size: f32, most: f32) -> Vec<String> {
    let space = width(face, " ", size);
    let mut lines = Vec::new();
    let (mut line, mut filled) = (String::new(), 0.0);
    for word in text.split_whitespace() {
        let wide = width(face, word, size);
        if !line.is_empty() && filled + space + wide <= most {
            line.push(' ');
            line.push_str(word);
            filled += space + wide;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        if wide <= most {
            (line, filled) = (word.to_owned(), wide);
            continue;
        }
        for letter in word.chars() {
            line.push(letter);
            if line.chars().count() > 1 && width(face, &line, size) > most {
                line.pop();
                lines.push(std::mem::take(&mut line));
                line.push(letter);
            }
        }
        filled = width(face, &line, size);
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(paragraphs: &[&str], is_large: bool) -> Letter {
        Letter {
            council: "Saltmarsh Borough Council".to_owned(),
            back: "Town Hall, Quay Road, Saltmarsh".to_owned(),
            to: "Sam O’Brien\n4 Mill Lane\nNE1 8QH".to_owned(),
            day: NaiveDate::from_ymd_opt(2026, 12, 7).unwrap(),
            said: Mails {
                name: "Sam".to_owned(),
                subject: "A message about your request".to_owned(),
                paragraphs: paragraphs.iter().map(|&text| text.to_owned()).collect(),
                ..Mails::default()
            },
            is_large,
        }
    }

    #[test]
    fn lines_are_no_wider_than_the_page() {
        let face = Face::from_slice(FONT, 0).unwrap();
        let long = "W".repeat(3000);
        for text in
            ["", " ", "one", "Removed this morning. ".repeat(40).as_str(), &long, "مرحبا بالعالم", "👩‍🎨 ਪੰਜਾਬੀ"]
        {
            for size in [11.0, 18.0] {
                let lines = wrap(&face, text, size, 455.0);
                assert!(lines.iter().all(|line| width(&face, line, size) <= 455.5), "{lines:?}");
                let kept: String = lines.concat().split_whitespace().collect();
                assert_eq!(kept, text.split_whitespace().collect::<String>());
            }
        }
    }

    #[test]
    fn the_strangest_letters_are_printed() {
        let long = "All of it. ".repeat(2000);
        let strange = "<script>alert(1)</script> \u{202e}gnp.exe \u{0} ((link)) مرحبا 👩‍🎨".to_owned();
        for paragraphs in [&["Done."][..], &[long.as_str(), &strange], &[""], &[]] {
            for is_large in [false, true] {
                let pdf = letter(paragraphs, is_large).pdf().unwrap();
                assert!(pdf.starts_with(b"%PDF-") && pdf.len() > 1000);
            }
        }
        let short = letter(&["Done."], false).pdf().unwrap();
        assert!(letter(&[&long], false).pdf().unwrap().len() > short.len());
    }
}
