import { readFile } from "node:fs/promises";
import { inflateRawSync } from "node:zlib";

import type { Page } from "@playwright/test";

import { SIGNED_OUT, signIn } from "../pages/account";
import { Filler } from "../pages/filler";
import type { Server } from "../support/server";
import { expect, test } from "../support/test";

const EMAIL = "sam@example.org";
const NEW = "sam.new@example.org";

/** Presses the button that has a code sent, and the one that uses it. */
async function useCode(page: Page, server: Server, email: string, send: string, use: string): Promise<void> {
  const before = await server.mailbox.codes(email);
  await page.getByRole("button", { name: send }).click();
  await expect(page.getByLabel("6-digit code")).toBeVisible();
  const code = await server.mailbox.code(email, before);
  await page.getByLabel("6-digit code").fill(`${code.slice(0, 3)} ${code.slice(3)}`);
  await page.getByRole("button", { name: use }).click();
}

/** The files of a ZIP archive, read by its list at the end. */
function unzip(archive: Buffer): Map<string, Buffer> {
  const end = archive.lastIndexOf(Buffer.from("PK\x05\x06", "latin1"));
  const files = new Map<string, Buffer>();
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    const [method, packed] = [archive.readUInt16LE(at + 10), archive.readUInt32LE(at + 20)];
    const [name, extra, comment] = [28, 30, 32].map((place) => archive.readUInt16LE(at + place)) as [number, number, number];
    const head = archive.readUInt32LE(at + 42);
    const begin = head + 30 + archive.readUInt16LE(head + 26) + archive.readUInt16LE(head + 28);
    const bytes = archive.subarray(begin, begin + packed);
    files.set(archive.toString("utf8", at + 46, at + 46 + name), method === 0 ? bytes : inflateRawSync(bytes));
    at += 46 + name + extra + comment;
  }
  return files;
}

test("I download everything about me, and it opens by itself, with my photo", async ({ page, server, darkroom, inspector, browser }) => {
  inspector.allow(SIGNED_OUT);
  const filler = new Filler(page, inspector);
  await signIn(page, server, filler, EMAIL);
  await filler.graffiti("By the steps");
  await filler.pick(await darkroom.small("wall.jpg"));
  await expect(filler.photos).toHaveCount(1);
  await filler.who({ name: "Sam Taylor", email: EMAIL });
  await filler.toCheck();
  await filler.send();
  const { reference } = await filler.confirmed();
  await page.goto("/account");
  await page.getByRole("link", { name: "Your data", exact: true }).click();
  await filler.shows("Your data");
  await filler.inspected();
  const coming = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download everything" }).click();
  const download = await coming;
  expect(download.suggestedFilename()).toMatch(/^my-data-\d{4}-\d{2}-\d{2}\.zip$/);
  const files = unzip(await readFile(await download.path()));
  expect(files.get("everything.json")!.toString()).toContain(reference);
  // A whole JPEG.
  const photo = files.get(`photos/${reference}-1.jpg`)!;
  expect([photo.readUInt16BE(0), photo.readUInt16BE(photo.length - 2)]).toEqual([0xffd8, 0xffd9]);
  // It opens without a server.
  const alone = await browser.newContext({ offline: true });
  const copy = await alone.newPage();
  await copy.setContent(files.get("open-me.html")!.toString());
  await expect(copy.getByRole("heading", { level: 1 })).toContainText("has about you");
  await expect(copy.getByRole("heading", { name: new RegExp(reference) })).toBeVisible();
  await alone.close();
});

test("I change my email address, and sign in with the new one", async ({ page, server, inspector }) => {
  inspector.allow(SIGNED_OUT);
  const filler = new Filler(page, inspector);
  await signIn(page, server, filler, EMAIL);
  await page.goto("/account/email");
  await filler.shows("Change your email address");
  await page.getByLabel("New email address").fill("nonsense");
  await page.getByRole("button", { name: "Send a code" }).click();
  await expect(filler.summary).toBeVisible();
  await filler.inspected();
  await page.getByLabel("New email address").fill(NEW);
  await useCode(page, server, NEW, "Send a code", "Change my address");
  await filler.shows("Your account");
  await expect(page.getByText(NEW).first()).toBeVisible();
  const told = await server.mailbox.expect(EMAIL, "was changed");
  expect(told.text).toContain("If it was not you");
  expect(told.text).not.toContain(NEW);
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await filler.shows("Sign in to your account");
  await signIn(page, server, filler, NEW);
});

test("I close my account, and still follow what I sent", async ({ page, server, inspector }) => {
  inspector.allow(SIGNED_OUT);
  const filler = new Filler(page, inspector);
  await signIn(page, server, filler, EMAIL);
  await filler.graffitiToCheck({ name: "Sam Taylor", email: EMAIL }, "By the fountain");
  await filler.send();
  const { reference } = await filler.confirmed();
  await page.goto("/account/privacy");
  await page.getByRole("link", { name: "See what happens when you close your account" }).click();
  await filler.shows("Close your account");
  await expect(page.getByText(reference)).toBeVisible();
  await expect(page.getByText("We keep it for 24 months after it is closed")).toBeVisible();
  await filler.inspected();
  await useCode(page, server, EMAIL, "Send me a code", "Close my account");
  await filler.shows("Your account is closed");
  await filler.inspected();
  await server.mailbox.expect(EMAIL, "account is closed");
  await page.goto("/account/privacy");
  await filler.shows("Sign in to your account");
  const mail = await server.mailbox.expect(EMAIL, "We have your request");
  await page.goto(/\/follow\/\S+/.exec(mail.text)![0]);
  await filler.shows(/Your request/);
  await expect(page.getByText(reference).first()).toBeVisible();
});
