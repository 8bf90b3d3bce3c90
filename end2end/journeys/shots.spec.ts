import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "../support/test";
import { everyPage } from "../support/tour";

const SHOTS = join(__dirname, "../shots");
/** The picture in the README; it changes only when somebody asks for it. */
const README = join(__dirname, "../../docs/screenshot.png");

for (const width of [390, 1280]) {
  test(`every page has its picture taken, ${width} pixels wide`, async ({ api, people, darkroom, inspector, server }) => {
    test.slow();
    mkdirSync(SHOTS, { recursive: true });
    const height = width < 640 ? 844 : 800;
    for (const { name, page } of await everyPage({ api, people, darkroom, inspector, server }, { width, height })) {
      await test.step(name, async () => {
        const taken = await page();
        const picture = await taken.screenshot({ path: join(SHOTS, `${name}-${width}.png`), fullPage: true, animations: "disabled" });
        expect(picture.length).toBeGreaterThan(1_000);
        if (name === "request-open" && width === 1280 && process.env.UPDATE_SCREENSHOT === "1") {
          await taken.screenshot({ path: README, animations: "disabled" });
        }
      });
    }
  });
}
