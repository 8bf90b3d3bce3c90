// When the first form field shows on a slow phone with nothing cached.
//
//   node end2end/bench/paint.mjs http://127.0.0.1:8080 /services/report-graffiti [rounds]
//
// Prints one JSON object; times are milliseconds from the start of the navigation, medians. The browser is
// the one named by CHROMIUM, or `chromium`. Each round is a new context, so that nothing is cached.
import { FIELD, launch } from "./browser.mjs";

const SCREEN = { width: 412, height: 823 };
const CPU = 4;
const DOWN = 1_600_000;
const UP = 750_000;
const ROUND_TRIP = 150;

const [base, path, wanted] = process.argv.slice(2);
if (!base || !path) {
  console.error("usage: node end2end/bench/paint.mjs BASE_URL PATH [rounds]");
  process.exit(2);
}
const rounds = Number(wanted ?? 5);

const browser = await launch();
try {
  // The first round warms the browser and the server up, not the caches.
  const all = [];
  for (let round = 0; round <= rounds; round++) {
    const seen = await visit(base + path);
    if (round > 0) all.push(seen);
  }
  const field = all.map(({ field }) => field).sort((a, b) => a - b);
  console.log(
    JSON.stringify(
      {
        rounds,
        slowed: `${SCREEN.width}×${SCREEN.height}, CPU ${CPU} times slower, ${DOWN / 1e6} Mbit/s, ${ROUND_TRIP} ms`,
        encoding: all[0].encoding,
        words_ms: median(all.map(({ words }) => words)),
        field_ms: median(field),
        fastest_ms: field[0],
        slowest_ms: field[field.length - 1],
      },
      null,
      2,
    ),
  );
} finally {
  await browser.close();
}

async function visit(url) {
  const context = await browser.newContext({ viewport: SCREEN, isMobile: true, hasTouch: true });
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send("Network.enable");
  await devtools.send("Network.setCacheDisabled", { cacheDisabled: false });
  await devtools.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: ROUND_TRIP,
    downloadThroughput: DOWN / 8,
    uploadThroughput: UP / 8,
  });
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: CPU });
  const encodings = [];
  devtools.on("Network.responseReceived", ({ response }) => {
    if (response.mimeType === "application/wasm") encodings.push(response.headers["content-encoding"] ?? "none");
  });
  await page.addInitScript(watch, FIELD);
  await page.goto(url, { waitUntil: "commit" });
  const seen = await page.waitForFunction(() => window.firstField, null, { polling: 100, timeout: 60_000 });
  const field = await seen.jsonValue();
  const words = await page.evaluate(
    () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? null,
  );
  await context.close();
  return { field, words, encoding: encodings[0] ?? "nothing" };
}

// Runs in the page: notes the end of the first frame in which a field has a place on the screen.
function watch(selector) {
  const look = () => {
    const shows = [...document.querySelectorAll(selector)].some((field) => {
      const box = field.getBoundingClientRect();
      return box.width > 0 && box.height > 0 && box.top < innerHeight;
    });
    if (!shows) return requestAnimationFrame(look);
    // A message sent from a frame arrives when the frame has been drawn.
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => (window.firstField = performance.now());
    port2.postMessage(null);
  };
  requestAnimationFrame(look);
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
