import { randomUUID } from "node:crypto";

import type { Locator } from "@playwright/test";

import { Api } from "../support/api";
import { STAFF, expect, test, type Page } from "../support/test";

/** Keys pressed, as a person would; each takes about this long, thinking included (the keystroke-level model). */
const SECONDS_A_KEY = 0.28;

/** A keyboard that counts. */
class Keyboard {
  pressed = 0;

  constructor(private readonly page: Page) {}

  async press(key: string): Promise<void> {
    this.pressed++;
    await this.page.keyboard.press(key);
  }

  async type(text: string): Promise<void> {
    this.pressed += text.length;
    await this.page.keyboard.type(text);
  }

  /** Presses Tab until something has the focus. */
  async to(goal: Locator, most: number): Promise<void> {
    for (let presses = 0; presses < most; presses++) {
      await this.press("Tab");
      if (await goal.evaluate((element) => element === document.activeElement)) return;
    }
    throw new Error(`${most} times Tab do not lead to ${goal}`);
  }
}

const group = (page: Page, name: string) => page.getByRole("group", { name });
const CHASING = "Did they ask what is happening with something we already knew about?";
const AGAIN = "Did they have to tell us again?";
const UNCLEAR = "Was it because of something we sent, wrote or said?";

test("a call is recorded by the keyboard alone, in less than 20 seconds", async ({ api, people }) => {
  await api.send("report-graffiti");
  const staff = await people.staff("priya");
  const { page } = staff;
  await staff.openQueue();
  await staff.follow("Record a contact");
  await staff.shows("Record a contact");
  const keys = new Keyboard(page);
  const begun = Date.now();
  // By phone, as nothing else was recorded yet: the group is passed by.
  await expect(page.getByRole("radio", { name: "Phone", exact: true })).toBeChecked();
  await keys.to(page.getByLabel("Reference of their request, if they have one"), 3);
  await keys.press("Tab");
  await expect(page.getByLabel("What was it about?")).toBeFocused();
  await keys.type("graff");
  await expect(page.getByRole("radio", { name: "Report graffiti", exact: true })).toBeChecked();
  await expect(page.locator("#announcer")).toContainText("Report graffiti");
  await keys.press("Tab");
  await keys.press("Tab");
  await expect(page.getByLabel("Their phone number or email address (optional)")).toBeFocused();
  await keys.type("07700900123");
  await keys.press("Tab");
  await keys.press("ArrowDown");
  await expect(group(page, "Why did they contact us?").getByRole("radio", { name: "To ask what is happening" })).toBeChecked();
  for (const [question, answer] of [
    [CHASING, "Yes"],
    [AGAIN, "No"],
    [UNCLEAR, "No"],
  ] as const) {
    await keys.press("Tab");
    await keys.press(answer === "Yes" ? "Space" : "ArrowDown");
    await expect(group(page, question).getByRole("radio", { name: answer, exact: true })).toBeChecked();
  }
  await keys.press("Enter");
  await staff.succeeded("Recorded. It counts as avoidable");
  expect(Date.now() - begun, "milliseconds, as fast as the browser goes").toBeLessThan(20_000);
  expect(keys.pressed * SECONDS_A_KEY, "seconds, as fast as a person presses keys").toBeLessThan(20);

  // The next one: the same person rings again.
  await keys.press("Tab");
  await expect(page.getByRole("button", { name: "Record another contact" })).toBeFocused();
  await keys.press("Enter");
  await staff.shows("Record a contact");
  await expect(page.getByLabel("What was it about?")).toHaveValue("");
  await keys.to(page.getByLabel("What was it about?"), 4);
  await keys.type("graffiti");
  await keys.to(page.getByLabel("Their phone number or email address (optional)"), 2);
  await keys.type("+44 7700 900 123");
  await keys.press("Tab");
  await keys.press("Space");
  for (const question of [CHASING, AGAIN, UNCLEAR]) {
    await keys.press("Tab");
    await keys.press("ArrowDown");
    await expect(group(page, question).getByRole("radio", { name: "No", exact: true })).toBeChecked();
  }
  await keys.press("Enter");
  await staff.succeeded("Recorded. It does not count as avoidable. They have contacted us 2 times about this in 28 days");
  await keys.to(page.getByRole("button", { name: "Take it back" }), 4);
  await keys.press("Enter");
  await staff.succeeded("Taken back. Nothing is recorded");
  await staff.follow("Contacts");
  await staff.shows("Contacts");
  await expect(staff.rows).toHaveCount(1);
  await expect(staff.rows.first()).toContainText("Avoidable");
});

test("what is missing is told in the order of the page, and what was recorded can be changed", async ({ people }) => {
  const staff = await people.staff("priya");
  const { page } = staff;
  await page.goto("/staff/contacts/new");
  await staff.shows("Record a contact");
  await staff.press("Record the contact");
  await staff.complains(
    "Say which service it was about",
    "Choose why they contacted us",
    "Choose yes or no",
    "Choose yes or no",
    "Choose yes or no",
  );
  await page.getByLabel("What was it about?").fill("unicorn");
  await expect(page.getByText("No service is called that.")).toBeVisible();
  await page.getByLabel("What was it about?").fill("bin");
  const found = group(page, "Which service?");
  await expect(found.getByRole("radio").first()).toBeChecked();
  await staff.inspected();
  await found.getByRole("radio").nth(1).check();
  await staff.choose("Letter");
  await staff.choose("To ask a question");
  for (const question of [CHASING, AGAIN, UNCLEAR]) await group(page, question).getByLabel("No", { exact: true }).check();
  await staff.type("Minutes it took (optional)", "ten");
  await page.getByLabel("Note (optional)").fill("<b>Came</b> with the second post.");
  await staff.press("Record the contact");
  await staff.complains("Enter whole minutes, 600 at most");
  await staff.type("Minutes it took (optional)", "10");
  // What is typed is there after a reload.
  await page.reload();
  await staff.shows("Record a contact");
  await expect(page.getByLabel("Note (optional)")).toHaveValue("<b>Came</b> with the second post.");
  await staff.press("Record the contact");
  await staff.succeeded("Recorded. It does not count as avoidable");
  await staff.press("Change it");
  await staff.shows("Record a contact");
  await expect(page.getByLabel("Minutes it took (optional)")).toHaveValue("10");
  await group(page, UNCLEAR).getByLabel("Yes", { exact: true }).check();
  await staff.press("Record the contact");
  await staff.succeeded("Recorded. It counts as avoidable");
  await staff.follow("Contacts");
  await staff.follow("Recorded by your department");
  await staff.shows("Contacts");
  await expect(staff.rows).toHaveCount(1);
  await expect(staff.rows.first()).toContainText("<b>Came</b> with the second post.");
  // As the last one came.
  await page.goto("/staff/contacts/new");
  await staff.shows("Record a contact");
  await expect(page.getByRole("radio", { name: "Letter", exact: true })).toBeChecked();
});

test("a contact about a request stands with it; another department’s reference tells nothing", async ({ api, people, inspector }) => {
  inspector.allow(/status of (409|422)/);
  const { reference } = await api.send("report-graffiti");
  const staff = await people.staff("priya");
  const { page } = staff;
  await staff.openRequest(reference);
  await staff.follow("Record a contact about this");
  await staff.shows("Record a contact");
  await expect(page.getByText(`About request ${reference}.`)).toBeVisible();
  await expect(page.getByLabel("What was it about?")).toHaveCount(0);
  await staff.choose("In person");
  await staff.choose("To ask what is happening");
  await group(page, CHASING).getByLabel("Yes", { exact: true }).check();
  for (const question of [AGAIN, UNCLEAR]) await group(page, question).getByLabel("No", { exact: true }).check();
  await staff.press("Record the contact");
  await staff.succeeded("Recorded. It counts as avoidable");
  await staff.follow("Go to the request");
  await staff.shows("Report graffiti");
  await expect(page.getByText(/In person, recorded by Priya Shah/)).toBeVisible();
  await staff.inspected();

  const dan = await people.staff("dan");
  await dan.page.goto("/staff/contacts/new");
  await dan.shows("Record a contact");
  await dan.type("Reference of their request, if they have one", reference);
  await dan.choose("To ask what is happening");
  for (const question of [CHASING, AGAIN, UNCLEAR]) await group(dan.page, question).getByLabel("No", { exact: true }).check();
  await dan.press("Record the contact");
  await dan.complains("Your department has no request with this reference. Say which service it was about, too");
  await dan.page.getByLabel("What was it about?").fill("graffiti");
  await dan.press("Record the contact");
  await dan.succeeded("Recorded. It does not count as avoidable");
  await expect(dan.page.getByRole("link", { name: "Go to the request" })).toHaveCount(0);
  // Whoever may see the request finds it there.
  await page.reload();
  await staff.shows("Report graffiti");
  await expect(page.getByText(/Phone, recorded by Dan Morris/)).toBeVisible();
  await expect(page.getByText("2nd contact")).toBeVisible();
});

test("the third time a manager looks at why, and sees what it costs", async ({ people, server }) => {
  const desk = await people.somebody();
  const dan = new Api(desk.request, server);
  await dan.signIn(STAFF.dan.email);
  for (const note of ["Rang first", "Rang again", "Rang a third time"]) {
    await dan.post("/api/staff/contacts", {
      id: randomUUID(),
      channel: "phone",
      service: "report-graffiti",
      person: "07700 900123",
      reason: "progress",
      answers: { chasing: note !== "Rang first", again: false, unclear: false },
      minutes: 25,
      note,
    });
  }
  const tom = await people.staff("tom");
  await tom.openQueue();
  await tom.follow("Contacts");
  await tom.shows("Contacts");
  await expect(tom.row("Rang a third time")).toContainText("3rd contact");
  await tom.follow("To look into");
  await tom.shows("Repeated contacts");
  await expect(tom.page.getByRole("heading", { name: /^Report graffiti: 3 times since/ })).toBeVisible();
  await tom.press("Say what was done");
  await expect(tom.summary).toContainText("Say what was done");
  await tom.inspected();
  await tom.page.getByLabel("What was done?").fill("Rang them: the crew comes on Friday.");
  await tom.press("Say what was done");
  await tom.succeeded("It is off your list");
  await expect(tom.page.getByText("Nobody is waiting for you here.")).toBeVisible();
  await tom.follow("Figures");
  await tom.shows("Contacts in figures");
  const row = tom.page.getByRole("table", { name: "By service" }).getByRole("row").filter({ hasText: "Report graffiti" });
  await expect(row).toContainText("67%");
  await expect(row).toContainText("1 hour 15 minutes");
  await tom.follow("About your department");
  await tom.shows("Contacts");
  await expect(tom.row("Rang a third time")).toContainText("the crew comes on Friday");
  // An officer has neither the list nor the figures.
  const priya = await people.staff("priya");
  await priya.page.goto("/staff/contacts");
  await priya.shows("Contacts");
  await expect(priya.page.getByRole("link", { name: "Figures" })).toHaveCount(0);
});
