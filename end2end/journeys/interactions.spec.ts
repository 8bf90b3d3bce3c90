import { Filler } from "../pages/filler";
import { samples } from "../support/samples";
import { expect, test } from "../support/test";

/** The most for graffiti, with a photo and the place, by somebody who has sent a request before. */
const MOST = 8;

test("somebody who was here before needs few interactions", async ({ page, inspector }, info) => {
  test.slow();
  const first = samples["missed-bin"]!;
  const before = new Filler(page, inspector);
  await before.begin(first.service.id);
  await before.through(first.service.questions, first.answers, first.uploads);
  await before.send();
  await before.confirmed();

  const counted: Record<string, number> = {};
  for (const { service, answers, uploads } of Object.values(samples).filter(({ service }) => service.top)) {
    const filler = new Filler(page, inspector);
    await page.goto("/");
    await page.getByRole("link", { name: service.title, exact: true }).first().click();
    filler.interactions++;
    await filler.shows(service.title);
    const start = page.getByRole("button", { name: "Start now" });
    if (await start.isVisible()) {
      await start.click();
      filler.interactions++;
    }
    // What may be left out is left out, but for a photo; a street says where.
    const must = service.questions.filter(({ required }) => required).map(({ id }) => id);
    const needed = Object.entries(answers).filter(([path]) => must.includes(path.split(".")[0]!) && path !== "place.words" && path !== "you.phone");
    const photos = service.questions.filter(({ id }) => id === "photos").map(({ id }) => id);
    await filler.through(service.questions, Object.fromEntries(needed), [...uploads, ...photos]);
    await filler.send();
    filler.interactions++;
    await filler.confirmed();
    counted[service.title] = filler.interactions;
  }

  const table = Object.entries(counted).sort(([, one], [, other]) => one - other);
  const text = table.map(([title, many]) => `${String(many).padStart(4)}  ${title}`).join("\n");
  console.log(`interactions from the home page to the confirmation, for somebody who has sent a request before:\n${text}`);
  await info.attach("interactions.txt", { body: text, contentType: "text/plain" });
  expect(table).toHaveLength(10);
  expect(counted["Report graffiti"]).toBeLessThanOrEqual(MOST);
});
