//! Finding the form: by everyday words, as they are typed, with the slips people make. The same words tell which
//! form fits a free message. All of it is small enough to run in the browser at every key.

/// What is searched of one service.
pub struct Entry<'a> {
    /// Its title.
    pub title: &'a str,
    /// What it is for.
    pub summary: &'a str,
    /// Everyday words and phrases.
    pub keywords: &'a [String],
}

/// The words of all services, with the services each stands for.
#[derive(Debug, Default)]
pub struct Index {
    words: Vec<Word>,
    /// What people say in several words: the places of the words, and the service.
    phrases: Vec<(Vec<usize>, usize)>,
    many: usize,
}

#[derive(Debug)]
struct Word {
    stem: String,
    /// The services it stands for, each with how much it says.
    says: Vec<(usize, u32)>,
}

/// The form that fits a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// The service's place in the index.
    pub entry: usize,
    /// The words that say so, as they were written.
    pub words: Vec<String>,
}

const TITLE: u32 = 5;
const KEYWORD: u32 = 4;
/// A word that stands for the service only together with others.
const PART: u32 = 2;
const SUMMARY: u32 = 1;
/// A word that was typed in full, one that was begun, and one with a slip in it.
const FULL: u32 = 8;
const BEGUN: u32 = 5;
const SLIP: u32 = 4;
/// More words say no more, and cost time.
const MOST_TYPED: usize = 12;
const MOST_READ: usize = 300;
/// What a suggestion has to reach, and how far ahead of the next it must be, in per cent.
const SURE: u32 = 124;
const AHEAD: u32 = 130;
/// What a route has to reach.
const LIKELY: u32 = 90;

/// Words that say nothing of what is wanted.
const STOP: &str = " a about all am an and any are at be been but by can could did do does for from get got had has have having hello help hi how i id if im in is it its ive just like make me my need not of on one or our out please report so some someone somebody tell thank thanks that the their them there theres they this to up us want was we were what when where which who will with wont would you your ";

impl Index {
    /// Reads all services, once.
    #[must_use]
    pub fn new<'a>(entries: impl IntoIterator<Item = Entry<'a>>) -> Self {
        let mut index = Self::default();
        for entry in entries {
            let at = index.many;
            index.many += 1;
            index.add(entry.title, at, TITLE);
            index.add(entry.summary, at, SUMMARY);
            for keyword in entry.keywords {
                let is_alone = telling(keyword, 2).len() < 2;
                let places = index.add(keyword, at, if is_alone { KEYWORD } else { PART });
                if places.len() > 1 {
                    index.phrases.push((places, at));
                }
            }
        }
        index
    }

    fn add(&mut self, text: &str, entry: usize, weight: u32) -> Vec<usize> {
        let mut places = Vec::new();
        for (word, _) in telling(text, MOST_TYPED * 4) {
            let stem = stem(&word);
            let known = self.words.iter().position(|known| known.stem == stem);
            let place = known.unwrap_or_else(|| {
                self.words.push(Word { stem, says: Vec::new() });
                self.words.len() - 1
            });
            let says = &mut self.words[place].says;
            match says.iter_mut().find(|(known, _)| *known == entry) {
                Some((_, known)) => *known = weight.max(*known),
                None => says.push((entry, weight)),
            }
            places.push(place);
        }
        places
    }

    /// The places of the services that fit what is typed, best first, at most so many. The last word may be
    /// unfinished.
    #[must_use]
    pub fn find(&self, typed: &str, most: usize) -> Vec<usize> {
        let words = telling(typed, MOST_TYPED);
        let mut scores = vec![(0_u32, 0_u32); self.many];
        let mut exact = vec![false; self.words.len()];
        for (at, (word, _)) in words.iter().enumerate() {
            let is_last = at + 1 == words.len();
            let own = self.match_word(word, is_last, &mut exact);
            for (score, own) in scores.iter_mut().zip(own) {
                if own > 0 {
                    *score = (score.0 + 1, score.1 + own);
                }
            }
        }
        for (phrase, entry) in &self.phrases {
            if phrase.iter().all(|place| exact[*place]) {
                scores[*entry].1 += 60 * u32::try_from(phrase.len()).unwrap_or(0);
            }
        }
        let mut found: Vec<usize> = (0..self.many).filter(|at| scores[*at].0 > 0).collect();
        // More of the words first: a service that fits one of three is a guess.
        let best = found.iter().map(|at| scores[*at].0).max().unwrap_or(0);
        found.retain(|at| scores[*at].0 * 2 > best || scores[*at].0 == best);
        found.sort_by_key(|at| std::cmp::Reverse(scores[*at].1 + 40 * scores[*at].0));
        found.truncate(most);
        found
    }

    /// What each service gets for one word.
    fn match_word(&self, word: &str, may_be_begun: bool, exact: &mut [bool]) -> Vec<u32> {
        let mut scores = vec![0; self.many];
        let stem = stem(word);
        for (place, known) in self.words.iter().enumerate() {
            let quality = if known.stem == stem {
                exact[place] = true;
                FULL
            } else if may_be_begun && word.len() > 1 && known.stem.starts_with(word) {
                BEGUN
            } else if is_slip(&stem, &known.stem) {
                exact[place] = true;
                SLIP
            } else {
                continue;
            };
            // A word of few services says more than one of many.
            let rarity = match known.says.len() {
                0..=2 => 4,
                3..=6 => 3,
                _ => 2,
            };
            for (entry, weight) in &known.says {
                let score = &mut scores[*entry];
                *score = (quality * weight * rarity).max(*score);
            }
        }
        scores
    }

    /// The form that fits a free message clearly better than any other; none when that is not clear.
    #[must_use]
    pub fn suggest(&self, message: &str) -> Option<Suggestion> {
        let (best, next, words) = self.read(message)?;
        let is_sure = best.1 >= SURE && best.1 * 100 >= next * AHEAD;
        is_sure.then_some(Suggestion { entry: best.0, words })
    }

    /// The service whose department a message probably belongs to; none when nothing tells.
    #[must_use]
    pub fn route(&self, message: &str) -> Option<Suggestion> {
        let (best, _, words) = self.read(message)?;
        (best.1 >= LIKELY).then_some(Suggestion { entry: best.0, words })
    }

    /// The service that fits a message best with its score, the next best score, and the words that tell.
    fn read(&self, message: &str) -> Option<((usize, u32), u32, Vec<String>)> {
        let words = telling(message, MOST_READ);
        let mut told: Vec<Option<String>> = vec![None; self.words.len()];
        for (word, written) in &words {
            let stem = stem(word);
            for (place, known) in self.words.iter().enumerate() {
                if told[place].is_none()
                    && (known.stem == stem || stem.len() > 5 && is_slip(&stem, &known.stem))
                {
                    told[place] = Some((*written).to_owned());
                }
            }
        }
        let mut scores = vec![0_u32; self.many];
        for (known, told) in self.words.iter().zip(&told) {
            if told.is_none() {
                continue;
            }
            let rarity = match known.says.iter().filter(|(_, weight)| *weight > PART).count() {
                0..=1 => 25,
                2..=3 => 15,
                4..=8 => 6,
                _ => 2,
            };
            for (entry, weight) in known.says.iter().filter(|(_, weight)| *weight > SUMMARY) {
                scores[*entry] += weight * rarity;
            }
        }
        for (phrase, entry) in &self.phrases {
            if phrase.iter().all(|place| told[*place].is_some()) {
                scores[*entry] += 80 * u32::try_from(phrase.len()).unwrap_or(0);
            }
        }
        let best = (0..self.many).max_by_key(|at| (scores[*at], std::cmp::Reverse(*at)))?;
        let next = (0..self.many).filter(|at| *at != best).map(|at| scores[at]).max().unwrap_or(0);
        let mut said = Vec::new();
        for (place, known) in self.words.iter().enumerate() {
            if known.says.iter().any(|(entry, weight)| *entry == best && *weight > SUMMARY) {
                said.extend(told[place].take());
            }
        }
        Some(((best, scores[best]), next, said))
    }
}

/// The words of a text that tell something, folded, each with the way it was written; all words when none does.
fn telling(text: &str, most: usize) -> Vec<(String, &str)> {
    let mut all = Vec::new();
    let mut some = Vec::new();
    for written in
        text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '\'' | '’') || !c.is_ascii()))
    {
        let word = fold(written);
        if word.is_empty() || some.len() == most || all.len() == most * 3 {
            continue;
        }
        if !STOP.contains(&format!(" {word} ")) {
            some.push((word.clone(), written));
        }
        all.push((word, written));
    }
    all.truncate(most);
    if some.is_empty() { all } else { some }
}

/// A word in lower case, without apostrophes and the accents of western languages.
fn fold(word: &str) -> String {
    let mut folded = String::new();
    for c in word.chars() {
        match c {
            '\'' | '’' => {}
            'à'..='å' | 'À'..='Å' => folded.push('a'),
            'è'..='ë' | 'È'..='Ë' => folded.push('e'),
            'ì'..='ï' | 'Ì'..='Ï' => folded.push('i'),
            'ò'..='ö' | 'Ò'..='Ö' => folded.push('o'),
            'ù'..='ü' | 'Ù'..='Ü' => folded.push('u'),
            'ŵ' | 'Ŵ' => folded.push('w'),
            'ŷ' | 'Ŷ' | 'ý' => folded.push('y'),
            'ç' | 'Ç' => folded.push('c'),
            'ñ' | 'Ñ' => folded.push('n'),
            c => folded.push(c.to_ascii_lowercase()),
        }
    }
    folded
}

/// A word without its ending: `collected`, `collecting` and `collection` are all `collect`.
fn stem(word: &str) -> String {
    let mut stem = word;
    for end in ["ing", "ion", "ies", "ied", "ed", "es", "s"] {
        if let Some(rest) = stem.strip_suffix(end)
            && rest.len() > 2
            && !(end == "s" && rest.ends_with('s'))
        {
            stem = rest;
            break;
        }
    }
    let mut bytes = stem.bytes().rev();
    let (last, before) = (bytes.next(), bytes.next());
    // dropp-ed, but not fall.
    if stem.len() < word.len()
        && last == before
        && last.is_some_and(|last| last.is_ascii_alphabetic() && !b"lse".contains(&last))
    {
        stem = &stem[..stem.len() - 1];
    }
    if stem.len() > 3 && stem.is_ascii() {
        stem = stem.strip_suffix(['e', 'y', 'i']).unwrap_or(stem);
    }
    stem.to_owned()
}

/// Whether one word is another with a slip: one letter wrong, missing, added or swapped with its neighbour; two
/// in a long word. Short words are too near to each other.
fn is_slip(typed: &str, known: &str) -> bool {
    let most = match typed.len() {
        0..=3 => return false,
        4..=7 => 1,
        _ => 2,
    };
    if typed.len().abs_diff(known.len()) > most || typed.as_bytes()[0] != known.bytes().next().unwrap_or(0) {
        return false;
    }
    distance(typed.as_bytes(), known.as_bytes(), most) <= most
}

/// How many slips lie between two words; more than `most` counts as one more than that.
fn distance(a: &[u8], b: &[u8], most: usize) -> usize {
    let mut before = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 0..a.len() {
        let mut row = vec![i + 1];
        let mut smallest = i + 1;
        for j in 0..b.len() {
            let mut cost = last[j] + usize::from(a[i] != b[j]);
            cost = cost.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j] {
                cost = cost.min(before[j - 1] + 1);
            }
            smallest = smallest.min(cost);
            row.push(cost);
        }
        if smallest > most {
            return most + 1;
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_and_accents_do_not_matter() {
        for (one, other) in [
            ("collected", "collection"),
            ("potholes", "pothole"),
            ("dumping", "dumped"),
            ("dropped", "drop"),
            ("empty", "emptied"),
            ("bins", "bin"),
        ] {
            assert_eq!(stem(one), stem(other), "{one} {other}");
        }
        assert_ne!(stem("bus"), stem("bu"));
        assert_eq!(fold("Café’s"), "cafes");
    }

    #[test]
    fn one_slip_in_a_word_and_two_in_a_long_one() {
        for (typed, known) in [
            ("graffitti", "graffiti"),
            ("grafitti", "graffiti"),
            ("pothloe", "pothole"),
            ("rubish", "rubbish"),
        ] {
            assert!(is_slip(typed, known), "{typed}");
        }
        for (typed, known) in [("bin", "bun"), ("tree", "free"), ("street", "straight"), ("light", "night")] {
            assert!(!is_slip(typed, known), "{typed}");
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_panics(typed in "\\PC{0,60}", keyword in "\\PC{0,20}") {
            let keywords = [keyword.clone(), "bin not collected".to_owned()];
            let index = Index::new([Entry { title: &keyword, summary: &typed, keywords: &keywords }]);
            let _ = (index.find(&typed, 8), index.suggest(&typed), index.route(&keyword));
        }
    }
}
