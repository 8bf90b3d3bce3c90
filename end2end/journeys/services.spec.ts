import { Filler } from "../pages/filler";
import { samples } from "../support/samples";
import { expect, test } from "../support/test";

// Every document there is, as a resident meets it.
for (const [id, { service, answers, uploads, stops }] of Object.entries(samples)) {
  test(`${id}: from the form to the confirmation`, async ({ page, inspector }) => {
    test.slow();
    const filler = new Filler(page, inspector);
    await filler.begin(id);
    await filler.through(service.questions, answers, uploads);
    await expect(page.locator(".portico-promise strong")).toHaveText(/\d/);
    await filler.send();
    await filler.confirmed();
  });

  for (const stop of service.stops.filter((stop) => stop.id in stops)) {
    test(`${id}: it ends early: ${stop.id}`, async ({ page, inspector }) => {
      const filler = new Filler(page, inspector);
      await filler.begin(id);
      const done = new Set<string>();
      const panel = page.locator(`[id="stop-${stop.id}"]`);
      for (let pages = 0; pages < 30 && !(await panel.isVisible()); pages++) {
        await filler.fill(service.questions, stops[stop.id]!, [], done);
        await filler.fill(service.questions, stops[stop.id]!, [], done);
        if (await panel.isVisible()) break;
        const before = page.url();
        await filler.goOn();
        await expect(page).not.toHaveURL(before);
      }
      await expect(panel.getByRole("heading", { level: 2 }).first()).toHaveText(stop.title);
      // Nothing more is asked, and no way leads on.
      await expect(page.getByRole("button", { name: "Continue" })).toHaveCount(0);
      await filler.inspected();
    });
  }
}
