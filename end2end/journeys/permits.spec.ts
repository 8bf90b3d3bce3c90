import { mkdirSync } from "node:fs";
import { join } from "node:path";

import type { Page } from "@playwright/test";

import { Filler } from "../pages/filler";
import { Workspace } from "../pages/staff";
import { Api } from "../support/api";
import { samples } from "../support/samples";
import { Shop } from "../support/shop";
import { STAFF, expect, test } from "../support/test";

const SHOTS = join(__dirname, "../shots");

let shop: Shop;
test.beforeEach(async ({ inspector }) => {
  shop = await Shop.start();
  // Somebody who is not signed in asks whether they are; a form is refused at its end.
  inspector.allow(/status of (401|409|422)/);
});
test.afterEach(async () => shop.stop());

/** Takes a picture of a page at both widths. */
async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(SHOTS, { recursive: true });
  for (const width of [390, 1280]) {
    await page.setViewportSize({ width, height: 844 });
    await page.screenshot({ path: join(SHOTS, `permit-${name}-${width}.png`), fullPage: true, animations: "disabled" });
  }
}

type Home = { line1: string; postcode: string };

/** A home of the demonstration in a permit zone, and one in none. */
const CASTLE: Home = { line1: "3 Castle Street", postcode: "ZE9 2DL" };
const OUTSIDE: Home = { line1: "4 Mill Lane", postcode: "ZE9 2DH" };

/** Fills in a form to the answers, for a home. */
async function toCheck(filler: Filler, id: string, home: Home, more: Record<string, string> = {}): Promise<void> {
  const { service, answers, uploads } = samples[id]!;
  const own = { ...answers, "address.line1": home.line1, "address.town": "Saltmarsh", "address.postcode": home.postcode, ...more };
  await filler.begin(id);
  await filler.through(service.questions, own, uploads);
}

/** Pays for what is filled in, and gives the address on which it is followed. */
async function pays(filler: Filler): Promise<string> {
  const button = filler.page.getByRole("button", { name: /^Send and pay £/ });
  await filler.press(await button.innerText());
  await shop.pay(filler.page);
  await filler.shows("We have your request");
  return filler.page.url().replace(/\/sent$/, "");
}

test("a permit is bought, checked, shown, put on another vehicle and given back", async ({ people, inspector }) => {
  test.slow();
  const baseURL = shop.server.url;
  const page = await (await people.somebody({ baseURL })).newPage();
  const filler = new Filler(page, inspector);
  // A home outside the zones is told so before it is paid; nothing that was typed is lost.
  await toCheck(filler, "resident-permit", OUTSIDE);
  const refused = page.locator(".govuk-error-summary").getByRole("link", { name: /^This address is in no permit zone/ });
  await expect(refused).toBeVisible();
  await picture(page, "outside");
  await refused.click();
  await expect(page.locator('[id="address.line1"]')).toHaveValue(OUTSIDE.line1);
  await page.locator('[id="address.line1"]').fill(CASTLE.line1);
  await page.locator('[id="address.postcode"]').fill(CASTLE.postcode);
  await filler.goOn();
  await filler.shows("Check your answers");
  const follow = await pays(filler);

  const desk = await people.somebody({ baseURL });
  const api = new Api(desk.request, shop.server);
  await api.signIn(STAFF.kofi.email);
  const staff = new Workspace(await desk.newPage(), inspector);
  await staff.page.goto("/staff");
  await staff.page.getByRole("link", { name: samples["resident-permit"]!.service.title }).first().click();
  await expect(staff.page.getByText("Permit zone: C1")).toBeVisible();
  const id = staff.page.url().split("/").at(-1)!;
  await api.post(`/api/staff/requests/${id}/take`, {});
  await api.post(`/api/staff/requests/${id}/close`, {
    outcome: "done",
    text: "Your permit begins.",
    on: new Date(await page.evaluate(() => Date.now())).toISOString().slice(0, 10),
    by: "Parking services",
    next: "We tell you before it ends.",
    object: "Write to us on the page of your request.",
  });
  await staff.page.reload();
  await expect(staff.page.getByRole("heading", { name: "Resident parking permit", exact: true })).toBeVisible();
  await staff.inspected();

  await page.goto(follow);
  await page.getByRole("link", { name: /^Show it, change it or print it/ }).click();
  await filler.shows("Resident parking permit");
  await picture(page, "permit");
  await filler.type("Registration number of the other vehicle", "not one!");
  await filler.press("Change the vehicle");
  await expect(page.locator(".govuk-error-summary")).toContainText("Enter a registration number, like AB12 CDE");
  await filler.inspected();
  await filler.type("Registration number of the other vehicle", "xy34zab");
  await filler.press("Change the vehicle");
  await expect(page.getByText("XY34 ZAB", { exact: true })).toBeVisible();
  await filler.press("Give it back");
  await expect(page.getByText(/^Ended on /)).toBeVisible();
  await filler.inspected();
  await page.getByRole("link", { name: "Go to the request" }).click();
  await expect(page.getByText(/It is for vehicle XY34 ZAB now/)).toBeVisible();
  await filler.inspected();
});

test("a home has so many visitor vouchers a year", async ({ people, inspector }) => {
  test.slow();
  const page = await (await people.somebody({ baseURL: shop.server.url })).newPage();
  const filler = new Filler(page, inspector);
  await toCheck(filler, "visitor-vouchers", CASTLE, { sorts: "day", "day-books": "8" });
  const follow = await pays(filler);
  await page.goto(`${follow}/permit`);
  await filler.shows("Visitor vouchers");
  await expect(page.getByText("Books of whole-day vouchers")).toBeVisible();
  await page.goto("/");
  await toCheck(filler, "visitor-vouchers", CASTLE, { sorts: "day", "day-books": "3" });
  const refused = page.locator(".govuk-error-summary").getByRole("link", { name: /2 are left/ });
  await expect(refused).toBeVisible();
  await filler.inspected();
  await refused.click();
  await page.locator('[id="day-books"]').fill("2");
  await filler.goOn();
  await filler.shows("Check your answers");
  await pays(filler);
});
