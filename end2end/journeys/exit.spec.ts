import { SIGNED_OUT, signIn } from "../pages/account";
import { Filler } from "../pages/filler";
import { expect, type Page, test } from "../support/test";

/** Stands in for the other site: none is asked from a test. */
async function elsewhere(page: Page): Promise<void> {
  await page.route("https://www.bbc.co.uk/**", (route) => route.fulfill({ contentType: "text/html", body: "<title>Weather</title><main><h1>Weather</h1></main>" }));
}

/** Says how long it took, in milliseconds, from the last key or the press until nothing was seen of the page. */
async function timed(page: Page): Promise<() => Promise<number>> {
  const took = new Promise<number>((done) => void page.exposeFunction("blankAfter", done));
  await page.evaluate(() => {
    let from = 0;
    for (const sign of ["keydown", "pointerdown"]) addEventListener(sign, () => (from = performance.now()), { capture: true });
    new MutationObserver(() => {
      if (document.documentElement.hidden) (window as unknown as { blankAfter: (took: number) => void }).blankAfter(performance.now() - from);
    }).observe(document.documentElement, { attributes: true, attributeFilter: ["hidden"] });
  });
  return () => took;
}

test("I leave a page about my home at once, and nobody sees what I typed or that I was signed in", async ({ page, server, inspector }) => {
  inspector.allow(SIGNED_OUT);
  await elsewhere(page);
  const filler = new Filler(page, inspector);
  await signIn(page, server, filler, "sam@example.org");
  await page.goto("/services/report-graffiti");
  await expect(page.getByRole("button", { name: "Exit this page" })).toHaveCount(0);
  await page.goto("/services/noise");
  await filler.started();
  await expect(page.getByRole("button", { name: "Exit this page" })).toBeVisible();
  await filler.inspected();
  await page.getByRole("button", { name: "Start now" }).click();
  await filler.started();
  const took = await timed(page);
  await page.keyboard.press("Shift");
  await expect(page.locator("#exit-said")).toHaveText("Shift, press 2 more times to exit.");
  // Capital letters are no wish to leave.
  await page.keyboard.press("Shift+A");
  await page.keyboard.press("Shift");
  await page.keyboard.press("Shift");
  await expect(page).toHaveURL(/\/services\/noise/);
  await page.keyboard.press("Shift");
  await expect(page).toHaveTitle("Weather");
  expect(await took()).toBeLessThan(100);
  // Nobody is signed in any more, here or on the server, and the form is empty.
  await page.goto("/account");
  await filler.shows("Sign in to your account");
  expect(await page.evaluate(() => Object.keys(localStorage).filter((name) => name.startsWith("portico:draft")))).toEqual([]);
});

test.describe("without script", () => {
  test.use({ javaScriptEnabled: false });

  test("the button works, and what I typed is gone", async ({ page, inspector }) => {
    inspector.plain = "no script";
    await elsewhere(page);
    await page.goto("/services/noise");
    await page.getByRole("button", { name: "Exit this page" }).click();
    await expect(page).toHaveTitle("Weather");
  });
});
