import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { defineConfig } from "@playwright/test";

import { ARGUMENTS } from "./support/browser";
import { PROGRAM } from "./support/server";


// Answers to every form, and what a server with the demonstration's staff keeps: made once, and the same for every worker,
// which inherit the variables.
process.env.PORTICO_SAMPLES ??= madeSamples();
process.env.PORTICO_SEEDED ??= seeded();

function madeSamples(): string {
  const today = new Date().toLocaleDateString("en-CA", { timeZone: "Europe/London" });
  const file = join(mkdtempSync(join(tmpdir(), "portico-samples-")), "samples.json");
  writeFileSync(file, execFileSync(join(dirname(PROGRAM), "examples/samples"), [today], { maxBuffer: 1 << 24 }));
  return file;
}

function seeded(): string {
  const folder = mkdtempSync(join(tmpdir(), "portico-seeded-"));
  execFileSync(PROGRAM, ["--data-dir", folder, "seed-demo"], { stdio: ["ignore", "ignore", "inherit"] });
  return folder;
}

/** Journeys of residents and staff, in a real browser against the real server. */
export default defineConfig({
  testDir: "journeys",
  outputDir: "test-results",
  // Pictures are compared with those of the same run.
  snapshotPathTemplate: "test-results/pictures/{testName}-{arg}{ext}",
  fullyParallel: true,
  workers: Number(process.env.E2E_WORKERS ?? 2),
  forbidOnly: process.env.CI !== undefined,
  // A test that fails now and then is a finding, not bad luck.
  retries: 0,
  timeout: 90_000,
  expect: { timeout: 10_000 },
  reporter: [["list"], ["html", { outputFolder: "report", open: "never" }]],
  use: {
    locale: "en-GB",
    timezoneId: "Europe/London",
    viewport: { width: 1280, height: 800 },
    actionTimeout: 15_000,
    navigationTimeout: 20_000,
    // Recording costs a fifth of all time: `E2E_TRACE=1` when a failure is to be looked at.
    trace: process.env.E2E_TRACE === undefined ? "off" : "retain-on-failure",
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: ARGUMENTS,
    },
  },
});
