import { type Page, expect } from "@playwright/test";

import type { Server } from "../support/server";
import type { Filler } from "./filler";

/** Whoever is not signed in is told so with a status that the browser remarks on. */
export const SIGNED_OUT = /status of 401 .*\/api\/account/;

/** Names somebody who may act for me, until a month from now. */
export async function nameHelper(page: Page, filler: Filler, name: string, email: string, services: string[]): Promise<void> {
  await page.goto("/account/helpers");
  await filler.shows("People who help you");
  await page.getByLabel("Their name").fill(name);
  await page.getByLabel("Their email address").fill(email);
  for (const service of services) await page.getByLabel(service, { exact: true }).check();
  const until = new Date(Date.now() + 30 * 86_400_000);
  await page.getByLabel("Day", { exact: true }).fill(String(until.getDate()));
  await page.getByLabel("Month", { exact: true }).fill(String(until.getMonth() + 1));
  await page.getByLabel("Year", { exact: true }).fill(String(until.getFullYear()));
  await page.getByRole("button", { name: "Let them act for me" }).click();
  await expect(page.getByText("Has not accepted yet")).toBeVisible();
}

/** Accepts to act for whoever asked, and opens what may be done for them. */
export async function accept(page: Page, filler: Filler): Promise<void> {
  await page.goto("/account/helpers");
  await filler.shows("People who help you");
  await page.getByRole("button", { name: "Accept" }).click();
  await page.getByRole("link", { name: "You act for" }).click();
  await filler.shows(/^You act for/);
}

/** Signs in on two screens: the address, and the code from the mail. */
export async function signIn(page: Page, server: Server, filler: Filler, email: string): Promise<void> {
  await page.goto("/account");
  await filler.shows("Sign in to your account");
  await page.getByLabel("Email address").fill(email);
  const before = await server.mailbox.codes(email);
  await page.getByRole("button", { name: "Send me a code" }).click();
  await filler.shows("Enter your code");
  const code = await server.mailbox.code(email, before);
  await page.getByLabel("6-digit code").fill(`${code.slice(0, 3)} ${code.slice(3)}`);
  await page.getByRole("button", { name: "Sign in" }).click();
  await filler.shows("Your account");
}
