// How fast the photo worker is, beside the browser's own decoder, in the same page of the same run.
//
//   node end2end/bench/photo.mjs http://127.0.0.1:8080 [photo.jpg]
//
// Prints one JSON object. Times are medians in milliseconds, from the file to the small JPEG. Without a
// file, a 12-megapixel JPEG is drawn in the page. The browser is the one named by CHROMIUM, or `chromium`.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { chromium } from "@playwright/test";

const ROUNDS = 9;
const [base, path] = process.argv.slice(2);
if (!base) {
  console.error("usage: node end2end/bench/photo.mjs BASE_URL [photo.jpg]");
  process.exit(2);
}

const executablePath = process.env.CHROMIUM ?? execFileSync("which", ["chromium"], { encoding: "utf8" }).trim();
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
try {
  const page = await browser.newPage();
  await page.goto(base);
  const given = path ? [...readFileSync(path)] : null;
  const result = await page.evaluate(measure, { given, rounds: ROUNDS });
  console.log(JSON.stringify(result, null, 2));
} finally {
  await browser.close();
}

// Runs in the page.
async function measure({ given, rounds }) {
  const photo = given ? new Blob([new Uint8Array(given)], { type: "image/jpeg" }) : await draw();
  const script = document.querySelector('meta[name="photo-worker"]').content;

  const ways = { worker: null, native: byBrowser, native_resizing: byBrowserResizing };
  const started = performance.now();
  const worker = new Worker(script);
  if ((await next(worker)) !== "ready") throw new Error("the worker is not ready");
  const start_ms = performance.now() - started;
  ways.worker = () => byWorker(worker);

  const times = Object.fromEntries(Object.keys(ways).map((way) => [way, []]));
  const bytes = {};
  // The first round warms up, and taking turns spreads what else the machine does.
  for (let round = 0; round <= rounds; round++) {
    for (const [way, run] of Object.entries(ways)) {
      const begun = performance.now();
      bytes[way] = (await run()).size;
      if (round > 0) times[way].push(performance.now() - begun);
    }
  }
  worker.terminate();

  const ms = Object.fromEntries(Object.entries(times).map(([way, all]) => [way, median(all)]));
  return {
    photo_bytes: photo.size,
    rounds,
    worker_start_ms: rounded(start_ms),
    worker_ms: rounded(ms.worker),
    native_ms: rounded(ms.native),
    native_resizing_ms: rounded(ms.native_resizing),
    worker_to_native: rounded(ms.worker / ms.native),
    bytes,
  };

  async function byWorker(worker) {
    const file = await photo.arrayBuffer();
    const reply = next(worker);
    worker.postMessage(file, [file]);
    const { bytes, code } = await reply;
    if (code) throw new Error(code);
    return new Blob([bytes], { type: "image/jpeg" });
  }

  async function byBrowser() {
    const bitmap = await createImageBitmap(photo, { imageOrientation: "from-image" });
    const scale = Math.min(1, 1600 / Math.max(bitmap.width, bitmap.height));
    return encode(bitmap, Math.round(bitmap.width * scale), Math.round(bitmap.height * scale));
  }

  async function byBrowserResizing() {
    const resize = { resizeWidth: 1600, resizeQuality: "high", imageOrientation: "from-image" };
    const bitmap = await createImageBitmap(photo, resize);
    return encode(bitmap, bitmap.width, bitmap.height);
  }

  async function encode(bitmap, width, height) {
    const canvas = new OffscreenCanvas(width, height);
    canvas.getContext("2d").drawImage(bitmap, 0, 0, width, height);
    bitmap.close();
    return canvas.convertToBlob({ type: "image/jpeg", quality: 0.8 });
  }

  function next(worker) {
    return new Promise((resolve, reject) => {
      worker.onmessage = (event) => resolve(event.data);
      worker.onerror = (event) => reject(new Error(event.message));
    });
  }

  async function draw() {
    const canvas = new OffscreenCanvas(4032, 3024);
    const context = canvas.getContext("2d");
    const strip = context.createImageData(4032, 252);
    for (let top = 0; top < 3024; top += 252) {
      for (let at = 0; at < strip.data.length; at += 4) {
        const x = (at / 4) % 4032;
        const y = top + Math.floor(at / 4 / 4032);
        const shade = 110 + 60 * Math.sin(x / 37) * Math.cos(y / 53) + 40 * Math.sin((x + y) / 400);
        const grain = 24 * Math.random();
        strip.data[at] = shade + grain;
        strip.data[at + 1] = shade * 0.8 + grain;
        strip.data[at + 2] = 200 - shade * 0.6 + grain;
        strip.data[at + 3] = 255;
      }
      context.putImageData(strip, 0, top);
    }
    return canvas.convertToBlob({ type: "image/jpeg", quality: 0.9 });
  }

  function median(values) {
    const sorted = [...values].sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)];
  }

  function rounded(value) {
    return Math.round(value * 100) / 100;
  }
}
