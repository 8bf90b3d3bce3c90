import { createDecipheriv, createECDH, createPublicKey, hkdfSync, randomBytes, verify } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import type { BrowserContext } from "@playwright/test";

/** A push service, and the browser behind it, which alone can read what comes: RFC 8030, 8291 and 8292. */
export class PushService {
  private readonly sent: { headers: IncomingHttpHeaders; body: Buffer }[] = [];
  private readonly keys = createECDH("prime256v1");
  private readonly auth = randomBytes(16);
  private readonly server: Server;

  private constructor() {
    this.keys.generateKeys();
    this.server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        this.sent.push({ headers: request.headers, body: Buffer.concat(parts) });
        response.writeHead(201).end();
      });
    });
  }

  static async open(): Promise<PushService> {
    const service = new PushService();
    await new Promise<void>((ready) => service.server.listen(0, "127.0.0.1", ready));
    return service;
  }

  close(): void {
    this.server.close();
  }

  private get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Browsers under test reach no push service: what they would be given by one is put in its place. */
  async standIn(context: BrowserContext): Promise<void> {
    const told = {
      endpoint: `${this.url}/device`,
      keys: { p256dh: this.keys.getPublicKey("base64url"), auth: this.auth.toString("base64url") },
    };
    await context.addInitScript((told) => {
      const KEPT = "stand-in:push";
      const subscription = { endpoint: told.endpoint, toJSON: () => told, unsubscribe: async () => (localStorage.removeItem(KEPT), true) };
      PushManager.prototype.getSubscription = async () => (localStorage.getItem(KEPT) ? (subscription as unknown as PushSubscription) : null);
      PushManager.prototype.subscribe = async (options) => {
        if (!options?.userVisibleOnly) throw new Error("it must be seen");
        localStorage.setItem(KEPT, String(options.applicationServerKey));
        return subscription as unknown as PushSubscription;
      };
    }, told);
  }

  /** How many came. */
  get count(): number {
    return this.sent.length;
  }

  /** What the browser reads of the latest, if it is signed by this key. */
  latest(key: string): Record<string, string> {
    const { headers, body } = this.sent.at(-1)!;
    const [, token, told] = /^vapid t=(\S+), k=(\S+)$/.exec(headers.authorization ?? "")!;
    if (told !== key) throw new Error("somebody else’s key");
    const point = Buffer.from(key, "base64url");
    const jwk = { kty: "EC", crv: "P-256", x: point.subarray(1, 33).toString("base64url"), y: point.subarray(33).toString("base64url") };
    const [head, claims, signature] = token!.split(".");
    const signer = { key: createPublicKey({ key: jwk, format: "jwk" }), dsaEncoding: "ieee-p1363" as const };
    if (!verify("sha256", Buffer.from(`${head}.${claims}`), signer, Buffer.from(signature!, "base64url"))) throw new Error("not signed");
    const { aud } = JSON.parse(Buffer.from(claims!, "base64url").toString()) as { aud: string };
    if (aud !== this.url) throw new Error(`it is for ${aud}`);

    const [salt, length] = [body.subarray(0, 16), body[20]!];
    const theirs = body.subarray(21, 21 + length);
    const hkdf = (of: Uint8Array, salt: Uint8Array, info: Uint8Array | string, bytes: number) => Buffer.from(hkdfSync("sha256", of, salt, info, bytes));
    const info = Buffer.concat([Buffer.from("WebPush: info\0"), this.keys.getPublicKey(), theirs]);
    const secret = hkdf(this.keys.computeSecret(theirs), this.auth, info, 32);
    const cipher = createDecipheriv("aes-128-gcm", hkdf(secret, salt, "Content-Encoding: aes128gcm\0", 16), hkdf(secret, salt, "Content-Encoding: nonce\0", 12));
    cipher.setAuthTag(body.subarray(-16));
    const text = Buffer.concat([cipher.update(body.subarray(21 + length, -16)), cipher.final()]).toString();
    return JSON.parse(text.slice(0, text.lastIndexOf("}") + 1)) as Record<string, string>;
  }
}
