// What a plain page of a form costs at its best: the graffiti form as GOV.UK would write it, with all of
// govuk-frontend's styles and scripts included as its documentation says, from a server that has nothing to do
// but send what was compressed before.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { brotliCompressSync } from "node:zlib";

const PACKAGE = new URL("../../node_modules/govuk-frontend/dist/govuk/", import.meta.url);
const KINDS = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  ico: "image/x-icon",
  js: "text/javascript; charset=utf-8",
  json: "application/manifest+json",
  png: "image/png",
  svg: "image/svg+xml",
  woff: "font/woff",
  woff2: "font/woff2",
};
// Those are packed already.
const PACKED = new Set(["ico", "png", "woff", "woff2"]);

// Serves it on this machine: its address, and how to end it.
export async function serveGovuk() {
  const replies = new Map([["/", reply("html", page())]]);
  const server = createServer(({ url }, response) => {
    const { headers, body } = replies.get(url) ?? replies.set(url, file(url)).get(url);
    response.writeHead(body ? 200 : 404, headers).end(body);
  });
  // What a phone asks for before the field is packed before it asks.
  for (const url of ["/govuk-frontend.min.css", "/govuk-frontend.min.js"]) replies.set(url, file(url));
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return { url: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}

// The header and the footer are the package's own.
function page() {
  const html = readFileSync(new URL("govuk.html", import.meta.url), "utf8");
  return html.replace(/<!--component:(\w+)-->/g, (_, name) =>
    readFileSync(new URL(`components/${name}/template-default.html`, PACKAGE), "utf8").trim(),
  );
}

function file(url) {
  const ending = url.split(".").pop();
  try {
    if (KINDS[ending] && !url.includes("..")) return reply(ending, readFileSync(new URL(`.${url}`, PACKAGE)));
  } catch {
    // It is not there.
  }
  return { headers: {} };
}

function reply(ending, bytes) {
  const body = PACKED.has(ending) ? bytes : brotliCompressSync(bytes);
  const headers = { "content-type": KINDS[ending], "content-length": body.length, "cache-control": "public, max-age=3600" };
  if (body !== bytes) headers["content-encoding"] = "br";
  return { headers, body };
}
