import { Form } from "../pages/form";
import { RequestPage } from "../pages/request";
import { Workspace } from "../pages/staff";
import { Api } from "./api";
import type { Inspector } from "./inspector";
import { withExif } from "./jpeg";
import { type Darkroom, WALL } from "./photos";
import type { Server } from "./server";
import { STAFF, type Page, type People, expect } from "./test";

interface Needs {
  api: Api;
  people: People;
  darkroom: Darkroom;
  inspector: Inspector;
  server: Server;
}

/** A page worth looking at; `page` opens it, and it is inspected then. */
export interface Stop {
  name: string;
  page: () => Promise<Page>;
}

/** Every main page, in a window of this size, with what people typically see on it. */
export async function everyPage(needs: Needs, viewport: { width: number; height: number }): Promise<Stop[]> {
  const { api, people, darkroom, inspector, server } = needs;
  inspector.allow(/status of (401|404)|ERR_FAILED|Failed to fetch|preloaded using link preload/);
  const photo = await api.photo(await darkroom.wall());
  const words = "Underpass at Mill Lane, on the left wall as you come from the station";
  const open = await api.send("report-graffiti", {
    "place.words": words,
    "photos.1": photo,
    "photos.1.alt": "Yellow paint on the brick wall",
    details: "About two metres high. It was not there on Sunday.",
  });
  const late = await api.send("report-graffiti", { "place.words": "Bridge Street, the bench by the library" });
  const done = await api.send("report-graffiti", { "place.words": "Quay Road" });
  const asked = await api.send("report-graffiti", { "place.words": "Station Road" });
  const declined = await api.send("report-graffiti", { "place.words": "Harbour View 12" });
  await api.send("ask-us", { department: "street-scene" });

  const desk = await people.somebody({ viewport });
  const signedIn = new Api(desk.request, server);
  await signedIn.signIn(STAFF.priya.email);
  const queue = await signedIn.queue();
  const id = (reference: string) => queue.find((row) => row.reference === reference)!.id;
  const act = (sent: { reference: string }, what: string, data: object = {}) =>
    signedIn.post(`/api/staff/requests/${id(sent.reference)}/${what}`, data);
  for (const sent of [open, late, done, asked, declined]) await act(sent, "take");
  await act(open, "messages", { text: "Thank you. A crew comes on Thursday.", id: crypto.randomUUID() });
  const to = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
  await act(late, "promise", { to, reason: "The crew needs a taller ladder." });
  const today = new Date().toISOString().slice(0, 10);
  const object = "Tell us on the page of your request within 30 days, and we look at it again.";
  const next = "If some of it shows again when the wall is dry, tell us on this page.";
  await act(done, "close", { outcome: "done", text: "We have cleaned the wall.", on: today, by: "The north crew", next, object });
  await act(asked, "ask", { text: "Is it on the left or the right as you come from the station?", id: crypto.randomUUID() });
  await act(declined, "close", {
    outcome: "declined_by_policy",
    policy: "private-property",
    text: "The wall belongs to the house beside it.",
    unless: "The owner agrees in writing, and pays the fee.",
    object,
  });
  for (const note of ["Asks when the crew comes.", "", "Rang for the third time, and was right to be cross."]) {
    await signedIn.post("/api/staff/contacts", {
      id: crypto.randomUUID(),
      channel: "phone",
      reference: open.reference,
      reason: "progress",
      answers: { chasing: note !== "", again: false, unclear: false },
      minutes: 7,
      note,
    });
  }
  const office = await people.somebody({ viewport });
  await new Api(office.request, server).signIn(STAFF.tom.email);

  const phone = await people.somebody({ viewport });
  const page = await phone.newPage();
  const form = new Form(page, inspector);
  const mine = new RequestPage(page, inspector);
  const staff = new Workspace(await desk.newPage(), inspector);
  const manager = new Workspace(await office.newPage(), inspector);
  const request = `/staff/requests/${id(open.reference)}`;

  const visit = (name: string, path: string, then?: () => Promise<void>): Stop => ({
    name,
    page: async () => {
      await page.goto(path);
      await mine.inspected();
      await then?.();
      return page;
    },
  });
  const atDesk = (name: string, path: string, then?: () => Promise<void>): Stop => ({
    name,
    page: async () => {
      await staff.page.goto(path);
      await staff.inspected();
      await then?.();
      return staff.page;
    },
  });
  const inOffice = (name: string, path: string): Stop => ({
    name,
    page: async () => {
      await manager.page.goto(path);
      await manager.inspected();
      return manager.page;
    },
  });
  const goOn = (name: string, then: () => Promise<void>): Stop => ({
    name,
    page: async () => {
      await then();
      return page;
    },
  });

  return [
    visit("home", "/"),
    visit("home-nothing-found", "/", async () => {
      await page.getByRole("searchbox").fill("unicorn");
      await mine.inspected();
    }),
    visit("start", "/services/fly-tipping"),
    visit("fee", "/services/bulky-collection"),
    visit("form", "/services/report-graffiti"),
    goOn("form-error", async () => {
      await form.goOn();
      await expect(form.summary).toBeFocused();
      await form.inspected();
    }),
    goOn("stop", async () => {
      await form.answer("What is the graffiti on?", "A private house, shop or other private property");
      await form.inspected();
    }),
    goOn("form-begun", async () => {
      await form.answer("What is the graffiti on?", "Something public");
      await form.answer("Is it offensive?", "No");
      await form.where(words);
      await form.inspected();
    }),
    goOn("photos-added", async () => {
      const phone = { name: "IMG_2041.jpg", mimeType: "image/jpeg", buffer: await darkroom.wall() };
      phone.buffer = withExif(phone.buffer, { orientation: 1, position: WALL });
      await form.pick(phone, { name: "empty.jpg", mimeType: "image/jpeg", buffer: Buffer.alloc(0) });
      await expect(form.photos).toHaveCount(1, { timeout: 20_000 });
      await form.inspected();
    }),
    goOn("check", async () => {
      await form.type("What does photo 1 show? (optional)", "Yellow paint on the brick wall");
      await page.getByRole("group", { name: "Use the place where this photo was taken?" }).getByLabel("Yes").check();
      await form.who({ name: "Sam Taylor", email: "sam@gmial.com" });
      await form.toCheck();
    }),
    goOn("check-not-sent", async () => {
      await page.route("**/api/requests", (route) => route.abort(), { times: 1 });
      await form.send();
      await expect(page.getByRole("alert")).toContainText("Not sent yet");
      await form.inspected();
    }),
    goOn("sent", async () => {
      await form.send();
      await form.confirmed();
    }),
    visit("request-open", `/follow/${open.key}`, async () => {
      await expect(page.getByRole("img", { name: /^Yellow paint/ })).toBeVisible();
    }),
    visit("request-later", `/follow/${late.key}`),
    visit("request-done", `/follow/${done.key}`),
    visit("request-declined", `/follow/${declined.key}`),
    visit("request-asked", `/follow/${asked.key}`),
    visit("reopen", `/follow/${done.key}/reopen`),
    visit("withdraw", `/follow/${open.key}/withdraw`),
    visit("find", "/follow"),
    visit("help", "/help"),
    visit("performance", "/performance"),
    visit("not-found", "/nothing/here"),
    visit("emergency", "/services/ask-us", async () => {
      await form.answer("Is anybody in danger now?", "Yes");
      await form.inspected();
    }),
    visit("better-form", "/services/ask-us", async () => {
      await form.answer("Is anybody in danger now?", "No");
      await form.type("What would you like to ask or tell us?", "My bin was not emptied on Tuesday");
      await expect(page.locator("#better-form")).toBeVisible();
      await form.inspected();
    }),
    visit("mailbox", "/demo/mailbox"),
    {
      name: "without-the-app",
      page: async () => {
        inspector.plain = "blocked";
        await page.route("**/*.wasm", (route) => route.abort());
        await page.goto("/services/change-details/what");
        await mine.shows("What has changed");
        await page.unroute("**/*.wasm");
        inspector.plain = "no";
        return page;
      },
    },
    atDesk("staff-queue", "/staff"),
    atDesk("staff-queue-closed", "/staff?show=closed"),
    atDesk("staff-request", request),
    atDesk("staff-write", `${request}/write`),
    atDesk("staff-ask", `${request}/ask`),
    atDesk("staff-plan", `${request}/plan`),
    atDesk("staff-offer", `${request}/offer`),
    atDesk("staff-queue-waiting", "/staff?show=waiting"),
    atDesk("staff-close-done", `${request}/close`, async () => {
      await staff.choose("Done");
      await staff.page.getByLabel("Standard reply").selectOption({ label: "Removed" });
      await staff.inspected();
    }),
    atDesk("staff-move", `${request}/move`, async () => {
      await staff.press("Move the date");
      await expect(staff.summary).toBeFocused();
      await staff.inspected();
    }),
    atDesk("staff-close", `${request}/close`, async () => {
      await staff.choose("Declined by policy");
      await staff.choose("Graffiti removal policy");
      await staff.inspected();
    }),
    atDesk("staff-contact-new", "/staff/contacts/new", async () => {
      await staff.page.getByLabel("What was it about?").fill("bin");
      await staff.inspected();
    }),
    atDesk("staff-contacts", "/staff/contacts"),
    inOffice("staff-contact-repeats", "/staff/contacts/repeats"),
    inOffice("staff-contact-figures", "/staff/contacts/figures"),
    inOffice("staff-team", "/staff/team"),
    inOffice("staff-hand-over", "/staff/hand-over"),
    atDesk("staff-bulk", "/staff/bulk"),
    inOffice("staff-wording", "/staff/wording"),
    inOffice("staff-wording-of", "/staff/wording/closed?values=strangest&language=en"),
    atDesk("staff-not-found", "/staff/requests/none"),
    {
      name: "staff-sign-in",
      page: async () => {
        await page.goto("/staff");
        await new Workspace(page, inspector).shows("Sign in");
        return page;
      },
    },
    {
      name: "staff-code",
      page: async () => {
        const workspace = new Workspace(page, inspector);
        await workspace.type("Work email address", STAFF.tom.email);
        await workspace.press("Continue");
        await workspace.shows("Enter the code");
        return page;
      },
    },
  ];
}
