import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";

import { expect } from "@playwright/test";

import { ARGUMENTS } from "./browser";

/** A whole Chromium: the small one for tests keeps no pages to go back to. */
const PROGRAM = process.env.CHROMIUM_WITH_NOTIFICATIONS ?? "/usr/bin/chromium";

type Params = Record<string, unknown>;
interface Message {
  id?: number;
  method?: string;
  params?: Params;
  sessionId?: string;
  result?: Params;
  error?: { message: string };
}

/**
 * A Chromium that is driven by the DevTools protocol and nothing else. Test tools switch off what a browser keeps of a page
 * to go back to; here it is as in a library. Its profile lies on the disk, to be looked through.
 */
export class Chromium {
  private readonly waiting = new Map<number, (message: Message) => void>();
  private readonly heard: ((message: Message) => void)[] = [];
  private last = 0;
  private rest = "";
  private child!: ChildProcess;

  private constructor(readonly profile: string) {}

  static async open(): Promise<Chromium> {
    const browser = new Chromium(await mkdtemp(join(tmpdir(), "portico-profile-")));
    browser.start();
    return browser;
  }

  private start(...more: string[]): void {
    const own = ["--headless=new", "--remote-debugging-pipe", "--no-first-run", "--window-size=1024,768", `--user-data-dir=${this.profile}`];
    this.child = spawn(PROGRAM, [...ARGUMENTS, ...own, ...more], { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
    const [to, from] = [this.child.stdio[3] as Duplex, this.child.stdio[4] as Duplex];
    to.on("error", () => {});
    from.setEncoding("utf8");
    from.on("data", (text: string) => {
      const messages = (this.rest + text).split("\0");
      this.rest = messages.pop()!;
      for (const message of messages) this.hear(JSON.parse(message) as Message);
    });
  }

  private hear(message: Message): void {
    if (message.id !== undefined) {
      this.waiting.get(message.id)?.(message);
      this.waiting.delete(message.id);
    } else for (const listener of this.heard) listener(message);
  }

  /** Calls a method of the protocol. */
  async send<T = Params>(method: string, params: Params = {}, sessionId?: string): Promise<T> {
    const id = ++this.last;
    const reply = new Promise<Message>((done) => this.waiting.set(id, done));
    (this.child.stdio[3] as Duplex).write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    const { result, error } = await reply;
    if (error) throw new Error(`${method}: ${error.message}`);
    return result as T;
  }

  /** Hears of what happens. */
  on(listener: (message: Message) => void): void {
    this.heard.push(listener);
  }

  /** Opens another tab. */
  async tab(url: string): Promise<Tab> {
    const { targetId } = await this.send<{ targetId: string }>("Target.createTarget", { url: "about:blank" });
    const tab = await this.attach(targetId);
    await tab.goto(url);
    return tab;
  }

  private async attach(targetId: string): Promise<Tab> {
    const { sessionId } = await this.send<{ sessionId: string }>("Target.attachToTarget", { targetId, flatten: true });
    const tab = new Tab(this, targetId, sessionId);
    for (const domain of ["Page", "Runtime", "Network"]) await tab.send(`${domain}.enable`);
    return tab;
  }

  /** It is closed as people close it, and opened again. */
  async reopened(): Promise<void> {
    const ended = once(this.child, "exit");
    await this.send("Browser.close");
    await ended;
    this.rest = "";
    this.start();
  }

  /** The plug is pulled, and the computer comes back with the tabs that were open; the first of our pages. */
  async pulled(origin: string): Promise<Tab> {
    await this.end("SIGKILL");
    this.start("--restore-last-session", "--hide-crash-restore-bubble");
    const ours = async () => {
      const { targetInfos } = await this.send<{ targetInfos: { targetId: string; type: string; url: string }[] }>("Target.getTargets");
      return targetInfos.find(({ type, url }) => type === "page" && url.startsWith(origin))?.targetId;
    };
    for (let turn = 0; turn < 40; turn++) {
      const targetId = await ours();
      if (targetId) return this.attach(targetId);
      await new Promise((wake) => setTimeout(wake, 50));
    }
    return this.tab(`${origin}/`);
  }

  /** The files of its profile in which these bytes stand. */
  async filesWith(words: string): Promise<string[]> {
    const names = await readdir(this.profile, { recursive: true, withFileTypes: true });
    const wide = Buffer.from(words, "utf16le");
    const found: string[] = [];
    for (const name of names.filter((entry) => entry.isFile())) {
      const path = join(name.parentPath, name.name);
      const bytes = await readFile(path).catch(() => Buffer.alloc(0));
      if (bytes.includes(words) || bytes.includes(wide)) found.push(path.slice(this.profile.length + 1));
    }
    return found;
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, "exit");
    this.child.kill(signal);
    await ended;
    this.rest = "";
  }

  async close(): Promise<void> {
    await this.end("SIGKILL");
    await rm(this.profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

/** A tab of it. */
export class Tab {
  constructor(
    private readonly browser: Chromium,
    readonly target: string,
    private readonly session: string,
  ) {}

  send<T = Params>(method: string, params: Params = {}): Promise<T> {
    return this.browser.send<T>(method, params, this.session);
  }

  /** What an expression of JavaScript gives in the page. */
  async evaluate<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await this.send<{ result: { value: T }; exceptionDetails?: { text: string } }>("Runtime.evaluate", {
      expression,
      awaitPromise: true,
      returnByValue: true,
      userGesture: true,
    });
    if (exceptionDetails) throw new Error(`${expression}: ${exceptionDetails.text} ${JSON.stringify(result)}`);
    return result.value;
  }

  /** Waits until an expression holds in whatever page is there. */
  async until(expression: string, within = 15_000): Promise<void> {
    const holds = () => this.evaluate<boolean>(`Boolean(${expression})`).catch(() => false);
    await expect.poll(holds, { message: expression, timeout: within, intervals: [20, 50, 100] }).toBe(true);
  }

  async goto(url: string): Promise<void> {
    await this.send("Page.navigate", { url });
    await this.until(`location.href === ${JSON.stringify(url)} && document.readyState === "complete"`);
  }

  /** Waits for the app, which is on every page with one. */
  async started(): Promise<void> {
    await this.until(`document.querySelector("main h1") && !document.querySelector("#app:not([data-started])")`);
  }

  /** Presses a button or follows a link, with the mouse. */
  async click(words: string): Promise<void> {
    const found = `[...document.querySelectorAll("dialog[open] button, button, a[href]")].find((one) => one.checkVisibility() && one.textContent.trim().startsWith(${JSON.stringify(words)}) && (!document.querySelector("dialog[open]") || one.closest("dialog")))`;
    await this.until(found);
    const at = await this.evaluate<{ x: number; y: number }>(
      `(() => { const one = ${found}; one.scrollIntoView({ block: "center" }); const box = one.getBoundingClientRect(); return { x: box.x + box.width / 2, y: box.y + box.height / 2 }; })()`,
    );
    for (const type of ["mousePressed", "mouseReleased"]) {
      await this.send("Input.dispatchMouseEvent", { type, ...at, button: "left", clickCount: 1 });
    }
  }

  /** Types into whatever matches. */
  async type(selector: string, text: string): Promise<void> {
    await this.until(`document.querySelector(${JSON.stringify(selector)})`);
    await this.evaluate(`document.querySelector(${JSON.stringify(selector)}).focus()`);
    await this.send("Input.insertText", { text });
  }

  async key(key: string, code = 0): Promise<void> {
    const known: Record<string, number> = { Enter: 13, F8: 119, Escape: 27, Tab: 9, Shift: 16 };
    const windowsVirtualKeyCode = code || known[key]!;
    const text = key === "Enter" ? "\r" : undefined;
    await this.send("Input.dispatchKeyEvent", { type: "keyDown", key, code: key, windowsVirtualKeyCode, text });
    await this.send("Input.dispatchKeyEvent", { type: "keyUp", key, code: key, windowsVirtualKeyCode });
  }

  /** The page crashes, and somebody loads it again. A page that crashes answers nothing any more. */
  async crash(): Promise<void> {
    const crashed = new Promise<void>((done) => {
      this.browser.on(({ method, sessionId }) => {
        if (method === "Inspector.targetCrashed" && sessionId === this.session) done();
      });
    });
    await this.send("Inspector.enable");
    void this.send("Page.crash").catch(() => {});
    await crashed;
    await this.send("Page.reload");
  }

  /** The network of the computer. */
  async network(isThere: boolean): Promise<void> {
    await this.send("Network.emulateNetworkConditions", { offline: !isThere, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
  }

  /** Everything that a person, a screen reader or a script could find in the page. */
  async everything(): Promise<string> {
    const page = await this.evaluate<string>(
      `[document.title, location.href, document.documentElement.outerHTML, ...[...document.querySelectorAll("input, textarea, select")].map((field) => field.value)].join("\\n")`,
    );
    const { nodes } = await this.send<{ nodes: unknown[] }>("Accessibility.getFullAXTree");
    return page + JSON.stringify(nodes);
  }

  /** The addresses that the way back leads to. */
  async history(): Promise<string[]> {
    const { entries } = await this.send<{ entries: { url: string; title: string }[] }>("Page.getNavigationHistory");
    return entries.map(({ url, title }) => `${url} ${title}`);
  }
}
