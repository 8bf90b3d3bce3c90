import { Filler } from "../pages/filler";
import { RequestPage } from "../pages/request";
import { link } from "../support/mailbox";
import { samples } from "../support/samples";
import { expect, test } from "../support/test";

// No script runs: what the server sends is all there is.
test.use({ javaScriptEnabled: false });
test.beforeEach(({ inspector }) => {
  inspector.plain = "no script";
  // The page asks for the app in good time; nobody starts it here.
  inspector.allow(/preloaded using link preload/);
});

/** Goes on until the answers can be checked; what the answers bring up is asked on the same page again. */
async function through(filler: Filler, id: string, answers: Record<string, string>, uploads: string[] = []): Promise<void> {
  const { service } = samples[id]!;
  const done = new Set<string>();
  for (let posts = 0; posts < 40; posts++) {
    await filler.fill(service.questions, answers, uploads, done);
    await filler.goOn();
    await expect(filler.summary, await filler.summary.allInnerTexts().then(String)).toHaveCount(0);
    if ((await filler.heading.innerText()) === "Check your answers") return;
  }
  throw new Error("the form has no end");
}

test("graffiti, with a photo, to the confirmation and its page", async ({ page, inspector, server, darkroom }) => {
  const filler = new Filler(page, inspector);
  await page.goto("/");
  await page.getByLabel(/Say what you need/).fill("graffiti on a wall");
  await page.getByRole("button", { name: "Search" }).click();
  await page.getByRole("link", { name: "Report graffiti" }).first().click();
  await expect(filler.heading).toHaveText("Report graffiti");

  // What counts along takes a script: the limit is said.
  await expect(page.locator("#details-count")).toHaveText("You can enter up to 1,000 characters", { useInnerText: true });

  // What is missing is said above the page and beside the fields, and what was typed is there.
  await page.getByLabel("What is it near?").fill("By the steps\nof the library");
  await filler.goOn();
  await expect(page).toHaveTitle(/^Error: /);
  await expect(filler.summary.getByRole("listitem").first()).toHaveText("Choose an answer to “What is the graffiti on?”");
  await expect(page.locator("#surface-error, [id='surface-error']")).toContainText("Choose an answer");
  await expect(page.getByLabel("What is it near?")).toHaveValue("By the steps\nof the library");
  await filler.summary.getByRole("link").first().click();
  await expect(page).toHaveURL(/#surface$/);

  await filler.answer("What is the graffiti on?", "Something public");
  await filler.answer("Is it offensive?", "No");
  await page.locator("input[type=file]").setInputFiles([await darkroom.phone()]);
  await page.getByLabel("Full name").fill("Sam Taylor");
  await page.getByLabel("Email address").fill("sam@example.org");
  await filler.goOn();
  await expect(filler.heading).toHaveText("Check your answers");
  await expect(page.locator("main img")).toHaveCount(1);

  // Back to change one answer, and straight to the end again.
  await page.getByRole("link", { name: "Change “Is it offensive?”" }).click();
  await expect(page.getByRole("img", { name: "Photo 1" })).toBeVisible();
  await filler.answer("Is it offensive?", "Yes");
  await filler.goOn();
  await expect(filler.heading).toHaveText("Check your answers");
  await page.getByRole("button", { name: /^Send to / }).dblclick();
  await expect(filler.heading).toHaveText("We have your request");
  const mail = await server.mailbox.expect("sam@example.org", /We have your request/);
  await page.goto(link(mail));
  const mine = new RequestPage(page, inspector);
  await mine.opened();
  await expect(page.locator(".portico-gallery img, .portico-photos img")).not.toHaveCount(0);

  await mine.write("It is still there.");
  await expect(mine.timeline.first()).toContainText("It is still there.");
  await mine.follow("Withdraw this request");
  await page.getByLabel("Why? (optional)").fill("It is gone.");
  await page.getByRole("button", { name: "Withdraw this request" }).click();
  await expect(mine.statusTitle).toHaveText("Withdrawn: this is no longer needed");
  await page.getByRole("button", { name: "I am satisfied" }).click();
  await expect(page.getByText("You told us how it went: you are satisfied")).toBeVisible();
  const requests = await server.mailbox.to("sam@example.org");
  expect(requests.filter((mail) => mail.subject.startsWith("We have your request"))).toHaveLength(1);
});

for (const id of ["missed-bin", "ask-us", "change-details", "council-tax-move"]) {
  test(`${id}: from the form to the confirmation`, async ({ page, inspector }) => {
    test.slow();
    const { answers, uploads } = samples[id]!;
    const filler = new Filler(page, inspector);
    await page.goto(`/services/${id}`);
    const start = page.getByRole("button", { name: "Start now" });
    if (await start.isVisible()) await start.click();
    await through(filler, id, answers, uploads);
    await page.getByRole("button", { name: /^Send to / }).click();
    await expect(filler.heading).toHaveText("We have your request");
  });
}

test("an address is looked up, picked and kept; a second thing is added and taken out", async ({ page, inspector }) => {
  const filler = new Filler(page, inspector);
  await page.goto("/services/bulky-collection/business");
  await filler.answer("Does it come from a business or a home you let?", "No");
  await filler.answer("Is any of it in this list?", "No, none of it");
  await page.getByLabel("What is it?").fill("A sofa");
  await page.getByRole("button", { name: "Add another thing" }).click();
  await expect(page.getByLabel("What is it?")).toHaveCount(2);
  await expect(page.getByLabel("What is it?").first()).toHaveValue("A sofa");
  await page.getByLabel("What is it?").last().fill("A bed");
  await page.getByRole("button", { name: "Remove thing 1" }).click();
  await expect(page.getByLabel("What is it?")).toHaveValue("A bed");
  await page.getByRole("radio", { name: "No", exact: true }).last().check();
  await page.getByLabel(/How many of them are fridges/).fill("0");
  await filler.goOn();
  await expect(filler.summary).toHaveCount(0);

  await page.getByLabel("Postcode").fill("ze9 1aa");
  await page.getByRole("button", { name: "Find address" }).click();
  const list = page.getByLabel("Choose your address");
  await list.selectOption({ index: 1 });
  await page.getByLabel(/Where will you put the things/).fill("Front garden");
  await filler.goOn();
  await expect(page.locator(".portico-address")).toContainText("ZE9 1AA");
});

test("a request is found by its reference, and a wrong one is told", async ({ page, api, inspector }) => {
  const { reference, key } = await api.send("report-graffiti");
  const find = new RequestPage(page, inspector);
  await page.goto("/follow");
  await page.getByLabel("Reference").fill("1234");
  await page.getByRole("button", { name: "Find your request" }).click();
  await expect(find.summary.getByRole("listitem").first()).toHaveText("Check the reference. It has eight letters and numbers, like 7K3M-9PQ9");
  await expect(page.getByLabel("Reference")).toHaveValue("1234");
  await page.getByLabel("Reference").fill(reference);
  await page.getByLabel("Email address").fill("sam@example.org");
  await page.getByRole("button", { name: "Find your request" }).click();
  await expect(page).toHaveURL(new RegExp(`/follow/${key}$`));
});

test("an answer that ends the form ends it, and nothing is kept in the address", async ({ page, inspector }) => {
  const filler = new Filler(page, inspector);
  await page.goto("/services/report-graffiti");
  await filler.answer("What is the graffiti on?", "A private house, shop or other private property");
  await filler.goOn();
  await expect(page.locator("[id^='stop-']")).toBeVisible();
  await expect(page.getByRole("button", { name: "Continue" })).toHaveCount(0);
  expect(new URL(page.url()).search).toBe("");
  await filler.answer("What is the graffiti on?", "Something public");
  await page.getByRole("button", { name: "Change my answer" }).click();
  await expect(page.locator("[id^='stop-']")).toHaveCount(0);
  await expect(page.getByRole("radio", { name: "Something public" })).toBeChecked();
  await page.getByRole("button", { name: "Throw it away and start again" }).click();
  await expect(page.getByRole("radio", { checked: true })).toHaveCount(0);
});

test("Enter in a field goes on, and presses nothing else", async ({ page, inspector }) => {
  const filler = new Filler(page, inspector);
  for (const [path, label] of [
    ["/services/report-graffiti", "Full name"],
    ["/services/bulky-collection/business", "What is it?"],
    ["/services/missed-bin", "Email address"],
  ] as const) {
    await page.goto(path);
    const posted = page.waitForRequest((request) => request.method() === "POST");
    await page.getByLabel(label).first().fill("Sam");
    await page.keyboard.press("Enter");
    expect((await posted).postData() ?? "", path).not.toMatch(/\bdo=|name="do"/);
    await expect(filler.summary).toBeVisible();
  }
});

test("in two tabs what is posted last holds, nothing is lost, and one request is sent", async ({ page, context, inspector, server }) => {
  const { service, answers } = samples["blue-badge"]!;
  const one = new Filler(page, inspector);
  const other = new Filler(await context.newPage(), inspector);
  const fill = (who: Filler, more: Record<string, string>) => who.fill(service.questions, { ...answers, ...more }, [], new Set());
  for (const who of [one, other]) await who.page.goto("/services/blue-badge/what");
  await fill(one, { message: "How long does it take?" });
  await one.goOn();
  await expect(one.heading).toHaveText("The badge holder, and you");
  await fill(one, { "you.name": "Sam Taylor" });
  await one.goOn();
  await expect(one.line("What should we know?")).toHaveText("How long does it take?");

  // The other one has been at the first page since.
  await fill(other, { message: "Where do I ask?" });
  await other.goOn();
  await expect(other.page.getByLabel("Full name")).toHaveValue("Sam Taylor");
  await other.goOn();
  await expect(other.line("What should we know?")).toHaveText("Where do I ask?");

  // Nothing is sent that was not seen.
  await one.send();
  await expect(one.page.getByRole("status").first()).toContainText("has changed since you opened it");
  await expect(one.line("What should we know?")).toHaveText("Where do I ask?");
  await one.send();
  const sent = await one.confirmed();
  await other.send();
  expect(await other.confirmed()).toEqual(sent);
  await one.follow("open your request");
  await expect(page.getByText("Where do I ask?")).toBeVisible();
  const mails = await server.mailbox.to(answers["you.email"]!);
  expect(mails.filter((mail) => mail.subject.startsWith("We have your request"))).toHaveLength(1);
});

test("the address of a page that is not open yet leads to the first that is", async ({ page, inspector }) => {
  const filler = new Filler(page, inspector);
  await page.goto("/services/blue-badge/for");
  await filler.shows("Your answers");
  await filler.follow("Go on with your answers");
  await expect(page).toHaveURL(/\/services\/blue-badge\/what$/);
  await expect(filler.heading).toHaveText("Your question");
  await page.goto("/services/blue-badge/check");
  await filler.shows("Your answers");
  await filler.follow("Go on with your answers");
  await expect(page).toHaveURL(/\/services\/blue-badge\/what$/);
});
