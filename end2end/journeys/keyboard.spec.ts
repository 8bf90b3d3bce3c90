import type { Locator } from "@playwright/test";

import { SAM } from "../pages/form";
import { expect, test, type Page } from "../support/test";
import { everyPage } from "../support/tour";

/** Presses Tab until something has the focus; on the way, whatever has it must show it. */
async function tabTo(page: Page, goal: Locator): Promise<void> {
  for (let presses = 0; presses < 40; presses++) {
    await page.keyboard.press("Tab");
    expect(await page.evaluate(focusIsSeen), "the focus is seen").toEqual("seen");
    if (await goal.evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error(`Tab does not lead to ${goal}`);
}

/** Whether it can be seen what has the focus: an outline or a shadow, here or on what is drawn in its place. */
function focusIsSeen(): string {
  const active = document.activeElement;
  if (!active || active === document.body) return "seen";
  const label = active.id === "" ? null : document.querySelector(`label[for="${CSS.escape(active.id)}"]`);
  const styles = [getComputedStyle(active), ...(label ? [getComputedStyle(label, "::before"), getComputedStyle(label)] : [])];
  const outlined = styles.some(
    (style) => (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && !/, 0\)$/.test(style.outlineColor)) || style.boxShadow !== "none",
  );
  const box = active.getBoundingClientRect();
  const inView = box.bottom > 0 && box.top < innerHeight;
  if (!inView) return `${active.outerHTML} is out of view`;
  return outlined ? "seen" : `${active.outerHTML} does not show its focus`;
}

test("I report graffiti with the keyboard alone", async ({ page, form }) => {
  const button = (name: string | RegExp) => page.getByRole("button", { name });
  const radio = (name: string) => page.getByRole("radio", { name });
  const focusOnHeading = (words: string) => expect(page.locator("main h1", { hasText: words })).toBeFocused();

  await page.goto("/services/report-graffiti");
  await form.inspected();
  await page.keyboard.press("Tab");
  const skip = page.getByRole("link", { name: "Skip to main content" });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press("Enter");
  await expect(page.locator("#main")).toBeFocused();

  // From a group in which nothing is chosen, Tab comes to its first.
  await tabTo(page, radio("Something public"));
  await page.keyboard.press("ArrowDown");
  await expect(radio("A road sign or street sign")).toBeChecked();
  await page.keyboard.press("ArrowUp");
  await expect(radio("Something public")).toBeChecked();
  await tabTo(page, radio("Yes"));
  await page.keyboard.press("Space");
  await expect(radio("Yes")).toBeChecked();
  // Before the rest is filled in: what is wrong takes the focus, and leads to its field.
  await tabTo(page, button("Continue"));
  await page.keyboard.press("Enter");
  await expect(form.summary).toBeFocused();
  await tabTo(page, form.summary.getByRole("link").first());
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("Street or postcode")).toBeFocused();
  await page.keyboard.type("Mill Lane");
  await page.keyboard.press("Tab");
  await page.keyboard.type("By the bridge");
  await tabTo(page, form.picker);
  await tabTo(page, page.getByLabel("Full name"));
  await page.keyboard.type(SAM.name);
  await page.keyboard.press("Tab");
  await page.keyboard.type(SAM.email);
  await page.keyboard.press("Enter");

  await focusOnHeading("Check your answers");
  await tabTo(page, form.changer("Where is it?"));
  await page.keyboard.press("Enter");
  // The focus is on what is to be changed.
  await expect(page.getByLabel("Street or postcode")).toBeFocused();
  await tabTo(page, button("Continue"));
  await page.keyboard.press("Enter");
  await focusOnHeading("Check your answers");
  await tabTo(page, form.sender);
  await page.keyboard.press("Enter");

  await focusOnHeading("We have your request");
  await tabTo(page, page.getByRole("link", { name: "open your request" }));
  await page.keyboard.press("Enter");
  await focusOnHeading("Your request: Report graffiti");
  await tabTo(page, page.getByLabel("Your message"));
  await page.keyboard.type("Thank you");
  await tabTo(page, button("Send message"));
  await page.keyboard.press("Enter");
  await expect(page.getByText("Your message was sent.")).toBeVisible();
});

test("I fill in a long form with the keyboard alone: an answer that ends it, taken back; an address from the list", async ({
  page,
  form,
}) => {
  const button = (name: string | RegExp) => page.getByRole("button", { name });
  const focusOnHeading = (words: string) => expect(page.locator("main h1", { hasText: words })).toBeFocused();
  const goOn = async () => {
    await tabTo(page, button("Continue"));
    await page.keyboard.press("Enter");
  };
  await page.goto("/services/housing-repair");
  await form.inspected();
  // Past the way to leave at once, and the link to the content, which shows its focus by its colour.
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await tabTo(page, button("Start now"));
  await page.keyboard.press("Enter");

  await focusOnHeading("Is it an emergency?");
  await tabTo(page, form.question("Is any of this happening now?").getByRole("radio").first());
  await page.keyboard.press("ArrowDown");
  await expect(page.locator("#stop-gas")).toBeVisible();
  await expect(button("Continue")).toHaveCount(0);
  await page.keyboard.press("ArrowUp");
  await expect(page.locator("#stop-gas")).toHaveCount(0);
  await tabTo(page, page.getByRole("radio", { name: /^The council: I rent/ }));
  await page.keyboard.press("Space");
  await goOn();

  await focusOnHeading("The repair");
  await tabTo(page, form.question("What needs a repair?").getByRole("radio").first());
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("radio", { name: /^A leak or drip/ })).toBeChecked();
  await tabTo(page, page.getByLabel("Where in the home or block is it?"));
  await page.keyboard.type("Under the kitchen sink");
  await tabTo(page, page.getByLabel("What is wrong?"));
  await page.keyboard.type("A pipe drips.");
  await goOn();

  await focusOnHeading("The visit, and you");
  await tabTo(page, page.getByLabel("Postcode"));
  await page.keyboard.type("ze91aa");
  await tabTo(page, button("Find address"));
  await page.keyboard.press("Enter");
  await expect(page.locator("#announcer")).toHaveText("25 addresses found");
  await tabTo(page, page.getByLabel("Choose your address"));
  await page.keyboard.press("ArrowDown");
  await expect(page.locator(".portico-address")).toContainText("ZE9 1AA");
  await form.inspected();
  await tabTo(page, page.getByRole("checkbox", { name: /^Mornings/ }));
  await page.keyboard.press("Space");
  await tabTo(page, page.getByLabel("Full name"));
  await page.keyboard.type(SAM.name);
  await page.keyboard.press("Tab");
  await page.keyboard.type(SAM.email);
  await goOn();
  await focusOnHeading("Check your answers");
  await expect(form.line("Which home is it?")).toContainText("ZE9 1AA");
  await tabTo(page, form.sender);
  await page.keyboard.press("Enter");
  await focusOnHeading("We have your request");
});

test("at 400 % nothing runs off the screen on any page", async ({ api, people, darkroom, inspector, server }) => {
  test.slow();
  const small = { width: 320, height: 256 };
  const tour = await everyPage({ api, people, darkroom, inspector, server }, small);
  for (const { name, page } of tour) {
    await test.step(name, async () => {
      await page();
    });
  }
});
