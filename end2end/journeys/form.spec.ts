import type { Form } from "../pages/form";
import { SAM } from "../pages/form";
import { expect, test } from "../support/test";

const DRAFT = "portico:draft:report-graffiti";

/** The first page of a form that has three. */
async function dumped(form: Form): Promise<void> {
  await form.begin("fly-tipping");
  await form.shows("What was dumped");
  await form.answer("Where was it dumped?", "On public land");
  await form.page.getByRole("checkbox", { name: "Bags of rubbish" }).check();
  await form.answer("How much is there?", "A van load");
  await form.answer("Does it block a road, path or door?", "No");
  await form.goOn();
  await form.shows("Where it is");
}

/** …and all others, up to "check your answers". */
async function dumpedToCheck(form: Form): Promise<void> {
  await dumped(form);
  await form.where("Behind the boat club");
  await form.goOn();
  await form.shows("Who did it, and you");
  await form.answer("Did you see who did it?", "No");
  await form.who(SAM);
  await form.toCheck();
}

test("a short form is one page, and stands where its service is explained", async ({ page, form }) => {
  await page.goto("/services/report-graffiti");
  await form.shows("Report graffiti");
  await expect(page.locator(".portico-promise strong")).toHaveText(/\d/);
  await expect(form.question("What is the graffiti on?")).toBeVisible();
  await expect(page.getByLabel("Full name")).toBeVisible();
  await expect(page.getByRole("button", { name: "Continue" })).toBeVisible();
});

test("a longer form says what it will ask, and where I am in it", async ({ page, form }) => {
  await page.goto("/services/fly-tipping");
  await form.shows("Report dumped rubbish");
  await expect(page.getByRole("heading", { name: "What we will ask" })).toBeVisible();
  await dumped(form);
  await expect(page.locator("main .govuk-caption-l")).toHaveText(/, page 2 of 3$/);
});

test("a question is only asked when an earlier answer calls for it", async ({ page, form }) => {
  await dumped(form);
  await form.where("Behind the boat club");
  await form.goOn();
  await form.shows("Who did it, and you");
  const seen = page.getByLabel("What did you see?", { exact: true });
  await expect(seen).toHaveCount(0);
  await form.answer("Did you see who did it?", "Yes");
  await expect(seen).toBeVisible();
  await form.inspected();
  await form.who(SAM);
  await form.goOn();
  await form.complains("Write an answer to “What did you see?”", "Choose yes or no to “May an officer ring or email you about it?”");
  await form.answer("Did you see who did it?", "No");
  await expect(seen).toHaveCount(0);
  await form.toCheck();
  await expect(form.line("What did you see?")).toHaveCount(0);
});

test("what is missing is said above the page, beside the field and in the title", async ({ page, form }) => {
  await form.begin("report-graffiti");
  await form.goOn();
  await form.complains(
    "Choose an answer to “What is the graffiti on?”",
    "Choose yes or no to “Is it offensive?”",
    "Say where it is, so that we can find it",
    "Enter your name",
    "Enter an email address in the right format, like name@example.com",
  );
  await form.summary.getByRole("link").first().click();
  await expect(page.getByRole("radio", { name: "Something public" })).toBeFocused();
  await form.summary.getByRole("link").nth(2).click();
  await expect(page.getByLabel("Street or postcode")).toBeFocused();
  await form.answer("What is the graffiti on?", "Something public");
  await form.answer("Is it offensive?", "No");
  await form.where("Mill Lane");
  await form.type("Full name", "Sam Taylor");
  await form.type("Email address", "sam at example");
  await form.type("Phone number (optional)", "12");
  await form.goOn();
  await form.complains(
    "Enter an email address in the right format, like name@example.com",
    "Enter a phone number, like 01632 960 001 or 07700 900 982",
  );
  // The words beside the field are also told to those who listen to it.
  await expect(page.getByLabel("Email address")).toHaveAccessibleDescription(/in the right format/);
  await form.summary.getByRole("link").first().click();
  await expect(page.getByLabel("Email address")).toBeFocused();
  await form.who(SAM);
  await form.toCheck();
  await expect(page).not.toHaveTitle(/^Error/);
});

test("an answer that ends the form takes away what was wrong in it", async ({ page, form }) => {
  await form.begin("report-graffiti");
  await form.goOn();
  await expect(form.summary).toBeVisible();
  await form.answer("What is the graffiti on?", "A private house, shop or other private property");
  await expect(page.locator('[id^="stop-"]')).toBeVisible();
  await expect(form.summary).toHaveCount(0);
  await expect(page).not.toHaveTitle(/^Error/);
  await form.inspected();
});

test("“None of these” is ticked alone", async ({ page, form }) => {
  const box = (name: string) => page.getByRole("checkbox", { name });
  await form.begin("abandoned-vehicle");
  await form.answer("What state is the vehicle in?", "It just stands there");
  await form.answer("Does the vehicle have tax?", "I can't tell");
  await box("Flat tyres or missing wheels").check();
  await box("It is full of rubbish").check();
  await box("None of these").check();
  await expect(box("Flat tyres or missing wheels")).not.toBeChecked();
  await expect(box("It is full of rubbish")).not.toBeChecked();
  await form.inspected();
  await box("It is full of rubbish").check();
  await expect(box("None of these")).not.toBeChecked();
});

test("every page has its address; Back and Forward go where I was", async ({ page, form }) => {
  await dumpedToCheck(form);
  for (const step of ["seen", "place", "land"]) {
    await page.goBack();
    await expect(page).toHaveURL(new RegExp(`/services/fly-tipping/${step}$`));
    await expect(form.heading).toHaveCount(1);
  }
  await expect(page.getByRole("radio", { name: "On public land" })).toBeChecked();
  await page.goForward();
  await form.shows("Where it is");
  await expect(page.getByLabel("What is it near?")).toHaveValue("Behind the boat club");
  // The same by the link on the page.
  await form.follow("Back");
  await form.shows("What was dumped");
  await form.follow("Back");
  await expect(page).toHaveURL(/\/services\/fly-tipping$/);
  await form.shows("Report dumped rubbish");
});

test("a page that is not open yet leads to the one that is", async ({ page, form }) => {
  await page.goto("/services/fly-tipping/seen");
  await form.shows("What was dumped");
  await expect(page).toHaveURL(/\/land$/);
  await page.goto("/services/fly-tipping/check");
  await form.shows("What was dumped");
  await page.goto("/services/report-graffiti/check");
  await form.shows("Report graffiti");
});

test("a reload loses nothing, and neither does closing the page", async ({ page, form }) => {
  await dumped(form);
  await form.where("By the old m");
  await page.reload();
  await form.shows("Where it is");
  await expect(page.getByLabel("What is it near?")).toHaveValue("By the old m");

  await page.goto("/");
  await page.goto("/services/fly-tipping");
  await form.shows("Report dumped rubbish");
  await expect(page.getByText("You have begun this already.")).toBeVisible();
  await page.getByRole("button", { name: "Go on where you stopped" }).click();
  await expect(page.getByLabel("What is it near?")).toHaveValue("By the old m");

  await page.goto("/services/fly-tipping");
  await form.press("Throw it away and start again");
  await expect(page.getByRole("button", { name: "Start now" })).toBeVisible();
  expect(await page.evaluate(() => localStorage.getItem("portico:draft:fly-tipping"))).toBeNull();
  await form.inspected();
});

test("a short form that I began can be thrown away too", async ({ page, form }) => {
  await form.graffiti("By the old mill");
  await page.reload();
  await form.shows("Report graffiti");
  await expect(page.getByLabel("What is it near?")).toHaveValue("By the old mill");
  await expect(page.getByText("What you typed before is kept.")).toBeVisible();
  await form.press("Throw it away and start again");
  await expect(page.getByLabel("What is it near?")).toHaveCount(1);
  await expect(page.getByLabel("What is it near?")).toHaveValue("");
  await expect(page.getByRole("radio", { checked: true })).toHaveCount(0);
  expect(await page.evaluate((name) => localStorage.getItem(name), DRAFT)).toBeNull();
  await form.inspected();
});

test("what I typed is gone from the device once it is sent", async ({ page, form }) => {
  await form.graffitiToCheck();
  expect(await page.evaluate((name) => localStorage.getItem(name), DRAFT)).toContain("Sam Taylor");
  await form.send();
  await form.confirmed();
  expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([]);
  // Who they are is offered again while this tab is open.
  expect(await page.evaluate(() => Object.keys(sessionStorage))).toEqual(["portico:visit"]);
  // "Back" does not lead to a form to be sent again.
  await page.goBack();
  await form.shows("Report graffiti");
  await expect(page.getByLabel("Full name")).toHaveValue("");
  await expect(form.sender).toHaveCount(0);
});

test("blanks I may leave are called “Not provided”", async ({ form }) => {
  await form.graffitiToCheck();
  await expect(form.line("Add photos of the graffiti")).toHaveText("Not provided");
  await expect(form.line("Is there anything else we should know?")).toHaveText("Not provided");
});

test("I see how much room is left", async ({ page, form }) => {
  await form.graffiti();
  await form.who(SAM);
  const text = page.getByLabel("Is there anything else we should know? (optional)");
  const count = page.locator("#details-count");
  await expect(count).toHaveText("You have 1,000 characters remaining");
  await text.fill("a".repeat(999));
  await expect(count).toHaveText("You have 1 character remaining");
  // Nothing typed is cut off.
  await text.fill("a".repeat(1_005));
  await expect(count).toHaveText("You have 5 characters too many");
  await expect(count).toHaveClass(/govuk-error-message/);
  await form.goOn();
  await expect(form.summary.getByRole("listitem")).toHaveText("Your answer must be 1,000 characters or fewer");
  await form.inspected();
  await expect(text).toHaveValue("a".repeat(1_005));
  // As people count: one letter, one character, whatever it is made of.
  await text.fill("👩‍🎨é");
  await expect(count).toHaveText(/^You have 99[0-9] characters remaining$/);
});

test("I change an answer and am back where I was", async ({ page, form }) => {
  await dumpedToCheck(form);
  await form.change("Where is it?");
  await form.shows("Where it is");
  await expect(page).toHaveURL(/\/place\?from=check$/);
  await form.where("Behind the boat club, by the fence");
  await form.toCheck();
  await expect(form.line("Where is it?")).toContainText("by the fence");
  // From a question in the middle of a page: the focus is on it.
  await form.change("How much is there?");
  await form.shows("What was dumped");
  await expect(page.getByRole("radio", { name: "One bag or one item" })).toBeFocused();
  await form.toCheck();
  // A changed answer that opens another question: it is asked, and then I am back.
  await form.change("Did you see who did it?");
  await form.shows("Who did it, and you");
  await form.answer("Did you see who did it?", "Yes");
  await form.type("What did you see?", "A white van");
  await form.answer("May an officer ring or email you about it?", "No");
  await form.toCheck();
  await expect(form.line("What did you see?")).toHaveText("A white van");
  // One that ends the form ends it here too.
  await form.change("Where was it dumped?");
  await form.answer("Where was it dumped?", "In a river or canal");
  await expect(page.locator("#stop-water")).toBeVisible();
  await expect(page.getByRole("button", { name: "Continue" })).toHaveCount(0);
});

test("a slip in my address is pointed out before I send", async ({ page, form }) => {
  await form.graffitiToCheck({ name: "Sam Taylor", email: "sam@gmial.com" });
  await expect(page.getByText("Did you mean")).toContainText("sam@gmail.com");
  await form.follow("Change your email address");
  await form.shows("Report graffiti");
  await expect(page.getByLabel("Full name")).toBeFocused();
});

test("what I told before in this visit is offered, and not asked again", async ({ page, form, server }) => {
  await form.graffitiToCheck();
  await form.send();
  await form.confirmed();
  await form.follow("Home");
  await form.shows("How can we help?");
  await page.getByRole("link", { name: "Report a missed bin collection" }).first().click();
  await form.shows("Report a missed bin collection");
  await form.answer("When should we have emptied it?", "On one of the last two working days");
  await form.answer("Is there a tag on the bin?", "No");
  await form.answer("Which bin is it?", "Food waste (small brown caddy)");
  await expect(page.getByText("You told us before:")).toContainText("Sam Taylor");
  await form.inspected();
  await page.getByRole("button", { name: /^Use this/ }).click();
  await expect(page.getByLabel("Full name")).toHaveValue("Sam Taylor");
  await expect(page.getByLabel("Full name")).toBeFocused();
  await expect(page.getByText("You told us before:")).toHaveCount(0);
  await form.press("Type the address instead");
  await form.type("Address line 1", "12 Harbour View");
  await form.type("Town (optional)", "Saltmarsh");
  await form.type("Postcode", "NE1 4XD");
  await form.toCheck();
  await form.send();
  await form.confirmed();
  await expect(page.getByText(SAM.email)).toBeVisible();
  await server.mailbox.expect(SAM.email, "We have your request");
});

test("a message that has a form of its own is led to it, and may go on", async ({ page, form, server }) => {
  await form.begin("ask-us");
  await form.answer("Is anybody in danger now?", "No");
  await form.type("What would you like to ask or tell us?", "My bin was not emptied on Tuesday");
  await form.who(SAM);
  const better = page.locator("#better-form");
  await expect(better).toContainText("Report a missed bin collection");
  await form.inspected();
  await form.goOn();
  // Once it is pointed out; the second time the message goes as it is.
  await expect(form.heading).toHaveText("Ask us something else");
  await form.toCheck();
  await form.send();
  await form.confirmed();
  await server.mailbox.expect(SAM.email, "We have your request");
});
