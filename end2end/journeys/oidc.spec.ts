import type { BrowserContext } from "@playwright/test";

import { Screen } from "../pages/screen";
import { Provider } from "../support/provider";
import { STAFF, expect, test } from "../support/test";

const EMAIL = "sam@example.org";

// Who asks for an account without being signed in is told so.
test.beforeEach(({ inspector }) => inspector.allow(/status of 401/));

/** The provider's pages ask for a font that is not theirs. */
async function withoutFonts(context: BrowserContext): Promise<void> {
  await context.route("https://fonts.googleapis.com/**", (route) => route.fulfill({ contentType: "text/css", body: "" }));
}

for (const auth of ["client_secret", "private_key_jwt"] as const) {
  test(`a resident signs in with a provider, which knows the portal by ${auth}`, async ({ people, inspector }) => {
    const provider = await Provider.start(auth, "residents");
    const { server } = provider;
    const context = await people.somebody({ baseURL: server.url });
    await withoutFonts(context);
    const page = await context.newPage();
    const screen = new Screen(page, inspector);
    await page.goto("/account");
    await screen.shows("Sign in to your account");
    await page.getByRole("button", { name: "Sign in with Town account" }).click();
    await provider.signIn(page, EMAIL);
    // The first time, a mail is read.
    await screen.shows("Enter your code");
    await page.getByLabel("6-digit code").fill(await server.mailbox.code(EMAIL, 0));
    await page.getByRole("button", { name: "Sign in" }).click();
    await screen.shows("Your account");
    await page.getByRole("link", { name: "Signing in and security" }).click();
    await screen.shows("Signing in and security");
    await expect(page.getByRole("listitem").filter({ hasText: "Town account" })).toBeVisible();
    await page.goto("/account");
    await page.getByRole("button", { name: "Sign out", exact: true }).click();
    await screen.shows("Sign in to your account");
    // From now on no mail is needed; the provider still knows who they are.
    await page.getByRole("button", { name: "Sign in with Town account" }).click();
    await screen.shows("Your account");
    expect(await server.mailbox.codes(EMAIL)).toBe(1);

    // Disconnected, it opens nothing without a mail.
    await page.goto("/account/security");
    await page.getByRole("button", { name: "Disconnect Town account" }).click();
    await expect(page.getByRole("link", { name: "Connect Town account" })).toBeVisible();
    await screen.inspected();
    await page.getByRole("link", { name: "Connect Town account" }).click();
    await expect(page.getByRole("button", { name: "Disconnect Town account" })).toBeVisible();
    await context.close();
    await provider.stop();
  });

  test(`a member of staff signs in with a provider, which knows the portal by ${auth}`, async ({ people, inspector }) => {
    const provider = await Provider.start(auth, "staff");
    const context = await people.somebody({ baseURL: provider.server.url });
    await withoutFonts(context);
    const page = await context.newPage();
    const screen = new Screen(page, inspector);
    await page.goto("/staff");
    await screen.shows("Sign in");
    await page.getByRole("button", { name: "Sign in with Town account" }).click();
    await provider.signIn(page, STAFF.priya.email);
    await screen.shows("0 open requests");
    await expect(page.getByText("Priya Shah, Street scene")).toBeVisible();
    await context.close();

    // Somebody else of the town is let in by the provider, and not by the council.
    const other = await people.somebody({ baseURL: provider.server.url });
    await withoutFonts(other);
    const there = await other.newPage();
    await there.goto("/staff/sign-in");
    await there.getByRole("button", { name: "Sign in with Town account" }).click();
    await provider.signIn(there, EMAIL);
    const stranger = new Screen(there, inspector);
    await stranger.shows("Sign in");
    await expect(there.getByText("Nobody on our staff has that email address")).toBeVisible();
    await stranger.inspected();
    await other.close();
    await provider.stop();
  });
}

test("before a manager takes requests away, the provider has them show again who they are", async ({ people, inspector }) => {
  const provider = await Provider.start("client_secret", "staff");
  const context = await people.somebody({ baseURL: provider.server.url });
  await withoutFonts(context);
  const page = await context.newPage();
  const screen = new Screen(page, inspector);
  await page.goto("/staff/export");
  await page.getByRole("button", { name: "Sign in with Town account" }).click();
  await provider.signIn(page, STAFF.tom.email);
  await page.getByRole("button", { name: "Download" }).click();
  await expect(page.getByRole("heading", { name: "Show that it is you" })).toBeFocused();
  await screen.inspected();
  // It knows who sits there, and asks all the same.
  await page.getByRole("button", { name: "Sign in with Town account" }).click();
  await provider.signIn(page, STAFF.tom.email, true);
  await expect(page).toHaveURL("/staff/export");
  const file = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download" }).click();
  expect((await file).suggestedFilename()).toMatch(/^requests-/);
  await context.close();
  await provider.stop();
});

test("an address that the provider has not confirmed opens nothing", async ({ people, inspector }) => {
  const provider = await Provider.start("client_secret", "residents");
  const context = await people.somebody({ baseURL: provider.server.url });
  await withoutFonts(context);
  const page = await context.newPage();
  await page.goto("/account");
  await page.getByRole("button", { name: "Sign in with Town account" }).click();
  await provider.signIn(page, "unconfirmed@example.org");
  await new Screen(page, inspector).shows("Sign in to your account");
  await expect(page.getByText("That service did not confirm an email address of yours")).toBeVisible();
  await context.close();
  await provider.stop();
});

test("without script the links lead there and back", async ({ people, inspector }) => {
  inspector.plain = "no script";
  const provider = await Provider.start("client_secret", "residents");
  const context = await people.somebody({ baseURL: provider.server.url, javaScriptEnabled: false });
  await withoutFonts(context);
  const page = await context.newPage();
  await page.goto("/account");
  await page.getByRole("button", { name: "Sign in with Town account" }).click();
  await provider.signIn(page, EMAIL);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Enter your code");
  await page.getByLabel("6-digit code").fill(await provider.server.mailbox.code(EMAIL, 0));
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Your account");
  await page.goto("/account/security");
  await page.getByRole("button", { name: "Disconnect Town account" }).click();
  await expect(page.getByRole("link", { name: "Connect Town account" })).toBeVisible();
  await context.close();
  await provider.stop();
});

test("a provider that is down keeps nobody from signing in", async ({ people, inspector }) => {
  const provider = await Provider.start("client_secret", "residents");
  await provider.stopProvider();
  const context = await people.somebody({ baseURL: provider.server.url });
  const page = await context.newPage();
  const screen = new Screen(page, inspector);
  await page.goto("/account");
  await page.getByRole("button", { name: "Sign in with Town account" }).click();
  await expect(page.getByText("We can’t reach the service that you wanted to sign in with")).toBeVisible();
  await screen.shows("Sign in to your account");
  await page.getByLabel("Email address").fill(EMAIL);
  await page.getByRole("button", { name: "Send me a code" }).click();
  await screen.shows("Enter your code");
  await context.close();
  await provider.stop();
});
