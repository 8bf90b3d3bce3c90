// How long the search on the home page takes for each key, in Chromium.
//
//   node end2end/bench/search.mjs http://127.0.0.1:8080
//
// Prints one JSON object: how many services there are, and for each key the milliseconds until the page shows what
// was found.
import { launch } from "./browser.mjs";

const [base] = process.argv.slice(2);
if (!base) {
  console.error("usage: node end2end/bench/search.mjs BASE_URL");
  process.exit(2);
}

const TYPED = ["my bin was not emptied", "rubish dumped", "pay fine", "pothole", "leaking tap in the kitchen", "xyzzy plugh"];

const browser = await launch();
try {
  const page = await (await browser.newContext()).newPage();
  await page.goto(base);
  await page.locator(".portico-topics").waitFor();
  const services = (await (await fetch(`${base}/api/services`)).json()).length;
  const keys = await page.evaluate(async (typed) => {
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
  }, TYPED);
  console.log(JSON.stringify({ services, keys }));
} finally {
  await browser.close();
}
