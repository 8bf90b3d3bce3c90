import { type Locator, expect } from "@playwright/test";

import { type Question, inner, kindOf } from "../support/samples";
import { Form } from "./form";

/** A small picture, for questions that need a file. */
const PICTURE = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEklEQVR4nGP4z8CAFWEXHbQSACj/P8Fu7N9hAAAAAElFTkSuQmCC",
  "base64",
);

/** Fills in whatever form there is, by the document it was made from. */
export class Filler extends Form {
  /** What the person did so far: a text is one, however long, and so is every press, choice and file. */
  interactions = 0;

  private at(path: string): Locator {
    return this.page.locator(`[id="${path}"]`);
  }

  /** All that belongs to a question for an address. */
  addressOf(path: string): Locator {
    return this.page.locator("fieldset").filter({ has: this.at(`${path}.postcode`) }).last();
  }

  /** Answers the questions of this page that have an answer, as they appear; says how many. */
  async fill(questions: Question[], answers: Record<string, string>, uploads: string[], done: Set<string>): Promise<void> {
    for (const question of questions) {
      if (done.has(question.id)) continue;
      const paths = Object.keys(answers).filter((path) => path === question.id || path.startsWith(`${question.id}.`));
      if (paths.length === 0 && !uploads.includes(question.id)) continue;
      if (!(await this.isHere(question))) continue;
      const known = this.page.locator(`[id="${question.id}-known"]`).getByRole("button");
      if (await known.isVisible()) {
        // Told before in this visit.
        await known.click();
        this.interactions++;
        done.add(question.id);
        continue;
      }
      await this.answerOne(question, question.id, paths, answers, uploads);
      done.add(question.id);
    }
  }

  /** Whether a question is asked on this page. */
  async isHere(question: Question): Promise<boolean> {
    const named = this.page.locator(`[name="${question.id}"], [name^="${question.id}."], [id^="${question.id}."]`);
    return (await named.count()) > 0;
  }

  private async answerOne(
    question: Question,
    base: string,
    paths: string[],
    answers: Record<string, string>,
    uploads: string[],
  ): Promise<void> {
    switch (kindOf(question)) {
      case "choice":
      case "choices":
      case "yes_no":
      case "declaration":
        for (const value of answers[base]!.split(",")) {
          await this.page.locator(`input[name="${base}"][value="${value}"]`).check();
          this.interactions++;
        }
        break;
      case "slot":
        // What is free follows from the day on which this runs.
        await this.page.locator(`input[name="${base}"]`).first().check();
        this.interactions++;
        break;
      case "address":
        if (!(await this.at(`${base}.line1`).isVisible())) {
          await this.addressOf(base).getByRole("button", { name: "Type the address instead" }).click();
          this.interactions++;
        }
        for (const path of paths) await this.write(path, answers[path]!);
        break;
      case "photos":
      case "documents":
        if (!uploads.includes(base)) break;
        this.interactions++;
        await this.at(base).setInputFiles([{ name: "proof.png", mimeType: "image/png", buffer: PICTURE }]);
        // A plain page takes it along when it is posted.
        if (this.inspector.plain !== "no") break;
        await expect(this.page.getByRole("list", { name: /^Your (photos|files)$/ }).getByRole("listitem").first()).toBeVisible();
        break;
      case "group":
        for (const one of inner(question)) {
          const path = `${base}.1.${one.id}`;
          const own = paths.filter((known) => known === path || known.startsWith(`${path}.`));
          if (own.length > 0) await this.answerOne(one, path, own, answers, []);
        }
        break;
      default:
        for (const path of paths) await this.write(path, answers[path]!);
    }
  }

  private async write(path: string, text: string): Promise<void> {
    await this.at(path).fill(text);
    this.interactions++;
  }

  /** Goes on page by page until the answers can be checked. */
  async through(questions: Question[], answers: Record<string, string>, uploads: string[]): Promise<number> {
    const done = new Set<string>();
    for (let pages = 1; pages < 30; pages++) {
      await this.fill(questions, answers, uploads, done);
      // A second look: an answer may have brought up another question.
      await this.fill(questions, answers, uploads, done);
      await this.inspected();
      const before = this.page.url();
      await this.goOn();
      this.interactions++;
      await expect(this.page, `what is wrong: ${await this.summary.allInnerTexts().catch(() => "")}`).not.toHaveURL(before);
      await this.started();
      if ((await this.heading.innerText()) === "Check your answers") {
        await this.inspected();
        return pages;
      }
    }
    throw new Error("the form has no end");
  }
}
