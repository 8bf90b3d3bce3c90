import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { type Page, expect } from "@playwright/test";

import { PROGRAM, Server, freePort } from "./server";

const KEY = "api_test_journeys";
const SIGNED_WITH = "what webhooks are signed with";

/** Test cards of the card service. */
export const CARDS = { good: "4444333322221111", declined: "4000000000000002" } as const;

/** A portal whose council takes payments, and the stand-in for the card service. */
export class Shop {
  private constructor(
    readonly server: Server,
    readonly cards: string,
    private readonly keys: string,
    private child: ChildProcess | null,
  ) {}

  static async start(): Promise<Shop> {
    const [port, own] = [await freePort(), await freePort()];
    const cards = `http://127.0.0.1:${own}`;
    const hook = `http://127.0.0.1:${port}/api/payments/webhook`;
    const settings = ["--listen", `127.0.0.1:${own}`, "--api-key", KEY, "--webhook-url", hook, "--webhook-secret", SIGNED_WITH];
    const child = spawn(join(dirname(PROGRAM), "pay-stand-in"), settings, { stdio: ["ignore", "pipe", "inherit"] });
    await once(child.stdout, "data");
    child.stdout.resume();
    const keys = await mkdtemp(join(tmpdir(), "portico-payments-"));
    await writeFile(join(keys, "demo.key"), KEY);
    await writeFile(join(keys, "demo.webhook"), SIGNED_WITH);
    const council = await readFile(join(__dirname, "../../councils/demo/council.toml"), "utf8");
    const document = `${council}\n[payments]\nservice = "govuk_pay"\napi = "${cards}"\n`;
    const server = await Server.start({}, { "council.toml": document }, { port, serving: ["--payments-dir", keys] });
    return new Shop(server, cards, keys, child);
  }

  /** The card page has come. */
  async cardPage(page: Page): Promise<void> {
    await expect(page.getByRole("heading", { name: "Enter card details" })).toBeVisible();
    expect(page.url()).toContain(this.cards);
  }

  /** Types a card on the card page, and pays with it. */
  async pay(page: Page, number: string = CARDS.good): Promise<void> {
    await this.cardPage(page);
    await page.getByLabel("Card number").fill(number);
    await page.getByLabel("Month it expires").fill("12");
    await page.getByLabel("Year it expires").fill("2099");
    await page.getByLabel("Name on card").fill("Sam Taylor");
    await page.getByLabel("Card security code").fill("123");
    await page.getByRole("button", { name: "Pay now" }).click();
  }

  /** The card service is gone, with all it knew. */
  async breakDown(): Promise<void> {
    if (this.child === null) return;
    const ended = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await ended;
    this.child = null;
  }

  async stop(): Promise<void> {
    await this.breakDown();
    await this.server.stop();
    await rm(this.keys, { recursive: true, force: true });
  }
}
