import type { Page } from "@playwright/test";

import { Screen } from "../pages/screen";
import type { Inspector } from "../support/inspector";
import type { Server } from "../support/server";
import { type People, expect, test } from "../support/test";

const EMAIL = "sam@example.org";
const PICTURE = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEklEQVR4nGP4z8CAFWEXHbQSACj/P8Fu7N9hAAAAAElFTkSuQmCC",
  "base64",
);

/** Somebody who shows who they are. */
class Resident extends Screen {
  constructor(
    page: Page,
    inspector: Inspector,
    private readonly server: Server,
  ) {
    super(page, inspector);
    // Whoever is not signed in is told so with a status that the browser remarks on.
    inspector.allow(/status of 401 .*\/api\/account/);
  }

  /** From the page that asks for it, two screens on. */
  async signIn(): Promise<void> {
    await this.shows("Sign in to your account");
    await this.type("Email address", EMAIL);
    const before = await this.server.mailbox.codes(EMAIL);
    await this.press("Send me a code");
    await this.shows("Enter your code");
    await this.type("6-digit code", await this.server.mailbox.code(EMAIL, before));
    await this.press("Sign in");
  }

  async open(): Promise<void> {
    await this.page.goto("/account/identity");
    await this.shows("Show who you are");
    await this.page.getByRole("link", { name: "Sign in", exact: true }).or(this.page.getByRole("button", { name: "Sign in", exact: true })).click();
    await this.signIn();
    await this.shows("Show who you are");
    await expect(this.page.getByText("You confirmed your email address")).toBeVisible();
  }

  async atHome(name: string): Promise<void> {
    await this.type("Your full name", name);
    await this.type("First line of your address", "4 Mill Lane");
    // The postcode of Mill Lane in the demonstration's town.
    await this.type("Postcode", "ZE9 2DH");
  }
}

test("a form asks who I am; I show it once, and go on where I was", async ({ page, server, inspector, people }) => {
  const sam = new Resident(page, inspector, server);
  await page.goto("/services/claim-progress/about");
  await sam.choose("See how far my claim is");
  const stop = page.locator("#stop-sign-in");
  await expect(stop).toContainText("We tell only you about your claim");
  await sam.inspected();
  await stop.getByRole("link", { name: "Sign in and show who you are" }).click();
  await sam.shows("Show who you are");
  await page.getByRole("link", { name: "Sign in", exact: true }).or(page.getByRole("button", { name: "Sign in", exact: true })).click();
  await sam.signIn();
  await sam.shows("Show who you are");
  await expect(page.getByText("“Check your benefit claim” needs this")).toBeVisible();

  // Nothing is ticked for me, and a no is a no.
  await sam.atHome("Sam O’Brien");
  await expect(page.getByRole("radio", { name: "Yes, look" })).not.toBeChecked();
  await expect(page.getByRole("radio", { name: "No, don't look" })).not.toBeChecked();
  await sam.press("Continue");
  await expect(sam.summary).toContainText("Choose whether we may look");
  await sam.inspected();
  await sam.choose("No, don't look");
  await sam.press("Continue");
  await expect(sam.summary).toContainText("We have not looked. You can show us a document instead");
  await expect(page.getByText("5 tries left today")).toBeVisible();
  await sam.choose("Yes, look");
  await sam.press("Continue");
  await expect(page.getByText("You have shown who you are")).toBeVisible();
  await expect(page.getByText("Your name is on the electoral roll at your address, as Sam O’Brien")).toBeVisible();
  await sam.inspected();
  await page.getByRole("link", { name: "Go on with “Check your benefit claim”" }).or(page.getByRole("button", { name: "Go on with “Check your benefit claim”" })).click();
  await sam.shows("Check your benefit claim");
  await page.goto("/services/claim-progress/about");
  await sam.choose("See how far my claim is");
  await expect(stop).toHaveCount(0);
  await sam.type("What should we know?", "How far is it?");
  await sam.press("Continue");
  await expect(page).toHaveURL(/\/services\/claim-progress\/papers$/);
  await staysOut(people);
});

/** A stranger is still asked. */
async function staysOut(people: People): Promise<void> {
  const page = await (await people.somebody()).newPage();
  await page.goto("/services/claim-progress/about");
  await page.getByRole("radio", { name: "See how far my claim is" }).check();
  await expect(page.locator("#stop-sign-in")).toBeVisible();
}

test("who is not on the roll is told so, and what else there is", async ({ page, server, inspector }) => {
  const sam = new Resident(page, inspector, server);
  await sam.open();
  for (let tries = 5; tries > 0; tries--) {
    await expect(page.getByText(`${tries} ${tries === 1 ? "try" : "tries"} left today`)).toBeVisible();
    await sam.atHome("Sam Nobody");
    await sam.choose("Yes, look");
    await sam.press("Continue");
    await expect(sam.summary).toContainText("We have not found this name at this address");
    if (tries === 5) await sam.inspected();
  }
  await expect(page.getByText("You have tried five times, which is all that a day has")).toBeVisible();
  await expect(page.getByText("show us a document, here or at a desk")).toBeVisible();
});

test("a document is sent, refused with a reason, sent again and seen", async ({ page, server, inspector, people }) => {
  const sam = new Resident(page, inspector, server);
  await sam.open();
  const send = async () => {
    await sam.choose("Passport");
    await sam.type("Your full name, as it is on the document", "Sam O’Brien");
    await page.getByLabel("The document", { exact: true }).setInputFiles({ name: "passport.png", mimeType: "image/png", buffer: PICTURE });
    await sam.press("Send the document");
    await expect(page.getByText("we have not looked at it yet")).toBeVisible();
  };
  await sam.press("Send the document");
  await expect(sam.summary.getByRole("listitem")).toHaveText([
    "Choose which document it is",
    "Enter your full name, as it is on the document",
    "Choose a photo or PDF of the document",
  ]);
  await sam.inspected();
  await send();
  await sam.inspected();

  const dan = await people.staff("dan");
  await dan.page.goto("/staff/identity");
  await dan.shows("Who people are");
  const item = dan.page.getByRole("listitem").filter({ hasText: "Passport of Sam O’Brien" });
  const saved = dan.page.waitForEvent("download");
  await item.getByRole("link", { name: /Save the document/ }).click();
  await saved;
  await item.getByRole("button", { name: /It is not good enough/ }).click();
  await expect(dan.summary).toContainText("Say why it is not good enough");
  await dan.inspected();
  await item.getByLabel("Why it is not good enough, if it is not").fill("We can't read your name. Send it once more.");
  await item.getByRole("button", { name: /It is not good enough/ }).click();
  await dan.succeeded("Refused. The document is deleted");

  await page.goto("/account/identity");
  await expect(page.getByText("We can't read your name. Send it once more.")).toBeVisible();
  await send();
  await dan.page.goto("/staff/identity");
  await dan.page.getByRole("button", { name: /It shows who they are/ }).click();
  await dan.succeeded("Seen. The document is deleted");
  await page.goto("/account/identity");
  await expect(page.getByText("We have seen your documents, as Sam O’Brien")).toBeVisible();
  await sam.inspected();
});

test("a document is shown at a desk, by my address and a code", async ({ page, server, inspector, people }) => {
  const sam = new Resident(page, inspector, server);
  inspector.allow(/status of 422 .*desk/);
  await sam.open();
  await sam.press("Get a code for the desk");
  const code = page.locator("strong").filter({ hasText: /^[A-Z2-7]{4} [A-Z2-7]{4}$/ });
  await expect(code).toBeVisible();
  const said = await code.innerText();
  const dan = await people.staff("dan");
  await dan.page.goto("/staff/identity");
  await dan.shows("Who people are");
  await dan.type("Email address of their account", EMAIL);
  await dan.type("Code on their page", "AAAA AAAA");
  await dan.choose("Passport");
  await dan.type("Full name, as it is on the document", "Sam O’Brien");
  await dan.press("I have seen it");
  await expect(dan.summary).toContainText("This address and code do not belong together");
  await dan.inspected();
  await dan.type("Code on their page", said.toLowerCase());
  await dan.press("I have seen it");
  await dan.succeeded("Seen. It counts in their account from now on");
  await page.goto("/account/identity");
  await expect(page.getByText("We have seen your documents, as Sam O’Brien")).toBeVisible();
});
