import { Filler } from "../pages/filler";
import { RequestPage } from "../pages/request";
import { samples } from "../support/samples";
import { expect, test } from "../support/test";

test("I tell once, two departments get what each needs, and I see how far each is", async ({ page, people, inspector }) => {
  test.slow();
  const { service } = samples["change-details"]!;
  const answers: Record<string, string> = {
    what: "address",
    "date.day": "1",
    "date.month": "11",
    "date.year": "2026",
    services: "parking,libraries",
    "old-address.line1": "3 Mill Lane",
    "old-address.town": "Saltmarsh",
    "old-address.postcode": "ZE9 1AA",
    "address.line1": "8 Quay Road",
    "address.town": "Saltmarsh",
    "address.postcode": "ZE9 2BB",
    others: "no",
    vehicle: "AB12 CDE",
    card: "20123456",
    true: "yes",
    "you.name": "Sam Taylor",
    "you.email": "sam@example.org",
  };
  const filler = new Filler(page, inspector);
  await filler.begin("change-details");
  await filler.through(service.questions, answers, []);
  await filler.send();
  await filler.confirmed();

  const mine = new RequestPage(page, inspector);
  await page.locator(".portico-link a").click();
  await mine.opened(service.title);
  const row = (department: string) => page.locator(".govuk-summary-list__row").filter({ has: page.getByText(department, { exact: true }) });
  await expect(row("Parking")).toContainText("They have it");
  await expect(row("Libraries")).toContainText("They have it");
  await mine.inspected();

  const kofi = await people.staff("kofi");
  const reference = (await row("Parking").locator("a").innerText()).split(":")[0]!.trim();
  await kofi.openRequest(reference);
  await expect(kofi.page.getByText("AB12 CDE")).toBeVisible();
  await expect(kofi.page.getByText("20123456")).toHaveCount(0);
  await expect(kofi.page.getByText("Libraries")).toHaveCount(0);
  await kofi.take();
  await expect(row("Parking")).toContainText("They are looking at it");
  await expect(mine.timeline.first().getByRole("heading")).toHaveText("Parking: They are looking at it");
  await kofi.close("Done", "Your permit is for your new address now.");
  await expect(row("Parking")).toContainText("Done");

  // What Parking wrote is on the page of its part.
  await row("Parking").locator("a").click();
  await mine.opened(`${service.title}: Parking`);
  await expect(mine.status).toContainText("Your permit is for your new address now.");
  await mine.inspected();
  await page.getByRole("link", { name: /your request/ }).click();
  await mine.opened(service.title);

  // Nobody else has it: the front desk sees neither the whole nor the parts.
  const dan = await people.staff("dan");
  await dan.openQueue();
  await expect(dan.rows).toHaveCount(0);
  const elin = await people.staff("elin");
  await elin.openRequest((await row("Libraries").locator("a").innerText()).split(":")[0]!.trim());
  await expect(elin.page.getByText("This is the part for your department")).toBeVisible();
  await elin.take();
  await elin.close("Done", "Your card has your new address.");
  await expect(mine.statusTitle).toHaveText("Everybody you told has finished");
  await mine.inspected();
});

test("I withdraw the whole, and am told what that means", async ({ page, api, people, inspector }) => {
  const { key } = await api.send("change-details");
  const mine = new RequestPage(page, inspector);
  await mine.open(key, "Change your name or address");
  await expect(page.getByLabel("Your message")).toHaveCount(0);
  await mine.follow("Withdraw this request");
  await expect(page.getByText("All departments that have not finished yet will stop.")).toBeVisible();
  await mine.inspected();
  await mine.press("Withdraw this request");
  await expect(mine.statusTitle).toHaveText("Withdrawn: this is no longer needed");
  const peter = await people.staff("peter");
  await peter.openQueue();
  await expect(peter.rows).toHaveCount(0);
});
