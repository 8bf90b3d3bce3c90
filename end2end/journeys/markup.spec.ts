import { mistakes } from "../support/markup";
import { expect, test } from "../support/test";
import { everyPage } from "../support/tour";

// Forms of services are read page by page where they are walked through: `twins.spec.ts`.

test("every page that the server sends is as the standard says", async ({ api, people, darkroom, inspector, server }) => {
  test.slow();
  const read = new Set<string>();
  for (const { name, page } of await everyPage({ api, people, darkroom, inspector, server }, { width: 1280, height: 800 })) {
    const stop = await page();
    const address = stop.url();
    if (read.has(address)) continue;
    read.add(address);
    const reply = await stop.request.get(address);
    expect.soft(await mistakes(await reply.text()), name).toEqual([]);
  }
});

test("and so is what it answers to a form that was posted", async ({ api, request }) => {
  const { key } = await api.send("report-graffiti");
  const graffiti = "/services/report-graffiti";
  const nearly = { surface: "public", offensive: "no", "place.words": "By the steps", "you.name": "Sam Taylor" };
  for (const [path, form, title] of [
    ["/?q=bin", undefined, "Search results"],
    ["/?q=unicorn", undefined, "Search results"],
    ["/services/none", undefined, "Page not found"],
    ["/follow", { reference: "1234" }, "Error: "],
    [`/follow/${key}`, { message: "" }, "Report graffiti"],
    [`/follow/${key}/withdraw`, { reason: "" }, "Withdrawn"],
    [`/follow/${key}`, { reason: "" }, "Report graffiti"],
    [graffiti, {}, "Error: "],
    [graffiti, { ...nearly, "you.email": "sam" }, "Error: "],
    [graffiti, { surface: "private" }, "Report graffiti"],
    [graffiti, { do: "throw" }, "Report graffiti"],
    [graffiti, { ...nearly, "you.email": "sam@gmial.com" }, "Check your answers"],
    [graffiti, undefined, "Report graffiti"],
    [`${graffiti}/you`, { "you.name": "n".repeat(3_000_000) }, "Sorry, there is a problem"],
    ["/services/council-tax-move/new-address", undefined, "Your answers"],
  ] as const) {
    // As a browser posts a form of ours.
    const headers = { "Sec-Fetch-Site": "same-origin" };
    const reply = form === undefined ? await request.get(path) : await request.post(path, { form, headers });
    const html = await reply.text();
    expect.soft(/<title>(.*)<\/title>/.exec(html)?.[1], path).toContain(title);
    expect.soft(await mistakes(html), `${path} ${JSON.stringify(form ?? "").slice(0, 200)}`).toEqual([]);
  }
});
