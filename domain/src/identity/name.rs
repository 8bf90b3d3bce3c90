//! Names as they are compared: letters only. What is the same name in another spelling of the same letters (case,
//! accents, apostrophes, hyphens, spaces) is the same; everything else is another name.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Words of a name beyond these are not looked at.
const MOST_WORDS: usize = 12;

/// Titles that people write before their name.
const TITLES: [&str; 18] = [
    "mr",
    "mrs",
    "ms",
    "miss",
    "mx",
    "master",
    "dr",
    "prof",
    "professor",
    "rev",
    "revd",
    "reverend",
    "sir",
    "dame",
    "lady",
    "lord",
    "cllr",
    "councillor",
];

/// Letters without case and accents; apostrophes fall away, so that O'Brien is one word.
pub(super) fn letters(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        match c {
            '\'' | '’' | '‘' | '`' | '´' | 'ʼ' | 'ʻ' | '′' | '＇' => {}
            'ø' => out.push('o'),
            'ł' => out.push('l'),
            'đ' | 'ð' => out.push('d'),
            'ħ' => out.push('h'),
            'ı' => out.push('i'),
            'æ' => out.push_str("ae"),
            'œ' => out.push_str("oe"),
            'þ' => out.push_str("th"),
            'ß' => out.push_str("ss"),
            c if is_combining_mark(c) => {}
            c => out.push(c),
        }
    }
    out
}

/// The words of a name.
pub(super) fn words(text: &str) -> Vec<String> {
    let letters = letters(text);
    let words = letters.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.take(MOST_WORDS).map(str::to_owned).collect()
}

/// The words of a name as a person types it in one field, titles left out.
pub(super) fn typed(text: &str) -> Vec<String> {
    let mut words = words(text);
    let titles = words.iter().take_while(|word| TITLES.contains(&word.as_str())).count();
    // A word is left, or it is no title.
    let titles = titles.min(words.len().saturating_sub(1));
    words.drain(..titles);
    words
}

/// How well a name fits another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// Another name.
    No,
    /// The first name is only an initial, in one of them.
    Initial,
    /// The first name is written out, the same in both.
    Full,
}

/// Splits a name as typed into first names and a surname, this one, at either end of it.
fn around<'w>(typed: &'w [String], surname: &str) -> impl Iterator<Item = &'w [String]> {
    (1..=typed.len()).flat_map(move |many| {
        let (first, last) = typed.split_at(typed.len() - many);
        let (front, rest) = typed.split_at(many);
        let last = (last.concat() == surname).then_some(first);
        let front = (front.concat() == surname).then_some(rest);
        [last, front].into_iter().flatten()
    })
}

/// Whether a name as typed is this surname with these first names. Middle names may be missing or be initials, and
/// may not differ.
pub(super) fn fits(typed: &[String], surname: &str, forenames: &[String]) -> Fit {
    let fits = around(typed, surname).map(|own| forenames_fit(own, forenames));
    fits.max().unwrap_or(Fit::No)
}

fn forenames_fit(own: &[String], listed: &[String]) -> Fit {
    if own.concat() == listed.concat() {
        // Mary-Anne and Maryanne; and somebody with one name only.
        return if own.first().is_some_and(|first| is_initial(first)) { Fit::Initial } else { Fit::Full };
    }
    let (Some((own, own_middle)), Some((listed, listed_middle))) = (own.split_first(), listed.split_first())
    else {
        return Fit::No;
    };
    let (few, many) = if own_middle.len() <= listed_middle.len() {
        (own_middle, listed_middle)
    } else {
        (listed_middle, own_middle)
    };
    let mut left = many.iter();
    if !few.iter().all(|name| left.any(|other| same_or_initial(name, other))) {
        return Fit::No;
    }
    if own == listed && !is_initial(own) {
        Fit::Full
    } else if same_or_initial(own, listed) {
        Fit::Initial
    } else {
        Fit::No
    }
}

fn is_initial(name: &str) -> bool {
    name.chars().nth(1).is_none()
}

fn same_or_initial(one: &str, other: &str) -> bool {
    one == other || ((is_initial(one) || is_initial(other)) && one.chars().next() == other.chars().next())
}

/// Every surname that a name as typed may have, as [`super::roll::Elector::surname_key`] has it.
pub(super) fn surnames(typed: &[String]) -> Vec<String> {
    let ends =
        (1..=typed.len()).flat_map(|many| [typed[typed.len() - many..].concat(), typed[..many].concat()]);
    let mut surnames: Vec<String> = ends.collect();
    surnames.sort();
    surnames.dedup();
    surnames
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(typed: &str, surname: &str, forenames: &str) -> Fit {
        fits(&super::typed(typed), &words(surname).concat(), &words(forenames))
    }

    #[test]
    fn the_same_person_however_written() {
        for (typed, surname, forenames) in [
            ("Sam O'Brien", "O'BRIEN", "SAM"),
            ("sam o’brien", "OBrien", "Sam"),
            ("Sam O Brien", "O'Brien", "Sam"),
            ("O'Brien, Sam", "O'Brien", "Sam"),
            ("O'Brien Sam", "O'Brien", "Sam"),
            ("Mr Sam O'Brien", "O'Brien", "Sam"),
            ("Rev. Dr. Sam O'Brien", "O'Brien", "Sam"),
            ("Sam John O'Brien", "O'Brien", "Sam"),
            ("Sam O'Brien", "O'Brien", "Sam John"),
            ("Sam J O'Brien", "O'Brien", "Sam John Peter"),
            ("Sam J. P. O'Brien", "O'Brien", "Sam John Peter"),
            ("Sam Peter O'Brien", "O'Brien", "Sam John Peter"),
            ("Anna Smith-Jones", "SMITH JONES", "Anna"),
            ("Anna Smith Jones", "Smith-Jones", "Anna"),
            ("Anna Smithjones", "Smith – Jones", "Anna"),
            ("Zoë Müller", "Muller", "Zoe"),
            ("Zoe\u{308} Mu\u{308}ller", "MÜLLER", "ZOE"),
            ("Łukasz Żółć", "Zolc", "Lukasz"),
            ("Bjørn Strauß", "STRAUSS", "BJORN"),
            ("Mary-Anne Lee", "Lee", "Maryanne"),
            ("Mary Anne Lee", "Lee", "Mary-Anne"),
            ("Mary Lee", "Lee", "Mary-Anne"),
            ("Ludwig van der Berg", "Van Der Berg", "Ludwig"),
            ("Wang Wei", "Wang", "Wei"),
            ("Suharto", "Suharto", ""),
            ("Lord", "Lord", ""),
            ("Mr Lord", "Lord", ""),
            ("Ｓａｍ Ｌｅｅ", "Lee", "Sam"),
            ("Nǃxau Tsoma", "NǃXAU TSOMA", ""),
        ] {
            assert_eq!(fit(typed, surname, forenames), Fit::Full, "{typed} / {surname}, {forenames}");
        }
    }

    #[test]
    fn an_initial_may_be_them() {
        for (typed, surname, forenames) in [
            ("S O'Brien", "O'Brien", "Sam"),
            ("S. J. O'Brien", "O'Brien", "Sam John"),
            ("S.J. O'Brien", "O'Brien", "Sam"),
            ("Sam O'Brien", "O'Brien", "S"),
            ("S O'Brien", "O'Brien", "S"),
            ("O'Brien S", "O'Brien", "Sam John"),
            ("É Dupont", "Dupont", "Emile"),
        ] {
            assert_eq!(fit(typed, surname, forenames), Fit::Initial, "{typed} / {surname}, {forenames}");
        }
    }

    #[test]
    fn somebody_else() {
        for (typed, surname, forenames) in [
            ("", "O'Brien", "Sam"),
            ("O'Brien", "O'Brien", "Sam"),
            ("Sam", "O'Brien", "Sam"),
            ("Tom O'Brien", "O'Brien", "Sam"),
            ("T O'Brien", "O'Brien", "Sam"),
            ("Sam O'Brian", "O'Brien", "Sam"),
            ("Sam Bryan", "O'Brien", "Sam"),
            ("Sammy O'Brien", "O'Brien", "Sam"),
            ("John Peter Smith", "Smith", "John Paul"),
            ("John P Smith", "Smith", "John Adam"),
            ("John Peter Smith", "Smith", "Peter John"),
            ("J T Smith", "Smith", "John Paul"),
            ("Paul Smith", "Smith", "John Paul"),
            ("Anna Smith", "Smith-Jones", "Anna"),
            ("Anna Jones", "Smith-Jones", "Anna"),
            ("Anna Jones-Smith", "Smith-Jones", "Anna"),
            ("Sam O'Brien Jr", "O'Brien", "Sam"),
            ("Sam", "Sam", "Sam"),
            ("Suharto", "Suharto", "Ahmad"),
            ("Ahmad Suharto", "Suharto", ""),
            ("Mrs Smith", "Smith", "John"),
            ("Mr Smith", "Smith", "M"),
        ] {
            assert_eq!(fit(typed, surname, forenames), Fit::No, "{typed} / {surname}, {forenames}");
        }
    }
}
