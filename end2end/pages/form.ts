import { type Locator, expect } from "@playwright/test";

import type { Picked } from "../support/photos";
import { Screen } from "./screen";

/** A resident, as they tell us of themselves. */
export interface Person {
  name: string;
  email: string;
  phone?: string;
}

export const SAM: Person = { name: "Sam Taylor", email: "sam@example.org", phone: "07700 900 982" };

/** The questions of a form, and what comes before and after them. */
export class Form extends Screen {
  /** Opens a form at its first questions: a short one stands on its start page. */
  async begin(service: string): Promise<void> {
    await this.page.goto(`/services/${service}`);
    await this.inspected();
    const start = this.page.getByRole("button", { name: "Start now" });
    if (await start.isVisible()) {
      await start.click();
      await this.inspected();
    }
  }

  async goOn(): Promise<void> {
    await this.press("Continue");
  }

  /** The choices of a question. */
  question(label: string): Locator {
    return this.page.getByRole("group", { name: label, exact: true });
  }

  /** Answers a question with one of its choices. */
  async answer(question: string, choice: string): Promise<void> {
    await this.question(question).getByRole("radio", { name: choice, exact: true }).check();
  }

  async where(words: string, street = ""): Promise<void> {
    await this.type("Street or postcode", street);
    await this.type("What is it near?", words);
  }

  async who({ name, email, phone }: Person): Promise<void> {
    await this.type("Full name", name);
    await this.type("Email address", email);
    if (phone !== undefined) await this.type("Phone number (optional)", phone);
  }

  /** Answers the graffiti form, except for who it is from. */
  async graffiti(words = "Underpass at Mill Lane"): Promise<void> {
    await this.begin("report-graffiti");
    await this.answer("What is the graffiti on?", "Something public");
    await this.answer("Is it offensive?", "No");
    await this.where(words);
  }

  /** Answers the graffiti form, photos left out, up to "check your answers". */
  async graffitiToCheck(person: Person = SAM, words?: string): Promise<void> {
    await this.graffiti(words);
    await this.who(person);
    await this.toCheck();
  }

  /** Goes on from the last questions. */
  async toCheck(): Promise<void> {
    await this.goOn();
    await this.shows("Check your answers");
  }

  get picker(): Locator {
    return this.page.locator('input[type="file"]');
  }

  /** The photos that have arrived. */
  get photos(): Locator {
    return this.page.getByRole("list", { name: "Your photos" }).getByRole("listitem");
  }

  /** The photos that have not arrived, or never will. */
  get waiting(): Locator {
    return this.page.getByRole("list", { name: "Files being added" }).getByRole("listitem");
  }

  async pick(...files: Picked[]): Promise<void> {
    await this.picker.setInputFiles(files);
  }

  /** A line of "check your answers". */
  line(question: string): Locator {
    const key = this.page.locator("dt").filter({ hasText: new RegExp(`^${escape(question)}$`) });
    return this.page.locator(".govuk-summary-list__row").filter({ has: key }).locator("dd").first();
  }

  /** The link that leads from "check your answers" to a question. */
  changer(question: string): Locator {
    return this.page.getByRole("link", { name: `Change “${question}”`, exact: true });
  }

  async change(question: string): Promise<void> {
    await this.changer(question).click();
  }

  get sender(): Locator {
    return this.page.getByRole("button", { name: /^Send to / });
  }

  async send(): Promise<void> {
    await this.sender.click();
  }

  /** The confirmation, and the reference on it. */
  async confirmed(): Promise<{ reference: string; key: string }> {
    await this.shows("We have your request");
    const reference = await this.page.locator(".portico-reference").innerText();
    expect(reference).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/);
    const address = /\/follow\/([^/]+)\/sent$/;
    await expect(this.page).toHaveURL(address);
    return { reference, key: address.exec(this.page.url())![1]! };
  }
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
