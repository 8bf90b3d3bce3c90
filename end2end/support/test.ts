/** The test of every journey: a real server of its own, a browser, and eyes on every page. */
import { type Browser, type BrowserContext, type Page, test as base, expect } from "@playwright/test";

import { Form } from "../pages/form";
import { Workspace } from "../pages/staff";
import { Api } from "./api";
import { Inspector } from "./inspector";
import { Darkroom } from "./photos";
import { Server } from "./server";

/** The demonstration's staff. */
export const STAFF = {
  priya: { name: "Priya Shah", email: "priya@saltmarsh.example", department: "Street scene" },
  tom: { name: "Tom Okafor", email: "tom@saltmarsh.example", department: "Street scene" },
  grace: { name: "Grace Lin", email: "grace@saltmarsh.example", department: "Waste and recycling" },
  dan: { name: "Dan Morris", email: "dan@saltmarsh.example", department: "Customer services" },
  kofi: { name: "Kofi Mensah", email: "kofi@saltmarsh.example", department: "Parking" },
  elin: { name: "Elin Price", email: "elin@saltmarsh.example", department: "Libraries" },
  ivan: { name: "Ivan Petrov", email: "ivan@saltmarsh.example", department: "Street scene" },
  martin: { name: "Martin Cole", email: "martin@saltmarsh.example", department: "Governance" },
  vera: { name: "Vera Stone", email: "vera@saltmarsh.example", department: "Governance" },
  nia: { name: "Nia Evans", email: "nia@saltmarsh.example", department: "Governance" },
  farah: { name: "Farah Aziz", email: "farah@saltmarsh.example", department: "Governance" },
  omar: { name: "Omar Farouk", email: "omar@saltmarsh.example", department: "Customer services" },
  peter: { name: "Peter Lamb", email: "peter@saltmarsh.example", department: "Council tax and benefits" },
} as const;

/** Opens browser contexts of other people, which are looked after like the resident's. */
export class People {
  constructor(
    private readonly browser: Browser,
    private readonly server: Server,
    private readonly inspector: Inspector,
    private readonly options: { viewport?: { width: number; height: number } | null },
  ) {}

  /** Somebody else, on a device of their own. */
  async somebody(options: Parameters<Browser["newContext"]>[0] = {}): Promise<BrowserContext> {
    const context = await this.browser.newContext({ baseURL: this.server.url, ...this.options, ...options });
    await this.inspector.watch(context);
    return context;
  }

  /** A member of staff who is signed in already. */
  async staff(who: keyof typeof STAFF): Promise<Workspace> {
    const context = await this.somebody();
    await new Api(context.request, this.server).signIn(STAFF[who].email);
    return new Workspace(await context.newPage(), this.inspector);
  }
}

interface Journey {
  server: Server;
  inspector: Inspector;
  people: People;
  api: Api;
  form: Form;
}

interface Worker {
  looks: Set<string>;
  darkroom: Darkroom;
}

export const test = base.extend<Journey, Worker>({
  looks: [async ({}, use) => use(new Set<string>()), { scope: "worker" }],

  darkroom: [
    async ({ browser }, use) => {
      const page = await browser.newPage();
      await use(new Darkroom(page));
      await page.close();
    },
    { scope: "worker" },
  ],

  // It starts in a fifth of a second, so every journey has its own: nobody else's requests are in
  // its queue, and no limit on tries was used up by somebody else.
  server: [
    async ({}, use, info) => {
      const server = await Server.start();
      await use(server);
      const log = await server.log();
      if (info.status !== info.expectedStatus) await info.attach("server.log", { body: log, contentType: "text/plain" });
      await server.stop();
      expect(log.split("\n").filter((line) => /panicked| ERROR /.test(line)), "what the server's log complains of").toEqual([]);
    },
    { auto: true },
  ],

  baseURL: async ({ server }, use) => use(server.url),

  inspector: [
    async ({ context, looks }, use, info) => {
      const inspector = new Inspector(looks);
      await inspector.watch(context);
      await use(inspector);
      await inspector.finish(info.status === info.expectedStatus);
    },
    { auto: true },
  ],

  people: async ({ browser, server, inspector, viewport }, use) => use(new People(browser, server, inspector, { viewport })),

  api: async ({ request, server }, use) => use(new Api(request, server)),

  form: async ({ page, inspector }, use) => use(new Form(page, inspector)),
});

export { expect, type Page };
