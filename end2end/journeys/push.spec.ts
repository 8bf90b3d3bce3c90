import { SIGNED_OUT, signIn } from "../pages/account";
import { Filler } from "../pages/filler";
import { ARGUMENTS, held } from "../support/browser";
import { PushService } from "../support/push";
import { Server } from "../support/server";
import { expect, type Page, test } from "../support/test";

const EMAIL = "sam@example.org";

/** The workers of a page's site. */
const workers = (page: Page): Promise<string[]> =>
  page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).map((one) => new URL(one.scope).pathname));

// A browser without windows shows no notifications.
test.use({ launchOptions: { executablePath: process.env.CHROMIUM_WITH_NOTIFICATIONS ?? "/usr/bin/chromium", args: ARGUMENTS } });

test("I get notifications on my own device, see what I chose, and remove it", async ({ people, inspector }) => {
  inspector.allow(SIGNED_OUT);
  const server = await Server.start({}, {}, { serving: ["--push-locally"] });
  const service = await PushService.open();
  const context = await people.somebody({ baseURL: server.url });
  await context.grantPermissions(["notifications"], { origin: server.url });
  await service.standIn(context);
  const page = await context.newPage();
  const filler = new Filler(page, inspector);
  await signIn(page, server, filler, EMAIL);
  await page.goto("/account/alerts");
  await filler.shows("How we tell you what happens");
  await expect(page.getByText("We send notifications to none of your devices.")).toBeVisible();
  await filler.inspected();
  await page.getByRole("link", { name: "Get notifications on this device" }).click();
  await filler.shows("Get notifications on this device");
  expect(await workers(page)).toEqual([]);
  const answer = (question: string, words: string) => page.getByRole("group", { name: question }).getByLabel(words).check();
  await page.getByRole("button", { name: "Get notifications" }).click();
  await expect(page.getByRole("alert").first()).toContainText("There is a problem");
  await filler.inspected();
  // Where others use it, there are none.
  await answer("Is this your own device?", "No, other people use it too");
  await page.getByLabel("What do you call this device?").fill("My phone");
  await answer("What should a notification say?", "Only that there is news");
  await answer("How long should we send notifications to it?", "Until I remove it here");
  await page.getByRole("button", { name: "Get notifications" }).click();
  await expect(page.getByRole("link", { name: "We send notifications only to a device of your own" })).toBeVisible();
  expect(await workers(page)).toEqual([]);
  await answer("Is this your own device?", "Yes, only I use it");
  await page.getByRole("button", { name: "Get notifications" }).click();
  await filler.shows("How we tell you what happens");
  await expect(page.getByText("Notifications come to this device from now on.")).toBeVisible();
  await expect(page.getByRole("strong").getByText("My phone")).toBeVisible();
  await expect(page.getByRole("group", { name: "When should we send notifications to your devices?" })).toBeVisible();
  await filler.inspected();
  // At night notifications wait until the morning, unless they need not.
  await page.getByRole("group", { name: "When should we not send text messages?" }).getByLabel("You can text me at any time").check();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved. From now on we tell you so.")).toBeVisible();
  // The worker stands before no page.
  expect(await workers(page)).toEqual(["/push/"]);
  await page.reload();
  expect(await page.evaluate(() => navigator.serviceWorker.controller)).toBeNull();

  const { push_key: key } = (await (await page.request.get("/api/account/alerts")).json()) as { push_key: string };
  await page.goto("/services/report-graffiti");
  await filler.answer("What is the graffiti on?", "Something public");
  await filler.answer("Is it offensive?", "No");
  await filler.where("By the steps");
  await filler.who({ name: "Sam Taylor", email: EMAIL });
  await filler.toCheck();
  await filler.send();
  const { reference } = await filler.confirmed();
  await expect.poll(() => service.count).toBe(1);
  const told = service.latest(key);
  expect(told).toMatchObject({ title: "Saltmarsh Borough Council", body: "There is news about one of your requests.", link: "/account/notices" });
  expect(JSON.stringify(told)).not.toContain(reference);

  // What the worker makes of it.
  await page.goto("/account/alerts");
  await filler.shows("How we tell you what happens");
  const browser = await context.newCDPSession(page);
  const registered = new Promise<string>((found) => {
    browser.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
      const own = registrations.find((one) => one.scopeURL.endsWith("/push/") && !one.isDeleted);
      if (own) found(own.registrationId);
    });
  });
  await browser.send("ServiceWorker.enable");
  const registrationId = await registered;
  const shown = () =>
    page.evaluate(async () => {
      const all = await (await navigator.serviceWorker.getRegistration("/push/"))!.getNotifications();
      return all.map(({ title, body }) => `${title}: ${body}`);
    });
  // The same twice is there once.
  for (let times = 0; times < 2; times++) {
    await browser.send("ServiceWorker.deliverPushMessage", { origin: server.url, registrationId, data: JSON.stringify(told) });
  }
  await expect.poll(shown).toEqual(["Saltmarsh Borough Council: There is news about one of your requests."]);

  await page.goto("/account/alerts");
  await filler.shows("How we tell you what happens");
  await page.getByRole("button", { name: "Remove My phone" }).click();
  await expect(page.getByText("We send notifications to none of your devices.")).toBeVisible();
  await expect.poll(() => workers(page)).toEqual([]);
  service.close();
  await page.close();
  await server.stop();
});

test("what a browser can’t do is said, and a device goes when I sign out on it", async ({ people, inspector }) => {
  inspector.allow(SIGNED_OUT);
  const server = await Server.start({}, {}, { serving: ["--push-locally"] });
  const service = await PushService.open();
  const context = await people.somebody({ baseURL: server.url });
  await context.grantPermissions(["notifications"], { origin: server.url });
  await service.standIn(context);
  const page = await context.newPage();
  const filler = new Filler(page, inspector);
  await signIn(page, server, filler, EMAIL);
  await page.goto("/account/device");
  await filler.shows("Get notifications on this device");
  const answer = (question: string, words: string) => page.getByRole("group", { name: question }).getByLabel(words).check();
  await answer("Is this your own device?", "Yes, only I use it");
  await page.getByLabel("What do you call this device?").fill("My tablet");
  await answer("What should a notification say?", "What it is about");
  await answer("How long should we send notifications to it?", "Until I sign out on it");
  await page.getByRole("button", { name: "Get notifications" }).click();
  await expect(page.getByRole("strong").getByText("My tablet")).toBeVisible();
  expect(await workers(page)).toEqual(["/push/"]);
  // Before the app is there, the button sends the page; the app does the rest when it comes.
  const letIn = await held(context);
  await page.goto("/account");
  await page.getByRole("button", { name: "Sign out", exact: true }).first().click();
  await expect(filler.heading).toHaveText("Sign in to your account");
  expect(await workers(page)).toEqual(["/push/"]);
  letIn();
  await expect.poll(() => workers(page)).toEqual([]);
  await expect(page).toHaveURL(/\/account$/);
  await signIn(page, server, filler, EMAIL);
  await page.goto("/account/alerts");
  await expect(page.getByText("We send notifications to none of your devices.")).toBeVisible();

  for (const [how, words] of [
    ["denied", "Notifications from us are blocked in this browser."],
    ["none", "This browser can’t show notifications."],
  ] as const) {
    const other = await people.somebody({ baseURL: server.url });
    await other.addInitScript((how) => {
      if (how === "denied") Object.defineProperty(Notification, "permission", { get: () => "denied" });
      else Reflect.deleteProperty(window, "PushManager");
    }, how);
    await other.addCookies(await context.cookies());
    const theirs = await other.newPage();
    await theirs.goto("/account/device");
    await expect(theirs.getByText(words)).toBeVisible();
    await inspector.settled(theirs);
    await other.close();
  }
  service.close();
  await page.close();
  await server.stop();
});
