import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "../support/test";
import { everyPage } from "../support/tour";

const SHOTS = join(__dirname, "../shots");
/** The picture in the README. */
const README = join(__dirname, "../../docs/screenshot.png");

const SIZES = [
  { width: 390, height: 844 },
  { width: 1280, height: 800 },
];

for (const size of SIZES) {
  test(`every page has its picture taken, ${size.width} pixels wide`, async ({ api, people, darkroom, inspector, server }) => {
    test.slow();
    mkdirSync(SHOTS, { recursive: true });
    for (const { name, page } of await everyPage({ api, people, darkroom, inspector, server }, size)) {
      await test.step(name, async () => {
        const path = join(SHOTS, `${name}-${size.width}.png`);
        const picture = await (await page()).screenshot({ path, fullPage: true, animations: "disabled" });
        expect(picture.length).toBeGreaterThan(1_000);
      });
    }
  });
}

test("the README shows a followed request, on a desk and in a hand", async ({ page, api, people, darkroom, inspector, server }) => {
  const pictures: string[] = [];
  for (const size of SIZES) {
    const tour = await everyPage({ api, people, darkroom, inspector, server }, size);
    const taken = await tour.find(({ name }) => name === "request-open")!.page();
    pictures.push((await taken.screenshot({ animations: "disabled" })).toString("base64"));
  }
  const [hand, desk] = pictures;
  await page.setViewportSize({ width: 1600, height: 940 });
  await page.setContent(`<!doctype html><title>README</title><style>
    body { margin: 0; height: 940px; background: #dfe7e6; display: flex; gap: 48px; align-items: center; justify-content: center }
    img { border-radius: 10px; box-shadow: 0 6px 28px #0005 } .desk { width: 1080px } .hand { width: 372px }</style>
    <img class="desk" src="data:image/png;base64,${desk}"><img class="hand" src="data:image/png;base64,${hand}">`);
  // It differs at every run, in its dates and reference: the README's is only written when asked for.
  const picture = await page.screenshot({ path: process.env.UPDATE_SCREENSHOT === "1" ? README : join(SHOTS, "readme.png") });
  expect(picture.length).toBeGreaterThan(1_000);
  await page.goto("/");
});
