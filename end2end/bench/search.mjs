// How long the search on the home page takes for each key, in Chromium.
//
//   node end2end/bench/search.mjs http://127.0.0.1:8080
//
// Prints one JSON object: how many services there are, for each key the milliseconds until the page shows what was
// found (the middle of five turns: a frame that the browser paints meanwhile is in some of them), and the longest
// of all in the first turn, when the program is still being compiled.
import { launch } from "./browser.mjs";

const [base] = process.argv.slice(2);
if (!base) {
  console.error("usage: node end2end/bench/search.mjs BASE_URL");
  process.exit(2);
}

const TURNS = 5;
const TYPED = ["my bin was not emptied", "rubish dumped", "pay fine", "pothole", "leaking tap in the kitchen", "xyzzy plugh"];

const browser = await launch();
try {
  const page = await (await browser.newContext()).newPage();
  await page.goto(base);
  await page.locator(".portico-topics").waitFor();
  const services = (await (await fetch(`${base}/api/services`)).json()).length;
  const turn = async (typed) => {
    const box = document.querySelector("input[type=search]");
    const times = [];
    for (const words of typed) {
      for (let end = 1; end <= words.length; end++) {
        // What changes is drawn in microtasks: a task of its own comes after them all.
        const channel = new MessageChannel();
        const drawn = new Promise((done) => (channel.port1.onmessage = () => done(performance.now())));
        const start = performance.now();
        box.value = words.slice(0, end);
        box.dispatchEvent(new InputEvent("input", { bubbles: true }));
        channel.port2.postMessage(null);
        times.push((await drawn) - start);
      }
    }
    return times;
  };
  const turns = [];
  for (let round = 0; round < TURNS; round++) {
    turns.push(await page.evaluate(turn, TYPED));
    await page.locator("input[type=search]").fill("");
  }
  const middle = (times) => times.sort((one, other) => one - other)[Math.floor(times.length / 2)];
  const cold = Math.max(...turns[0]);
  const keys = turns[0].map((_, key) => middle(turns.map((times) => times[key])));
  console.log(JSON.stringify({ services, keys, cold }));
} finally {
  await browser.close();
}
