import { mkdirSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import AxeBuilder from "@axe-core/playwright";
import { type BrowserContext, type Page, expect } from "@playwright/test";

/** Where pictures of all pages go that are inspected, if somebody wants to look at them. */
const PICTURES = process.env.E2E_PICTURES;
/** Every class that one of our stylesheets has a rule for. */
const STYLED = styled(join(__dirname, "../../dist"));
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/**
 * Looks at every page that a journey comes to: nothing in the console, nothing that the security policy
 * stops, nothing that axe finds, nothing that runs off the screen.
 */
export class Inspector {
  private readonly noise: string[] = [];
  private readonly allowed: RegExp[] = [];
  private readonly contexts: BrowserContext[] = [];

  /** No app comes to these pages: because no script runs, or because this journey keeps it away. */
  plain: "no" | "blocked" | "no script" = "no";

  /** `seen`: the looks of pages that were inspected before; the same look is not inspected again. */
  constructor(private readonly seen: Set<string>) {}

  /** Listens to every page of a browser context. */
  async watch(context: BrowserContext): Promise<void> {
    this.contexts.push(context);
    await context.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", (event) => {
        console.error(`the policy stopped ${event.effectiveDirective}: ${event.blockedURI} ${event.sample}`);
      });
    });
    context.on("console", (message) => {
      if (message.type() !== "error" && message.type() !== "warning") return;
      this.hear(`${message.type()}: ${message.text()} (${message.location().url})`);
    });
    context.on("weberror", (error) => this.hear(`uncaught: ${error.error().stack ?? error.error().message}`));
    context.on("dialog", (dialog) => {
      this.hear(`a dialogue opened: ${dialog.message()}`);
      void dialog.dismiss();
    });
  }

  /** Something in the console that belongs to this journey: browsers report every refused request there. */
  allow(pattern: RegExp): void {
    this.allowed.push(pattern);
  }

  private hear(line: string): void {
    this.noise.push(line);
  }

  /** Waits until a page has settled, and inspects it. */
  async settled(page: Page): Promise<void> {
    await expect(page.locator("main h1").filter({ visible: true })).toHaveCount(1);
    await expect(page.locator(".portico-loading").filter({ visible: true })).toHaveCount(0);
    // Axe waits with timers, and those are scripts.
    if (this.plain === "no script") return;
    if (this.plain === "no") await expect(page.locator("#app:not([data-started])")).toHaveCount(0);
    const look = await page.evaluate(lookOf);
    const key = `${new URL(page.url()).pathname.replace(/[0-9a-z]{20,}|[0-9a-f-]{36}/g, "*")} ${look}`;
    if (this.seen.has(key)) return;
    this.seen.add(key);
    const found = await page.evaluate(disorder, STYLED);
    expect.soft(found, `what is out of order on ${page.url()}`).toEqual([]);
    // There are no frames; without them axe needs no page of its own to put the results together.
    const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).withTags(RULES).analyze();
    const told = violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map((node) => node.html) }));
    expect.soft(told, `what axe finds on ${page.url()}`).toEqual([]);
    if (PICTURES !== undefined) await pictured(page, PICTURES);
  }

  /** The end of a journey: the pages as they stand then, and what was heard on the way. */
  async finish(passed: boolean): Promise<void> {
    if (passed) {
      for (const page of this.contexts.flatMap((context) => context.pages())) {
        const ours = page.url().startsWith("http") && (await page.locator("main h1").filter({ visible: true }).count()) > 0;
        if (ours) await this.settled(page);
      }
    }
    const unexpected = this.noise.filter((line) => !this.allowed.some((pattern) => pattern.test(line)));
    expect(unexpected, "what the browser's console says").toEqual([]);
  }
}

/** Takes pictures of a page as it looks on a phone, a tablet and a desk. */
async function pictured(page: Page, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const before = page.viewportSize();
  const name = `${new URL(page.url()).pathname.slice(1).replace(/[^a-z-]+/g, "_").slice(0, 60)}-${Date.now()}`;
  for (const width of [390, 820, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    await page.screenshot({ path: join(folder, `${name}-${width}.png`), fullPage: true, animations: "disabled" });
  }
  if (before !== null) await page.setViewportSize(before);
}

/** What a page is drawn of, without its words. Runs in the page. */
function lookOf(): string {
  const parts: string[] = [];
  for (const element of document.querySelectorAll("body, body *")) {
    const names = element.getAttributeNames().filter((name) => /^(role|aria-|hidden|type|alt|tabindex)/.test(name));
    const part = `${element.tagName}.${element.getAttribute("class") ?? ""}[${names.join()}]`;
    if (part !== parts.at(-1)) parts.push(part);
  }
  return `${innerWidth < 640 ? "narrow" : "wide"} ${document.title.startsWith("Error: ")} ${parts.join(" ")}`;
}

function styled(folder: string): string[] {
  const sheets = readdirSync(folder).filter((name) => name.endsWith(".css"));
  const rules = sheets.map((name) => readFileSync(join(folder, name), "utf8")).join("\n");
  return [...new Set([...rules.matchAll(/\.((?:govuk|portico)[\w-]+)/g)].map(([, name]) => name!))];
}

/** Things that no page may have. Runs in the page; `styled` are the classes that have a rule in some stylesheet. */
function disorder(styled: string[]): string[] {
  const found: string[] = [];
  // Each page fetches the rules that it needs, and no others: what is drawn without its rule is out of order.
  const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules].map((rule) => rule.cssText)).join("\n");
  const drawn = new Set([...document.querySelectorAll("body [class]")].flatMap((element) => [...element.classList]));
  const bare = styled.filter((name) => drawn.has(name) && !new RegExp(`\\.${name}(?![\\w-])`).test(rules));
  if (bare.length > 0) found.push(`classes without their rules: ${bare.join()}`);
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) found.push(`it is ${root.scrollWidth} wide in a window of ${root.clientWidth}`);
  if (root.lang !== "en") found.push("it does not say its language");
  if (document.title.trim() === "") found.push("it has no title");
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  const twice = ids.filter((id, at) => ids.indexOf(id) !== at);
  if (twice.length > 0) found.push(`ids that stand twice: ${twice.join()}`);
  const words = document.body.innerText;
  for (const word of ["undefined", "NaN", "null", "[object", "Some("]) {
    if (new RegExp(`(^|\\W)${word.replace(/[[(]/, "\\$&")}(\\W|$)`).test(words)) found.push(`the word “${word}”`);
  }
  for (const image of document.images) {
    if (!image.complete || image.naturalWidth > 0 || image.loading === "lazy") continue;
    found.push(`a picture that does not load: ${image.src}`);
  }
  return found;
}
