import { RequestPage } from "../pages/request";
import { expect, test, type Page } from "../support/test";

const PEOPLE = [
  ["an Irish name", "Siobhán O’Brien-D'Arcy"],
  ["a name written from right to left", "مريم عبد الله"],
  ["a name with an emoji", "Zoë 👩🏽‍🎨 Müller"],
  ["a name that turns the line round", "Eve\u202Egnp.exe"],
] as const;

for (const [who, name] of PEOPLE) {
  test(`${who} is kept as it was typed`, async ({ page, form, people, server, inspector }) => {
    await form.graffitiToCheck({ name, email: "o'brien+bins@example.org" }, `Beside “${name}” & Söhne`);
    // Marks that change the direction of what follows are no part of a name.
    const kept = name.replace("\u202E", "");
    await expect(form.line("How can we tell you what happens?")).toContainText(kept);
    await form.send();
    const { key, reference } = await form.confirmed();
    await expect(page.getByText("o'brien+bins@example.org")).toBeVisible();
    const mine = new RequestPage(page, inspector);
    await mine.open(key);
    await expect(page.getByText(kept).first()).toBeVisible();
    const mail = await server.mailbox.expect("o'brien+bins@example.org", "We have your request");
    expect(mail.text).toContain(`Hello ${kept},`);
    const staff = await people.staff("priya");
    await staff.openQueue();
    await expect(staff.row(reference)).toContainText(`Beside “${kept}” & Söhne`);
    await staff.openRequest(reference);
    await expect(staff.page.getByText(kept).first()).toBeVisible();
  });
}

const SCRIPT = "<script>pwned=1</script>";
const IMAGE = `<img src=x onerror="pwned=1">`;
const LINK = `"><a href="javascript:pwned=1">win a prize</a>`;

/** Nothing that was typed has become part of a page. */
async function harmless(page: Page): Promise<void> {
  expect(await page.evaluate(() => "pwned" in window)).toBe(false);
  await expect(page.locator('img[src="x"], a[href^="javascript:"]')).toHaveCount(0);
  const scripts = await page.locator("script:not([src])").evaluateAll((all) => all.map((one) => (one as HTMLScriptElement).type));
  expect(scripts.filter((type) => !["application/json", "application/ld+json"].includes(type))).toEqual([]);
}

test("code that is typed stays text, for the resident and for staff", async ({ page, form, people, server, inspector, darkroom }) => {
  test.slow();
  await form.begin("report-graffiti");
  await form.answer("What is the graffiti on?", "Something public");
  await form.answer("Is it offensive?", "Yes");
  await form.where(IMAGE + LINK);
  await form.pick(await darkroom.small(`<img src=x onerror=pwned=1>.jpg`));
  await expect(form.photos).toHaveCount(1);
  await form.type("What does photo 1 show? (optional)", LINK);
  await form.type("Is there anything else we should know? (optional)", `${SCRIPT}\n${IMAGE}\n${LINK}\n{{7*7}} \${7*7} %s &lt;b&gt;`);
  await form.who({ name: SCRIPT, email: "sam@example.org" });
  await form.toCheck();
  await expect(form.line("Is there anything else we should know?")).toContainText("{{7*7}} ${7*7} %s &lt;b&gt;");
  await harmless(page);
  await form.send();
  const { key, reference } = await form.confirmed();
  await harmless(page);

  const staff = await people.staff("priya");
  await staff.openQueue();
  await expect(staff.row(reference)).toContainText(IMAGE);
  await harmless(staff.page);
  await staff.openRequest(reference);
  await expect(staff.page.getByText(SCRIPT).first()).toBeVisible();
  await staff.take();
  await staff.write(`Hello ${IMAGE}${LINK}`);
  await harmless(staff.page);

  const mine = new RequestPage(page, inspector);
  await mine.open(key);
  await expect(mine.timeline.first()).toContainText(`Hello ${IMAGE}${LINK}`);
  await mine.write(SCRIPT + LINK);
  await expect(mine.timeline.first()).toContainText(SCRIPT + LINK);
  await harmless(page);
  await expect(staff.timeline.first()).toContainText(SCRIPT + LINK);
  await staff.close("Done", SCRIPT);
  await expect(mine.status).toContainText(SCRIPT);
  await mine.press("I am not satisfied");
  await mine.type("Tell us more (optional)", IMAGE);
  await mine.press("Send");
  await expect(mine.timeline.first()).toContainText(IMAGE);
  await harmless(page);
  await harmless(staff.page);

  await server.mailbox.expect("sam@example.org", "Done");
  await page.goto("/demo/mailbox");
  await mine.shows("Demonstration mailbox");
  await expect(page.getByText(`Hello ${IMAGE}${LINK}`).first()).toBeVisible();
  await harmless(page);
});

test("an address with code in it is only an address", async ({ page, inspector }) => {
  inspector.allow(/status of 404/);
  const code = encodeURIComponent(SCRIPT + IMAGE);
  for (const address of [`/services/${code}`, `/follow/${code}`, `/?q=${code}`, `/services/report-graffiti/${code}`]) {
    await page.goto(address);
    await expect(page.getByText(/Page not found|not_found|How can we help/).first()).toBeVisible();
    await harmless(page);
  }
});
