import type { Page } from "@playwright/test";

/**
 * A page as the app or the server drew it, an element a line: names, words, links, fields with what is in them, and
 * what describes them. Of one page both must draw the same.
 */
export function drawing(page: Page): Promise<string[]> {
  return page.evaluate(drawn);
}

/** Runs in the page. */
function drawn(): string[] {
  // What each request has of its own: its reference, its key, the identifiers of its files, and when it came.
  const alike = (words: string) =>
    words
      .replace(/\s+/g, " ")
      .replace(/[0-9A-Z]{4}-[0-9A-Z]{4}|[0-9a-z]{26}|[0-9a-f]{8}-[0-9a-f-]{27}|blob:\S+/g, "*")
      .replace(/\d{4}-\d\d-\d\dT\S+Z|\b\d{1,2}:\d\d[ap]m\b/g, "*")
      // Each of the two takes one.
      .replace(/\b\d+ places? left\b/g, "* left");
  const lines = [document.title, location.pathname + location.search].map(alike);

  const attributes = (element: Element): string[] => {
    const found = new Map(element.getAttributeNames().map((name) => [name, element.getAttribute(name)!]));
    // Its names stand in no order.
    const classes = [...element.classList].filter((name) => name !== "portico-needs-script");
    found.set("class", classes.sort().join(" "));
    // The app makes what it puts the focus on able to take it.
    if (element.matches("h1")) found.delete("tabindex");
    // Where a plain page is posted to, and where on the next page a question stands.
    if (element.matches("form[method=post]")) found.delete("action");
    if (element.matches("a[href*='from=check#']")) found.set("href", element.getAttribute("href")!.split("#")[0]!);
    if (element.matches("button:not([type=submit]), button[name=do], button.portico-needs-script")) {
      // What else can be pressed than the way on: the app acts by itself, a plain page is posted with what is meant.
      for (const name of ["type", "name", "value"]) found.delete(name);
    }
    // What is in a field is its property in the app, and an attribute in what the server sends.
    if (element instanceof HTMLInputElement) {
      found.delete("checked");
      if (element.type === "radio" || element.type === "checkbox") found.set("is-checked", String(element.checked));
      else if (element.type !== "file") found.set("value", element.value);
    }
    if (element instanceof HTMLTextAreaElement || element instanceof HTMLSelectElement) found.set("value", element.value);
    return [...found].filter(([, value]) => value !== "").map(([name, value]) => `${name}="${alike(value)}"`).sort();
  };

  const draw = (parent: Element, indent: string) => {
    let words = "";
    const flush = () => {
      if (words.trim() !== "") lines.push(`${indent}“${alike(words)}”`);
      words = "";
    };
    for (const node of parent.childNodes) {
      if (node instanceof Text) words += node.data;
      if (!(node instanceof Element)) continue;
      flush();
      // A button that stands in no form of the app's has one of its own in a plain page; and what a script would say
      // stands there in an element that goes where none runs.
      const isAround = node.matches("form:has(> button[name=do]:only-child), span.portico-needs-script");
      // What only a plain page needs: the number of a message, so that the server knows one that is posted twice; the
      // button that Enter presses; the one with which another answer is sent; and words for where no script runs.
      if (node.matches("input[type=hidden], button[aria-hidden], .portico-plain, .portico-without-script")) continue;
      if (!isAround) lines.push([`${indent}${node.localName}`, ...attributes(node)].join(" "));
      // Told while somebody types and acts: that takes the app. So do suggestions of streets.
      if (node.matches("#announcer, [aria-live], datalist, textarea")) continue;
      draw(node, isAround ? indent : `${indent} `);
    }
    flush();
  };
  draw(document.getElementById("app")!, "");
  return lines;
}
