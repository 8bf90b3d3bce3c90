// What the measurements in Chromium share.
import { execFileSync } from "node:child_process";
import { chromium } from "@playwright/test";

// The browser named by CHROMIUM, or `chromium`.
export function launch() {
  const executablePath = process.env.CHROMIUM ?? execFileSync("which", ["chromium"], { encoding: "utf8" }).trim();
  return chromium.launch({ executablePath, args: ["--no-sandbox"] });
}

// A phone, with nothing cached.
export const SCREEN = { width: 412, height: 823 };

export async function phone(browser) {
  const context = await browser.newContext({ viewport: SCREEN, isMobile: true, hasTouch: true });
  const page = await context.newPage();
  return { context, page, devtools: await context.newCDPSession(page) };
}

// What a resident fills in first: it must have a place on the screen. Radios are drawn by their labels, so
// their own transparency does not count.
export const FIELD = "form input:not([type=hidden]), form textarea, form select";

// Waits until the first form field shows.
export function showFirstField(page) {
  return page.waitForFunction(
    (selector) => [...document.querySelectorAll(selector)].some((field) => field.getClientRects().length > 0),
    FIELD,
    { timeout: 60_000 },
  );
}

// Waits until the app has taken over from the page that the server drew.
export function takenOver(page) {
  return page.locator("#app[data-started]").waitFor({ state: "attached", timeout: 60_000 });
}

// The middle one.
export function median(values) {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)];
}
