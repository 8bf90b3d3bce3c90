import { Filler } from "../pages/filler";
import { type Sample, closed, samples } from "../support/samples";
import { Server } from "../support/server";
import { type Page, expect, test } from "../support/test";

/** The whole way through a service. */
async function through(filler: Filler, id: string, { service, answers, uploads }: Sample): Promise<void> {
  await filler.begin(id);
  await filler.through(service.questions, answers, uploads);
  await expect(filler.page.locator(".portico-promise strong")).toHaveText(/\d/);
  await filler.send();
  await filler.confirmed();
}

/** Nothing more is asked, and no way leads on. */
async function ended(page: Page, stop: { id: string; title: string }): Promise<void> {
  const panel = page.locator(`[id="stop-${stop.id}"]`);
  await expect(panel.getByRole("heading", { level: 2 }).first()).toHaveText(stop.title);
  await expect(page.getByRole("button", { name: "Continue" })).toHaveCount(0);
}

// Every document there is, as a resident meets it.
for (const [id, sample] of Object.entries(samples)) {
  const { service, stops } = sample;
  const closes = service.stops.some((stop) => stop.kind === "closed");

  test(`${id}: from the form to the confirmation`, async ({ page, browser, inspector }) => {
    test.slow();
    if (!closes) return through(new Filler(page, inspector), id, sample);
    // On any day of the year: closed again only next week.
    const server = await Server.start(closed(id, 7, 14));
    try {
      const context = await browser.newContext({ baseURL: server.url });
      await inspector.watch(context);
      await through(new Filler(await context.newPage(), inspector), id, sample);
      await context.close();
    } finally {
      await server.stop();
    }
  });

  for (const stop of service.stops.filter((stop) => stop.kind === "closed")) {
    test(`${id}: it is closed for now: ${stop.id}`, async ({ browser, inspector }) => {
      const server = await Server.start(closed(id, -1, 1));
      try {
        const context = await browser.newContext({ baseURL: server.url });
        await inspector.watch(context);
        const page = await context.newPage();
        await page.goto(`/services/${id}`);
        await ended(page, stop);
        await expect(page.getByRole("link", { name: "Start now" })).toHaveCount(0);
        await new Filler(page, inspector).inspected();
        // Nor by the address of a page within.
        await page.goto(`/services/${id}/${service.questions[0]!.id}`);
        await ended(page, stop);
        await context.close();
      } finally {
        await server.stop();
      }
    });
  }

  for (const stop of service.stops.filter((stop) => stop.kind !== "closed")) {
    test(`${id}: it ends early: ${stop.id}`, async ({ page, inspector }) => {
      const leading = stops[stop.id];
      expect(leading, "there are answers that lead to every stop").toBeDefined();
      const filler = new Filler(page, inspector);
      await filler.begin(id);
      const done = new Set<string>();
      const panel = page.locator(`[id="stop-${stop.id}"]`);
      for (let pages = 0; pages < 30 && !(await panel.isVisible()); pages++) {
        await filler.fill(service.questions, leading!, [], done);
        await filler.fill(service.questions, leading!, [], done);
        if (await panel.isVisible()) break;
        const before = page.url();
        await filler.goOn();
        await expect(page).not.toHaveURL(before);
      }
      await ended(page, stop);
      await filler.inspected();
    });
  }
}
