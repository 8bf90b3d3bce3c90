import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { type Page, expect } from "@playwright/test";

import { Server, freePort } from "./server";

const SECRET = "a secret that the provider and the portal know";

/** A provider of OpenID Connect, and a portal whose council knows it. */
export class Provider {
  private constructor(
    readonly server: Server,
    readonly issuer: string,
    private readonly child: ChildProcess,
  ) {}

  /** Starts both. The portal proves itself by a secret or by a key; `people` are who may sign in with it. */
  static async start(auth: "client_secret" | "private_key_jwt", people: "residents" | "staff"): Promise<Provider> {
    const [port, own] = [await freePort(), await freePort()];
    const issuer = `http://localhost:${own}`;
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const key = auth === "private_key_jwt" ? publicKey.export({ format: "jwk" }) : null;
    const settings = { port: own, portal: `http://127.0.0.1:${port}`, provider: "town", secret: SECRET, key };
    const child = spawn(process.execPath, [join(__dirname, "provider.mjs"), JSON.stringify(settings)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    for (let said = ""; !said.includes("ready"); ) said += String((await once(child.stdout, "data"))[0]);
    child.stdout.resume();
    const council = await readFile(join(__dirname, "../../councils/demo/council.toml"), "utf8");
    const document = `${council}
[[sign_in]]
id = "town"
name = "Town account"
issuer = "${issuer}"
client_id = "portico"
auth = "${auth}"
for = ["${people}"]
`;
    const keys = { "town.secret": SECRET, "town.pem": privateKey.export({ type: "pkcs8", format: "pem" }) as string };
    const server = await Server.start({}, { "council.toml": document }, { port, keys });
    return new Provider(server, issuer, child);
  }

  /** Signs in as somebody, on the provider's own pages; `again` where it knows already that they let the portal in. */
  async signIn(page: Page, email: string, again = false): Promise<void> {
    await expect(page).toHaveURL(new RegExp(`^${this.issuer}/interaction/`));
    await page.locator("input[name=login]").fill(email);
    await page.locator("input[name=password]").fill("anything");
    await page.getByRole("button", { name: "Sign-in" }).click();
    if (!again) await page.getByRole("button", { name: "Continue" }).click();
  }

  /** Stops the provider alone. */
  async stopProvider(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, "exit");
    this.child.kill();
    await ended;
  }

  async stop(): Promise<void> {
    await this.stopProvider();
    await this.server.stop();
  }
}
