import type { Page } from "@playwright/test";

import { Screen } from "../pages/screen";
import { Workspace } from "../pages/staff";
import { Server } from "../support/server";
import { STAFF, expect, test } from "../support/test";

const EMAIL = "sam@example.org";

// Who asks for an account without being signed in is told so.
test.beforeEach(({ inspector }) => inspector.allow(/status of 401/));

/** A device that makes passkeys, and whose owner always shows who they are. */
async function withAuthenticator(page: Page): Promise<() => Promise<number>> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  const options = {
    protocol: "ctap2",
    transport: "internal",
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
    automaticPresenceSimulation: true,
  } as const;
  const { authenticatorId } = await devtools.send("WebAuthn.addVirtualAuthenticator", { options });
  return async () => (await devtools.send("WebAuthn.getCredentials", { authenticatorId })).credentials.length;
}

// Browsers take passkeys at a name only, and of those without HTTPS this one.
test("I add a passkey, sign in with it and nothing typed, and remove it", async ({ people, inspector }) => {
  inspector.allow(/status of 422/);
  const server = await Server.start({}, {}, { host: "localhost" });
  const context = await people.somebody({ baseURL: server.url });
  const page = await context.newPage();
  const made = await withAuthenticator(page);
  const screen = new Screen(page, inspector);
  await page.goto("/account");
  await page.getByLabel("Email address").fill(EMAIL);
  await page.getByRole("button", { name: "Send me a code" }).click();
  await screen.shows("Enter your code");
  await page.getByLabel("6-digit code").fill(await server.mailbox.code(EMAIL, 0));
  await page.getByRole("button", { name: "Sign in" }).click();
  await screen.shows("Your account");
  await page.getByRole("link", { name: "Signing in and security" }).click();
  await screen.shows("Signing in and security");
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await expect(page.getByText("Enter a name of up to 60 characters")).toBeVisible();
  await expect(page.getByLabel("Name of the new passkey")).toBeFocused();
  await screen.inspected();
  await page.getByLabel("Name of the new passkey").fill("My phone");
  await page.keyboard.press("Enter");
  const row = page.getByRole("listitem").filter({ hasText: "My phone" });
  await expect(row).toContainText("not used yet");
  expect(await made()).toBe(1);
  await screen.inspected();

  await page.goto("/account");
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await screen.shows("Sign in to your account");
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await screen.shows("Your account");
  await expect(page.getByText(EMAIL)).toBeVisible();

  await page.goto("/account/security");
  await expect(row).toContainText("last used");
  await page.getByText("Change the name of My phone").click();
  await page.getByLabel("Name", { exact: true }).fill("Old phone");
  await page.getByRole("button", { name: "Save the name" }).click();
  await expect(page.getByRole("listitem").filter({ hasText: "Old phone" })).toBeVisible();
  await screen.inspected();
  await page.getByRole("button", { name: "Remove Old phone" }).click();
  await expect(page.getByText("You have no passkeys yet")).toBeVisible();
  await expect(page.getByRole("heading", { name: "Passkeys" })).toBeFocused();

  // The device has it still; here it opens nothing, and the page says what else to do.
  await page.goto("/account");
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await expect(page.getByText("This passkey does not open an account here")).toBeVisible();
  await expect(page.getByRole("button", { name: "Sign in with a passkey" })).toBeFocused();
  await screen.inspected();
  await context.close();
  await server.stop();
});

test("a member of staff signs in with a passkey", async ({ people, inspector }) => {
  const server = await Server.start({}, {}, { host: "localhost" });
  const context = await people.somebody({ baseURL: server.url });
  const page = await context.newPage();
  await withAuthenticator(page);
  const staff = new Workspace(page, inspector);
  await page.goto("/staff");
  await staff.signIn(STAFF.priya.email, server.mailbox);
  await staff.shows("0 open requests");
  await page.getByRole("link", { name: "Security" }).click();
  await staff.shows("Signing in and security");
  await page.getByLabel("Name of the new passkey").fill("Blue key");
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await expect(page.getByRole("listitem").filter({ hasText: "Blue key" })).toBeVisible();
  await staff.inspected();
  await staff.press("Sign out");
  await staff.shows("Sign in");
  await staff.press("Sign in with a passkey");
  await staff.shows("0 open requests");
  await context.close();
  await server.stop();
});

test("where browsers take no passkeys there is no button for them", async ({ page, inspector }) => {
  await page.goto("/account");
  await new Screen(page, inspector).shows("Sign in to your account");
  await expect(page.getByRole("button", { name: "Sign in with a passkey" })).toHaveCount(0);
});
