import { type Locator, type Page, expect } from "@playwright/test";

import type { Inspector } from "../support/inspector";

/** What all pages have. */
export class Screen {
  constructor(
    readonly page: Page,
    protected readonly inspector: Inspector,
  ) {}

  get heading(): Locator {
    return this.page.locator("main h1").filter({ visible: true });
  }

  get summary(): Locator {
    return this.page.locator(".govuk-error-summary");
  }

  /** The page with this heading has come; it is inspected as it is. */
  async shows(heading: string | RegExp): Promise<void> {
    await expect(this.heading).toHaveText(heading);
    await this.inspected();
  }

  /** The app has the page, where it runs: until then it is what the server drew. */
  async started(): Promise<void> {
    if (this.inspector.plain === "no") await expect(this.page.locator("#app:not([data-started])")).toHaveCount(0);
  }

  /** Inspects the page as it is now. */
  async inspected(): Promise<void> {
    await this.inspector.settled(this.page);
  }

  async press(button: string): Promise<void> {
    await this.page.getByRole("button", { name: button, exact: true }).click();
  }

  async follow(link: string | RegExp): Promise<void> {
    await this.page.getByRole("link", { name: link, exact: true }).click();
  }

  async type(label: string, text: string): Promise<void> {
    await this.page.getByLabel(label, { exact: true }).fill(text);
  }

  async choose(label: string): Promise<void> {
    await this.page.getByRole("radio", { name: label, exact: true }).check();
  }

  /** What is wrong is told above the page and beside the fields, the focus is on it, and the title says so. */
  async complains(...problems: string[]): Promise<void> {
    await expect(this.summary.getByRole("listitem")).toHaveText(problems);
    await expect(this.summary).toBeFocused();
    await expect(this.page).toHaveTitle(/^Error: /);
    const beside = this.page.locator("main .govuk-error-message").filter({ hasText: /^Error: / });
    await expect(beside).toHaveText(problems.map((problem) => `Error: ${problem}`));
    await this.inspected();
  }
}
