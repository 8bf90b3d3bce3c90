import { RequestPage } from "../pages/request";
import { expect, test } from "../support/test";

test("what is open too long in another department is on the director's list until it is decided", async ({
  page,
  api,
  people,
  server,
  inspector,
}) => {
  const { key, reference } = await api.send("blocked-drain");
  await server.later(62);
  await server.mailbox.expect("ivan@saltmarsh.example", "A request is on the board’s list");

  // The drain lies with highways; the director works in street scene.
  const ivan = await people.staff("ivan");
  await ivan.openQueue();
  await ivan.follow("Board’s list");
  await ivan.shows("The board’s list");
  const row = ivan.row(reference);
  await expect(row).toContainText("Highways");
  await expect(row).toContainText("Nobody yet");
  await expect(row).toContainText("Not decided");
  await ivan.inspected();
  await row.getByRole("link", { name: "Decide" }).click();
  await ivan.shows("Decide what happens");
  await ivan.type("What was decided?", "A second crew clears it.");
  const soon = new Date(Date.now() + 75 * 86_400_000);
  await ivan.type("Day", String(soon.getUTCDate()));
  await ivan.type("Month", String(soon.getUTCMonth() + 1));
  await ivan.type("Year", String(soon.getUTCFullYear()));
  await ivan.press("Decide");
  await ivan.succeeded("It is decided. The resident has been told");
  await ivan.follow("Board’s list");
  await expect(row).toContainText("A second crew clears it.");
  await expect(row).toContainText("Ivan Petrov");
  const download = ivan.page.waitForEvent("download");
  await ivan.page.getByRole("button", { name: "Download the list" }).click();
  expect((await download).suggestedFilename()).toMatch(/^open-too-long-.*\.csv$/);

  const mine = new RequestPage(page, inspector);
  await mine.open(key, "Report a blocked drain in a street");
  await expect(mine.timeline.filter({ hasText: "It was decided what happens" })).toContainText("A second crew clears it.");

  // Who has nothing to do with it has no such list.
  const nia = await people.staff("nia");
  await nia.page.goto("/staff/audit");
  await expect(nia.page.getByRole("link", { name: "Audit log" })).toBeVisible();
  await expect(nia.page.getByRole("link", { name: "Board’s list" })).toHaveCount(0);
});
