import { readFile } from "node:fs/promises";

import { Api, done } from "../support/api";
import { Screen } from "../pages/screen";
import { STAFF, type People, expect, test } from "../support/test";
import type { Server } from "../support/server";

/** Reports of graffiti that were sent and are closed; until they are counted. */
async function counted(many: number, api: Api, people: People, server: Server): Promise<void> {
  for (let at = 0; at < many; at++) await api.send("report-graffiti");
  const desk = new Api((await people.somebody()).request, server);
  await desk.signIn(STAFF.priya.email);
  for (const { id } of await desk.queue()) {
    await desk.post(`/api/staff/requests/${id}/take`, {});
    await desk.post(`/api/staff/requests/${id}/close`, done("We have cleaned the wall."));
  }
  // They are added up every few seconds. The page is not looked at before: it is kept for a minute.
  const figures = async () => {
    const { month } = (await (await fetch(`${server.url}/performance.json`)).json()) as { month: { services: unknown[]; all: object } };
    return { services: month.services.length, closed: (month.all as { closed: number | null }).closed };
  };
  await expect.poll(figures, { timeout: 30_000 }).toEqual({ services: 1, closed: many < 5 ? null : many });
}

test("I see how many requests the council gets, and whether it keeps its promises", async ({ page, api, people, server, inspector }) => {
  test.slow();
  await counted(6, api, people, server);
  const screen = new Screen(page, inspector);
  await page.goto("/help");
  await screen.follow("See how many requests we get, and whether we keep our promises");
  await expect(page).toHaveURL(/\/performance$/);
  await screen.started();
  await screen.shows("How we are doing");
  await expect(page).toHaveTitle(/^How we are doing - /);

  const services = page.getByRole("table", { name: /^By service, .* so far$/ });
  const graffiti = services.getByRole("row", { name: /^Report graffiti/ });
  await expect(graffiti.getByRole("cell")).toHaveText(["6", "6", "100%", "the same day", "not shown", "0", "0", "none"]);
  const channels = page.getByRole("table", { name: /^By the way people came to us, .* so far$/ });
  await expect(channels.getByRole("rowheader")).toHaveText(["Self-service", "Library-assisted", "By phone", "In person", "By email", "Seen by our staff"]);
  await expect(channels.getByRole("row", { name: /^By phone/ }).getByRole("cell").first()).toHaveText("0");

  // A chart has a name, and every month of it stands in the table beside it.
  const chart = page.getByRole("img", { name: "Promises kept, month by month" });
  await expect(chart).toBeVisible();
  const months = page.getByRole("table", { name: /^Month by month/ });
  await expect(months.getByRole("rowheader")).toHaveCount(12);
  const first = await months.getByRole("rowheader").first().innerText();
  await expect(chart).toContainText(first);

  // Its stylesheet is there.
  const right = await graffiti.getByRole("cell").first().evaluate((cell) => getComputedStyle(cell).textAlign);
  expect(right).toBe("right");
});

test("a wide table is moved with the keyboard, and the page stays as wide as the phone", async ({ page, api, people, server, inspector }) => {
  test.slow();
  await page.setViewportSize({ width: 390, height: 844 });
  await counted(5, api, people, server);
  const screen = new Screen(page, inspector);
  await page.goto("/performance");
  await screen.shows("How we are doing");
  const table = page.getByRole("region", { name: /^By service, .* so far$/ });
  await table.focus();
  await expect(table).toBeFocused();
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => table.evaluate((region) => region.scrollLeft)).toBeGreaterThan(0);
  // What a line is about is still to be seen.
  await expect(table.getByRole("rowheader", { name: "Report graffiti" })).toBeInViewport();
});

test("where there are few, nothing is told of them", async ({ page, api, people, server, inspector }) => {
  test.slow();
  await counted(2, api, people, server);
  const screen = new Screen(page, inspector);
  await page.goto("/performance");
  await screen.shows("How we are doing");
  await expect(page.getByText("Services with too few requests to show anything of them: Report graffiti.")).toBeVisible();
  await expect(page.getByRole("table", { name: /^By service/ })).toHaveCount(0);
  const channels = page.getByRole("table", { name: /^By the way people came to us, .* so far$/ });
  const cells = channels.getByRole("row", { name: /^Self-service/ }).getByRole("cell");
  await expect(cells).toHaveText(["not shown", "not shown", "not shown", "not shown", "not shown", "not shown", "0", "none"]);
});

test("I take the numbers away", async ({ page, inspector }) => {
  const screen = new Screen(page, inspector);
  await page.goto("/performance");
  await screen.started();
  await screen.shows("How we are doing");
  for (const [link, name] of [
    ["Download a file for a spreadsheet (CSV)", /^performance-\d{4}-\d{2}-\d{2}\.csv$/],
    ["Download a file for programs (JSON)", /^performance-\d{4}-\d{2}-\d{2}\.json$/],
  ] as const) {
    const coming = page.waitForEvent("download");
    await page.getByRole("link", { name: link }).click();
    const download = await coming;
    expect(download.suggestedFilename()).toMatch(name);
    expect(await readFile(await download.path(), "utf8")).toContain("Library-assisted");
  }
});

test("it is all there without a script", async ({ people, inspector }) => {
  const page = await (await people.somebody({ javaScriptEnabled: false })).newPage();
  inspector.plain = "no script";
  const screen = new Screen(page, inspector);
  await page.goto("/help");
  await screen.follow("See how many requests we get, and whether we keep our promises");
  await screen.shows("How we are doing");
  await expect(page.getByRole("img", { name: "Requests received, month by month" })).toBeVisible();
  await expect(page.getByText("No requests yet.").first()).toBeVisible();
});

test("no form fetches anything of it", async ({ page, form }) => {
  const fetched: string[] = [];
  page.on("request", (request) => fetched.push(new URL(request.url()).pathname));
  await page.goto("/services/report-graffiti", { waitUntil: "networkidle" });
  await form.shows("Report graffiti");
  expect(fetched.filter((path) => path.includes("performance"))).toEqual([]);
});
