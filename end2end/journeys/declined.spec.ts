import { RequestPage } from "../pages/request";
import { expect, test } from "../support/test";

test("when the council says no, I read which policy says so and what I can do instead", async ({
  page,
  api,
  people,
  server,
  inspector,
}) => {
  const declined = await api.send("report-graffiti");
  const late = await api.send("report-graffiti", { "you.email": "late@example.org" });
  const staff = await people.staff("priya");
  await staff.openRequest(declined.reference);
  await staff.take();
  await staff.close("Declined by policy", "The wall belongs to the shop beside it.", "Graffiti removal policy");
  await staff.openRequest(late.reference);
  await staff.take();
  await staff.moveTo(new Date(Date.now() + 30 * 86_400_000), "The crew is ill.");

  const mine = new RequestPage(page, inspector);
  await mine.open(declined.key);
  await expect(mine.statusTitle).toHaveText("Declined: our policy does not allow this");
  await expect(mine.status).toContainText("The wall belongs to the shop beside it.");
  const policy = page.locator(".portico-policy");
  await expect(policy.getByRole("heading", { name: "Graffiti removal policy" })).toBeVisible();
  await expect(policy).toContainText("Version 3.1, in force since Wednesday 1 April 2026");
  await expect(policy).toContainText("We do not remove it from private property");
  await expect(policy.getByRole("heading", { name: "What you can do instead" })).toBeVisible();
  await expect(policy).toContainText("Ask the owner of the property to remove it.");
  // It is over: nothing suggests that it may still be done.
  await expect(page.getByText(/will finish by|is dealing with it/)).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Send message" })).toHaveCount(0);

  const letter = await server.mailbox.expect("sam@example.org", "We can't do what you asked");
  expect(letter.text).toContain("Graffiti removal policy, version 3.1");
  expect(letter.text).toContain("What you can do instead");

  const looks = () =>
    mine.status.evaluate((panel) => {
      const { backgroundColor, borderLeftColor, borderTopColor, color } = getComputedStyle(panel);
      return [backgroundColor, borderLeftColor, borderTopColor, color].join(" ");
    });
  const declinedLook = await looks();
  await mine.open(late.key);
  await expect(mine.statusTitle).toHaveText("Open, later than promised");
  await expect(page.locator(".portico-policy")).toHaveCount(0);
  expect(await looks()).not.toBe(declinedLook);
});

test("on private property I am told at the first question, before I have typed anything", async ({ page, form }) => {
  await form.begin("report-graffiti");
  await form.answer("What is the graffiti on?", "A private house, shop or other private property");
  const stop = page.locator("#stop-private-property");
  await expect(stop.getByRole("heading").first()).toHaveText("We don't remove graffiti from private property");
  await expect(page.locator("#announcer")).toHaveText("We don't remove graffiti from private property");
  await expect(stop).toContainText("Graffiti removal policy");
  await expect(stop).toContainText("Ask the owner of the property to remove it.");
  // A stop is no error; nothing more is asked, and no way leads on.
  await expect(form.summary).toHaveCount(0);
  await expect(page.getByRole("textbox")).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Continue" })).toHaveCount(0);
  await form.inspected();
  await page.goto("/services/report-graffiti/check");
  await expect(stop).toBeVisible();
  // I can still answer otherwise.
  await form.answer("What is the graffiti on?", "Something public");
  await expect(stop).toHaveCount(0);
  await expect(form.question("Is it offensive?")).toBeVisible();
  await form.inspected();
});

test("on a post box I am told whose it is and whom to ring", async ({ page, form }) => {
  await form.begin("report-graffiti");
  await form.answer("What is the graffiti on?", "A phone box, post box or electricity cabinet");
  const stop = page.locator("#stop-utility");
  await expect(stop).toContainText("The company that owns it removes the graffiti");
  await expect(stop).toContainText("For a post box ring Royal Mail on 03457 740 740.");
  await expect(page.locator(".portico-policy")).toHaveCount(0);
});

test("in danger I am told to ring 999, not to fill in a form", async ({ page, form }) => {
  await form.begin("ask-us");
  await form.answer("Is anybody in danger now?", "Yes");
  const stop = page.locator("#stop-danger");
  await expect(stop).toContainText("Ring 999 now");
  await expect(stop).toContainText("If you smell gas, ring 0800 111 999.");
  await expect(page.getByRole("textbox")).toHaveCount(0);
});
