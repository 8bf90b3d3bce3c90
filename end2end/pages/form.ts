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
  /** Opens the start page of a service and begins. */
  async begin(service: string): Promise<void> {
    await this.page.goto(`/services/${service}`);
    await this.inspected();
    await this.page.getByRole("button", { name: "Start now" }).click();
  }

  async goOn(): Promise<void> {
    await this.press("Continue");
  }

  /** Answers a question with one of its choices. */
  async answer(question: string, choice: string): Promise<void> {
    await this.shows(question);
    await this.choose(choice);
    await this.goOn();
  }

  async where(words: string, postcode = ""): Promise<void> {
    await this.shows("Where is it?");
    await this.type("Street, and what is nearby", words);
    await this.type("Postcode, if you know it (optional)", postcode);
    await this.goOn();
  }

  async who({ name, email, phone }: Person): Promise<void> {
    await this.type("Full name", name);
    await this.type("Email address", email);
    if (phone !== undefined) await this.type("Phone number (optional)", phone);
    await this.goOn();
  }

  /** Answers the graffiti form up to the photos. */
  async graffitiToPhotos(words = "Underpass at Mill Lane"): Promise<void> {
    await this.begin("report-graffiti");
    await this.answer("What is the graffiti on?", "Something public");
    await this.answer("Is it offensive?", "No");
    await this.where(words);
    await this.shows("Add photos of the graffiti (optional)");
  }

  /** Answers the graffiti form, photos left out, up to "check your answers". */
  async graffitiToCheck(person: Person = SAM, words?: string): Promise<void> {
    await this.graffitiToPhotos(words);
    await this.goOn();
    await this.shows("Is there anything else we should know? (optional)");
    await this.goOn();
    await this.shows("How can we tell you what happens?");
    await this.who(person);
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
    return this.page.getByRole("list", { name: "Photos being added" }).getByRole("listitem");
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
    const key = /\/follow\/([^/]+)\/sent$/.exec(this.page.url())?.[1];
    expect(key).toBeDefined();
    return { reference, key: key! };
  }
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
