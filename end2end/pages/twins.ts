import { expect } from "@playwright/test";

import { drawing } from "../support/drawing";
import { mistakes } from "../support/markup";
import type { Question } from "../support/samples";
import type { Filler } from "./filler";

/** How long the app may take to draw what the server drew, in milliseconds. */
const PATIENCE = 5_000;

/** Two people who go the same way: one in the app, one where no script runs. */
export class Twins {
  constructor(
    readonly app: Filler,
    readonly plain: Filler,
  ) {}

  /** Both come to an address. */
  async open(path: string): Promise<void> {
    await this.plain.page.goto(path);
    await this.app.page.goto(path);
    await this.started();
  }

  /** From the start page to the first questions, unless they stand on it. */
  async start(): Promise<void> {
    const start = (who: Filler) => who.page.getByRole("button", { name: "Start now" });
    if (await start(this.plain).isVisible()) await this.both((who) => start(who).click());
  }

  /** Both begin anew, with browsers that know nothing. */
  async forget(): Promise<void> {
    // Away from the app first: what it is telling the server at this moment would bring its cookie back. It may be about
    // to load a page itself, even after that; then all of it is done again.
    await expect(async () => {
      await this.app.page.goto("/robots.txt");
      for (const who of [this.plain, this.app]) await who.page.context().clearCookies();
      await this.app.page.evaluate(() => {
        localStorage.clear();
        sessionStorage.clear();
      });
      expect(await this.app.page.context().cookies()).toEqual([]);
      expect(new URL(this.app.page.url()).pathname).toBe("/robots.txt");
    }).toPass();
  }

  /** The page that the plain one is at, wherever in it. */
  private here(): string {
    return this.plain.page.url().split("#")[0]!;
  }

  private async started(): Promise<void> {
    await expect(this.app.page.locator("#app[data-started]")).toBeVisible();
  }

  /** Both do something that leads on: a plain page is loaded, and the app stays. */
  async both(act: (who: Filler) => Promise<void>): Promise<void> {
    const loaded = this.plain.page.waitForEvent("load");
    await act(this.plain);
    await loaded;
    await act(this.app);
  }

  /** Both have the same before them. */
  async same(): Promise<void> {
    const plain = await drawing(this.plain.page);
    const here = this.plain.page.url();
    // The page may be on its way: the check page belongs to the other app.
    const now = () => drawing(this.app.page).catch(() => ["another page is being loaded"]);
    const app = expect.configure({ soft: true }).poll(now, { message: here, timeout: PATIENCE });
    await app.toEqual(plain);
  }

  /** The same, and what the server sent is as the standard says. */
  async read(): Promise<void> {
    await this.same();
    const here = this.plain.page.url();
    const reply = await this.plain.page.request.get(here);
    expect.soft(await mistakes(await reply.text()), `the markup of ${here}`).toEqual([]);
  }

  /** The same; and the plain page is inspected. */
  async look(): Promise<void> {
    await this.read();
    await this.plain.inspected();
  }

  /**
   * Both go through a form with these answers: until they can be checked, the form ends, or one question was looked at.
   * A page with a question that was not `seen` is looked at when nothing of it is answered.
   */
  async through(questions: Question[], answers: Record<string, string>, uploads: string[], seen: Set<string>, until = ""): Promise<void> {
    const done = new Set<string>();
    for (let posts = 0; posts < 60 && !seen.has(until); posts++) {
      const { heading, page } = this.plain;
      if ((await heading.innerText()) === "Check your answers") return this.look();
      if (await page.locator("[id^='stop-']").isVisible()) return this.read();
      const asked = await this.asked(questions);
      const fresh = asked.filter(({ id }) => !seen.has(id));
      await this.same();
      if (fresh.length > 0) {
        await this.answerNothing();
        await this.helped(fresh);
        for (const { id } of fresh) seen.add(id);
      }
      await this.fill(asked, answers, uploads, done);
      // What the answers bring up is there already where a plain page was posted for something else.
      if ((await this.asked(questions)).length > asked.length) await this.anew();
      else await this.goOn();
    }
  }

  private async asked(questions: Question[]): Promise<Question[]> {
    const names = await this.plain.page.locator("main form [name]").evaluateAll((all) => all.map((one) => one.getAttribute("name")!.split(".")[0]));
    return questions.filter(({ id }) => names.includes(id));
  }

  /** What is wrong is said the same. That page has all that it has without, and the words beside it. */
  private async answerNothing(): Promise<void> {
    const here = this.here();
    await this.both((who) => who.goOn());
    if (this.here() === here) return this.look();
    // Nothing has to be answered: back again.
    await this.same();
    await this.plain.page.goto(here);
    await this.app.page.goBack();
    await this.look();
  }

  /** Both answer what the plain page asks; the app may ask more already. */
  async fill(questions: Question[], answers: Record<string, string>, uploads: string[] = [], done = new Set<string>()): Promise<void> {
    const before = new Set(done);
    await this.plain.fill(questions, answers, uploads, done);
    // It may have been posted on the way.
    await this.plain.page.waitForLoadState("load");
    await this.app.fill(questions, answers, uploads, before);
  }

  /** On from a page that is filled in. What the answers bring up, a plain page asks when it is posted. */
  private async goOn(): Promise<void> {
    const here = this.here();
    const loaded = this.plain.page.waitForEvent("load");
    await this.plain.goOn();
    await loaded;
    await expect(this.plain.summary, `what is wrong: ${await this.plain.summary.allInnerTexts()}`).toHaveCount(0);
    if (this.here() !== here) return this.app.goOn();
    await this.anew();
  }

  /** The ways in which a page helps with answering: addresses to pick from, lines to type one, room for one thing more. */
  private async helped(asked: Question[]): Promise<void> {
    for (const { id } of asked) {
      const has = (act: string) => this.plain.page.locator(`button[value="${act}:${id}"]`).isVisible();
      if (await has("find")) {
        await this.findAddress(id);
        await this.read();
        await this.anew();
        await this.typeAddress(id);
        await this.read();
      }
      if (await has("add")) {
        await this.anew();
        await this.both((who) => who.page.locator(`[id="${id}-add"]`).click());
        await this.read();
        await this.both((who) => who.page.getByRole("button", { name: /^Remove .* 2$/ }).click());
        await this.same();
      }
    }
  }

  async findAddress(id: string): Promise<void> {
    for (const who of [this.plain, this.app]) await who.page.locator(`[id="${id}.postcode"]`).fill("ze9 1aa");
    await this.anew();
    await this.both((who) => who.addressOf(id).getByRole("button", { name: "Find address" }).click());
  }

  async typeAddress(id: string): Promise<void> {
    await this.both((who) => who.addressOf(id).getByRole("button", { name: "Type the address instead" }).click());
  }

  /** What is wrong is told in the app until Continue is pressed again, or the page is opened anew. */
  async anew(): Promise<void> {
    await this.app.page.reload();
    await this.started();
  }
}
