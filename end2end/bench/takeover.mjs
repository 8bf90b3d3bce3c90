// What the app's taking over from the page that the server drew costs, and whether anybody sees it happen.
//
//   node end2end/bench/takeover.mjs http://127.0.0.1:8080 /services/report-graffiti [rounds]
//
// Prints one JSON object: for a page that nobody has touched, and for one that a person has half done. Times are
// milliseconds of the page's main thread, medians; what moved is the most of all rounds. The browser is the one
// named by CHROMIUM, or `chromium`. Each round is a new context, so that nothing is cached.
import { FIELD, launch, median, phone, showFirstField, takenOver } from "./browser.mjs";

// What follows from taking over would have moved by then.
const AFTERWARDS = 500;

const [base, path, wanted] = process.argv.slice(2);
if (!base || !path) {
  console.error("usage: node end2end/bench/takeover.mjs BASE_URL PATH [rounds]");
  process.exit(2);
}
const rounds = Number(wanted ?? 5);

const browser = await launch();
try {
  const ways = { untouched: async () => {}, half_done: fillIn };
  const all = Object.fromEntries(Object.keys(ways).map((way) => [way, []]));
  // The first round warms the browser and the server up, not the caches.
  for (let round = 0; round <= rounds; round++) {
    for (const [way, begin] of Object.entries(ways)) {
      const seen = await visit(base + path, begin);
      if (round > 0) all[way].push(seen);
    }
  }
  const summaries = Object.entries(all).map(([way, seen]) => [way, summary(seen)]);
  console.log(JSON.stringify({ rounds, ...Object.fromEntries(summaries) }, null, 2));
} finally {
  await browser.close();
}

function summary(all) {
  const middle = (figure) => median(all.map(figure));
  const most = (figure) => Math.max(...all.map(figure));
  return {
    still_ms: middle(({ still }) => still),
    slowest_ms: most(({ still }) => still),
    took_ms: middle(({ took }) => took),
    cpu_ms: middle(({ cpu }) => cpu),
    whole_cpu_ms: middle(({ whole }) => whole),
    shift: most(({ shift }) => shift),
    moved_px: most(({ moved }) => moved),
    lost: most(({ lost }) => lost),
  };
}

async function visit(url, begin) {
  const { context, page, devtools } = await phone(browser);
  let letIn = () => {};
  const gate = new Promise((open) => (letIn = open));
  await context.route("**/*.wasm", async (route) => {
    await gate;
    await route.continue();
  });
  await page.addInitScript(watch);
  await page.goto(url, { waitUntil: "load" });
  await showFirstField(page);
  await begin(page);
  await devtools.send("Performance.enable");
  const before = await page.evaluate(look, FIELD);
  const busy = await threadMs(devtools);
  const marks = await tracedMarks();
  letIn();
  await takenOver(page);
  await page.waitForTimeout(AFTERWARDS);
  const { begun, done, tasks } = await marks();
  const whole = (await threadMs(devtools)) - busy;
  const after = await page.evaluate(look, FIELD);
  const shift = await page.evaluate(() => window.shift);
  await context.close();
  const still = Math.max(...tasks.map(({ ts, dur }) => Math.min(ts + dur, done.ts) - Math.max(ts, begun.ts))) / 1000;
  const took = (done.ts - begun.ts) / 1000;
  return { still, took, cpu: (done.tts - begun.tts) / 1000, whole, shift, ...compare(before, after) };
}

// As a person who was quicker than the app.
async function fillIn(page) {
  await page.locator("form input[type=radio]").first().check({ force: true });
  await page.locator("form textarea").first().pressSequentially("By the steps");
}

// Processor time that the page's main thread used so far.
async function threadMs(devtools) {
  const { metrics } = await devtools.send("Performance.getMetrics");
  return metrics.find(({ name }) => name === "ThreadTime").value * 1000;
}

// What the page marks from now on, until it is asked for: when (`ts`), and how much processor time its thread had used
// by then (`tts`), in microseconds. The page itself knows only the former, in which others' work counts too. With them
// the tasks of that thread: while one runs, the page does nothing else.
async function tracedMarks() {
  const devtools = await browser.newBrowserCDPSession();
  const marks = {};
  const all = [];
  devtools.on("Tracing.dataCollected", ({ value }) => {
    for (const event of value) {
      if (event.cat === "blink.user_timing") marks[event.name] ??= event;
      if (event.name === "RunTask") all.push(event);
    }
  });
  await devtools.send("Tracing.start", {
    transferMode: "ReportEvents",
    traceConfig: { includedCategories: ["blink.user_timing", "disabled-by-default-devtools.timeline"] },
  });
  return async () => {
    const complete = new Promise((end) => devtools.once("Tracing.tracingComplete", end));
    await devtools.send("Tracing.end");
    await complete;
    await devtools.detach();
    const tasks = all.filter(({ pid, tid, ts, dur }) => {
      const { begun, done } = marks;
      return pid === done.pid && tid === done.tid && ts < done.ts && ts + dur > begun.ts;
    });
    return { ...marks, tasks };
  };
}

// How far the field that moved most is from where it was, and how many fields are gone or hold something else.
function compare(before, after) {
  const there = new Map(after.map((field) => [field.id, field]));
  let [moved, lost] = [0, 0];
  for (const { id, left, top, holds } of before) {
    const now = there.get(id);
    if (now) moved = Math.max(moved, Math.abs(now.left - left), Math.abs(now.top - top));
    if (now?.holds !== holds) lost += 1;
  }
  return { moved, lost };
}

// Runs in the page: where each field stands on the screen, and what it holds. The browser's own count of shifts
// knows elements, and after taking over all of them are new.
function look(selector) {
  return [...document.querySelectorAll(selector)].map((field) => {
    const { left, top } = field.getBoundingClientRect();
    return { id: field.id, left, top, holds: `${field.value} ${field.checked ?? ""}` };
  });
}

// Runs in the page before its own scripts. Taking over begins when the app's program is ready to run and ends when
// it says so in the page.
function watch() {
  for (const name of ["instantiate", "instantiateStreaming"]) {
    const own = WebAssembly[name];
    WebAssembly[name] = async (...given) => {
      const made = await own.apply(WebAssembly, given);
      performance.mark("begun");
      return made;
    };
  }
  new MutationObserver(() => performance.mark("done")).observe(document, {
    subtree: true,
    attributeFilter: ["data-started"],
  });
  // A shift counts even where a person has just typed.
  window.shift = 0;
  new PerformanceObserver((list) => {
    for (const { value } of list.getEntries()) window.shift += value;
  }).observe({ type: "layout-shift", buffered: true });
}
