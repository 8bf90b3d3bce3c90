import { mkdirSync } from "node:fs";
import { join } from "node:path";

import type { Page } from "@playwright/test";

import { Filler } from "../pages/filler";
import { RequestPage } from "../pages/request";
import { Workspace } from "../pages/staff";
import { Api } from "../support/api";
import { link } from "../support/mailbox";
import { samples } from "../support/samples";
import { CARDS, Shop } from "../support/shop";
import { STAFF, expect, test } from "../support/test";

const SHOTS = join(__dirname, "../shots");

let shop: Shop;
test.beforeEach(async ({ inspector }) => {
  shop = await Shop.start();
  // Somebody who is not signed in asks whether they are; the card service's conflict is a page.
  inspector.allow(/status of (401|409|422)/);
});
test.afterEach(async () => shop.stop());

/** Takes a picture of a page at both widths. */
async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(SHOTS, { recursive: true });
  for (const width of [390, 1280]) {
    await page.setViewportSize({ width, height: 844 });
    await page.screenshot({ path: join(SHOTS, `pay-${name}-${width}.png`), fullPage: true, animations: "disabled" });
  }
}

/** Fills in a form to the answers; says what it costs. */
async function toCheck(filler: Filler, id: string): Promise<string> {
  const { service, answers, uploads } = samples[id]!;
  await filler.begin(id);
  await filler.through(service.questions, answers, uploads);
  const button = filler.page.getByRole("button", { name: /^Send and pay £/ });
  return (await button.innerText()).replace("Send and pay ", "");
}

/** How many receipts have come, once one has. */
async function receipts(): Promise<number> {
  await shop.server.mailbox.expect("", /^Receipt:/);
  return (await shop.server.mailbox.to("")).filter((mail) => mail.subject.startsWith("Receipt:")).length;
}

/** Services that are paid first; what is closed for the winter is tried when it opens again. */
const PAID = ["bulky-collection", "resident-permit", "visitor-vouchers", "garden-waste"];

for (const id of PAID) {
  test(`${id}: sent, paid and received; declined, cancelled and tried again`, async ({ people, inspector }) => {
    test.slow();
    const page = await (await people.somebody({ baseURL: shop.server.url })).newPage();
    const filler = new Filler(page, inspector);
    const { title } = samples[id]!.service;
    await page.goto(`/services/${id}`);
    if (await page.getByRole("heading", { name: /opens again/ }).isVisible()) {
      await shop.server.later(20);
      await page.goto(`/services/${id}`);
    }
    const sum = await toCheck(filler, id);
    await filler.press(`Send and pay ${sum}`);
    await shop.cardPage(page);
    await expect(page.locator("#amount")).toContainText(sum);
    // The card is declined, and then the person thinks better of it.
    await shop.pay(page, CARDS.declined);
    await expect(page.locator("h1")).toHaveText("Your payment has been declined");
    await page.getByRole("link", { name: "Go back to the service" }).click();
    await filler.shows(title);
    await expect(page.getByText("The card was declined. No money was taken")).toBeVisible();
    await expect(page.locator("#status")).toHaveText("Not sent yet: you have to pay first");
    if (id === "bulky-collection") await picture(page, "declined");
    await filler.press(`Try again to pay ${sum} by card`);
    await shop.cardPage(page);
    await page.getByRole("button", { name: "Cancel payment" }).click();
    await filler.shows(title);
    await expect(page.getByText("The payment was cancelled. No money was taken")).toBeVisible();
    // Nobody has it yet.
    expect(await shop.server.mailbox.to("")).toHaveLength(0);
    await filler.press(`Try again to pay ${sum} by card`);
    await shop.pay(page);
    await filler.shows("We have your request");
    await expect(page.getByRole("heading", { name: `Paid: ${sum}` })).toBeVisible();
    await expect(page.getByText(/We will finish by/).first()).toBeVisible();
    if (id === "bulky-collection") await picture(page, "received");
    // Five returns by the back button and reloads are one payment.
    const here = page.url();
    for (let times = 0; times < 5; times++) await page.reload();
    await page.goBack();
    await page.goto(here);
    await filler.shows("We have your request");
    expect(await receipts()).toBe(1);
  });
}

test("a closed tab loses nothing, two tabs pay once, and staff see what is paid", async ({ people, inspector }) => {
  test.slow();
  const context = await people.somebody({ baseURL: shop.server.url });
  const page = await context.newPage();
  const filler = new Filler(page, inspector);
  const sum = await toCheck(filler, "bulky-collection");
  await filler.press(`Send and pay ${sum}`);
  await shop.cardPage(page);
  // The button "Back" leads to where it says what is still to do.
  await page.goBack();
  await expect(page.locator("h1").filter({ visible: true })).toBeVisible();
  await page.goto(page.url());
  const follow = page.url().replace(/\/(sent|pay)$/, "");
  await page.goto(`${follow}/sent`);
  await filler.shows(samples["bulky-collection"]!.service.title);
  // Both tabs stand on the card page of one payment; one pays and is closed.
  const other = await context.newPage();
  await other.goto(follow);
  const mine = new RequestPage(other, inspector);
  await mine.opened(samples["bulky-collection"]!.service.title);
  await expect(mine.statusTitle).toHaveText("Not sent yet: you have to pay first");
  await picture(other, "to-pay");
  await mine.press(`Pay ${sum} by card`);
  await shop.cardPage(other);
  await filler.press(`Pay ${sum} by card`);
  await shop.pay(page);
  await filler.shows("We have your request");
  await shop.pay(other).catch(() => undefined);
  await page.close();
  await other.goto(follow);
  await mine.opened(samples["bulky-collection"]!.service.title);
  await expect(mine.statusTitle).toHaveText("Open: we have your request");
  await expect(other.getByRole("heading", { name: `Paid: ${sum}` })).toBeVisible();
  expect(await receipts()).toBe(1);

  const desk = await people.somebody({ baseURL: shop.server.url });
  await new Api(desk.request, shop.server).signIn(STAFF.grace.email);
  const staff = new Workspace(await desk.newPage(), inspector);
  await staff.page.goto("/staff");
  await staff.page.getByRole("link", { name: samples["bulky-collection"]!.service.title }).first().click();
  await expect(staff.page.getByRole("heading", { name: `Paid: ${sum}` })).toBeVisible();
  await staff.inspected();
});

test("while the card service is away nothing is said to have failed", async ({ people, inspector }) => {
  test.slow();
  const page = await (await people.somebody({ baseURL: shop.server.url })).newPage();
  const filler = new Filler(page, inspector);
  const sum = await toCheck(filler, "bulky-collection");
  await shop.breakDown();
  await filler.press(`Send and pay ${sum}`);
  await filler.shows("We could not check with the card service");
  await expect(page.locator("main")).not.toContainText(/failed|not paid/);
  await picture(page, "could-not");
  await page.getByRole("link", { name: "Go to your request" }).click();
  await filler.shows(samples["bulky-collection"]!.service.title);
});

test.describe("without script", () => {
  test.use({ javaScriptEnabled: false });

  test("the same on plain pages", async ({ people, inspector }) => {
    test.slow();
    inspector.plain = "no script";
    inspector.allow(/preloaded using link preload/);
    const page = await (await people.somebody({ baseURL: shop.server.url, javaScriptEnabled: false })).newPage();
    const filler = new Filler(page, inspector);
    const { service, answers, uploads } = samples["bulky-collection"]!;
    await page.goto("/services/bulky-collection");
    const start = page.getByRole("button", { name: "Start now" });
    if (await start.isVisible()) await start.click();
    const done = new Set<string>();
    for (let posts = 0; posts < 40 && (await filler.heading.innerText()) !== "Check your answers"; posts++) {
      await filler.fill(service.questions, answers, uploads, done);
      await filler.goOn();
      await expect(filler.summary).toHaveCount(0);
    }
    await page.getByRole("button", { name: /^Send and pay £/ }).click();
    // It goes on by itself; the link is for where it does not.
    await shop.cardPage(page);
    await page.getByRole("button", { name: "Cancel payment" }).click();
    await expect(page.getByText("The payment was cancelled. No money was taken")).toBeVisible();
    await page.getByRole("button", { name: /^Try again to pay £/ }).click();
    await shop.pay(page);
    await expect(filler.heading).toHaveText("We have your request");
    const mail = await shop.server.mailbox.expect(answers["you.email"]!, /We have your request/);
    await page.goto(link(mail));
    await expect(page.getByRole("heading", { name: /^Paid: £/ })).toBeVisible();
  });
});
