import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";

import { SIGNED_OUT, signIn } from "../pages/account";
import { Filler } from "../pages/filler";
import type { Server } from "../support/server";
import { expect, type Page, test } from "../support/test";

const EMAIL = "sam@example.org";
/** Mail to this address never gets through. */
const GONE = "perm-fail@simulator.notify";

/** The text messages that were sent. */
async function texts(server: Server): Promise<string[]> {
  const folder = join(server.folder, "mailbox", "demo");
  const names = await readdir(folder).catch(() => []);
  return Promise.all(names.filter((name) => name.endsWith(".txt")).map((name) => readFile(join(folder, name), "utf8")));
}

/** Tells once where to be reached. */
async function details(page: Page, filler: Filler): Promise<void> {
  await page.goto("/account/details");
  await filler.shows("Your details");
  await page.getByLabel("Your name").fill("Sam Taylor");
  await page.getByLabel("Phone number").fill("07700 900123");
  await page.getByRole("button", { name: "Type the address instead" }).click();
  await page.getByLabel("Address line 1").fill("4 Mill Lane");
  await page.getByLabel("Postcode").fill("NE1 8QH");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Your details are saved.")).toBeVisible();
}

/** Sends a report, to be told at an address. */
async function report(page: Page, filler: Filler, email: string): Promise<string> {
  await page.goto("/services/report-graffiti");
  await filler.answer("What is the graffiti on?", "Something public");
  await filler.answer("Is it offensive?", "No");
  await filler.where("By the steps");
  await filler.who({ name: "Sam Taylor", email });
  await filler.toCheck();
  await filler.send();
  const { reference } = await filler.confirmed();
  return reference;
}

test("I choose how I am told, and am told so; what is new stands in my account while I look", async ({ page, server, inspector, people }) => {
  inspector.allow(SIGNED_OUT);
  const filler = new Filler(page, inspector);
  await signIn(page, server, filler, EMAIL);
  await page.getByRole("link", { name: "How we tell you" }).click();
  await filler.shows("How we tell you what happens");
  await expect(page.getByText("We have no mobile number of yours.")).toBeVisible();
  await filler.inspected();
  await details(page, filler);
  await page.goto("/account/alerts");
  await filler.shows("How we tell you what happens");
  await expect(page.getByText("+447700900123")).toBeVisible();
  const when = (question: string) => page.getByRole("group", { name: question });
  await when("When should we email you?").getByLabel("Only when I have to do something, or it closes").check();
  await when("When should we send you a text message?").getByLabel("At each step").check();
  await when("When should we not send text messages?").getByLabel("You can text me at any time").check();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved. From now on we tell you so.")).toBeVisible();
  await filler.inspected();
  await page.reload();
  await expect(when("When should we send you a text message?").getByLabel("At each step")).toBeChecked();

  const reference = await report(page, filler, EMAIL);
  await expect.poll(async () => (await texts(server)).length).toBe(1);
  expect((await texts(server))[0]).toContain(reference);
  // Nothing to read yet; then, while the page is open, there is.
  await page.goto("/account/notices");
  await filler.shows("What is new");
  await expect(page.getByText("We have your request")).toBeVisible();
  const menu = page.getByRole("navigation", { name: "Your account" });
  await expect(menu.getByText("new)")).toHaveCount(0);
  const priya = await people.staff("priya");
  await priya.openRequest(reference);
  await priya.take();
  await expect(menu.getByText("(1 new)")).toBeVisible({ timeout: 15_000 });
  await priya.write("Which steps are they?");
  await expect(menu.getByText("(2 new)")).toBeVisible({ timeout: 15_000 });
  await server.mailbox.expect(EMAIL, "A message about your request");
  await expect.poll(async () => (await texts(server)).length).toBe(3);
  await page.reload();
  await filler.shows("What is new");
  await expect(page.getByText("you may have to do something")).toBeVisible();
  await filler.inspected();
  await page.getByRole("button", { name: "I have read everything" }).click();
  await expect(page.getByRole("button", { name: "I have read everything" })).toBeHidden();
  await expect(page.locator("main").getByText("New", { exact: true })).toHaveCount(0);
  // Opening the request is reading about it.
  await priya.close("Done", "We removed it this morning.");
  await page.goto("/account");
  await expect(menu.getByText("(1 new)")).toBeVisible();
  await page.goto("/account/notices");
  await page.getByRole("link", { name: /^Done/ }).click();
  await expect(page.getByText("We removed it this morning.").first()).toBeVisible();
  await page.goto("/account/details");
  await expect(menu.getByText("new)")).toHaveCount(0);
  // On other pages it stands above them, and while I look.
  await page.goto("/");
  const news = page.getByRole("navigation", { name: "News" });
  await expect(news.getByRole("link", { name: "What is new", exact: true })).toBeVisible();
  await filler.inspected();
  const another = await report(page, filler, EMAIL);
  await page.goto("/");
  await priya.openRequest(another);
  await priya.take();
  await expect(news.getByText("(1 new)")).toBeVisible({ timeout: 15_000 });
  await page.goto("/services/report-graffiti");
  await expect(news.getByText("(1 new)")).toBeVisible();
  // No mail at the steps in between.
  const subjects = (await server.mailbox.to(EMAIL)).map(({ subject }) => subject).filter((subject) => subject.includes(reference));
  expect(subjects.map((subject) => subject.split(":")[0])).toEqual(["A message about your request", "Done"]);
});

test("what bounces goes out as a text, then as a letter, and staff see it, print it and post it", async ({ page, server, inspector, people }) => {
  inspector.allow(SIGNED_OUT);
  const filler = new Filler(page, inspector);
  await signIn(page, server, filler, EMAIL);
  await details(page, filler);
  await page.goto("/account/alerts");
  await filler.shows("How we tell you what happens");
  const when = (question: string) => page.getByRole("group", { name: question });
  await when("When should we send you a letter?").getByLabel("Only when I have to do something, or it closes").check();
  await when("When should we not send text messages?").getByLabel("You can text me at any time").check();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved. From now on we tell you so.")).toBeVisible();
  const reference = await report(page, filler, GONE);
  await expect.poll(async () => (await texts(server)).length).toBe(1);

  const priya = await people.staff("priya");
  await priya.openRequest(reference);
  await expect(priya.page.getByText("The email to the resident did not get through. It went out as a text message instead: sent.")).toBeVisible();
  await priya.page.getByText("Every message").click();
  await expect(priya.page.getByText("text message, in place of the email, sent")).toBeVisible();
  await priya.inspected();
  await priya.take();
  await priya.write("Which steps are they?");
  await priya.follow("Letters");
  await priya.shows("Letters to print");
  await expect(async () => {
    await priya.page.reload();
    await expect(priya.page.getByText("To Sam Taylor, 4 Mill Lane, NE1 8QH")).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 20_000 });
  await priya.inspected();
  const download = priya.page.waitForEvent("download");
  await priya.page.getByRole("link", { name: "Get the letter" }).click();
  const file = await (await download).path();
  expect((await readFile(file)).subarray(0, 5).toString()).toBe("%PDF-");
  await priya.page.getByRole("button", { name: "It is posted" }).click();
  await priya.succeeded("The letter to Sam Taylor is posted");
  await expect(priya.page.getByText("None is waiting.")).toBeVisible();
});

test("who answers for it sees what people are told, with usual and with the strangest values", async ({ people }) => {
  const tom = await people.staff("tom");
  await tom.openQueue();
  await tom.follow("Messages");
  await tom.shows("What people are told");
  await tom.inspected();
  await tom.follow("Staff moved the promised day");
  await tom.shows("Staff moved the promised day");
  await expect(tom.page.getByText("We will now finish “Report graffiti” by Monday 7 December.")).toHaveCount(2);
  await expect(tom.page.getByText(/characters, sent and paid for as 1/)).toBeVisible();
  await tom.inspected();
  const values = tom.page.getByRole("navigation", { name: "Filled in with" });
  await values.getByRole("link", { name: "The strangest" }).click();
  await expect(tom.page.getByText("{{ text }} {% if x %}").first()).toBeVisible();
  await expect(values.getByRole("link", { name: "The strangest" })).toHaveAttribute("aria-current", "page");
  await tom.inspected();
  const download = tom.page.waitForEvent("download");
  await tom.page.getByRole("link", { name: "Get the letter as it is printed" }).click();
  const file = await (await download).path();
  expect((await readFile(file)).subarray(0, 5).toString()).toBe("%PDF-");
});

test("how I am told can be chosen without the app", async ({ browser, server, inspector, page }) => {
  inspector.allow(SIGNED_OUT);
  const filler = new Filler(page, inspector);
  await signIn(page, server, filler, EMAIL);
  const cookies = await page.context().cookies();
  const context = await browser.newContext({ baseURL: server.url, javaScriptEnabled: false });
  await context.addCookies(cookies);
  const plain = await context.newPage();
  await plain.goto("/account/alerts");
  await plain.getByRole("group", { name: "When should we email you?" }).getByLabel("Never").check();
  await plain.getByRole("group", { name: "How often should we tell you about steps?" }).getByLabel("Once a day at 5pm").check();
  await plain.getByRole("button", { name: "Save" }).click();
  await expect(plain.getByText("Saved. From now on we tell you so.")).toBeVisible();
  await expect(plain.getByRole("group", { name: "When should we email you?" }).getByLabel("Never")).toBeChecked();
  await expect(plain.getByLabel("Once a day at 5pm")).toBeChecked();
  await plain.goto("/account/notices");
  await expect(plain.getByRole("heading", { name: "What is new" })).toBeVisible();
  await context.close();
});
