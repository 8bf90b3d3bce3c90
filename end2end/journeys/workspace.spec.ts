import { mkdirSync } from "node:fs";
import { join } from "node:path";

import type { Workspace } from "../pages/staff";
import { STAFF, expect, test } from "../support/test";

const SHOTS = join(__dirname, "../shots");

/** Opens the queue and waits until the page listens to the keyboard. */
async function atTheQueue(staff: Workspace): Promise<void> {
  await staff.openQueue();
  await expect(staff.page.locator("summary", { hasText: "Search and narrow down" })).toBeVisible();
}

/** Types a day into the three boxes. */
async function day(staff: Workspace, days: number): Promise<void> {
  const day = new Date(Date.now() + days * 86_400_000);
  await staff.type("Day", String(day.getUTCDate()));
  await staff.type("Month", String(day.getUTCMonth() + 1));
  await staff.type("Year", String(day.getUTCFullYear()));
}

test("I take several requests at once: I see first what will happen, and undo it", async ({ page, api, people, server }) => {
  const first = await api.send("report-graffiti", { "place.words": "Mill Lane" });
  const second = await api.send("report-graffiti", { "place.words": "Bridge Street" });
  const third = await api.send("report-graffiti", { "place.words": "Quay Road" });
  const tom = await people.staff("tom");
  await tom.openRequest(third.reference);
  await tom.take();
  const priya = await people.staff("priya");
  await atTheQueue(priya);
  await priya.page.getByRole("checkbox", { name: `Choose Report graffiti, ${first.reference}` }).check();
  await expect(priya.page.getByText("1 request chosen")).toBeVisible();
  await priya.page.getByRole("checkbox", { name: "Choose all that are shown" }).check();
  await expect(priya.page.getByText("3 requests chosen")).toBeVisible();
  await priya.inspected();
  await priya.page.getByRole("button", { name: "Do something with them" }).click();
  await priya.shows("3 requests chosen");
  await priya.press("See what will happen");
  await priya.complains("Choose what to do with them");

  // What can't be done with some is said for each, and why.
  await priya.choose("Plan the work");
  await day(priya, 2);
  await priya.press("See what will happen");
  await priya.shows("What will happen");
  await expect(priya.page.getByRole("heading", { name: "These can’t be changed (3)" })).toBeVisible();
  await expect(priya.page.getByText("Tom Okafor has it. Take it first")).toBeVisible();
  await expect(priya.page.getByText("Nobody has it yet. Take it first")).toHaveCount(2);
  await expect(priya.page.getByRole("button", { name: /^Do it/ })).toHaveCount(0);
  await priya.press("Choose something else");

  await priya.choose("Take them");
  await priya.press("See what will happen");
  await expect(priya.page.getByRole("heading", { name: "These will change (3)" })).toBeVisible();
  await expect(priya.page.getByText("It will be yours: Tom Okafor has it now")).toBeVisible();
  await priya.inspected();
  await priya.press("Do it for 3 requests");
  await priya.succeeded("You have taken 3 requests.");
  await page.goto(`/follow/${first.key}`);
  await expect(page.getByText("Priya Shah is dealing with your request").first()).toBeVisible();

  // The queue says that there is a way back.
  await priya.follow("Go to the requests");
  await priya.shows("3 open requests");
  await priya.follow("See what was done, and undo it");
  await priya.press("Undo");
  await priya.succeeded("3 requests put back as before");
  await priya.follow("Go to the requests");
  await priya.shows("3 open requests");
  await expect(priya.row(third.reference)).toContainText("Tom Okafor");
  await expect(priya.row(second.reference)).toContainText("Nobody yet");
  await expect(priya.page.getByText("See what was done, and undo it")).toHaveCount(0);

  // Nobody was told by mail, and the page says both.
  await page.reload();
  await expect(page.getByText("Priya Shah took the step before this back. It was a slip").first()).toBeVisible();
  const subjects = (await server.mailbox.to("sam@example.org")).map((mail) => mail.subject);
  expect(subjects.filter((subject) => subject.includes(first.reference) && !subject.startsWith("We have your request"))).toEqual([]);
});

test("I close several with a standard reply, after reading what each resident is told", async ({ page, api, people, server }) => {
  const first = await api.send("report-graffiti");
  const second = await api.send("report-graffiti");
  const priya = await people.staff("priya");
  for (const { reference } of [first, second]) {
    await priya.openRequest(reference);
    await priya.take();
  }
  await atTheQueue(priya);
  await priya.page.getByRole("checkbox", { name: "Choose all that are shown" }).check();
  await priya.page.getByRole("button", { name: "Do something with them" }).click();
  await priya.choose("Close them with a standard reply");
  await priya.press("See what will happen");
  await priya.complains("Choose a standard reply");
  await priya.page.getByLabel("Standard reply", { exact: true }).selectOption({ label: "Done: Done as asked" });
  await day(priya, 0);
  await priya.type("Who did it?", "The north crew");
  await priya.press("See what will happen");
  await priya.shows("What will happen");
  await expect(priya.page.getByText("Residents are told at once, so it can’t be undone.")).toBeVisible();
  await priya.press("Do it for 2 requests");
  await priya.succeeded("You have closed 2 requests");
  await expect(priya.page.getByRole("button", { name: "Undo" })).toHaveCount(0);
  await priya.inspected();
  await server.mailbox.expect("sam@example.org", "Done");
  await page.goto(`/follow/${first.key}`);
  await expect(page.getByText("The north crew").first()).toBeVisible();
});

test("I narrow the queue down, and keep that under a name", async ({ api, people }) => {
  const first = await api.send("report-graffiti", { "place.words": "Mill Lane" });
  await api.send("ask-us", { department: "street-scene" });
  const priya = await people.staff("priya");
  await atTheQueue(priya);
  await priya.page.locator("summary", { hasText: "Search and narrow down" }).click();
  await priya.type("Reference or words", "mill");
  await priya.page.getByLabel("Service", { exact: true }).selectOption({ label: "Report graffiti" });
  await priya.inspected();
  await priya.press("Apply");
  await priya.shows("1 open request, narrowed down");
  await expect(priya.rows).toContainText([first.reference]);
  await expect(priya.page.getByText("Only: with “mill”; Report graffiti.")).toBeVisible();
  await priya.press("Keep it");
  await expect(priya.summary).toContainText("Enter a name");
  await priya.type("Keep what is shown now under a name", "My walls");
  await priya.press("Keep it");
  const kept = priya.page.getByRole("navigation", { name: "Filters that you keep" });
  await expect(kept.getByRole("link", { name: "My walls" })).toHaveAttribute("aria-current", "page");
  await priya.inspected();
  await priya.follow("Show all of them");
  await priya.shows("2 open requests");

  // It is kept for me, wherever I sign in, and for nobody else.
  const again = await people.staff("priya");
  await atTheQueue(again);
  await again.follow("My walls");
  await again.shows("1 open request, narrowed down");
  const tom = await people.staff("tom");
  await atTheQueue(tom);
  await expect(tom.page.getByRole("link", { name: "My walls" })).toHaveCount(0);
  await again.press("Forget “My walls”");
  await expect(again.page.getByRole("link", { name: "My walls" })).toHaveCount(0);
});

test("everything goes by the keyboard alone, and can be switched off", async ({ api, people }) => {
  const first = await api.send("report-graffiti", { "place.words": "Mill Lane" });
  const second = await api.send("report-graffiti", { "place.words": "Bridge Street" });
  const priya = await people.staff("priya");
  await atTheQueue(priya);
  const { keyboard } = priya.page;
  await keyboard.press("?");
  const list = priya.page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await expect(list).toBeVisible();
  await priya.inspected();
  await keyboard.press("Escape");
  await expect(list).toBeHidden();

  const link = (reference: string) => priya.row(reference).getByRole("link");
  await keyboard.press("j");
  await expect(link(first.reference)).toBeFocused();
  await keyboard.press("j");
  await expect(link(second.reference)).toBeFocused();
  await keyboard.press("k");
  await keyboard.press("x");
  await expect(priya.page.getByText("1 request chosen")).toBeVisible();
  await keyboard.press("Enter");
  await expect(priya.page.locator("main .govuk-caption-l")).toHaveText(first.reference);
  await keyboard.press("t");
  await priya.succeeded("You have this request now");
  await keyboard.press("w");
  await priya.shows("Write to the resident");

  // While somebody types, keys are letters.
  const message = priya.page.getByLabel("Your message");
  await message.focus();
  await keyboard.type("quick");
  await expect(message).toHaveValue("quick");
  await priya.page.getByRole("button", { name: "Send the message" }).focus();
  await keyboard.press("q");
  await priya.shows("2 open requests");
  await keyboard.press("/");
  await expect(priya.page.getByLabel("Reference or words")).toBeFocused();
  await keyboard.type("xjk");
  await expect(priya.page.getByLabel("Reference or words")).toHaveValue("xjk");
  await priya.heading.focus();
  await keyboard.press("b");
  await priya.shows("1 request chosen");

  await priya.page.getByRole("button", { name: "Keyboard shortcuts" }).click();
  await priya.page.getByLabel("Use keyboard shortcuts").uncheck();
  await expect(priya.page.getByLabel("Use keyboard shortcuts")).not.toBeChecked();
  await priya.press("Close the list");
  await keyboard.press("q");
  await keyboard.press("?");
  await expect(list).toBeHidden();
  await priya.shows("1 request chosen");
});

test("what changes while I look at the queue is said, and moves nothing until I ask", async ({ api, people }) => {
  const { reference } = await api.send("report-graffiti", { "place.words": "Mill Lane" });
  const priya = await people.staff("priya");
  await atTheQueue(priya);
  await priya.row(reference).getByRole("link").focus();
  const tom = await people.staff("tom");
  await tom.openRequest(reference);
  await tom.take();
  await expect(priya.page.getByText("1 change.", { exact: false }).first()).toBeVisible();
  await expect(priya.row(reference)).toContainText("Nobody yet");
  await expect(priya.row(reference).getByRole("link")).toBeFocused();
  await priya.inspected();
  await priya.press("Show");
  await expect(priya.row(reference)).toContainText("Tom Okafor");
  await expect(priya.page.getByRole("button", { name: "Show", exact: true })).toHaveCount(0);
});

test("on paper there is what is read, and nothing to press", async ({ api, people }) => {
  const { reference } = await api.send("report-graffiti", { "place.words": "Mill Lane" });
  const priya = await people.staff("priya");
  await atTheQueue(priya);
  await expect(priya.page.getByRole("button", { name: "Print" })).toBeVisible();
  for (const open of [async () => {}, () => priya.openRequest(reference)]) {
    await priya.page.emulateMedia({ media: "screen" });
    await open();
    await priya.page.emulateMedia({ media: "print" });
    await expect(priya.heading).toBeVisible();
    await expect(priya.page.getByText(reference).first()).toBeVisible();
    await expect(priya.page.getByRole("button").filter({ visible: true })).toHaveCount(0);
    await expect(priya.page.getByRole("navigation").filter({ visible: true })).toHaveCount(0);
    await expect(priya.page.getByRole("checkbox").filter({ visible: true })).toHaveCount(0);
  }
  await priya.page.emulateMedia({ media: "screen" });
});

test("a manager sees how the work goes, hands over what somebody has who is away, and takes the figures away", async ({ page, api, people }) => {
  const first = await api.send("report-graffiti", { "place.words": "Mill Lane" });
  const second = await api.send("report-graffiti", { "place.words": "Bridge Street" });
  const priya = await people.staff("priya");
  for (const { reference } of [first, second]) {
    await priya.openRequest(reference);
    await priya.take();
  }
  await priya.close("Done", "Removed.");
  const feedback = await page.request.post(`/api/follow/${second.key}/feedback`, {
    data: { score: 1, reason: "It is still there" },
    headers: { "Sec-Fetch-Site": "same-origin" },
  });
  expect(feedback.status()).toBe(200);
  await priya.follow("Leave");
  await priya.shows("When you are away");
  const today = new Date();
  const boxes = (group: string) => priya.page.getByRole("group", { name: group });
  for (const group of ["First day away", "Last day away"]) {
    await boxes(group).getByLabel("Day").fill(String(today.getUTCDate()));
    await boxes(group).getByLabel("Month").fill(String(today.getUTCMonth() + 1));
    await boxes(group).getByLabel("Year").fill(String(today.getUTCFullYear()));
  }
  await priya.press("Add these days");
  await priya.succeeded("It is in the calendar");

  const tom = await people.staff("tom");
  await tom.openQueue();
  await tom.follow("Team");
  await tom.shows("How the work goes");
  const row = tom.page.getByRole("row").filter({ has: tom.page.getByRole("rowheader", { name: new RegExp(STAFF.priya.name) }) });
  await expect(row).toContainText("Away until");
  await expect(tom.page.getByText("It is still there")).toBeVisible();
  mkdirSync(SHOTS, { recursive: true });
  for (const size of [
    { width: 1280, height: 800 },
    { width: 820, height: 1180 },
  ]) {
    await tom.page.setViewportSize(size);
    await tom.inspected();
    const picture = await tom.page.screenshot({ path: join(SHOTS, `staff-team-${size.width}.png`), fullPage: true });
    expect(picture.length).toBeGreaterThan(1_000);
  }

  // A number leads to what is behind it.
  await row.getByRole("link", { name: /satisfied; see those who were not/ }).click();
  await tom.shows("1 closed request, narrowed down");
  await expect(tom.rows).toContainText([second.reference]);
  await tom.page.goBack();
  await tom.shows("How the work goes");

  const coming = tom.page.waitForEvent("download");
  await tom.press("Download the figures");
  expect((await coming).suggestedFilename()).toMatch(/^team-\d{4}-\d\d-\d\d\.csv$/);

  await row.getByRole("link", { name: "Hand over" }).click();
  await tom.shows("Hand over requests");
  await expect(tom.page.getByText("who is away today")).toBeVisible();
  await tom.page.getByLabel("All of them").check();
  await tom.page.getByLabel("Who is to have them?").selectOption({ label: "The team: whoever takes them" });
  await tom.inspected();
  await tom.press("Hand over");
  await tom.succeeded("You handed over 1 request");
  await page.goto(`/follow/${first.key}`);
  await expect(page.getByText("Tom Okafor looks after your request until somebody takes it").first()).toBeVisible();
});

test("the new pages have their pictures taken, on a desk and on a tablet", async ({ api, people }) => {
  mkdirSync(SHOTS, { recursive: true });
  for (const words of ["Mill Lane", "Bridge Street", "Quay Road"]) await api.send("report-graffiti", { "place.words": words });
  const priya = await people.staff("priya");
  await atTheQueue(priya);
  await priya.page.locator("summary", { hasText: "Search and narrow down" }).click();
  await priya.page.getByRole("checkbox", { name: "Choose all that are shown" }).check();
  const shoot = async (name: string) => {
    for (const size of [
      { width: 1280, height: 800 },
      { width: 820, height: 1180 },
    ]) {
      await priya.page.setViewportSize(size);
      await priya.inspected();
      const path = join(SHOTS, `${name}-${size.width}.png`);
      expect((await priya.page.screenshot({ path, fullPage: true, animations: "disabled" })).length).toBeGreaterThan(1_000);
    }
  };
  await shoot("staff-queue-narrow");
  await priya.page.keyboard.press("?");
  await shoot("staff-shortcuts");
  await priya.press("Close the list");
  await priya.page.getByRole("button", { name: "Do something with them" }).click();
  await shoot("staff-bulk");
  await priya.choose("Take them");
  await priya.press("See what will happen");
  await shoot("staff-bulk-preview");
  await priya.press("Do it for 3 requests");
  await priya.succeeded("You have taken 3 requests.");
  await shoot("staff-bulk-done");
});
