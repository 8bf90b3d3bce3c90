// What a first visit to a page brings over the wire, as Chromium counts it, and how big the photo worker is.
//
//   node end2end/bench/visit.mjs http://127.0.0.1:8080 [/services/report-graffiti]
//
// Without a path, the heaviest of all pages with a form is visited: they differ in what the server writes, and
// share the rest. Prints one JSON object. Sizes are bytes: `raw` unpacked, `body` as it came, `wire` with the reply's head.
// The browser is the one named by CHROMIUM, or `chromium`. Chromium offers brotli over plain HTTP to this
// machine itself, as it does over HTTPS to any other; `encoding` says what was used.
import { get } from "node:http";
import { brotliDecompressSync } from "node:zlib";
import { launch, showFirstField, takenOver } from "./browser.mjs";

const [base, given] = process.argv.slice(2);
if (!base) {
  console.error("usage: node end2end/bench/visit.mjs BASE_URL [PATH]");
  process.exit(2);
}
const path = given ?? (await heaviest());

const browser = await launch();
try {
  const { files, field, worker } = await visit(base + path);
  console.log(JSON.stringify({ path, files, field, worker: await fetchWorker(base, worker) }, null, 2));
} finally {
  await browser.close();
}

async function visit(url) {
  const page = await (await browser.newContext()).newPage();
  const network = await page.context().newCDPSession(page);
  const replies = new Map();
  const reply = (id) => replies.get(id) ?? replies.set(id, { raw: 0, wire: 0, cached: false }).get(id);
  network.on("Network.responseReceived", ({ requestId, type, response }) => {
    const { url, status, headers } = response;
    Object.assign(reply(requestId), { url, status, kind: type.toLowerCase(), encoding: header(headers, "content-encoding") ?? "none" });
    reply(requestId).head = response.encodedDataLength;
  });
  network.on("Network.requestServedFromCache", ({ requestId }) => (reply(requestId).cached = true));
  network.on("Network.dataReceived", ({ requestId, dataLength }) => (reply(requestId).raw += dataLength));
  network.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => (reply(requestId).wire = encodedDataLength));
  await network.send("Network.enable");

  await page.goto(url);
  const field = await showFirstField(page).then(() => true, () => false);
  // What the app asks for after it has taken over is part of the visit.
  await takenOver(page).catch(() => {});
  await page.waitForTimeout(1500);
  const worker = await page.evaluate(() => document.querySelector('meta[name="photo-worker"]')?.content ?? null);
  const files = [...replies.values()]
    .filter(({ url, cached }) => url?.startsWith("http") && !cached)
    .map(({ url, head, wire, ...rest }) => ({ name: new URL(url).pathname, ...rest, body: wire - head, wire }));
  return { files, field, worker };
}

// Where a form begins: on the start page of a short one, on the page of its first question otherwise.
async function heaviest() {
  const pages = [];
  for (const { id } of await json("/api/services")) {
    const { service } = await json(`/api/services/${id}`);
    for (const path of [`/services/${id}`, `/services/${id}/${service.questions[0].id}`]) {
      const { status, text, wire } = await fetchFile(new URL(path, base));
      if (status === 200 && text.includes('method="post"')) pages.push({ path, wire });
    }
  }
  return pages.reduce((one, other) => (other.wire > one.wire ? other : one)).path;
}

async function json(path) {
  return (await fetch(base + path)).json();
}

// The worker's script and the wasm it names.
async function fetchWorker(base, script) {
  if (!script) return [];
  const glue = await fetchFile(new URL(script, base));
  const wasm = glue.text.match(/[\w./-]+\.wasm/g)?.find((name) => name.includes("photo-worker"));
  const files = [glue, wasm && (await fetchFile(new URL(wasm, new URL(script, base))))];
  return files.filter(Boolean).map(({ text, ...file }) => file);
}

function fetchFile(url) {
  return new Promise((resolve, reject) => {
    get(url, { headers: { "accept-encoding": "br" } }, (response) => {
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.on("error", reject);
      response.on("end", () => {
        const bytes = Buffer.concat(parts);
        const encoding = response.headers["content-encoding"] ?? "none";
        const raw = encoding === "br" ? brotliDecompressSync(bytes) : bytes;
        const lines = response.rawHeaders.join("").length + response.rawHeaders.length * 2;
        const head = `HTTP/1.1 ${response.statusCode} ${response.statusMessage}\r\n\r\n`.length + lines;
        resolve({
          name: url.pathname,
          kind: "worker",
          status: response.statusCode,
          encoding,
          raw: raw.length,
          body: bytes.length,
          wire: bytes.length + head,
          text: raw.toString("latin1"),
        });
      });
    }).on("error", reject);
  });
}

function header(headers, name) {
  return Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
}
