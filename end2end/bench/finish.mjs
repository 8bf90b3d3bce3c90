// What finishing at a public computer takes: until the page is blank, until the first page is ready for the next person,
// and what that fetches anew.
//
//   node end2end/bench/finish.mjs http://127.0.0.1:8080 /services/report-graffiti CODE [rounds]
//
// CODE makes the browser a public computer. Prints one JSON object: milliseconds and bytes, medians and the most of all
// rounds. The browser is the one named by CHROMIUM, or `chromium`.
import { launch, median, showFirstField, takenOver } from "./browser.mjs";

const [base, path, code, wanted] = process.argv.slice(2);
if (!base || !path || !code) {
  console.error("usage: node end2end/bench/finish.mjs BASE_URL PATH CODE [rounds]");
  process.exit(2);
}
const rounds = Number(wanted ?? 9);

const browser = await launch();
try {
  const context = await browser.newContext({ viewport: { width: 1024, height: 768 } });
  const page = await context.newPage();
  const network = await context.newCDPSession(page);
  await network.send("Network.enable");
  let bytes = 0;
  network.on("Network.loadingFinished", ({ encodedDataLength }) => (bytes += encodedDataLength));
  const marks = {};
  await context.exposeBinding("mark", (_, name, at) => (marks[name] = at));
  await context.addInitScript(watch);
  await page.goto(`${base}/terminal`);
  await page.getByLabel("The code of this computer").fill(code);
  await page.getByRole("button").last().click();
  await takenOver(page);
  const all = [];
  // The first round warms the browser and the server up.
  for (let round = 0; round <= rounds; round++) {
    await page.goto(base + path);
    await showFirstField(page);
    await takenOver(page);
    await page.locator("form textarea").first().fill("By the steps");
    await page.keyboard.press("F8");
    for (const name of Object.keys(marks)) delete marks[name];
    bytes = 0;
    await page.keyboard.press("Enter");
    await page.waitForURL(`${base}/`);
    await takenOver(page);
    const ready = Date.now();
    if (round > 0) all.push({ blank: marks.blank - marks.pressed, ready: ready - marks.pressed, bytes });
  }
  const of = (figure) => ({ median: median(all.map(figure)), most: Math.max(...all.map(figure)) });
  const [blank, ready, fetched] = [of(({ blank }) => blank), of(({ ready }) => ready), of(({ bytes }) => bytes)];
  console.log(JSON.stringify({ rounds, blank, ready, fetched }, null, 2));
} finally {
  await browser.close();
}

// Runs in the page before its own scripts: when the key is pressed that finishes, and when nothing of the page is left to
// be seen.
function watch() {
  addEventListener("keydown", ({ key }) => key === "Enter" && window.mark("pressed", Date.now()), true);
  const seen = new MutationObserver(() => {
    if (!document.querySelector(".portico-terminal__cleared")) return;
    seen.disconnect();
    requestAnimationFrame(() => window.mark("blank", Date.now()));
  });
  seen.observe(document, { subtree: true, childList: true });
}
