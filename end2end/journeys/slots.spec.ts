import { mkdirSync } from "node:fs";
import { join } from "node:path";

import type { Page } from "@playwright/test";

import { Filler } from "../pages/filler";
import { RequestPage } from "../pages/request";
import { samples } from "../support/samples";
import { Shop } from "../support/shop";
import { expect, test } from "../support/test";

const SHOTS = join(__dirname, "../shots");

/** Takes a picture of a page: on a phone, on a desk, and enlarged four times. */
async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(SHOTS, { recursive: true });
  for (const width of [390, 1280, 320]) {
    await page.setViewportSize({ width, height: 844 });
    await expect(page.locator("body")).toBeVisible();
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide, "nothing has to be scrolled sideways").toBeLessThanOrEqual(width);
    await page.screenshot({ path: join(SHOTS, `slots-${name}-${width}.png`), fullPage: true, animations: "disabled" });
  }
  await page.setViewportSize({ width: 1280, height: 844 });
}

/** Fills in a form up to the answers. */
async function toCheck(filler: Filler, id: string): Promise<void> {
  const { service, answers, uploads } = samples[id]!;
  await filler.begin(id);
  await filler.through(service.questions, answers, uploads);
}

/** What is chosen of a question. */
async function chosen(page: Page, question: string): Promise<string> {
  return page.locator(`input[name="${question}"]:checked`).inputValue();
}

/** Chooses the last that is free. */
async function chooseLast(page: Page): Promise<string> {
  const last = page.locator('input[name="slot"]').last();
  await last.check();
  return last.inputValue();
}

test("a collection is booked and paid, changed, and cancelled until the day before", async ({ people, inspector }) => {
  test.slow();
  inspector.allow(/status of (401|409|422)/);
  // The page asks for news until it is closed, which is after the shop.
  inspector.allow(/ERR_CONNECTION_REFUSED/);
  const shop = await Shop.start();
  try {
    const page = await (await people.somebody({ baseURL: shop.server.url })).newPage();
    const filler = new Filler(page, inspector);
    const { title } = samples["bulky-collection"]!.service;
    await toCheck(filler, "bulky-collection");
    await filler.follow(/Change.*Which day suits you\?/);
    await expect(page.getByText(/^Week of /).first()).toBeVisible();
    await filler.inspected();
    await picture(page, "days");
    const day = await chosen(page, "day");
    await filler.goOn();
    await filler.shows("Check your answers");
    await page.getByRole("button", { name: /^Send and pay £/ }).click();
    await shop.pay(page);
    await filler.shows("We have your request");
    await expect(page.getByRole("heading", { name: /^Booked for / })).toBeVisible();
    await picture(page, "booked");
    const free = async () => JSON.stringify(await (await page.request.get("/api/slots/bulky-collection")).json());
    const mine = new RequestPage(page, inspector);
    await page.goto(page.url().replace(/\/sent$/, ""));
    await mine.opened(title);
    await expect(page.getByText(/You can change the day, or withdraw your request, until the end of/)).toBeVisible();
    await page.getByText("Change the day", { exact: true }).click();
    await mine.inspected();
    await mine.press("Book this day instead");
    await expect(mine.summary).toContainText("Choose a day");
    const before = await page.getByRole("heading", { name: /^Booked for / }).innerText();
    const other = await chooseLast(page);
    expect(other).not.toBe(day);
    await picture(page, "change");
    await mine.press("Book this day instead");
    await expect(mine.timeline.first()).toContainText("You changed the day to");
    await expect(page.getByRole("heading", { name: /^Booked for / })).not.toHaveText(before);
    await mine.inspected();
    await shop.server.mailbox.expect("", /^Your new day: /);
    await mine.follow("Withdraw this request");
    await mine.shows("Do you want to withdraw this request?");
    await mine.press("Withdraw this request");
    await expect(page.getByRole("heading", { name: /^Booked for / })).toHaveCount(0);
    expect(await free()).toContain(other);
  } finally {
    await shop.stop();
  }
});

test("what is taken meanwhile is said at its question, and all else stays", async ({ page, api, people, inspector }) => {
  test.slow();
  inspector.allow(/status of (401|422)/);
  const filler = new Filler(page, inspector);
  await toCheck(filler, "pest-control");
  await filler.follow(/Change.*When can our officer come first\?/);
  await expect(page.locator('input[name="visit"]').first()).toBeVisible();
  await picture(page, "times");
  const visit = await chosen(page, "visit");
  await filler.goOn();
  await filler.shows("Check your answers");
  for (let others = 0; others < 3; others++) await api.send("pest-control", { visit });
  await page.getByRole("button", { name: /^Send/ }).click();
  await expect(filler.summary).toContainText("That day has just been taken. Choose another");
  await filler.inspected();
  await picture(page, "taken");
  await filler.summary.getByRole("link").click();
  await expect(page.locator('input[name="visit"]').first()).toBeVisible();
  await expect(page.locator(`input[value="${visit}"]`)).toHaveCount(0);
  await expect(page.locator('[id="you.name"]')).toHaveValue(samples["pest-control"]!.answers["you.name"]!);
  await page.locator('input[name="visit"]').first().check();
  await filler.goOn();
  await filler.shows("Check your answers");
  await page.getByRole("button", { name: /^Send/ }).click();
  await filler.shows("We have your request");
  const reference = await page.locator(".portico-reference").first().innerText();
  // Staff see when, and can change it.
  const staff = await people.staff("ruth");
  await staff.openRequest(reference);
  await expect(staff.page.getByText(/^Booked for /)).toBeVisible();
  await staff.take();
  await staff.follow("Change the day");
  await staff.shows("Change the day");
  await staff.press("Book this day");
  await expect(staff.summary).toContainText("Choose a day");
  await staff.page.locator('input[name="slot"]').nth(2).check();
  await picture(staff.page, "staff");
  await staff.press("Book this day");
  await expect(staff.page.getByText("Another day is booked. The resident has been told").first()).toBeVisible();
  await staff.inspected();
});

test.describe("without script", () => {
  test.use({ javaScriptEnabled: false });

  test("the same on plain pages", async ({ page, inspector }) => {
    test.slow();
    inspector.plain = "no script";
    inspector.allow(/preloaded using link preload/);
    const filler = new Filler(page, inspector);
    const { service, answers, uploads } = samples["pest-control"]!;
    await page.goto("/services/pest-control");
    const start = page.getByRole("button", { name: "Start now" });
    if (await start.isVisible()) await start.click();
    const done = new Set<string>();
    for (let posts = 0; posts < 40 && (await filler.heading.innerText()) !== "Check your answers"; posts++) {
      await filler.fill(service.questions, answers, uploads, done);
      await filler.goOn();
      await expect(filler.summary).toHaveCount(0);
    }
    await page.getByRole("button", { name: /^Send/ }).click();
    await expect(filler.heading).toHaveText("We have your request");
    await page.goto(page.url().replace(/\/sent$/, ""));
    const before = await page.getByRole("heading", { name: /^Booked for / }).innerText();
    await page.getByText("Change the day", { exact: true }).click();
    await chooseLast(page);
    await page.getByRole("button", { name: "Book this day instead" }).click();
    await expect(page.getByRole("heading", { name: /^Booked for / })).not.toHaveText(before);
    await expect(page.getByText(/^You changed the day to /)).toBeVisible();
  });
});
