// When the first form field shows on a slow phone with nothing cached, and what has come by then; beside the
// same form as GOV.UK would write it.
//
//   node end2end/bench/paint.mjs http://127.0.0.1:8080 /services/report-graffiti [rounds]
//
// Prints one JSON object; times are milliseconds from the start of the navigation, medians. The browser is
// the one named by CHROMIUM, or `chromium`. Each round is a new context, so that nothing is cached.
import { FIELD, SCREEN, launch, median, phone } from "./browser.mjs";
import { serveGovuk } from "./govuk.mjs";

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

const govuk = await serveGovuk();
const browser = await launch();
try {
  const visits = { ours: { url: base + path, all: [] }, govuk: { url: govuk.url, all: [] } };
  // The first round warms the browser and the servers up, not the caches. The two take turns, and each is the
  // first of the two in every other round, so that what else the machine does hits both.
  for (let round = 0; round <= rounds; round++) {
    const turn = Object.values(visits);
    for (const { url, all } of round % 2 ? turn : turn.reverse()) {
      const seen = await visit(url);
      if (round > 0) all.push(seen);
    }
  }
  const { ours, govuk: theirs } = { ours: summary(visits.ours.all), govuk: summary(visits.govuk.all) };
  console.log(
    JSON.stringify(
      {
        rounds,
        slowed: `${SCREEN.width}×${SCREEN.height}, CPU ${CPU} times slower, ${DOWN / 1e6} Mbit/s, ${ROUND_TRIP} ms`,
        ours,
        govuk: theirs,
        ours_to_govuk: ours.field_ms / theirs.field_ms,
      },
      null,
      2,
    ),
  );
} finally {
  await browser.close();
  govuk.close();
}

function summary(all) {
  const field = all.map(({ field }) => field);
  // The round in which the most had come.
  const { before } = all.reduce((one, other) => (other.before.length > one.before.length ? other : one));
  return {
    words_ms: median(all.map(({ words }) => words)),
    field_ms: median(field),
    fastest_ms: Math.min(...field),
    slowest_ms: Math.max(...field),
    before,
  };
}

async function visit(url) {
  const { context, page, devtools } = await phone(browser);
  const sizes = new Map();
  devtools.on("Network.responseReceived", ({ requestId, response }) => {
    const encoding = Object.entries(response.headers).find(([name]) => name.toLowerCase() === "content-encoding");
    sizes.set(requestId, { name: response.url, encoding: encoding?.[1] ?? "none", wire: 0 });
  });
  devtools.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    if (sizes.has(requestId)) sizes.get(requestId).wire = encodedDataLength;
  });
  await devtools.send("Network.enable");
  await devtools.send("Network.setCacheDisabled", { cacheDisabled: false });
  await devtools.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: ROUND_TRIP,
    downloadThroughput: DOWN / 8,
    uploadThroughput: UP / 8,
  });
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: CPU });
  // The page says itself when it is done: to be asked in between would cost a slow phone a tenth of a second.
  await devtools.send("Runtime.enable");
  await devtools.send("Runtime.addBinding", { name: "tell" });
  const told = new Promise((tell) => devtools.once("Runtime.bindingCalled", ({ payload }) => tell(JSON.parse(payload))));
  await page.addInitScript(watch, FIELD);
  await page.goto(url, { waitUntil: "commit" });
  const { field, words, came } = await within(60, told);
  const before = came.map(({ url, blocks }) => {
    const { name, ...size } = [...sizes.values()].find(({ name }) => name === url) ?? { encoding: "none", wire: 0 };
    return { name: new URL(url).pathname, blocks, ...size };
  });
  await context.close();
  return { field, words, before };
}

function within(seconds, promise) {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`no field shows within ${seconds} s`)), seconds * 1000);
    promise.then((value) => (clearTimeout(late), resolve(value)), reject);
  });
}

// Runs in the page: tells the end of the first frame in which a field has a place on the screen, when the first
// words were drawn, and what had come by then. A request counts when its reply had come whole before that frame was
// drawn, whether the frame waited for it (`blocks`: the page itself, and what the browser says blocks drawing) or it
// just took a share of the way. One that was still on its way does not count: nothing waits for it.
function watch(selector) {
  const shown = new Promise((show) => {
    const look = () => {
      const shows = [...document.querySelectorAll(selector)].some((field) => {
        const box = field.getBoundingClientRect();
        return box.width > 0 && box.height > 0 && box.top < innerHeight;
      });
      if (!shows) return requestAnimationFrame(look);
      // What is posted from a frame runs when the frame has been drawn, and as the most urgent before any script.
      scheduler.postTask(() => show(performance.now()), { priority: "user-blocking" });
    };
    requestAnimationFrame(look);
  });
  const painted = new Promise((paint) => {
    new PerformanceObserver((list) => {
      const words = list.getEntriesByName("first-contentful-paint")[0];
      if (words) paint(words.startTime);
    }).observe({ type: "paint", buffered: true });
  });
  Promise.all([shown, painted]).then(([field, words]) => {
    const entries = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
    const came = entries
      .filter(({ name, responseEnd }) => name.startsWith("http") && responseEnd > 0 && responseEnd <= field)
      .map(({ name, entryType, renderBlockingStatus }) => ({
        url: name,
        blocks: entryType === "navigation" || renderBlockingStatus === "blocking",
      }));
    tell(JSON.stringify({ field, words, came }));
  });
}
