//! Reading JSON in little code. `serde_json` tells a developer what is wrong and where; a browser's person is
//! told "there is a problem" either way, and every byte of the telling was downloaded: error texts, tables for
//! printing numbers, and a second way to read each type. Here a text is a `T`, or it is not.
//!
//! A struct is read from an object, but in the order of its fields, which takes a type half the code: what may be
//! missing says so with `#[serde(default)]`. It takes a little more than JSON (`+1` and `01` are numbers).

use std::borrow::Cow;

use domain::decimal;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess,
    Visitor,
};

/// Reads a text that is the JSON of a `T`.
#[must_use]
pub fn read<T: DeserializeOwned>(text: &str) -> Option<T> {
    let mut reader = Reader { rest: text };
    let value = T::deserialize(&mut reader).ok()?;
    reader.rest.trim_ascii().is_empty().then_some(value)
}

/// The deepest nesting of what is skipped.
const DEPTH: u8 = 64;

/// It is not what was asked for.
#[derive(Debug)]
struct Wrong;

impl std::fmt::Display for Wrong {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Wrong {}

impl Error for Wrong {
    fn custom<T: std::fmt::Display>(_: T) -> Self {
        Self
    }
}

/// What is left to be read.
struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    /// The first byte of what comes next, after white space.
    fn peek(&mut self) -> Option<u8> {
        self.rest = self.rest.trim_ascii_start();
        self.rest.bytes().next()
    }

    /// Goes past a token, if it comes next.
    fn take(&mut self, token: &str) -> bool {
        let rest = self.rest.trim_ascii_start().strip_prefix(token);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn expect(&mut self, token: &str) -> Result<(), Wrong> {
        if self.take(token) { Ok(()) } else { Err(Wrong) }
    }

    /// Goes past as many bytes.
    fn cut(&mut self, end: usize) -> Result<&'a str, Wrong> {
        let (cut, rest) = self.rest.split_at_checked(end).ok_or(Wrong)?;
        self.rest = rest;
        Ok(cut)
    }

    fn number(&mut self) -> Result<&'a str, Wrong> {
        self.peek();
        let is_part = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
        let end = self.rest.bytes().position(|byte| !is_part(byte));
        self.cut(end.unwrap_or(self.rest.len()))
    }

    fn text(&mut self) -> Result<Cow<'a, str>, Wrong> {
        self.expect("\"")?;
        let mut text = Cow::Borrowed("");
        loop {
            let is_special = |byte: u8| byte == b'"' || byte == b'\\' || byte < b' ';
            let end = self.rest.bytes().position(is_special).ok_or(Wrong)?;
            // Usually all there is; then nothing is copied.
            text += self.cut(end)?;
            match self.cut(1)? {
                "\"" => return Ok(text),
                "\\" => text.to_mut().push(self.escaped()?),
                _ => return Err(Wrong),
            }
        }
    }

    fn escaped(&mut self) -> Result<char, Wrong> {
        Ok(match self.cut(1)? {
            "b" => '\u{8}',
            "f" => '\u{c}',
            "n" => '\n',
            "r" => '\r',
            "t" => '\t',
            "u" => return self.code_point(),
            other => other.chars().next().filter(|c| matches!(c, '"' | '\\' | '/')).ok_or(Wrong)?,
        })
    }

    /// Four hexadecimal digits, or twice four for a character beyond the first 65,536.
    fn code_point(&mut self) -> Result<char, Wrong> {
        let mut unit = || u32::from_str_radix(self.cut(4)?, 16).map_err(|_| Wrong);
        let mut code = unit()?;
        if (0xD800..0xDC00).contains(&code) {
            self.expect("\\u")?;
            let mut unit = || u32::from_str_radix(self.cut(4)?, 16).map_err(|_| Wrong);
            let low = unit()?.checked_sub(0xDC00).filter(|low| *low < 0x400).ok_or(Wrong)?;
            code = 0x1_0000 + ((code - 0xD800) << 10) + low;
        }
        char::from_u32(code).ok_or(Wrong)
    }

    fn truth(&mut self) -> Result<bool, Wrong> {
        if self.take("true") {
            return Ok(true);
        }
        self.expect("false")?;
        Ok(false)
    }

    /// Goes past a value that nobody asked for.
    fn skip(&mut self, depth: u8) -> Result<(), Wrong> {
        let close = match self.peek() {
            Some(b'"') => return self.text().map(drop),
            Some(b't' | b'f') => return self.truth().map(drop),
            Some(b'n') => return self.expect("null"),
            Some(b'{') => "}",
            Some(b'[') => "]",
            _ => return decimal::read(self.number()?).map(drop).ok_or(Wrong),
        };
        if depth == DEPTH {
            return Err(Wrong);
        }
        self.cut(1)?;
        let mut fresh = true;
        while self.another(&mut fresh, close)? {
            if close == "}" {
                self.text()?;
                self.expect(":")?;
            }
            self.skip(depth + 1)?;
        }
        Ok(())
    }

    /// Goes past an object, and notes where the value of each of these fields begins.
    fn fields(&mut self, names: &[&str]) -> Result<Vec<Option<&'a str>>, Wrong> {
        let mut found = vec![None; names.len()];
        self.expect("{")?;
        let mut fresh = true;
        while self.another(&mut fresh, "}")? {
            let name = self.text()?;
            self.expect(":")?;
            let place = names.iter().position(|known| *known == name).and_then(|at| found.get_mut(at));
            if place.is_some_and(|place| place.replace(self.rest).is_some()) {
                return Err(Wrong);
            }
            self.skip(0)?;
        }
        Ok(found)
    }

    /// Whether another element comes before the list or object ends; goes past the comma, or the end.
    fn another(&mut self, fresh: &mut bool, close: &str) -> Result<bool, Wrong> {
        if self.take(close) {
            return Ok(false);
        }
        if !std::mem::take(fresh) {
            self.expect(",")?;
        }
        Ok(true)
    }
}

/// Types are read by what they ask for. Numbers of each sign are one size: the types check the range.
macro_rules! read_as {
    ($($method:ident: $visit:ident($self:ident => $value:expr);)*) => {$(
        fn $method<V: Visitor<'de>>($self, visitor: V) -> Result<V::Value, Wrong> {
            visitor.$visit($value)
        }
    )*};
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = Wrong;

    read_as! {
        deserialize_bool: visit_bool(self => self.truth()?);
        deserialize_i8: visit_i64(self => self.number()?.parse().map_err(|_| Wrong)?);
        deserialize_i16: visit_i64(self => self.number()?.parse().map_err(|_| Wrong)?);
        deserialize_i32: visit_i64(self => self.number()?.parse().map_err(|_| Wrong)?);
        deserialize_i64: visit_i64(self => self.number()?.parse().map_err(|_| Wrong)?);
        deserialize_u8: visit_u64(self => self.number()?.parse().map_err(|_| Wrong)?);
        deserialize_u16: visit_u64(self => self.number()?.parse().map_err(|_| Wrong)?);
        deserialize_u32: visit_u64(self => self.number()?.parse().map_err(|_| Wrong)?);
        deserialize_u64: visit_u64(self => self.number()?.parse().map_err(|_| Wrong)?);
        deserialize_f32: visit_f64(self => decimal::read(self.number()?).ok_or(Wrong)?);
        deserialize_f64: visit_f64(self => decimal::read(self.number()?).ok_or(Wrong)?);
        deserialize_str: visit_str(self => &self.text()?);
        deserialize_identifier: visit_str(self => &self.text()?);
        deserialize_char: visit_str(self => &self.text()?);
        deserialize_string: visit_string(self => self.text()?.into_owned());
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        if self.take("null") { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        self.expect("null")?;
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        self.expect("[")?;
        let mut items = Elements { reader: self, fresh: true, close: "]" };
        let value = visitor.visit_seq(&mut items)?;
        items.end()?;
        Ok(value)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Result<V::Value, Wrong> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        self.expect("{")?;
        let mut items = Elements { reader: self, fresh: true, close: "}" };
        let value = visitor.visit_map(&mut items)?;
        items.end()?;
        Ok(value)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        let found = self.fields(fields)?;
        let rest = self.rest;
        let value = visitor.visit_seq(Fields { reader: self, found: found.into_iter() })?;
        self.rest = rest;
        Ok(value)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        let has_content = self.take("{");
        let value = visitor.visit_enum(Variant { reader: self, has_content })?;
        if has_content {
            self.expect("}")?;
        }
        Ok(value)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        self.skip(0)?;
        visitor.visit_unit()
    }

    /// Every type we read knows what it is.
    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Wrong> {
        Err(Wrong)
    }

    serde::forward_to_deserialize_any! { bytes byte_buf unit_struct tuple_struct }
}

/// The elements of a list or an object.
struct Elements<'r, 'de> {
    reader: &'r mut Reader<'de>,
    fresh: bool,
    close: &'static str,
}

impl Elements<'_, '_> {
    /// A reader that stopped early got another list than it can hold.
    fn end(&mut self) -> Result<(), Wrong> {
        // The end itself was read when no more elements came, and then nothing is open.
        if self.close.is_empty() { Ok(()) } else { self.reader.expect(self.close) }
    }

    fn another(&mut self) -> Result<bool, Wrong> {
        let another = self.reader.another(&mut self.fresh, self.close)?;
        if !another {
            self.close = "";
        }
        Ok(another)
    }
}

impl<'de> SeqAccess<'de> for &mut Elements<'_, 'de> {
    type Error = Wrong;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Wrong> {
        if self.another()? { seed.deserialize(&mut *self.reader).map(Some) } else { Ok(None) }
    }
}

impl<'de> MapAccess<'de> for &mut Elements<'_, 'de> {
    type Error = Wrong;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Wrong> {
        if self.another()? { seed.deserialize(&mut *self.reader).map(Some) } else { Ok(None) }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Wrong> {
        self.reader.expect(":")?;
        seed.deserialize(&mut *self.reader)
    }
}

/// The fields of a struct, in its own order, each read from where its value begins.
struct Fields<'r, 'de> {
    reader: &'r mut Reader<'de>,
    found: std::vec::IntoIter<Option<&'de str>>,
}

impl<'de> SeqAccess<'de> for Fields<'_, 'de> {
    type Error = Wrong;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Wrong> {
        // None is "the end" to a type; it then takes its default for this field, or refuses, and asks on.
        let Some(rest) = self.found.next().flatten() else { return Ok(None) };
        self.reader.rest = rest;
        seed.deserialize(&mut *self.reader).map(Some)
    }
}

/// A variant: its name, or an object of its name and its content.
struct Variant<'r, 'de> {
    reader: &'r mut Reader<'de>,
    has_content: bool,
}

impl<'de> EnumAccess<'de> for Variant<'_, 'de> {
    type Error = Wrong;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Wrong> {
        let name = seed.deserialize(&mut *self.reader)?;
        if self.has_content {
            self.reader.expect(":")?;
        }
        Ok((name, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_, 'de> {
    type Error = Wrong;

    fn unit_variant(self) -> Result<(), Wrong> {
        if self.has_content { self.reader.expect("null") } else { Ok(()) }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Wrong> {
        if self.has_content { seed.deserialize(self.reader) } else { Err(Wrong) }
    }

    fn tuple_variant<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Result<V::Value, Wrong> {
        if self.has_content { self.reader.deserialize_seq(visitor) } else { Err(Wrong) }
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        if self.has_content { self.reader.deserialize_struct("", fields, visitor) } else { Err(Wrong) }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Serialize};

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        Plain,
        Sized { most: u32 },
        Named(String),
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct All {
        text: String,
        number: u16,
        less: i32,
        real: f64,
        yes: bool,
        kinds: Vec<Kind>,
        #[serde(default)]
        none: Option<String>,
        some: Option<u8>,
        map: BTreeMap<String, String>,
        pairs: Vec<(String, u32)>,
    }

    #[test]
    fn reads_what_serde_json_writes() {
        let all = All {
            text: "“Ünï” \"quoted\" \\ / \n\r\t\u{8}\u{c}\u{1} 👩‍🎨".to_owned(),
            number: 65_535,
            less: -7,
            real: -1.617_78,
            yes: true,
            kinds: vec![Kind::Plain, Kind::Sized { most: 3 }, Kind::Named(String::new())],
            none: None,
            some: Some(255),
            map: [("a.b".to_owned(), "c".to_owned())].into(),
            pairs: vec![("surface".to_owned(), u32::MAX)],
        };
        for text in [serde_json::to_string(&all).unwrap(), serde_json::to_string_pretty(&all).unwrap()] {
            assert_eq!(read(&text), Some(serde_json::from_str::<All>(&text).unwrap()));
            // Half a reply is none.
            for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
                assert_eq!(read::<All>(&text[..end]), None, "{}", &text[..end]);
            }
        }
    }

    #[test]
    fn fields_in_any_order_and_missing_ones() {
        #[derive(Debug, PartialEq, Deserialize)]
        struct Three {
            #[serde(default)]
            one: Option<u8>,
            two: u8,
            #[serde(default)]
            three: Vec<u8>,
        }
        let three = |one, two, three: &[u8]| Some(Three { one, two, three: three.to_vec() });
        assert_eq!(read(r#"{"three":[3],"two":2,"one":1}"#), three(Some(1), 2, &[3]));
        assert_eq!(read(r#"{"two":2}"#), three(None, 2, &[]));
        assert_eq!(
            read(r#"[{"two":2,"one":null},{"two":3}]"#),
            Some(vec![three(None, 2, &[]), three(None, 3, &[])].into_iter().flatten().collect::<Vec<_>>())
        );
        assert_eq!(read::<Three>(r#"{"one":1,"three":[]}"#), None);
    }

    #[test]
    fn escapes() {
        assert_eq!(read(r#""\u00e9\ud83d\ude00\/""#), Some("é😀/".to_owned()));
        for wrong in
            [r#""\ud83d""#, r#""\ude00""#, r#""\ud83d\u0041""#, r#""\x""#, r#""\u12""#, "\"\n\"", "\""]
        {
            assert_eq!(read::<String>(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_nobody_asked_for_is_skipped() {
        #[derive(Debug, PartialEq, Deserialize)]
        struct One {
            one: u8,
        }
        let fits = |text: &str| read::<One>(text) == Some(One { one: 1 });
        assert!(fits(r#" {"more":{"a":[1,-2.5e3,null,true,"}"],"b":{},"c":[]},"one":1,"last":false} "#));
        for wrong in [
            "",
            "null",
            "[1]",
            "{}",
            r#"{"one":1}}"#,
            r#"{"one":1,}"#,
            r#"{"one":256}"#,
            r#"{"one":-1}"#,
            r#"{"one":1.0}"#,
            r#"{"one":"1"}"#,
            r#"{"one" 1}"#,
            r#"{one:1}"#,
            r#"{"one":1,"one":1}"#,
            r#"{"one":1 "x":2}"#,
            r#"{"x":[1,],"one":1}"#,
            r#"{"x":[1}],"one":1}"#,
            "<html>Sign in to CafeNet</html>",
        ] {
            assert_eq!(read::<One>(wrong), None, "{wrong}");
        }
        let deep = |depth| format!(r#"{{"x":{}{},"one":1}}"#, "[".repeat(depth), "]".repeat(depth));
        assert!(fits(&deep(60)));
        assert!(!fits(&deep(100_000)));
    }
}
