// What the measurements in Chromium share.
import { execFileSync } from "node:child_process";
import { chromium } from "@playwright/test";

// The browser named by CHROMIUM, or `chromium`.
export function launch() {
  const executablePath = process.env.CHROMIUM ?? execFileSync("which", ["chromium"], { encoding: "utf8" }).trim();
  return chromium.launch({ executablePath, args: ["--no-sandbox"] });
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
