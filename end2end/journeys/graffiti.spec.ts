import { readFile } from "node:fs/promises";

import { RequestPage } from "../pages/request";
import { Workspace } from "../pages/staff";
import { inWords } from "../support/api";
import { metadata } from "../support/jpeg";
import { link } from "../support/mailbox";
import { look, uploadsOf } from "../support/photos";
import { STAFF, expect, test } from "../support/test";

test("I report graffiti with a photo, follow it to its end and say how it went", async ({
  page,
  form,
  server,
  people,
  inspector,
  darkroom,
}) => {
  test.slow();
  const uploads = await uploadsOf(page);
  let promised = "";

  await test.step("I find the form by an everyday word", async () => {
    await page.goto("/");
    await form.shows("How can we help?");
    await page.getByRole("searchbox").fill("spray");
    const found = page.locator(".portico-services li");
    await expect(found.first()).toContainText("Report graffiti");
    await form.inspected();
    await found.first().getByRole("link").click();
    await form.shows("Report graffiti");
    promised = (await page.locator(".portico-promise strong").innerText()).trim();
    expect(promised).toMatch(/^(Mon|Tues|Wednes|Thurs|Fri)day \d{1,2} [A-Z][a-z]+$/);
  });

  await test.step("I answer the first questions", async () => {
    await form.answer("What is the graffiti on?", "Something public");
    await form.answer("Is it offensive?", "No");
    await form.where("Underpass at Mill Lane, on the left");
  });

  await test.step("I add a photo as my phone took it", async () => {
    await form.pick(await darkroom.phone());
    await expect(form.waiting).toContainText("IMG_2041.jpg");
    await expect(form.photos).toHaveCount(1);
    await expect(form.photos.getByRole("img", { name: "Photo 1" })).toBeVisible();
    const offer = page.getByRole("group", { name: "Use the place where this photo was taken?" });
    await expect(offer.getByRole("radio", { checked: true })).toHaveCount(0);
    await form.inspected();
    await offer.getByRole("radio", { name: "Yes" }).check();
    await form.type("What does photo 1 show? (optional)", "Red and blue paint on the wall");
    await form.inspected();
  });

  await test.step("what left my phone is small and says nothing of me", () => {
    expect(uploads).toHaveLength(1);
    expect(metadata(uploads[0]!)).toEqual([]);
    expect(uploads[0]!.length).toBeLessThan(1_500_000);
  });

  await test.step("I finish the form", async () => {
    await form.type("Is there anything else we should know? (optional)", "About two metres high");
    await form.who({ name: "Sam Taylor", email: "sam@example.org", phone: "07700 900 982" });
    await form.goOn();
  });

  await test.step("I check my answers and change one", async () => {
    await form.shows("Check your answers");
    await expect(form.line("What is the graffiti on?")).toHaveText("Something public");
    await expect(form.line("Is there anything else we should know?")).toHaveText("About two metres high");
    await expect(form.line("Add photos of the graffiti")).toContainText("With the place where the photo was taken");
    await expect(page.getByRole("img", { name: "Red and blue paint on the wall" })).toBeVisible();
    await form.change("Is there anything else we should know?");
    await form.shows("Report graffiti");
    await form.type("Is there anything else we should know? (optional)", "About three metres high");
    await form.toCheck();
    await expect(form.line("Is there anything else we should know?")).toHaveText("About three metres high");
  });

  const { reference, key } = await test.step("I send it and am told when it will be done", async () => {
    await form.send();
    const sent = await form.confirmed();
    await expect(page.getByText(`We will finish by ${promised}.`)).toBeVisible();
    await expect(page.getByText("The crew removes the graffiti, or we tell you why not.")).toBeVisible();
    return sent;
  });

  await test.step("the e-mail has the reference, the date and the link", async () => {
    const mail = await server.mailbox.expect("sam@example.org", "We have your request");
    expect(mail.subject).toContain(reference);
    expect(mail.text).toContain(promised);
    expect(link(mail)).toBe(`${server.url}/follow/${key}`);
  });

  await test.step("the council keeps an upright photo and nothing about my phone", async () => {
    const files = await server.photos();
    expect(files).toHaveLength(2);
    for (const file of files) {
      const jpeg = await readFile(file);
      expect(metadata(jpeg), file).toEqual([]);
      const small = file.endsWith("-small.jpg");
      // Stored: red left, blue right, green in the upper left corner. Turned clockwise: red above blue, green upper right.
      const seen = await look(page, jpeg, [[0.5, 0.25], [0.5, 0.75], [0.97, 0.03], [0.03, 0.03]]);
      expect(seen).toEqual({ width: small ? 240 : 1200, height: small ? 320 : 1600, colours: ["red", "blue", "green", "red"] });
    }
  });

  const mine = new RequestPage(page, inspector);
  await test.step("I open the link and see where it stands", async () => {
    await page.goto(link(await server.mailbox.expect("sam@example.org", "We have your request")));
    await mine.opened();
    await expect(mine.statusTitle).toHaveText("Open: we have your request");
    await expect(mine.status).toContainText(`We will finish by ${promised}.`);
    await expect(page.getByRole("img", { name: "Red and blue paint on the wall (open large)" })).toBeVisible();
  });

  // A reload would take this mark away.
  await page.evaluate(() => Object.assign(window, { mark: "here since I opened it" }));

  const staff = new Workspace(await (await people.somebody()).newPage(), inspector);
  await test.step("a member of staff signs in with a code and takes it", async () => {
    inspector.allow(/status of 401 .*\/api\/staff\/me/);
    await staff.page.goto("/staff");
    await staff.signIn(STAFF.priya.email, server.mailbox);
    await staff.shows("1 open request");
    await expect(staff.row(reference)).toContainText("Underpass at Mill Lane");
    await staff.openRequest(reference);
    await expect(staff.page.getByText(/^Taken at 54\.9\d+/)).toBeVisible();
    await staff.take();
  });

  await test.step("I see it at once", async () => {
    await expect(mine.statusTitle).toHaveText("Open: we are looking at it");
    await expect(mine.status).toContainText("Priya Shah in Street scene is dealing with it.");
    await expect(mine.announcer).toHaveText(/^News: Priya Shah is dealing with your request/);
    expect((await server.mailbox.expect("sam@example.org", "Somebody is working on")).text).toContain("Priya Shah");
    await mine.inspected();
  });

  await test.step("she writes to me, and I read it and answer", async () => {
    await staff.write("Is the paint still wet?");
    await expect(mine.timeline.first()).toContainText("Priya Shah wrote");
    await expect(mine.timeline.first()).toContainText("Is the paint still wet?");
    expect((await server.mailbox.expect("sam@example.org", "A message about")).text).toContain("Is the paint still wet?");
    await mine.write("No, it is dry.");
    await expect(page.getByText("Your message was sent.")).toBeVisible();
    await expect(mine.timeline.first()).toContainText("No, it is dry.");
    await expect(staff.timeline.first()).toContainText("No, it is dry.");
    expect((await server.mailbox.expect(STAFF.priya.email, "The resident wrote")).text).toContain("No, it is dry.");
    await mine.inspected();
  });

  await test.step("she moves the date, and I see which and why", async () => {
    const later = new Date(Date.now() + 21 * 86_400_000);
    const day = inWords(later.toISOString().slice(0, 10));
    await staff.moveTo(later, "The crew needs a taller ladder.");
    await expect(mine.statusTitle).toHaveText("Open, later than promised");
    await expect(mine.status).toContainText(`We will finish by ${day}. First we said ${promised}.`);
    await expect(mine.status).toContainText("The crew needs a taller ladder.");
    const mail = await server.mailbox.expect("sam@example.org", "A new date");
    expect(mail.text).toContain(day);
    await mine.inspected();
  });

  await test.step("she closes it, and I read how it ended", async () => {
    await staff.close("Done", "We have cleaned the wall.");
    await expect(mine.statusTitle).toHaveText("Done");
    await expect(mine.status).toContainText("We have cleaned the wall.");
    expect((await server.mailbox.expect("sam@example.org", /^Done/)).text).toContain("We have cleaned the wall.");
    await mine.inspected();
  });

  await test.step("I say how it went", async () => {
    await mine.press("I am satisfied");
    await expect(page.getByRole("heading", { name: "Thank you. Will you tell us why?" })).toBeFocused();
    await expect(mine.timeline.first()).toContainText("You said how it went: satisfied");
    await mine.press("Send");
    await expect(page.locator("#reason-error")).toHaveText("Error: Say why, or leave this as it is");
    await mine.inspected();
    await mine.type("Tell us more (optional)", "It took a while, but it is gone.");
    await mine.press("Send");
    await expect(page.getByText("Thank you. You told us how it went: you are satisfied.")).toBeVisible();
    await expect(staff.timeline.first()).toContainText("It took a while, but it is gone.");
    await mine.inspected();
    await staff.inspected();
  });

  expect(await page.evaluate(() => (window as unknown as { mark?: string }).mark)).toBe("here since I opened it");
});
