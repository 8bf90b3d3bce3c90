import { readFileSync } from "node:fs";
import { resolve } from "node:path";

import { Form } from "../pages/form";
import { RequestPage } from "../pages/request";
import { link } from "../support/mailbox";
import { Server } from "../support/server";
import { expect, test } from "../support/test";
import { seaTiles } from "../support/tiles";

/** Graffiti up to the question where it is. */
async function toPlace(form: Form): Promise<void> {
  await form.begin("report-graffiti");
  await form.answer("What is the graffiti on?", "Something public");
  await form.answer("Is it offensive?", "No");
}

test("a street is found by a part of its name, and by a postcode", async ({ page, form }) => {
  await toPlace(form);
  const street = page.getByLabel("Street or postcode");
  const offered = page.locator("datalist option");
  await street.fill("mill l");
  await expect(offered).toHaveAttribute("value", "Mill Lane, Northgate");
  await street.fill("ze9 1aa");
  await expect(offered).toHaveCount(1);
  const found = await offered.getAttribute("value");
  await street.fill(found!);
  await form.who({ name: "Sam Taylor", email: "sam@example.org" });
  await form.toCheck();
  await expect(form.line("Where is it?")).toHaveText(found!);
  await form.send();
  await form.confirmed();
});

test("a council's own file of tiles is drawn, and read in parts", async ({ browser, inspector }) => {
  const council = readFileSync(resolve(__dirname, "../../councils/demo/council.toml"), "utf8");
  const map = `\n[map]\nfile = "town.pmtiles"\nattribution = "Saltmarsh Borough Council"\n`;
  const server = await Server.start({}, { "council.toml": council + map, "town.pmtiles": seaTiles() });
  try {
    const context = await browser.newContext({ baseURL: server.url });
    await inspector.watch(context);
    const page = await context.newPage();
    const parts: number[] = [];
    page.on("response", (response) => {
      if (response.url().endsWith(".pmtiles")) parts.push(response.status());
    });
    const form = new Form(page, inspector);
    await toPlace(form);
    await form.press("Show a map");
    const tile = page.locator("canvas.leaflet-tile-loaded").first();
    await expect(tile).toBeVisible();
    // The colour of water, not that of a tile in which nothing is.
    const colour = () =>
      tile.evaluate((canvas: HTMLCanvasElement) => [...canvas.getContext("2d")!.getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data]);
    await expect.poll(colour).toEqual([128, 222, 234, 255]);
    await expect(page.locator(".leaflet-control-attribution")).toHaveText("Saltmarsh Borough Council");
    expect(new Set(parts)).toEqual(new Set([206]));
    await form.inspected();
    const street = page.getByLabel("Street or postcode");
    await page.getByRole("application", { name: "Map: mark the place" }).click({ position: { x: 200, y: 150 } });
    await expect(page.locator(".portico-map__pin")).toBeVisible();
    await expect(street).not.toHaveValue("");
    await context.close();
  } finally {
    await server.stop();
  }
});

test("the map is only fetched when it is opened, and marks a place by tap, by keyboard and from where I am", async ({ page, form, context }) => {
  const fetched: string[] = [];
  page.on("request", (request) => {
    if (/\/map-|\/api\/map/.test(request.url())) fetched.push(new URL(request.url()).pathname);
  });
  await toPlace(form);
  await page.waitForLoadState("networkidle");
  expect(fetched).toEqual([]);
  await form.press("Show a map");
  const map = page.getByRole("application", { name: "Map: mark the place" });
  await expect(map).toBeVisible();
  await expect(page.locator(".portico-map__street")).not.toHaveCount(0);
  // The reader of tiles is for councils that have a file of them.
  expect(fetched.filter((path) => path.includes("map-tiles"))).toEqual([]);
  await form.inspected();

  const street = page.getByLabel("Street or postcode");
  await page.getByRole("button", { name: "Zoom in" }).click();
  // What is tapped while it still grows is another place than what is there afterwards.
  await expect(page.locator(".leaflet-zoom-anim")).toHaveCount(0);
  await map.click({ position: { x: 200, y: 150 } });
  await expect(page.locator(".portico-map__pin")).toBeVisible();
  await expect(street).not.toHaveValue("");
  const tapped = await street.inputValue();
  await expect(page.locator(".portico-map__told")).toHaveText(`Near ${tapped}`);
  await form.inspected();

  const marked = () =>
    page.evaluate(() => {
      const draft = JSON.parse(localStorage.getItem("portico:draft:report-graffiti")!) as { answers: Record<string, string> };
      return draft.answers["place.position"];
    });
  const before = await marked();
  await map.focus();
  await page.keyboard.press("ArrowRight");
  const middle = page.getByRole("button", { name: "Mark the middle of the map" });
  await expect(async () => {
    // The map glides for a moment.
    await middle.focus();
    await page.keyboard.press("Enter");
    expect(await marked()).not.toBe(before);
  }).toPass();

  await context.grantPermissions(["geolocation"]);
  await context.setGeolocation({ latitude: 52.9735, longitude: 0.288 });
  await form.press("Use where I am");
  await expect(street).toHaveValue("Mill Lane, Northgate");

  await form.who({ name: "Sam Taylor", email: "sam@example.org" });
  await form.toCheck();
  await expect(form.line("Where is it?")).toContainText("Mill Lane, Northgate");
});

test("outside our area I am told whose it is likely to be, and what I typed stays", async ({ page, form, context }) => {
  await context.grantPermissions(["geolocation"]);
  await context.setGeolocation({ latitude: 53.2, longitude: 0.288 });
  await toPlace(form);
  await form.where("By the pond");
  await form.press("Show a map");
  await form.press("Use where I am");
  await expect(page.locator(".portico-map__told")).toContainText("What you typed here is kept.");
  await expect(page.getByLabel("What is it near?")).toHaveValue("By the pond");
});

test("a map that can't be had takes nothing away", async ({ page, form, inspector }) => {
  inspector.allow(/ERR_FAILED.*\/api\/map/);
  await page.route("**/api/map", (route) => route.abort());
  await toPlace(form);
  await form.press("Show a map");
  await expect(page.getByText("The map can't be shown now. Say in words where it is.")).toBeVisible();
  await form.where("By the pond");
  await form.who({ name: "Sam Taylor", email: "sam@example.org" });
  await form.toCheck();
});

test("what somebody reported already I follow instead; a photo shows once staff say so", async ({ page, form, api, people, server, darkroom, inspector }) => {
  inspector.allow(/status of 422 .*\/watch/);
  const photo = await api.photo(await darkroom.wall());
  const first = await api.send("report-graffiti", { "place.street": "Mill Lane, Northgate", "place.street_id": "mill-lane-northgate", "photos.1": photo });
  await api.send("report-graffiti", { "place.street": "Keep Street, Castle", "place.street_id": "keep-street-castle", "you.email": "far@example.org" });
  await toPlace(form);
  await form.where("", "Mill Lane, Northgate");
  const known = page.locator(".portico-known");
  await expect(known.getByRole("heading")).toHaveText("Has somebody told us already?");
  await expect(known.getByRole("listitem")).toHaveCount(1);
  // Nothing of whoever reported it.
  await expect(known).not.toContainText("Sam");
  await expect(known.getByRole("img")).toHaveCount(0);
  await form.inspected();

  const staff = await people.staff("priya");
  await staff.openRequest(first.reference);
  await staff.take();
  await staff.press("Show photo 1");

  await page.reload();
  await expect(known.getByRole("img", { name: "A photo of it" })).toBeVisible();
  await known.getByRole("button", { name: /^That’s it, tell me about it/ }).click();
  await expect(page.getByLabel("Your email address")).toBeFocused();
  await form.press("Tell me what happens");
  await expect(page.getByText(/right format/).first()).toBeVisible();
  await page.getByLabel("Your email address").fill("kim@example.org");
  await form.press("Tell me what happens");
  await expect(page.locator("#nearby-known")).toBeFocused();
  await form.inspected();

  const mine = new RequestPage(page, inspector);
  await page.goto(link(await server.mailbox.expect("kim@example.org", /./)));
  await mine.shows("Report graffiti");
  await expect(page.getByText("sam@example.org")).toHaveCount(0);
  await staff.close("Done", "We have cleaned the wall.");
  await expect(mine.statusTitle).toHaveText("Done");
  await server.mailbox.expect("kim@example.org", /^Closed/);
});

test("…or mine is different, and the form goes on", async ({ page, form, api }) => {
  await api.send("report-graffiti", { "place.street": "Mill Lane, Northgate", "place.street_id": "mill-lane-northgate" });
  await toPlace(form);
  await form.where("The other wall", "Mill Lane, Northgate");
  await form.press("No, mine is different");
  await expect(page.locator(".portico-known")).toHaveCount(0);
  await form.who({ name: "Kim Lee", email: "kim@example.org" });
  await form.toCheck();
  await form.send();
  await form.confirmed();
});
