import { mkdirSync } from "node:fs";
import { join } from "node:path";

import type { Page } from "@playwright/test";

import { Screen } from "../pages/screen";
import { Workspace } from "../pages/staff";
import { Api } from "../support/api";
import { CARDS, Shop } from "../support/shop";
import { STAFF, expect, test } from "../support/test";

const SHOTS = join(__dirname, "../shots");

let shop: Shop;
test.beforeEach(async ({ inspector }) => {
  shop = await Shop.start();
  inspector.allow(/status of (401|409)/);
});
test.afterEach(async () => shop.stop());

/** Takes a picture of a page at both widths. */
async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(SHOTS, { recursive: true });
  for (const width of [390, 1280]) {
    await page.setViewportSize({ width, height: 844 });
    await page.screenshot({ path: join(SHOTS, `bill-${name}-${width}.png`), fullPage: true, animations: "disabled" });
  }
}

test("a penalty charge: found from its service, paid once in two tabs, and challenged", async ({ people, inspector }) => {
  test.slow();
  const context = await people.somebody({ baseURL: shop.server.url });
  const page = await context.newPage();
  const screen = new Screen(page, inspector);
  await page.goto("/services/pay-penalty-charge");
  await screen.shows("Pay a penalty charge");
  await expect(page.getByRole("heading", { name: "Find your penalty charge first" })).toBeVisible();
  await page.getByRole("link", { name: "Find your penalty charge" }).click();
  await screen.shows("Find your penalty charge");
  await picture(page, "find");
  // A wrong number and a wrong registration are told alike.
  await screen.type("Penalty charge number", "SM10000001");
  await screen.type("Registration of the vehicle", "AB12 CDF");
  await screen.press("Find it");
  await expect(screen.summary).toContainText("We can’t find a penalty charge with this number and this registration");
  await expect(page).toHaveTitle(/^Error: /);
  await screen.inspected();
  await screen.type("Registration of the vehicle", "ab12cde");
  await screen.press("Find it");
  await screen.shows("Penalty charge SM10000001");
  await expect(page.getByText("£35.00 is due now")).toBeVisible();
  await expect(page.getByText(/After that it is £70.00/)).toBeVisible();
  await picture(page, "charge");
  const there = page.url();
  const other = await context.newPage();
  await other.goto(there);
  await screen.type("Email address for the receipt (optional)", "sam@example.org");
  await screen.press("Pay £35.00");
  await shop.pay(page, CARDS.declined);
  await page.getByRole("link", { name: "Go back to the service" }).click();
  await screen.shows("Penalty charge SM10000001");
  await expect(page.getByText("The card was declined. No money was taken")).toBeVisible();
  await picture(page, "declined");
  await screen.type("Email address for the receipt (optional)", "sam@example.org");
  await screen.press("Pay £35.00");
  await shop.cardPage(page);
  await other.getByRole("button", { name: "Pay £35.00" }).click();
  await shop.cardPage(other);
  await shop.pay(page);
  await screen.shows("Paid");
  await expect(page.getByRole("heading", { name: "Receipt" })).toBeVisible();
  await picture(page, "paid");
  await other.goto(there);
  await new Screen(other, inspector).shows("Paid");
  await shop.server.mailbox.expect("sam@example.org", "Receipt: you paid £35.00 for “Penalty charge SM10000001”");

  // Another one is challenged, and the form begins with what is known.
  await page.goto("/penalty-charge");
  await screen.type("Penalty charge number", "SM10000003");
  await screen.type("Registration of the vehicle", "AB12 CDE");
  await screen.press("Find it");
  await screen.shows("Penalty charge SM10000003");
  await screen.press("Challenge it");
  await expect(page).toHaveURL(/\/services\/challenge-penalty-charge\//);
  await expect(page.getByLabel("What is the penalty charge number?")).toHaveValue("SM10000003");
});

test("council tax: a balance, an amount, cancelled and tried again, and the next day's payment", async ({ people, inspector }) => {
  test.slow();
  const page = await (await people.somebody({ baseURL: shop.server.url })).newPage();
  const screen = new Screen(page, inspector);
  await page.goto("/services/council-tax-bill");
  await page.getByRole("link", { name: /find your council tax account/ }).click();
  await screen.shows("Find your council tax account");
  await screen.type("Council tax account number", "8012 3456");
  await screen.type("Last name or postcode", "taylor");
  await screen.press("Find it");
  await screen.shows("Council tax account 80123456");
  await expect(page.getByText("Payments made in the last 14 days may not show yet.")).toBeVisible();
  await picture(page, "tax");
  await screen.type("How much would you like to pay?", "0.50");
  await screen.press("Pay by card");
  await expect(screen.summary).toContainText("The amount must be £1.00 or more");
  await screen.inspected();
  await picture(page, "tax-wrong");
  await screen.type("How much would you like to pay?", "120");
  await screen.press("Pay by card");
  await shop.cardPage(page);
  await expect(page.locator("#amount")).toContainText("£120.00");
  await page.getByRole("button", { name: "Cancel payment" }).click();
  await screen.shows("Council tax account 80123456");
  await expect(page.getByText("The payment was cancelled. No money was taken")).toBeVisible();
  await expect(page.getByLabel("How much would you like to pay?")).toHaveValue("120.00");
  await screen.press("Pay by card");
  await shop.pay(page);
  await screen.shows("Council tax account 80123456");
  await expect(page.getByText(/Yours of .+ \(£120.00\) is on its way/)).toBeVisible();
  await expect(page.getByRole("heading", { name: "Receipt" })).toBeVisible();
  await picture(page, "tax-paid");
  // The back button leads to a page of before: it says so, and charges nothing.
  const here = page.url();
  await page.goto(here);
  await screen.type("How much would you like to pay?", "120");
  await screen.press("Pay by card");
  await shop.cardPage(page);
});

test("an admin takes in a ledger, and sees what was left out", async ({ people, inspector }) => {
  const desk = await people.somebody({ baseURL: shop.server.url });
  await new Api(desk.request, shop.server).signIn(STAFF.omar.email);
  const staff = new Workspace(await desk.newPage(), inspector);
  await staff.page.goto("/staff/ledgers");
  await staff.shows("Ledgers");
  await staff.press("Take in council tax balances");
  await staff.complains("Choose a file");
  const text = "account,name,postcode,balance\n80000001,Lee,ZE9 1AB,£12.50\n80000002,Lee,nowhere,1\n80000003,Lee,ZE9 1AB,2\n";
  const file = { name: "balances.csv", mimeType: "text/csv", buffer: Buffer.from(text) };
  await staff.page.getByLabel("File of council tax balances").setInputFiles(file);
  await staff.press("Take in council tax balances");
  await staff.succeeded("Council tax balances: the file is here, and is being read.");
  await expect(staff.page.getByText("2 rows taken in. This is what people see.")).toBeVisible();
  await staff.page.getByText("1 line left out").click();
  await expect(staff.page.getByText("Line 3: “postcode” is not a postcode")).toBeVisible();
  await staff.inspected();
  await picture(staff.page, "ledgers");
});

test.describe("without script", () => {
  test.use({ javaScriptEnabled: false });

  test("a penalty charge is found and paid on plain pages", async ({ people, inspector }) => {
    test.slow();
    inspector.plain = "no script";
    const page = await (await people.somebody({ baseURL: shop.server.url, javaScriptEnabled: false })).newPage();
    await page.goto("/penalty-charge");
    await page.getByLabel("Penalty charge number").fill("SM10000002");
    await page.getByLabel("Registration of the vehicle").fill("AB12CDE");
    await page.getByRole("button", { name: "Find it" }).click();
    await page.getByRole("button", { name: "Pay £70.00" }).click();
    await shop.pay(page);
    await expect(page.locator("main h1")).toHaveText("Paid");
  });
});
