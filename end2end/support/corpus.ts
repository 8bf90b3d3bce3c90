/**
 * What people type, kind by kind: what must be taken, and what must be refused at which of its parts. The same answers
 * go through the app in the browser and through the server.
 */

/** Raw answers by part; "" is the question itself. */
export type Raw = Record<string, string>;

interface Kind {
  /** The question's settings in its document, besides `id` and `label`. */
  settings: string;
  accept: Raw[];
  /** The answers, and the parts that are wrong with them. */
  refuse: [Raw, string[]][];
}

const one = (...list: string[]): Raw[] => list.map((raw) => ({ "": raw }));
const no = (...list: string[]): [Raw, string[]][] => list.map((raw) => [{ "": raw }, [""]]);

const HTML = `<script>pwned=1</script><img src=x onerror="pwned=1"> [link](javascript:pwned=1) {{7*7}}`;
const FORMULAS = [`=HYPERLINK("http://x.example")`, "+cmd|' /C calc'!A0", "-1+1", "@SUM(A1)", "\t=1+1"];

export const CORPUS: Record<string, Kind> = {
  name: {
    settings: `kind = "name"`,
    accept: one("O’Brien", "O'Brien", "D’Arcy-Smith", "Nǃxau", "X Æ A-12", "U", "Madonna", "a".repeat(300), "مريم عبد الله", "Zoë 👩🏽‍🎨 Müller", "Eve\u202Egnp.exe"),
    refuse: no("", "   ", "n".repeat(2_000)),
  },
  text: {
    settings: `kind = "text"`,
    accept: one("'; DROP TABLE request;--", "' OR 1=1--", "100 %", "a_b", HTML, ...FORMULAS, "e\u0301", "👨‍👩‍👧‍👦"),
    refuse: no("", " \t ", "t".repeat(201)),
  },
  long_text: {
    settings: `kind = "long_text"\nmax = 300`,
    accept: one("Two\nlines", `${HTML}\n${FORMULAS.join("\n")}`, "Z\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308\u0309\u030Aalgo"),
    refuse: no("", "\n\n", "l".repeat(301), "l\n".repeat(200)),
  },
  number: {
    settings: `kind = "number"\nmin = 1\nmax = 5000`,
    accept: one("1", " 12 ", "5,000", "007", "+3"),
    refuse: no("", "0", "5001", "1.5", "-1", "two", "1e3", "99999999999999999999"),
  },
  money: {
    settings: `kind = "money"`,
    accept: one("12", "£12.50", "1,234.56", " 0.01 "),
    refuse: no("", "0", "12.345", "£", "twelve", "-5", "12,50,1"),
  },
  date: {
    settings: `kind = "date"`,
    accept: [
      { day: "12", month: "dec", year: "2026" },
      { day: "3", month: "March", year: "2026" },
      { day: "29", month: "2", year: "2028" },
      { day: "01", month: "09", year: "1999" },
    ],
    refuse: [
      [{ day: "", month: "", year: "" }, [""]],
      [{ day: "31", month: "2", year: "2026" }, [""]],
      [{ day: "29", month: "2", year: "2027" }, [""]],
      [{ day: "2", month: "3", year: "26" }, [""]],
      [{ day: "2", month: "", year: "2026" }, [""]],
      [{ day: "2", month: "13", year: "2026" }, [""]],
      [{ day: "x", month: "1", year: "2026" }, [""]],
    ],
  },
  email: {
    settings: `kind = "email"`,
    accept: one("a+b@x.example", "O'Brien@Example.ORG", "sam@hotmial.com", `${"a".repeat(64)}@${"b".repeat(63)}.example`, "kim@münchen.example"),
    refuse: no("", "sam", "sam@", "@example.org", "sam at example.org", "sam@exa mple.org", "x@y.example%0abcc:z@y.example", `${"a".repeat(65)}@example.org`, "Ｊ＠ｘ"),
  },
  phone: {
    settings: `kind = "phone"\nrequired = false`,
    accept: one("(0191) 278-7878", "+44 7700 900123", "07700 900 123 ext 4", "0044 191 278 7878", "18001 0191 278 7878", "+33 1 23 45 67 89", "278 7878", ""),
    refuse: no("none", "1234", "0".repeat(60)),
  },
  address: {
    settings: `kind = "address"`,
    accept: [
      { line1: "Flat 1, The Mill", town: "Saltmarsh", postcode: " ze9  1aa " },
      { line1: "12 High Street", postcode: "NE18QH" },
      { line1: "12 High Street", postcode: "NE1-8QH." },
      { line1: "12 High Street", postcode: "NE1 8OH" },
      { line1: "Les Vardes", postcode: "GY1 1AA" },
      { line1: "BFPO 57", postcode: "BF1 2AT" },
      { line1: "Plot 4", postcode: "new estate" },
      { no_fixed: "yes" },
    ],
    refuse: [
      [{}, ["postcode"]],
      [{ town: "Saltmarsh" }, ["line1"]],
      [{ postcode: "NE1 8QH" }, ["postcode"]],
      [{ line1: "x".repeat(300), postcode: "NE1 8QH" }, ["line1"]],
    ],
  },
  place: {
    settings: `kind = "place"`,
    accept: [{ words: "Outside number 12" }, { street: "Mill Lane" }, { street: "Mill Lane", words: "Opposite the school" }],
    refuse: [
      [{}, ["street"]],
      [{ words: "w".repeat(1_001) }, ["words"]],
    ],
  },
  vehicle: {
    settings: `kind = "vehicle"`,
    accept: one("AB12 CDE", "ab12cde", "A1", "Q 123 ABC"),
    refuse: no("", "A", "blue van", "AB12 CDE; DROP", "AB12_CDE"),
  },
  council_tax_account: { settings: `kind = "council_tax_account"`, accept: one("8012 3456", "801-234-567x", "000123"), refuse: no("", "12345", "my bill", "8012/3456") },
  penalty_charge: { settings: `kind = "penalty_charge"`, accept: one("sm 1234 5678", "SM12345678A", "sm123456"), refuse: no("", "12345678", "my ticket", "é") },
  library_card: { settings: `kind = "library_card"`, accept: one("2012 3456", "sb-2012345", "D12345678901234"), refuse: no("", "12345", "card", "ABC123456") },
  contact: {
    settings: `kind = "contact"\nname = "required"\nemail = "required"\nphone = "optional"`,
    accept: [{ name: "O’Brien", email: "a+b@x.example", phone: "" }, { name: "U", email: "u@x.example", phone: "18001 0191 278 7878" }],
    refuse: [
      [{ name: "", email: "", phone: "" }, ["name", "email"]],
      [{ name: "Sam", email: "sam", phone: "none" }, ["email", "phone"]],
    ],
  },
};
