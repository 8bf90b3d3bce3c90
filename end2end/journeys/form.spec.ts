import { SAM } from "../pages/form";
import { expect, test } from "../support/test";

const DRAFT = "portico:draft:report-graffiti";

test("a question is only asked when an earlier answer calls for it", async ({ page, form }) => {
  await form.begin("report-graffiti");
  await form.answer("What is the graffiti on?", "A road sign or street sign");
  await form.answer("Is it offensive?", "No");
  await form.shows("Where is it?");
  await form.follow("Back");
  await form.answer("Is it offensive?", "Yes");
  await form.shows("What does it say or show? (optional)");
  await form.goOn();
  await form.shows("Where is it?");
  await form.follow("Back");
  await form.shows("What does it say or show? (optional)");
  await expect(page).toHaveURL(/\/services\/report-graffiti\/words$/);
});

test("what is missing is said above the page, beside the field and in the title", async ({ page, form }) => {
  await form.begin("report-graffiti");
  await form.goOn();
  await form.complains("Choose an answer to “What is the graffiti on?”");
  await form.summary.getByRole("link").click();
  await expect(page.getByRole("radio", { name: "Something public" })).toBeFocused();
  await form.choose("Something public");
  await form.goOn();
  await expect(page).not.toHaveTitle(/^Error/);
  await form.shows("Is it offensive?");
  await form.goOn();
  await form.complains("Choose yes or no to “Is it offensive?”");
  await form.choose("No");
  await form.goOn();
  await form.shows("Where is it?");
  await form.goOn();
  await form.complains("Say where it is, so that we can find it");
  await form.summary.getByRole("link").click();
  await expect(page.getByLabel("Street, and what is nearby")).toBeFocused();
  // The words beside the field are also told to those who listen to it.
  await expect(page.getByLabel("Street, and what is nearby")).toHaveAccessibleDescription(/Say where it is/);
  await form.type("Street, and what is nearby", "Mill Lane");
  await form.goOn();
  await form.goOn();
  await form.shows("Is there anything else we should know? (optional)");
  await form.goOn();
  await form.shows("How can we tell you what happens?");
  await form.type("Email address", "sam at example");
  await form.type("Phone number (optional)", "12");
  await form.goOn();
  await form.complains(
    "Enter your name",
    "Enter an email address in the right format, like name@example.com",
    "Enter a phone number, like 01632 960 001 or 07700 900 982",
  );
  await form.summary.getByRole("link").nth(1).click();
  await expect(page.getByLabel("Email address")).toBeFocused();
  await form.who(SAM);
  await form.shows("Check your answers");
});

test("every step has its address; Back and Forward go where I was", async ({ page, form }) => {
  await form.graffitiToCheck();
  const steps = ["you", "details", "photos", "place", "offensive", "surface"];
  for (const step of steps) {
    await page.goBack();
    await expect(page).toHaveURL(new RegExp(`/services/report-graffiti/${step}$`));
    await expect(form.heading).toHaveCount(1);
  }
  await expect(page.getByRole("radio", { name: "Something public" })).toBeChecked();
  await page.goForward();
  await page.goForward();
  await form.shows("Where is it?");
  await expect(page.getByLabel("Street, and what is nearby")).toHaveValue("Underpass at Mill Lane");
  // The same by the link on the page.
  await form.follow("Back");
  await form.shows("Is it offensive?");
  await form.follow("Back");
  await form.follow("Back");
  await expect(page).toHaveURL(/\/services\/report-graffiti$/);
  await form.shows("Report graffiti");
});

test("a step that is not open yet leads to the one that is", async ({ page, form }) => {
  await page.goto("/services/report-graffiti/you");
  await form.shows("What is the graffiti on?");
  await expect(page).toHaveURL(/\/surface$/);
  await page.goto("/services/report-graffiti/check");
  await form.shows("What is the graffiti on?");
});

test("a reload loses nothing, and neither does closing the page", async ({ page, form }) => {
  await form.begin("report-graffiti");
  await form.answer("What is the graffiti on?", "Something public");
  await form.answer("Is it offensive?", "No");
  await form.shows("Where is it?");
  await form.type("Street, and what is nearby", "By the old m");
  await page.reload();
  await form.shows("Where is it?");
  await expect(page.getByLabel("Street, and what is nearby")).toHaveValue("By the old m");

  await page.goto("/");
  await page.goto("/services/report-graffiti");
  await form.shows("Report graffiti");
  await expect(page.getByText("You have begun this already.")).toBeVisible();
  await page.getByRole("button", { name: "Go on where you stopped" }).click();
  await expect(page.getByLabel("Street, and what is nearby")).toHaveValue("By the old m");

  await page.goto("/services/report-graffiti");
  await form.press("Throw it away and start again");
  await expect(page.getByRole("button", { name: "Start now" })).toBeVisible();
  expect(await page.evaluate((name) => localStorage.getItem(name), DRAFT)).toBeNull();
  await form.inspected();
});

test("what I typed is gone from the device once it is sent", async ({ page, form }) => {
  await form.graffitiToCheck();
  expect(await page.evaluate((name) => localStorage.getItem(name), DRAFT)).toContain("Sam Taylor");
  await form.send();
  await form.confirmed();
  expect(await page.evaluate(() => Object.keys({ ...localStorage, ...sessionStorage }))).toEqual([]);
  // "Back" does not lead to a form to be sent again.
  await page.goBack();
  await expect(page.getByText("Sam Taylor")).toHaveCount(0);
  await expect(form.sender).toHaveCount(0);
});

test("blanks I may leave are called “Not provided”", async ({ form }) => {
  await form.graffitiToCheck({ name: "Sam Taylor", email: "sam@example.org" });
  await expect(form.line("Add photos of the graffiti")).toHaveText("Not provided");
  await expect(form.line("Is there anything else we should know?")).toHaveText("Not provided");
  // What was not asked is not shown.
  await expect(form.line("What does it say or show?")).toHaveCount(0);
});

test("I see how much room is left", async ({ page, form }) => {
  await form.graffitiToPhotos();
  await form.goOn();
  await form.shows("Is there anything else we should know? (optional)");
  const text = page.getByRole("textbox");
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
  await form.graffitiToCheck();
  await form.change("Where is it?");
  await form.shows("Where is it?");
  await expect(page).toHaveURL(/\/place\?from=check$/);
  await form.type("Street, and what is nearby", "Mill Lane, behind the shop");
  await form.goOn();
  await form.shows("Check your answers");
  await expect(form.line("Where is it?")).toContainText("behind the shop");
  // A changed answer that opens another question: it is asked, and then I am back.
  await form.change("Is it offensive?");
  await form.answer("Is it offensive?", "Yes");
  await form.shows("What does it say or show? (optional)");
  await form.goOn();
  await form.shows("Check your answers");
  await expect(form.line("What does it say or show?")).toHaveText("Not provided");
  // One that ends the form ends it here too.
  await form.change("What is the graffiti on?");
  await form.answer("What is the graffiti on?", "A private house, shop or other private property");
  await form.shows("We don't remove graffiti from private property");
});

test("a slip in my address is pointed out before I send", async ({ page, form }) => {
  await form.graffitiToCheck({ name: "Sam Taylor", email: "sam@gmial.com" });
  await expect(page.getByText("Did you mean")).toContainText("sam@gmail.com");
  await form.follow("Change your email address");
  await form.shows("How can we tell you what happens?");
});

for (const service of ["missed-bin", "ask-us"] as const) {
  test(`the form ${service} can be filled in and sent`, async ({ page, form, server }) => {
    await form.begin(service);
    if (service === "missed-bin") {
      await form.answer("When should we have emptied it?", "On one of the last two working days");
      await form.answer("Is there a tag on the bin?", "No");
      await form.answer("Which bin is it?", "Food waste (small brown caddy)");
      await form.shows("Which address is it?");
      await form.type("Street, and what is nearby", "12 Harbour View");
      await form.goOn();
      await form.shows("How can we tell you what happens?");
    } else {
      await form.answer("Is anybody in danger now?", "No");
      await form.answer("Who should read it?", "Housing");
      await form.shows("What would you like to ask or tell us?");
      await form.type("What would you like to ask or tell us?", "Who mends the lift?\n\nIt is broken.");
      await form.goOn();
      await form.shows("Add photos (optional)");
      await form.goOn();
      await form.shows("How can we answer you?");
    }
    await form.who(SAM);
    await form.shows("Check your answers");
    await form.send();
    await form.confirmed();
    await expect(page.getByText(SAM.email)).toBeVisible();
    await server.mailbox.expect(SAM.email, "We have your request");
  });
}
