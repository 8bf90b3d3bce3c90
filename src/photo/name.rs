//! A photo's file name as it is shown. It is shown only: the server never hears it.

use domain::field::plain::is_direction_control;

/// The most characters shown.
const LENGTH: usize = 40;
/// How many of them come from the end, where the ending is.
const END: usize = 12;

/// A file name fit to be shown: without folders, line breaks, invisible characters and characters that
/// turn the direction of writing; long names lose their middle. Never empty.
#[must_use]
pub fn shown(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept = last.chars().filter(|character| !is_invisible(*character)).collect::<String>();
    let words: Vec<char> = kept.split_whitespace().collect::<Vec<_>>().join(" ").chars().collect();
    if words.iter().all(|character| matches!(character, '.' | ' ')) {
        "photo".to_owned()
    } else if words.len() > LENGTH {
        let start = &words[..LENGTH - END - 1];
        let end = &words[words.len() - END..];
        start.iter().chain(['…'].iter()).chain(end).collect()
    } else {
        words.into_iter().collect()
    }
}

/// The joiner of emoji (U+200D) stays.
fn is_invisible(character: char) -> bool {
    (character.is_control() && !character.is_whitespace())
        || is_direction_control(character)
        || matches!(character, '\u{ad}' | '\u{200b}' | '\u{200c}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
        || matches!(character, '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cleaned() {
        for (name, expected) in [
            ("IMG_2041.jpg", "IMG_2041.jpg"),
            ("../../etc/passwd", "passwd"),
            ("..\\..\\boot.ini", "boot.ini"),
            ("C:\\fakepath\\wall.png", "wall.png"),
            ("a.jpg%00.php", "a.jpg%00.php"),
            ("a.jpg\0.php", "a.jpg.php"),
            ("photo\u{202e}gpj.exe", "photogpj.exe"),
            ("two\r\nlines.jpg", "two lines.jpg"),
            ("zero\u{200b}width.jpg", "zerowidth.jpg"),
            ("👩\u{200d}🎨.jpg", "👩\u{200d}🎨.jpg"),
            ("  .jpg ", ".jpg"),
            ("صورة.jpg", "صورة.jpg"),
            ("CON", "CON"),
            ("", "photo"),
            ("..", "photo"),
            ("/", "photo"),
            ("\u{202e}", "photo"),
        ] {
            assert_eq!(shown(name), expected, "{name:?}");
        }
    }

    #[test]
    fn long_names_keep_their_ending() {
        let long = format!("{}.jpeg", "wall-".repeat(60));
        assert_eq!(shown(&long), "wall-wall-wall-wall-wall-wa…l-wall-.jpeg");
        assert_eq!(shown(&long).chars().count(), LENGTH);
        assert_eq!(shown(&"ü".repeat(40)), "ü".repeat(40));
    }
}
