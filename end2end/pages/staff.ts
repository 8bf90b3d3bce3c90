import { type Locator, expect } from "@playwright/test";

import type { Mailbox } from "../support/mailbox";
import { Screen } from "./screen";

/** The staff workspace. */
export class Workspace extends Screen {
  /** Signs in by e-mail code, on the page that is open. */
  async signIn(email: string, mailbox: Mailbox): Promise<void> {
    await this.shows("Sign in");
    const before = await mailbox.codes(email);
    await this.type("Work email address", email);
    await this.press("Continue");
    await this.shows("Enter the code");
    await this.type("Code", await mailbox.code(email, before));
    await this.press("Sign in");
  }

  async openQueue(): Promise<void> {
    await this.page.goto("/staff");
    await this.shows(/open requests?$/);
  }

  get rows(): Locator {
    return this.page.locator(".portico-queue tbody tr");
  }

  row(words: string): Locator {
    return this.rows.filter({ hasText: words });
  }

  /** Opens a request from the queue. */
  async openRequest(reference: string): Promise<void> {
    await this.openQueue();
    await this.row(reference).getByRole("link").click();
    await expect(this.page).toHaveURL(/\/staff\/requests\/[0-9a-f-]{36}$/);
    await expect(this.page.locator("main .govuk-caption-l")).toHaveText(reference);
    await this.inspected();
  }

  get statusTitle(): Locator {
    return this.page.locator("#status");
  }

  get timeline(): Locator {
    return this.page.locator(".portico-timeline > li");
  }

  /** Says what was just done, with the focus on it. */
  async succeeded(words: string | RegExp): Promise<void> {
    const banner = this.page.locator(".govuk-notification-banner--success");
    await expect(banner).toContainText(words);
    await expect(banner).toBeFocused();
    await this.inspected();
  }

  async take(): Promise<void> {
    await this.press("Take this request");
    await this.succeeded("You have this request now");
  }

  async write(message: string): Promise<void> {
    await this.follow("Write to the resident");
    await this.shows("Write to the resident");
    await this.type("Your message", message);
    await this.press("Send the message");
    await this.succeeded("Your message has been sent");
  }

  async moveTo(day: Date, reason: string): Promise<void> {
    await this.follow("Move the promised date");
    await this.shows("Move the promised date");
    await this.type("Day", String(day.getUTCDate()));
    await this.type("Month", String(day.getUTCMonth() + 1));
    await this.type("Year", String(day.getUTCFullYear()));
    await this.type("Why the date moves", reason);
    await this.press("Move the date");
    await this.succeeded("The promised date has been moved");
  }

  async close(outcome: string, text: string, policy?: string, more?: { label: string; text: string }): Promise<void> {
    await this.follow("Close the request");
    await this.shows("Close the request");
    await this.choose(outcome);
    if (policy !== undefined) await this.choose(policy);
    await this.inspected();
    await this.type("What was done, or why not", text);
    if (["Done", "Part done", "Nothing found"].includes(outcome)) {
      const today = new Date();
      await this.type("Day", String(today.getDate()));
      await this.type("Month", String(today.getMonth() + 1));
      await this.type("Year", String(today.getFullYear()));
      await this.type("Who did it?", "The north crew");
    }
    if (outcome === "Declined by policy") await this.type("What would change our answer?", "The owner agrees in writing.");
    else await this.type("What happens next", "There is nothing more for you to do.");
    if (more !== undefined) await this.type(more.label, more.text);
    await this.inspected();
    await this.press("Close the request");
    await this.succeeded("Done. The resident is told when it is closed");
  }

  /** One of the steps below the buttons of a request. */
  async step(link: string): Promise<void> {
    await this.follow(link);
    await this.shows(link);
  }
}
