import { SIGNED_OUT, signIn } from "../pages/account";
import { Filler } from "../pages/filler";
import { expect, test } from "../support/test";

const EMAIL = "sam@example.org";

test("I am warned before I am signed out, and one key lets me stay", async ({ page, server, inspector }) => {
  inspector.allow(SIGNED_OUT);
  const filler = new Filler(page, inspector);
  await page.clock.install();
  await signIn(page, server, filler, EMAIL);
  await page.goto("/account/details");
  await page.getByLabel("Your name").fill("Sam Tay");
  const dialog = page.getByRole("dialog", { name: "You will be signed out soon" });
  await page.clock.fastForward("12:50");
  await expect(dialog).toBeHidden();
  await page.clock.fastForward("00:20");
  await expect(dialog).toBeVisible();
  await expect(page.getByRole("button", { name: "Stay signed in" })).toBeFocused();
  await filler.inspected();
  // The keyboard does not leave it.
  await page.keyboard.press("Tab");
  await expect(page.getByRole("button", { name: "Sign out" }).last()).toBeFocused();
  await page.clock.fastForward("01:00");
  await expect(dialog.getByRole("status")).toContainText("left");
  const stayed = page.waitForResponse("**/api/account/stay");
  await page.keyboard.press("Escape");
  expect((await stayed).status()).toBe(204);
  await expect(dialog).toBeHidden();
  await expect(page.getByLabel("Your name")).toBeFocused();
  await page.keyboard.type("lor");
  await expect(page.getByLabel("Your name")).toHaveValue("Sam Taylor");
});

test("after the time has run out I sign in and am back with what I typed", async ({ page, server, inspector }) => {
  inspector.allow(SIGNED_OUT);
  const filler = new Filler(page, inspector);
  await page.clock.install();
  await signIn(page, server, filler, EMAIL);
  await page.goto("/account/helpers");
  await page.getByLabel("Their name").fill("Ann, who lives next door");
  await page.clock.fastForward("15:10");
  await page.waitForURL(/\/account\?to=\/account\/helpers&ended=yes/);
  await expect(page.getByText("You have been signed out, because nothing was pressed for 15 minutes.")).toBeVisible();
  await filler.inspected();
  await page.getByLabel("Email address").fill(EMAIL);
  const before = await server.mailbox.codes(EMAIL);
  await page.getByRole("button", { name: "Send me a code" }).click();
  await filler.shows("Enter your code");
  await page.getByLabel("6-digit code").fill(await server.mailbox.code(EMAIL, before));
  await page.getByRole("button", { name: "Sign in" }).click();
  await filler.shows("People who help you");
  await expect(page.getByLabel("Their name")).toHaveValue("Ann, who lives next door");
});

test("I am told before the eight hours end, which nothing puts off, and go on where I was", async ({
  page,
  server,
  inspector,
}) => {
  inspector.allow(SIGNED_OUT);
  const filler = new Filler(page, inspector);
  await page.clock.install();
  await signIn(page, server, filler, EMAIL);
  await page.goto("/account/helpers");
  await page.getByLabel("Their name").fill("Ann, who lives next door");
  // Another tab was in use all the time.
  await page.evaluate(() => localStorage.setItem("portico:used", String(Date.now() + 8 * 3_600_000)));
  const dialog = page.getByRole("dialog", { name: "You will be signed out soon" });
  await page.clock.fastForward("07:54:30");
  await expect(dialog).toBeHidden();
  await page.clock.fastForward("00:01:00");
  await expect(dialog).toBeVisible();
  await expect(dialog).toContainText("longer than 8 hours");
  await expect(page.getByRole("button", { name: "Go on until then" })).toBeFocused();
  await filler.inspected();
  await page.keyboard.press("Enter");
  await expect(dialog).toBeHidden();
  await expect(page.getByLabel("Their name")).toBeFocused();
  await page.keyboard.type(" to me");
  // It is said once, and not again with every second.
  await page.clock.fastForward("00:02:00");
  await expect(dialog).toBeHidden();
  await page.clock.fastForward("00:03:00");
  await page.waitForURL(/\/account\?to=\/account\/helpers&ended=hours/);
  await expect(page.getByText("You have been signed out, because you were signed in for 8 hours")).toBeVisible();
  await filler.inspected();
  await page.getByLabel("Email address").fill(EMAIL);
  const before = await server.mailbox.codes(EMAIL);
  await page.getByRole("button", { name: "Send me a code" }).click();
  await filler.shows("Enter your code");
  await page.getByLabel("6-digit code").fill(await server.mailbox.code(EMAIL, before));
  await page.getByRole("button", { name: "Sign in" }).click();
  await filler.shows("People who help you");
  await expect(page.getByLabel("Their name")).toHaveValue("Ann, who lives next door to me");
});

test("who has no account fetches nothing of it", async ({ page }) => {
  const fetched: string[] = [];
  page.on("request", (request) => fetched.push(request.url()));
  await page.goto("/services/report-graffiti");
  await page.waitForLoadState("networkidle");
  expect(fetched.filter((url) => url.includes("timeout") || url.includes("account"))).toEqual([]);
});

test("a tab that was left open writes nothing into the next person's account", async ({ page, context, server, inspector }) => {
  inspector.allow(SIGNED_OUT);
  const filler = new Filler(page, inspector);
  await signIn(page, server, filler, EMAIL);
  await page.goto("/account/details");
  await expect(page.locator("#app[data-started]")).toBeVisible();
  await page.getByLabel("Your name").fill("Sam Taylor");
  const other = await context.newPage();
  const there = new Filler(other, inspector);
  await other.goto("/account");
  await expect(other.locator("#app[data-started]")).toBeVisible();
  const out = other.waitForResponse("**/api/account/sign-out");
  await other.getByRole("button", { name: "Sign out", exact: true }).click();
  await out;
  await signIn(other, server, there, "lee@example.org");
  const saved = page.waitForResponse((reply) => reply.url().endsWith("/api/account/profile") && reply.request().method() !== "GET");
  await page.getByRole("button", { name: "Save" }).click();
  expect((await saved).status()).toBe(401);
  await other.goto("/account/details");
  await expect(other.getByLabel("Your name")).toHaveValue("");
  await there.inspected();
});

test("who signs out in the warning leaves nothing of what they typed", async ({ page, server, inspector }) => {
  inspector.allow(SIGNED_OUT);
  const filler = new Filler(page, inspector);
  await page.clock.install();
  await signIn(page, server, filler, EMAIL);
  await page.goto("/services/report-graffiti");
  await expect(page.locator("#app[data-started]")).toBeVisible();
  await page.getByLabel("What is it near?").fill("By the steps");
  const held = () => page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
  expect(await held()).toContain("By the steps");
  await page.clock.fastForward("13:10");
  await page.getByRole("dialog").getByRole("button", { name: "Sign out" }).click();
  await filler.shows("Sign in to your account");
  expect(await held()).not.toContain("By the steps");
  await page.goto("/services/report-graffiti");
  await expect(page.getByLabel("What is it near?")).toHaveValue("");
});
