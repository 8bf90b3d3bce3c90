import type { Page } from "@playwright/test";

import type { Server } from "../support/server";
import type { Filler } from "./filler";

/** Whoever is not signed in is told so with a status that the browser remarks on. */
export const SIGNED_OUT = /status of 401 .*\/api\/account/;

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
