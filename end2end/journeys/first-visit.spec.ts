import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

import { expect, test } from "../support/test";

/** The most that a first visit to any form may weigh, all in all, in bytes over the wire. */
const MOST = 200_000;

interface Visit {
  path: string;
  field: boolean;
  files: { name: string; encoding: string; wire: number }[];
}

test("the first question is there after six requests", async ({ page, form }) => {
  const requests: string[] = [];
  page.on("request", (request) => {
    if (request.url().startsWith("http")) requests.push(new URL(request.url()).pathname);
  });
  await page.goto("/services/report-graffiti", { waitUntil: "networkidle" });
  await form.shows("Report graffiti");
  await expect(form.question("What is the graffiti on?")).toBeVisible();
  expect(requests.length, requests.join("\n")).toBeLessThanOrEqual(6);
});

test("the heaviest form of all weighs little enough", async ({ server }) => {
  const measure = join(__dirname, "../bench/visit.mjs");
  const { stdout } = await promisify(execFile)(process.execPath, [measure, server.url]);
  const { path, field, files } = JSON.parse(stdout) as Visit;
  expect(field, `a field showed at ${path}`).toBe(true);
  const told = files.map(({ name, encoding, wire }) => `${wire} ${encoding} ${name}`).join("\n");
  expect(files.reduce((sum, { wire }) => sum + wire, 0), `${path}\n${told}`).toBeLessThanOrEqual(MOST);
});
