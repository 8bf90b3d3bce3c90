import { randomUUID } from "node:crypto";

import { Form } from "../pages/form";
import { CORPUS, type Raw } from "../support/corpus";
import { Server } from "../support/server";
import { type Page, expect, test } from "../support/test";

const ID = "every-kind";
const KINDS = Object.entries(CORPUS).map(([kind, rest]) => ({ id: kind.replaceAll("_", "-"), ...rest }));

/** A form with a question of every kind, all on one page. */
const DOCUMENT = `id = "${ID}"
version = 1
title = "Every kind of question"
summary = "A form of the tests."
topic = "council"
department = "customer-services"
keywords = ["every kind"]
next = ["We read it."]

[standard]
acknowledge = "1 working day"
complete = "5 working days"
${KINDS.map(({ id, settings }, at) => `\n[[questions]]\nid = "${id}"\nlabel = "The ${id}"\n${settings}\n${at === 0 ? `page = "All of them"\n` : ""}`).join("")}`;

const path = (question: string, part: string): string => (part === "" ? question : `${question}.${part}`);

/** Types these answers, as a person would. */
async function type(page: Page, question: string, raw: Raw): Promise<void> {
  const at = (part: string) => page.locator(`[id="${path(question, part)}"]`);
  if (question === "address") {
    const none = page.getByRole("checkbox", { name: "I have no fixed address" });
    await none.setChecked(raw["no_fixed"] === "yes");
    if (raw["no_fixed"] === "yes") return;
    const byHand = page.getByRole("button", { name: "Type the address instead" });
    if (await byHand.isVisible()) await byHand.click();
  }
  for (const [part, text] of Object.entries(raw)) await at(part).fill(text);
}

/** The answers that this browser holds. */
async function held(page: Page): Promise<Record<string, string>> {
  const draft = await page.evaluate((name) => localStorage.getItem(name), `portico:draft:${ID}`);
  return (JSON.parse(draft!) as { answers: Record<string, string> }).answers;
}

/** What the server says to these answers: the paths it refuses, or none. */
async function refused(answers: Record<string, string>, server: Server): Promise<string[]> {
  const reply = await fetch(`${server.url}/api/requests`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": randomUUID(), "Sec-Fetch-Site": "same-origin" },
    body: JSON.stringify({ service: ID, version: 1, answers }),
  });
  const body = (await reply.json()) as { fields?: { path: string }[] };
  expect([201, 422]).toContain(reply.status);
  // A day is told as a whole, whichever of its boxes is wrong.
  return (body.fields ?? []).map((error) => error.path.replace(/^date\..*/, "date")).sort();
}

/** What the plain page says to these answers when it is posted: the fields that have something beside them, or none. */
async function refusedPlainly(answers: Record<string, string>, server: Server): Promise<string[]> {
  const reply = await fetch(`${server.url}/services/${ID}`, {
    method: "POST",
    redirect: "manual",
    headers: { "Sec-Fetch-Site": "same-origin" },
    body: new URLSearchParams(answers),
  });
  expect(reply.status).toBe(303);
  if (reply.headers.get("location") === `/services/${ID}/check`) return [];
  const cookie = reply.headers.get("set-cookie")!.split(";")[0]!;
  const again = await (await fetch(`${server.url}/services/${ID}`, { headers: { Cookie: cookie } })).text();
  return [...again.matchAll(/<p id="([^"]+)-error"/g)].map((told) => told[1]!).sort();
}

test("the browser and the server agree on what is typed", async ({ browser, inspector }) => {
  test.setTimeout(300_000);
  const server = await Server.start({ [`${ID}.toml`]: DOCUMENT });
  try {
    const context = await browser.newContext({ baseURL: server.url });
    await inspector.watch(context);
    const page = await context.newPage();
    const form = new Form(page, inspector);
    const rounds = Math.max(...KINDS.map(({ accept, refuse }) => Math.max(accept.length, refuse.length)));

    await form.begin(ID);
    for (let round = 0; round < rounds; round++) {
      await test.step(`refused, round ${round + 1}`, async () => {
        const wrong: string[] = [];
        for (const { id, refuse } of KINDS) {
          const [raw, parts] = refuse[round % refuse.length]!;
          // What the round before left in other parts is no part of this one.
          const blank = Object.fromEntries(refuse.flatMap(([other]) => Object.keys(other)).map((part) => [part, ""]));
          await type(page, id, { ...blank, ...raw });
          wrong.push(...parts.map((part) => path(id, part)));
        }
        await form.goOn();
        await expect(form.summary).toBeFocused();
        const beside = page.locator("main .govuk-error-message[id$='-error']");
        const told = await beside.evaluateAll((all) => all.map((one) => one.id.replace(/-error$/, "")));
        expect.soft(told.sort(), "in the browser").toEqual(wrong.sort());
        const answers = await held(page);
        expect.soft(await refused(answers, server), "on the server").toEqual(wrong);
        expect.soft(await refusedPlainly(answers, server), "in the plain page").toEqual(wrong);
      });
    }

    for (let round = 0; round < rounds; round++) {
      await test.step(`taken, round ${round + 1}`, async () => {
        await page.evaluate((name) => localStorage.removeItem(name), `portico:draft:${ID}`);
        await form.begin(ID);
        for (const { id, accept } of KINDS) await type(page, id, accept[round % accept.length]!);
        await form.goOn();
        await expect(form.heading, await form.summary.allInnerTexts().then(String, () => "")).toHaveText("Check your answers");
        const shown = await lines(page);
        expect(await refusedPlainly(await held(page), server), "in the plain page").toEqual([]);
        await form.send();
        const { key } = await form.confirmed();
        await page.goto(`/follow/${key}`);
        await form.shows("Your request: Every kind of question");
        // What the server read is what the browser read.
        expect(await lines(page)).toEqual(shown);
      });
    }
    await context.close();
  } finally {
    await server.stop();
  }
});

/** Labels and answers. */
async function lines(page: Page): Promise<string[]> {
  const rows = page.locator(".govuk-summary-list__row").filter({ hasText: /^\s*The / });
  const lines = await rows.evaluateAll((all) => all.map((row) => `${row.querySelector("dt")!.innerText}: ${row.querySelector("dd")!.innerText}`));
  // A blank is told before sending, and left out afterwards.
  // The server keeps letters in one form (NFC); the browser shows them as they were typed, which looks the same.
  return lines.filter((line) => !line.endsWith(": Not provided")).map((line) => line.normalize("NFC"));
}
