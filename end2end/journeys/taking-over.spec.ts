import type { Page } from "@playwright/test";

import { Filler } from "../pages/filler";
import { held } from "../support/browser";
import { samples } from "../support/samples";
import { expect, test } from "../support/test";

test("what I typed, chose and picked before the app came is there, and so am I", async ({ page, context, inspector }) => {
  const letIn = await held(context);
  const filler = new Filler(page, inspector);
  await page.goto("/services/report-graffiti");
  await filler.answer("What is the graffiti on?", "Something public");
  const near = page.getByLabel("What is it near?");
  await near.fill("By the steps of the library");
  await near.evaluate((area: HTMLTextAreaElement) => area.setSelectionRange(3, 6));
  const scrolled = await page.evaluate(() => window.scrollY);
  // Animations go on: one of them takes away, after a while, what only the app can do.
  const before = await page.screenshot();
  letIn();
  await expect(page.locator("#app[data-started]")).toBeVisible();
  await expect(near).toBeFocused();
  await expect(near).toHaveValue("By the steps of the library");
  expect(await near.evaluate((area: HTMLTextAreaElement) => [area.selectionStart, area.selectionEnd])).toEqual([3, 6]);
  expect(await page.evaluate(() => window.scrollY)).toBe(scrolled);
  const after = await page.screenshot({ animations: "disabled" });
  expect(after.equals(before), "nothing on the screen moved").toBe(true);
  await expect(page.getByRole("radio", { name: "Something public" })).toBeChecked();
  // And it goes on as if it had been there from the beginning.
  await filler.answer("Is it offensive?", "No");
  await filler.who({ name: "Sam Taylor", email: "sam@example.org" });
  await filler.toCheck();
  await expect(filler.line("Where is it?")).toContainText("By the steps of the library");
  await filler.send();
  await filler.confirmed();
});

test("no page looks any different when the app has taken over", async ({ page, context, inspector, api }, info) => {
  test.slow();
  inspector.allow(/status of 401/);
  const { key } = await api.send("report-graffiti");
  const filler = new Filler(page, inspector);
  const same = async (path: string) => {
    const letIn = await held(context);
    await page.goto(path);
    // In place of a picture from another day: the page as it was a moment ago. Letters may stand a fraction of a pixel
    // elsewhere, where the server's words are one text and the app's are two.
    const name = `${path.slice(1).replaceAll(/[^a-z]+/g, "-") || "home"}.png`;
    const before = info.snapshotPath(name);
    await page.screenshot({ fullPage: true, path: before });
    letIn();
    await expect(page.locator("#app[data-started]")).toBeVisible();
    const after = await page.screenshot({ animations: "disabled", fullPage: true });
    expect.soft(after, `nothing on ${path} moved`).toMatchSnapshot(name, { maxDiffPixels: 0, threshold: 0.5 });
    await context.unroute("**/*.wasm");
  };
  const others = ["/", "/help", "/follow", `/follow/${key}`, `/follow/${key}/withdraw`, `/follow/${key}/sent`, "/account"];
  for (const path of [...others, ...Object.keys(samples).map((id) => `/services/${id}`)]) await same(path);
  // And with what was typed.
  const { service, answers } = samples["missed-bin"]!;
  await filler.begin(service.id);
  await filler.through(service.questions, answers, []);
  await same("/services/missed-bin/check");
  await filler.inspected();
});

test("photos that I picked before the app came are sent, and half a form with them stays as it was", async ({ page, context, inspector, darkroom }) => {
  const letIn = await held(context);
  const filler = new Filler(page, inspector);
  await page.goto("/services/report-graffiti");
  await filler.answer("What is the graffiti on?", "Something public");
  await page.locator("input[type=file]").setInputFiles([await darkroom.small("one.jpg"), await darkroom.small("two.jpg")]);
  const near = page.getByLabel("What is it near?");
  await near.fill("By the steps of the lib");
  await near.evaluate((area: HTMLTextAreaElement) => area.setSelectionRange(10, 10));
  letIn();
  await expect(page.getByRole("list", { name: "Your photos" }).getByRole("listitem")).toHaveCount(2);
  await expect(page.getByRole("radio", { name: "Something public" })).toBeChecked();
  await expect(near).toBeFocused();
  await page.keyboard.type("x");
  await expect(near).toHaveValue("By the stexps of the lib");
  await filler.inspected();
});

test("a page that I sent before the app came is not asked again, and the request is sent once", async ({ page, context, inspector, server }) => {
  const letIn = await held(context);
  const { service, answers } = samples["council-tax-move"]!;
  const filler = new Filler(page, inspector);
  await page.goto(`/services/${service.id}`);
  await page.getByRole("button", { name: "Start now" }).click();
  const done = new Set<string>();
  await filler.fill(service.questions, answers, [], done);
  await filler.goOn();
  await filler.fill(service.questions, answers, [], done);
  const second = page.url();
  letIn();
  await expect(page.locator("#app[data-started]")).toBeVisible();
  expect(page.url()).toBe(second);
  await filler.through(service.questions, answers, []);
  await filler.send();
  await filler.confirmed();
  expect((await server.mailbox.to(answers["you.email"]!)).filter((mail) => mail.subject.startsWith("We have your request"))).toHaveLength(1);
  // Nothing of it comes back: neither from this browser nor from the server.
  await page.goto(`/services/${service.id}`);
  await filler.inspected();
  await expect(page.getByRole("button", { name: "Start now" })).toBeVisible();
  await expect(page.getByText("You have begun this already")).toHaveCount(0);
});

for (const [what, break_] of [
  ["does not get what the page shows", (page) => page.route("**/api/services", (route) => route.fulfill({ status: 503, body: "" }))],
  ["fails in drawing", (page) => page.addInitScript(() => (Node.prototype.cloneNode = () => { throw new Error("broken"); }))],
] as [string, (page: Page) => Promise<unknown>][]) {
  test(`where the app ${what}, the page that was there stays`, async ({ page, inspector }) => {
    inspector.plain = "blocked";
    inspector.allow(/./);
    await break_(page);
    const app = page.waitForResponse(/\.wasm$/);
    await page.goto("/");
    await (await app).finished();
    await page.waitForLoadState("networkidle");
    await expect(page.getByRole("link", { name: "Report graffiti" }).first()).toBeVisible();
    await expect(page.locator("#app[data-started]")).toHaveCount(0);
    await page.getByLabel(/Say what you need/).fill("graffiti");
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/q=graffiti/);
  });
}

test("what I changed since without the app, and in it, is what is sent", async ({ page, context, inspector }) => {
  const filler = new Filler(page, inspector);
  // In the app, an address of two lines.
  await page.goto("/services/missed-bin");
  await page.getByRole("button", { name: "Type the address instead" }).click();
  for (const [label, text] of [["Address line 1", "1 Old Road"], ["Town (optional)", "Oldtown"], ["Postcode", "NE1 8QH"]] as const) {
    await page.getByLabel(label, { exact: true }).fill(text);
  }
  // Then where it does not come, another one, which has no town.
  const letIn = await held(context);
  await page.goto("/services/missed-bin");
  await page.getByRole("button", { name: "Type the address instead" }).click();
  await page.getByLabel("Address line 1", { exact: true }).fill("9 New Street");
  await page.getByLabel("Postcode", { exact: true }).fill("NE1 8QJ");
  await filler.goOn();
  await expect(filler.summary).toBeVisible();
  letIn();
  await expect(page.locator("#app[data-started]")).toBeVisible();
  await expect(page.getByLabel("Address line 1", { exact: true })).toHaveValue("9 New Street");
  await expect(page.getByLabel("Town (optional)", { exact: true })).toHaveValue("");
  await filler.inspected();
});

test("I go on typing my email address", async ({ page, context, inspector }) => {
  const letIn = await held(context);
  await page.goto("/services/report-graffiti");
  const email = page.getByLabel(/^Email/);
  await email.pressSequentially("sam@exam");
  letIn();
  await expect(page.locator("#app[data-started]")).toBeVisible();
  await expect(email).toBeFocused();
  await page.keyboard.type("ple.org");
  await expect(email).toHaveValue("sam@example.org");
  await expect(email).toHaveAttribute("type", "email");
  await new Filler(page, inspector).inspected();
});

test("a button or link without a name that I was at stays mine", async ({ page, context, inspector }) => {
  const letIn = await held(context);
  await page.goto("/");
  const link = page.getByRole("link", { name: "Pothole" }).first();
  await link.focus();
  letIn();
  await expect(page.locator("#app[data-started]")).toBeVisible();
  await expect(link).toBeFocused();
  await new Filler(page, inspector).inspected();
});

test("a word that is being put together is put together before the app comes", async ({ page, context, inspector }) => {
  const letIn = await held(context);
  await page.goto("/services/report-graffiti");
  const near = page.getByLabel("What is it near?");
  await near.focus();
  const input = await context.newCDPSession(page);
  await input.send("Input.imeSetComposition", { text: "にほ", selectionStart: 2, selectionEnd: 2 });
  const app = page.waitForResponse(/resident.*\.wasm$/);
  letIn();
  await (await app).finished();
  // Long enough for an app that does not wait.
  await page.evaluate(() => new Promise((done) => setTimeout(done, 1_500)));
  await expect(page.locator("#app[data-started]")).toHaveCount(0);
  await input.send("Input.insertText", { text: "日本" });
  await expect(page.locator("#app[data-started]")).toBeVisible();
  await expect(near).toHaveValue("日本");
  await expect(near).toBeFocused();
  await new Filler(page, inspector).inspected();
});

test("what I fill in with the app is in the pages that the server draws, until I throw it away", async ({ page, inspector }) => {
  const filler = new Filler(page, inspector);
  await page.goto("/services/report-graffiti");
  await filler.answer("What is the graffiti on?", "Something public");
  await filler.answer("Is it offensive?", "No");
  await filler.where("By the steps of the library");
  await filler.who({ name: "Sam Taylor", email: "sam@example.org" });
  const told = page.waitForResponse("**/services/report-graffiti/check");
  await filler.toCheck();
  expect(await (await told).text(), "the first words are the answers").toContain("By the steps of the library");
  await page.goto("/services/report-graffiti");
  await page.getByRole("button", { name: "Throw it away and start again" }).click();
  await expect.poll(async () => (await page.request.get("/services/report-graffiti")).text()).not.toContain("By the steps");
  await filler.inspected();
});

for (const [what, handle] of [
  ["is not found", { status: 404, body: "" }],
  ["is broken", { status: 200, contentType: "application/wasm", body: "no wasm" }],
] as const) {
  test(`where the app ${what}, the page works`, async ({ page, context, inspector }) => {
    inspector.plain = "blocked";
    inspector.allow(/./);
    await context.route("**/*.wasm", (route) => route.fulfill(handle));
    const filler = new Filler(page, inspector);
    await page.goto("/services/report-graffiti");
    await filler.answer("What is the graffiti on?", "Something public");
    await filler.answer("Is it offensive?", "No");
    await filler.where("By the steps");
    await filler.who({ name: "Sam Taylor", email: "sam@example.org" });
    // Nothing is shown that only the app can do.
    await expect(page.getByRole("button", { name: "Show a map" })).toBeHidden();
    await filler.goOn();
    await expect(filler.heading).toHaveText("Check your answers");
    await page.getByRole("button", { name: /^Send to / }).click();
    await expect(filler.heading).toHaveText("We have your request");
  });
}

test("where the app's script does not even load, what only the app can do goes after a while", async ({ page, context, inspector }) => {
  inspector.plain = "blocked";
  inspector.allow(/./);
  await context.route("**/*.js", (route) => route.abort());
  await page.goto("/services/report-graffiti");
  const map = page.getByRole("button", { name: "Show a map" });
  await expect(map).toBeVisible();
  // The while is over.
  await page.evaluate(() => document.getAnimations().forEach((animation) => animation.finish()));
  await expect(map).toBeHidden();
});

test("what I sent or threw away without the app does not come back with it", async ({ page, context, inspector }) => {
  const filler = new Filler(page, inspector);
  const fill = async (where: string) => {
    await filler.answer("What is the graffiti on?", "Something public");
    await filler.answer("Is it offensive?", "No");
    await filler.where(where);
    await filler.who({ name: "Sam Taylor", email: "sam@example.org" });
    await filler.toCheck();
  };
  await page.goto("/services/report-graffiti");
  await fill("By the steps");
  // Sent without the app.
  await context.route("**/*.wasm", (route) => route.abort());
  inspector.allow(/./);
  inspector.plain = "blocked";
  await page.reload();
  await page.getByRole("button", { name: /^Send to / }).click();
  await filler.shows("We have your request");
  await context.unroute("**/*.wasm");
  inspector.plain = "no";
  await page.goto("/services/report-graffiti");
  await expect(page.locator("#app[data-started]")).toBeVisible();
  await expect(page.getByLabel("Full name")).toHaveValue("");
  await expect(page.getByText("What you typed before is kept")).toHaveCount(0);
  // Another one is another one; thrown away without the app.
  await fill("By the fountain");
  const letIn = await held(context);
  await page.goto("/services/report-graffiti");
  await page.getByRole("button", { name: "Throw it away and start again" }).click();
  await expect(page.getByLabel("Full name")).toHaveValue("");
  letIn();
  await expect(page.locator("#app[data-started]")).toBeVisible();
  await expect(page.getByLabel("Full name")).toHaveValue("");
  await filler.inspected();
});

test("what I look at stays where it is, whatever comes in above it", async ({ page, context, inspector }) => {
  const letIn = await held(context);
  await page.goto("/services/blue-badge/what");
  // The app asks for a crime number at once, above the message.
  await page.getByRole("radio", { name: "A stolen badge" }).check({ force: true });
  const message = page.getByLabel("What should we know?");
  await message.pressSequentially("It was in my car");
  const top = () => message.evaluate((area) => Math.round(area.getBoundingClientRect().top));
  const before = await top();
  letIn();
  await expect(page.locator("#app[data-started]")).toBeVisible();
  await expect(page.getByLabel("Crime number")).toBeVisible();
  await expect(message).toBeFocused();
  expect(Math.abs((await top()) - before)).toBeLessThanOrEqual(1);
  await new Filler(page, inspector).inspected();
});
