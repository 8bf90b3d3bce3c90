import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

import { Mailbox } from "./mailbox";

/** The server to be tested. */
export const PROGRAM = resolve(process.env.PORTICO_BIN ?? join(__dirname, "../../target/debug/portico"));
/** How long the server may take to start, in milliseconds. */
const PATIENCE = 20_000;

/** The real server, on a database and folders of its own that are thrown away. */
export class Server {
  readonly mailbox: Mailbox;

  private constructor(
    readonly url: string,
    readonly folder: string,
    private readonly settings: string[],
    private readonly serving: string[],
    private child: ChildProcess,
  ) {
    this.mailbox = new Mailbox(join(folder, "mailbox", "demo"));
  }

  /**
   * Starts a server with the demonstration council and its staff, and these service documents besides its own. With
   * files in the council's folder, they take the place of the demonstration's. Browsers take passkeys at a name only:
   * `localhost`. In `keys` is what proves to sign-in providers that this is the portal, in `serving` what else `serve` is told.
   */
  static async start(
    documents: Record<string, string> = {},
    council: Record<string, string | Buffer> = {},
    { host = "127.0.0.1", port: wanted, keys = {}, serving = [] }: { host?: string; port?: number; keys?: Record<string, string>; serving?: string[] } = {},
  ): Promise<Server> {
    const folder = await mkdtemp(join(tmpdir(), "portico-e2e-"));
    const settings = ["--data-dir", folder];
    for (const [name, text] of Object.entries(documents)) {
      await mkdir(join(folder, "services"), { recursive: true });
      await writeFile(join(folder, "services", name), text);
      settings.push("--services-dir", join(folder, "services"));
    }
    for (const [name, content] of Object.entries(council)) {
      await mkdir(join(folder, "councils", "demo"), { recursive: true });
      await writeFile(join(folder, "councils", "demo", name), content);
    }
    for (const [name, content] of Object.entries(keys)) {
      await mkdir(join(folder, "sign-in", "demo"), { recursive: true });
      await writeFile(join(folder, "sign-in", "demo", name), content);
    }
    if (Object.keys(council).length > 0) {
      settings.push("--councils-dir", join(folder, "councils"));
      await promisify(execFile)(PROGRAM, [...settings, "seed-demo"]);
    } else {
      // The same for all, and made once: bringing an empty database up to date takes longer than most journeys.
      await cp(process.env.PORTICO_SEEDED!, folder, { recursive: true });
    }
    const port = wanted ?? (await freePort());
    const url = `http://${host}:${port}`;
    const server = new Server(url, folder, settings, serving, run([settings, serving], url, folder));
    await server.ready();
    return server;
  }

  /** Starts again, so many days later. */
  async later(days: number): Promise<void> {
    await this.end();
    this.child = run([this.settings, this.serving], this.url, this.folder, days);
    await this.ready();
  }

  private async ready(): Promise<void> {
    const end = Date.now() + PATIENCE;
    // It listens on one address of the computer, whatever name it is called by.
    const here = this.url.replace("localhost", "127.0.0.1");
    for (;;) {
      if (this.child.exitCode !== null) throw new Error(`the server ended:\n${await this.log()}`);
      const reply = await fetch(`${here}/health/ready`).catch(() => null);
      if (reply?.ok) return;
      if (Date.now() > end) throw new Error(`the server did not become ready:\n${await this.log()}`);
      await new Promise((wake) => setTimeout(wake, 25));
    }
  }

  /** What the server wrote. */
  log(): Promise<string> {
    return readFile(join(this.folder, "log"), "utf8");
  }

  /** The pictures it keeps: large and small ones, by their paths. */
  async photos(): Promise<string[]> {
    const folder = join(this.folder, "photos");
    const names = await readdir(folder, { recursive: true });
    return names.filter((name) => name.endsWith(".jpg")).map((name) => join(folder, name));
  }

  /** Stops it as an operator would, and takes its folder away. */
  async stop(): Promise<void> {
    await this.end();
    await rm(this.folder, { recursive: true, force: true });
  }

  private async end(): Promise<void> {
    if (this.child.exitCode === null) {
      const ended = once(this.child, "exit");
      this.child.kill("SIGTERM");
      const late = setTimeout(() => this.child.kill("SIGKILL"), 15_000);
      await ended;
      clearTimeout(late);
    }
  }
}

/** Runs the server, its log going to a file. */
function run([settings, serving]: [string[], string[]], url: string, folder: string, daysAhead = 0): ChildProcess {
  const log = createWriteStream(join(folder, "log"), { flags: "a" });
  const listen = `127.0.0.1:${new URL(url).port}`;
  const more = ["serve", "--listen", listen, "--public-url", url, "--days-ahead", String(daysAhead), ...serving];
  const child = spawn(PROGRAM, [...settings, ...more], {
    env: { ...process.env, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  return child;
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}
