import { Api, ANSWERS } from "../support/api";
import { Chromium, type Tab } from "../support/devtools";
import { samples } from "../support/samples";
import type { Server } from "../support/server";
import { expect, test } from "../support/test";

/** Whatever is left of the first person carries this mark. */
const MARK = "quokka";
const THEIRS = `${MARK}@example.org`;
const GONE = "Everything is cleared.";
const HOURS = 3_600_000;

/** A registered public computer, whose warning comes after a minute; its browser is at the first page. */
async function registered(api: Api, server: Server): Promise<Chromium> {
  await api.signIn("omar@saltmarsh.example");
  const setup = { name: "By the window", place: "Central Library", idle: 1, large: false, printer: false, opens: "", closes: "" };
  const { code } = await api.post<{ code: string }>("/api/staff/terminals", { setup });
  const browser = await Chromium.open();
  const tab = await browser.tab(`${server.url}/terminal`);
  await tab.type("#code", code);
  await tab.click("Make this a public computer");
  await tab.until(`location.pathname === "/" && document.querySelector("#terminal-finish")`);
  // What a browser means to keep, it writes down now and then; surely when it is closed.
  await browser.reopened();
  return browser;
}

/** Asks the server as the page does; gives what it says. */
function asked(method: string, path: string, body?: object, headers: Record<string, string> = {}): string {
  const how = { method, headers: { "Content-Type": "application/json", "X-Portico": "1", ...headers }, body: body && JSON.stringify(body) };
  return `fetch(${JSON.stringify(path)}, ${JSON.stringify(how)}).then(async (reply) => ({ status: reply.status, told: await reply.text() }))`;
}

interface Reply {
  status: number;
  told: string;
}

/** What a person does at the computer before they leave; the page that is open then shows something of theirs. */
const BEGUN: Record<string, (tab: Tab, server: Server) => Promise<void>> = {
  "who filled in half a form": async (tab, server) => {
    await tab.goto(`${server.url}/services/report-graffiti`);
    await tab.started();
    await tab.type("#place-words, [name='place.words'], textarea", `${MARK} by the steps`);
    await tab.type("input[type=email]", THEIRS);
    await tab.evaluate(`history.pushState(null, "", "/services/report-graffiti")`);
  },
  "who sent a request": async (tab, server) => {
    await tab.goto(`${server.url}/`);
    await tab.started();
    const { version } = samples["report-graffiti"]!.service;
    const answers = { ...ANSWERS["report-graffiti"], "place.words": `${MARK} by the steps`, "you.email": THEIRS };
    const send = asked("POST", "/api/requests", { service: "report-graffiti", version, answers }, { "Idempotency-Key": crypto.randomUUID() });
    const { status, told } = await tab.evaluate<Reply>(send);
    expect(status, told).toBe(201);
    await tab.goto(`${server.url}/follow/${(JSON.parse(told) as { key: string }).key}`);
    await tab.started();
    await tab.type("textarea", `${MARK} is the word`);
  },
  "who is signed in": async (tab, server) => {
    await tab.goto(`${server.url}/`);
    await tab.started();
    expect((await tab.evaluate<Reply>(asked("POST", "/api/account/code", { email: THEIRS }))).status).toBe(204);
    const code = await server.mailbox.code(THEIRS, 0);
    expect((await tab.evaluate<Reply>(asked("POST", "/api/account/sign-in", { code }))).status).toBe(204);
    await tab.goto(`${server.url}/account`);
    await tab.started();
    await tab.until(`document.body.innerText.includes(${JSON.stringify(MARK)})`);
  },
};

/** How their turn ends; gives the tab in which the next person begins. */
const ENDS: Record<string, (tab: Tab, browser: Chromium, server: Server) => Promise<Tab>> = {
  "presses Finish and clear": async (tab) => {
    await tab.click("Finish and clear");
    await tab.click("Finish and clear");
    return tab;
  },
  "presses two keys": async (tab) => {
    await tab.key("F8");
    await tab.key("Enter");
    return tab;
  },
  "walks away": async (tab) => {
    await later(tab, 61_000);
    await tab.until(`document.querySelector("#terminal-warning[open]")`);
    await later(tab, 180_000);
    return tab;
  },
  "finishes while the network is gone": async (tab) => {
    await tab.network(false);
    await tab.key("F8");
    await tab.key("Enter");
    await tab.until(`document.body.innerText.trim() === ${JSON.stringify(GONE)}`);
    expect(await tab.everything()).not.toContain(MARK);
    await new Promise((wake) => setTimeout(wake, 2500));
    expect(await tab.everything()).not.toContain(MARK);
    await tab.network(true);
    return tab;
  },
  "finishes in another tab": async (tab, browser, server) => {
    const other = await browser.tab(`${server.url}/help`);
    await other.started();
    await other.click("Finish and clear");
    await other.click("Finish and clear");
    // A second is a long time for a page that somebody left open.
    await tab.until(`!document.documentElement.outerHTML.includes(${JSON.stringify(MARK)})`, 1000);
    await browser.send("Target.closeTarget", { targetId: other.target });
    return tab;
  },
  "closes the lid, which is opened two hours later": async (tab) => {
    await later(tab, 2 * HOURS);
    return tab;
  },
  "pulls the plug": async (_, browser, server) => browser.pulled(server.url),
  "leaves a page that crashes": async (tab) => {
    await tab.crash();
    return tab;
  },
};

/** The clock of the page goes on by so much at once. */
async function later(tab: Tab, milliseconds: number): Promise<void> {
  await tab.evaluate(`(() => { const real = Date.now; const ahead = ${milliseconds}; Date.now = () => real() + ahead; })()`);
}

/** Nothing of the first person is there, wherever one looks. */
async function nothingOf(tab: Tab, browser: Chromium, server: Server): Promise<void> {
  await tab.until(`location.pathname === "/" && document.readyState === "complete" && document.querySelector("main h1")`);
  await tab.started();
  expect(await tab.everything(), "the page").not.toContain(MARK);
  for (const entry of await tab.history()) expect(entry).not.toContain(MARK);
  // What scripts and the browser keep.
  const { cookies } = await browser.send<{ cookies: { name: string }[] }>("Storage.getCookies");
  expect(cookies.map(({ name }) => name).sort(), "cookies").toEqual(["terminal", "turn"]);
  const { usage, usageBreakdown } = await tab.send<{ usage: number; usageBreakdown: object[] }>("Storage.getUsageAndQuota", { origin: server.url });
  expect(usage, JSON.stringify(usageBreakdown)).toBe(0);
  for (const isLocalStorage of [true, false]) {
    const storageId = { securityOrigin: server.url, isLocalStorage };
    const { entries } = await tab.send<{ entries: string[][] }>("DOMStorage.getDOMStorageItems", { storageId });
    expect(entries.filter(([name]) => name !== "portico:open"), isLocalStorage ? "local storage" : "session storage").toEqual([]);
  }
  const { databaseNames } = await tab.send<{ databaseNames: string[] }>("IndexedDB.requestDatabaseNames", { securityOrigin: server.url });
  expect(databaseNames).toEqual([]);
  // The way back, and forward again.
  for (const way of ["back", "forward"]) {
    for (let turn = 0; turn < 10; turn++) {
      await tab.evaluate(`history.${way}()`).catch(() => {});
      await new Promise((wake) => setTimeout(wake, 60));
      // Between two pages there is none.
      const found = await tab.everything().catch(() => "");
      expect(found, `${way} ${turn + 1}`).not.toContain(MARK);
    }
    await new Promise((wake) => setTimeout(wake, 500));
    await tab.until(`document.readyState === "complete"`);
    expect(await tab.everything(), `after going ${way}`).not.toContain(MARK);
  }
  expect(await browser.filesWith(MARK), "files of the browser").toEqual([]);
}

test("a browser keeps pages to go back to, and these tests see what is left in them", async ({ server, request }) => {
  const browser = await Chromium.open();
  const tab = await browser.tab(`${server.url}/services/report-graffiti`);
  await tab.started();
  await tab.type("input[type=email]", THEIRS);
  // The app begins anew when it hears of it; what stood there until then is kept here.
  const typed = `[...document.querySelectorAll("input")].map(({ value }) => value).join()`;
  await tab.evaluate(`addEventListener("pageshow", ({ persisted }) => persisted && sessionStorage.setItem("kept", ${typed}), true)`);
  await tab.goto(`${server.url}/health/ready`);
  await tab.evaluate("history.back()");
  await tab.until(`sessionStorage.getItem("kept")?.includes(${JSON.stringify(MARK)})`);
  expect((await request.get("/")).ok()).toBe(true);
  await browser.close();
});

for (const [who, begin] of Object.entries(BEGUN)) {
  for (const [how, end] of Object.entries(ENDS)) {
    test(`nothing is left of somebody ${who} and ${how}`, async ({ api, server }) => {
      const browser = await registered(api, server);
      const tab = await browser.tab(`${server.url}/`);
      await begin(tab, server);
      expect(await tab.everything(), "the page before").toContain(MARK);
      await nothingOf(await end(tab, browser, server), browser, server);
      await browser.close();
    });
  }
}
