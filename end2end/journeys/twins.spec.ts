import { Filler } from "../pages/filler";
import { Twins } from "../pages/twins";
import { Inspector } from "../support/inspector";
import { type Question, anyAnswer, closed, kindOf, leadingTo, samples } from "../support/samples";
import { Server } from "../support/server";
import { expect, test as base } from "../support/test";

interface Pair {
  /** Two people, each with a browser of their own; at a server of their own, if there are documents for it. */
  pair: (documents?: Record<string, string>) => Promise<Twins>;
}

const test = base.extend<Pair>({
  pair: async ({ browser, looks, inspector, server }, use) => {
    const eyes = new Inspector(looks);
    eyes.plain = "blocked";
    eyes.allow(/ERR_FAILED|preloaded using link preload/);
    const ends: (() => Promise<void>)[] = [];
    await use(async (documents) => {
      const own = documents === undefined ? server : await Server.start(documents);
      const [app, plain] = [await browser.newContext({ baseURL: own.url }), await browser.newContext({ baseURL: own.url })];
      ends.push(() => app.close(), () => plain.close());
      if (own !== server) ends.push(() => own.stop());
      // A page without an icon of its own is where the app begins anew.
      inspector.allow(/favicon\.ico/);
      await inspector.watch(app);
      await eyes.watch(plain);
      await plain.route("**/*.{js,wasm}", (route) => route.abort());
      return new Twins(new Filler(await app.newPage(), inspector), new Filler(await plain.newPage(), eyes));
    });
    await eyes.finish(false);
    for (const end of ends) await end();
  },
});

/** Where it is, is said in words alone: the app has a list of streets to pick from, and a plain page names what it knows. */
function inWords(answers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(answers).filter(([path]) => !path.endsWith(".street")));
}


for (const [id, { service, answers, stops }] of Object.entries(samples)) {
  test(`${id}: page by page, the app and the plain page are one`, async ({ pair }) => {
    test.slow();
    const closes = service.stops.some((stop) => stop.kind === "closed");
    const { questions } = service;
    // What need not be answered is answered too, and every question that takes files gets one.
    const isAnswered = ({ id }: Question) => Object.keys(answers).some((path) => path.split(".")[0] === id);
    const more = questions.filter((question) => !isAnswered(question)).map((question) => anyAnswer(question));
    const all = inWords(Object.assign({}, answers, ...more));
    const files = questions.filter((question) => ["photos", "documents"].includes(kindOf(question))).map((question) => question.id);
    const seen = new Set<string>();

    const twins = await pair(closes ? closed(id, 7, 14) : undefined);
    await twins.open(`/services/${id}`);
    await twins.look();
    await twins.start();
    const first = new URL(twins.plain.page.url()).pathname;
    await twins.through(questions, all, files, seen);
    await twins.both((who) => who.page.getByRole("link", { name: /^Change / }).last().click());
    await twins.same();
    await twins.both((who) => who.goOn());
    await twins.both((who) => who.send());
    await twins.same();

    // Other answers, for what these did not bring up and for an end of the form.
    const anew = async (other: Record<string, string>, uploads: string[], until?: string) => {
      await twins.forget();
      await twins.open(first);
      await twins.through(questions, other, uploads, seen, until);
    };
    for (const question of questions) {
      for (const other of leadingTo(question, questions)) if (!seen.has(question.id)) await anew({ ...all, ...other }, files, question.id);
      expect(seen, "there are answers that lead to every question").toContain(question.id);
    }
    // Ends differ in their words alone: one is enough.
    const stop = service.stops.find((stop) => stop.kind !== "closed");
    if (stop !== undefined) {
      await anew(stops[stop.id]!, []);
      await expect(twins.plain.page.locator(`[id="stop-${stop.id}"]`)).toBeVisible();
    }
  });
}

test("an address that is looked for or begun by hand stays while it is not complete", async ({ pair }) => {
  const twins = await pair();
  await twins.open("/services/missed-bin");
  await twins.findAddress("address");
  await twins.both((who) => who.goOn());
  await twins.read();
  await twins.anew();
  await twins.typeAddress("address");
  for (const who of [twins.plain, twins.app]) await who.type("Town (optional)", "Saltmarsh");
  await twins.both((who) => who.goOn());
  await twins.read();
});

for (const id of ["comment", "council-tax-move"]) {
  test(`${id}: at the start it is known what was begun`, async ({ pair }) => {
    const { service, answers } = samples[id]!;
    const twins = await pair();
    await twins.open(`/services/${id}`);
    await twins.start();
    await twins.fill(service.questions, inWords(answers));
    await twins.both((who) => who.goOn());
    await twins.open(`/services/${id}`);
    await twins.look();
  });
}
