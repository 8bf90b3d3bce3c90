import { mkdirSync } from "node:fs";
import { join } from "node:path";

import type { Page } from "@playwright/test";

import { Workspace } from "../pages/staff";
import { Api } from "../support/api";
import type { Inspector } from "../support/inspector";
import { samples } from "../support/samples";
import { Shop } from "../support/shop";
import { type People, STAFF, expect, test } from "../support/test";

const SHOTS = join(__dirname, "../shots");

let shop: Shop;
test.beforeEach(async ({ inspector }) => {
  shop = await Shop.start();
  // Somebody who is not signed in asks whether they are; a proof is asked for; somebody asks for too much.
  inspector.allow(/status of (401|403|422)/);
});
test.afterEach(async () => shop.stop());

/** Takes a picture of a page at both widths. */
async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(SHOTS, { recursive: true });
  for (const width of [390, 1280]) {
    await page.setViewportSize({ width, height: 844 });
    await page.screenshot({ path: join(SHOTS, `books-${name}-${width}.png`), fullPage: true, animations: "disabled" });
  }
}

/** A bay that is suspended and paid for: £65. */
async function paid(page: Page): Promise<{ key: string; reference: string }> {
  const { version } = samples["suspend-bay"]!.service;
  const day = (ahead: number) => new Date(Date.now() + ahead * 86_400_000);
  const parts = (name: string, date: Date) => ({
    [`${name}.day`]: String(date.getUTCDate()),
    [`${name}.month`]: String(date.getUTCMonth() + 1),
    [`${name}.year`]: String(date.getUTCFullYear()),
  });
  const answers = {
    reason: "move",
    "place.words": "Mill Lane, 1 to 3",
    bays: "1",
    ...parts("days.from", day(30)),
    ...parts("days.to", day(31)),
    "you.name": "Sam Taylor",
    "you.email": "sam@example.org",
  };
  const api = new Api(page.request, shop.server);
  const sent = await api.post<{ key: string; reference: string }>(
    "/api/requests",
    { service: "suspend-bay", version, answers },
    { "Idempotency-Key": crypto.randomUUID() },
  );
  await page.goto(`/follow/${sent.key}`);
  await page.getByRole("button", { name: "Pay £65.00 by card" }).click();
  await shop.pay(page);
  await expect(page.getByRole("heading", { name: "Paid: £65.00" })).toBeVisible();
  return sent;
}

/** A member of staff of the shop, who is signed in. */
async function staff(people: People, inspector: Inspector, who: keyof typeof STAFF): Promise<Workspace> {
  const desk = await people.somebody({ baseURL: shop.server.url });
  await new Api(desk.request, shop.server).signIn(STAFF[who].email);
  return new Workspace(await desk.newPage(), inspector);
}

test("money goes back: staff ask, finance agrees, and the resident reads it on the page, the receipt and in their account", async ({
  people,
  inspector,
}) => {
  test.slow();
  const baseURL = shop.server.url;
  const page = await (await people.somebody({ baseURL })).newPage();
  const { key, reference } = await paid(page);
  await page.setViewportSize({ width: 390, height: 844 });
  await inspector.settled(page);

  // An officer asks for more than was paid, and then for a part; the council has no limit, so somebody else has to agree.
  const kofi = await staff(people, inspector, "kofi");
  await kofi.openRequest(reference);
  await kofi.follow("Send money back");
  await kofi.shows("Send money back");
  await expect(kofi.page.locator("main")).toContainText("At most £65.00 can go back");
  await kofi.inspected();
  await kofi.type("How much", "65.01");
  await kofi.press("Send it back");
  await expect(kofi.page.locator(".govuk-error-summary")).toContainText("At most £65.00 can go back");
  await expect(kofi.page.locator(".govuk-error-summary")).toContainText("Say why it goes back");
  await kofi.inspected();
  await kofi.type("How much", "45");
  await kofi.type("Why it goes back", "The move was put off by a week.");
  await picture(kofi.page, "refund");
  await kofi.press("Send it back");
  await kofi.succeeded("The refund is written down");
  await expect(kofi.page.locator("main")).toContainText("Not agreed yet");
  await picture(kofi.page, "request");
  await page.reload();
  await expect(page.locator("main")).not.toContainText("went back");

  // Finance finds it in the menu, and agrees by keyboard.
  const farah = await staff(people, inspector, "farah");
  await farah.page.goto("/staff/refunds");
  await farah.shows("Refunds");
  await expect(farah.rows).toHaveCount(1);
  await expect(farah.rows).toContainText("The move was put off by a week.");
  await farah.inspected();
  await picture(farah.page, "refunds");
  const agree = farah.page.getByRole("button", { name: /^Agree/ });
  await agree.focus();
  await farah.page.keyboard.press("Enter");
  await farah.succeeded("The money is being sent back");
  await expect(farah.page.locator("main")).toContainText("None waits.");

  // The resident has a mail, and reads it on the page and on the receipt.
  await shop.server.mailbox.expect("sam@example.org", /^Refund: £45\.00 goes back/);
  await page.reload();
  await expect(page.locator("main")).toContainText("£45.00 went back to the card that paid");
  await inspector.settled(page);
  await picture(page, "paid");
  await page.getByRole("link", { name: "Receipt" }).click();
  await expect(page.locator("main h1").filter({ visible: true })).toHaveText("Receipt");
  await expect(page.locator("main")).toContainText("Paid in the end: £20.00");
  await expect(page.locator("main")).toContainText("VAT code S");
  await inspector.settled(page);
  await picture(page, "receipt");
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Save it as a PDF" }).click();
  expect((await download).suggestedFilename()).toMatch(/\.pdf$/);

  // In their account is what they paid.
  const own = await people.somebody({ baseURL });
  const sam = await own.newPage();
  const account = new Api(sam.request, shop.server);
  const before = await shop.server.mailbox.codes("sam@example.org");
  await account.post("/api/account/code", { email: "sam@example.org" });
  await account.post("/api/account/sign-in", { code: await shop.server.mailbox.code("sam@example.org", before) });
  await account.post("/api/account/collect", { add: true });
  await sam.goto("/account/payments");
  await expect(sam.locator("main h1").filter({ visible: true })).toHaveText("Your payments");
  await expect(sam.locator("main")).toContainText("£45.00 of it went back to the card that paid.");
  await expect(sam.getByRole("link", { name: "Receipt" })).toHaveAttribute("href", `/follow/${key}/receipt`);
  await inspector.settled(sam);
  await picture(sam, "history");
});

test("finance sees the income of a day, and what differs from the card service, and takes the day away", async ({ people, inspector }) => {
  test.slow();
  const page = await (await people.somebody({ baseURL: shop.server.url })).newPage();
  await paid(page);
  const farah = await staff(people, inspector, "farah");
  await farah.page.goto("/staff");
  await farah.follow("Income");
  await farah.shows(/^Income of/);
  const today = new Date().toISOString().slice(0, 10);
  await farah.page.goto(`/staff/income?day=${today}`);
  await expect(farah.page.locator("main")).toContainText("1 payment, £65.00");
  await expect(farah.page.locator("main")).toContainText("The books are the same");
  await farah.inspected();
  await picture(farah.page, "income");

  // Somebody pays another system with the same key.
  const made = await page.request.post(`${shop.cards}/stand-in/payments`, { data: { reference: "ELSE-WHERE", amount: 4200 } });
  expect(made.ok()).toBe(true);
  await farah.page.reload();
  await expect(farah.page.locator("main")).toContainText("1 difference to look into");
  await expect(farah.row("ELSE-WHERE")).toContainText("Paid at the card service under a reference that is not ours");
  await farah.inspected();
  await picture(farah.page, "red");
  const download = farah.page.waitForEvent("download");
  await farah.page.getByRole("button", { name: "Download the day" }).click();
  expect((await download).suggestedFilename()).toBe(`income-${today}.csv`);
  await shop.breakDown();
  await farah.page.reload();
  await expect(farah.page.locator("main")).toContainText("We could not check with the card service");
  await farah.inspected();
});
