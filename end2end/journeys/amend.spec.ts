import { Filler } from "../pages/filler";
import { Form, SAM } from "../pages/form";
import { RequestPage } from "../pages/request";
import { done } from "../support/api";
import { expect, test, type Page } from "../support/test";

/** A small picture, as a file input takes it. */
const PICTURE = {
  name: "wall.png",
  mimeType: "image/png",
  buffer: Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEklEQVR4nGP4z8CAFWEXHbQSACj/P8Fu7N9hAAAAAElFTkSuQmCC",
    "base64",
  ),
};

/** Adds a photo and puts the place right, on the page of the request. */
async function amends(page: Page, mine: RequestPage): Promise<void> {
  await page.getByText("Add photos", { exact: true }).click();
  await mine.inspected();
  await mine.press("Add the photos");
  await expect(mine.summary).toContainText("Choose a photo");
  await page.getByLabel("Choose photos").setInputFiles(PICTURE);
  await mine.press("Add the photos");
  await expect(page.getByRole("list", { name: "Photos" }).getByRole("img")).toHaveCount(1);
  await expect(mine.timeline.first()).toContainText("You changed or added");
  await mine.inspected();
  await page.getByText("Correct: Where is it?", { exact: true }).click();
  await expect(page.getByLabel("What is it near?")).toHaveValue("Underpass at Mill Lane");
  await mine.press("Correct the place");
  await expect(mine.summary).toContainText("This is the place that you told us before");
  await page.getByLabel("What is it near?").fill("Steps at Quay Road");
  await mine.press("Correct the place");
  await expect(mine.timeline.first()).toContainText("Steps at Quay Road");
  await expect(mine.timeline.first()).toContainText("Before: Underpass at Mill Lane");
  await mine.inspected();
}

test("I take it back, change it and send it again", async ({ page, form, server, inspector }) => {
  await form.graffitiToCheck();
  await form.send();
  const first = await form.confirmed();
  await expect(page.getByText(/Until \d+:\d\d[ap]m you can take it back/)).toBeVisible();
  await form.press("Undo: take it back and change it");
  await form.shows("Check your answers");
  await expect(form.line("How can we tell you what happens?")).toContainText(SAM.email);
  await expect(page.getByText("Underpass at Mill Lane")).toBeVisible();
  await form.change("Is it offensive?");
  await form.answer("Is it offensive?", "Yes");
  await form.goOn();
  await form.shows("Check your answers");
  await form.send();
  const second = await form.confirmed();
  expect(second.reference).not.toBe(first.reference);
  await server.mailbox.expect(SAM.email, new RegExp(`We have your request.*${second.reference}`));
  const mine = new RequestPage(page, inspector);
  await mine.open(first.key);
  await expect(mine.statusTitle).toHaveText("Taken back, to be changed and sent again");
  await expect(mine.timeline.first()).toContainText("You took it back to change it");
  await expect(page.getByRole("button", { name: /^Undo/ })).toHaveCount(0);
});

test("what somebody works on already is not taken back, but put right", async ({ page, api, people, server, inspector }) => {
  const { key, reference } = await api.send("report-graffiti");
  const staff = await people.staff("priya");
  await staff.openRequest(reference);
  const mine = new RequestPage(page, inspector);
  await mine.open(key);
  await expect(page.getByRole("button", { name: "Undo: take it back and change it" })).toBeVisible();
  await staff.take();
  await expect(page.getByRole("button", { name: "Undo: take it back and change it" })).toHaveCount(0);
  await amends(page, mine);
  // Whoever has it sees what changed, and what it was before.
  await expect(staff.timeline.first()).toContainText("The resident changed or added");
  await expect(staff.timeline.first()).toContainText("Before: Underpass at Mill Lane");
  await expect(staff.page.getByRole("list", { name: "Photos" }).getByRole("img")).toHaveCount(1);
  await server.mailbox.expect("priya@saltmarsh.example", "The resident added something");
  await staff.inspected();
});

test("not satisfied, I say why in one tap and complain in another", async ({ page, api, people, inspector }) => {
  const { key, reference } = await api.send("report-graffiti");
  const staff = await people.staff("priya");
  await staff.openRequest(reference);
  await staff.take();
  await staff.close("Done", "We have cleaned the wall.");
  const mine = new RequestPage(page, inspector);
  await mine.open(key);
  await mine.press("I am not satisfied");
  await expect(page.getByRole("heading", { name: "Thank you. Will you tell us why?" })).toBeFocused();
  await mine.inspected();
  await mine.choose("It is not fixed");
  await mine.type("Tell us more (optional)", "Half of it is there.");
  await page.getByRole("group", { name: "May we contact you about this? (optional)" }).getByRole("radio", { name: "Yes" }).check();
  await mine.press("Send");
  await expect(page.getByText("You told us how it went: you are not satisfied.")).toBeVisible();
  await expect(staff.timeline.first()).toContainText("Half of it is there.");
  await mine.press("Make a complaint about this");
  const complaint = new Form(page, inspector);
  await expect(page.getByLabel("Do you have a number for it? (optional)")).toHaveValue(reference);
  await complaint.inspected();
  await complaint.type("What went wrong?", "Half of it is there.");
  await complaint.type("What would put it right?", "Clean the rest.");
  await complaint.goOn();
  await complaint.answer("Who is the complaint from?", "Me");
  await complaint.goOn();
  await complaint.shows("Check your answers");
  await complaint.send();
  const sent = await complaint.confirmed();
  await staff.page.reload();
  await expect(staff.page.getByRole("heading", { name: "Belongs together" })).toBeVisible();
  await expect(staff.page.getByText(sent.reference)).toBeVisible();
  await staff.inspected();
});

test("a link in the mail says that I am satisfied, once I send it", async ({ page, api, people, server, inspector }) => {
  const { key, reference } = await api.send("report-graffiti");
  const staff = await people.staff("priya");
  await staff.openRequest(reference);
  await staff.take();
  await staff.close("Done", "We have cleaned the wall.");
  const mail = await server.mailbox.expect("sam@example.org", /^Done/);
  const tap = new RegExp(`\\S+/follow/${key}\\?satisfied=yes`).exec(mail.text)![0];
  await page.goto(tap);
  const mine = new RequestPage(page, inspector);
  await mine.opened();
  await expect(page.getByRole("heading", { name: "You are satisfied. Send it, and tell us why if you like" })).toBeVisible();
  await expect(staff.timeline.first()).not.toContainText("how it went");
  await mine.press("Send");
  await expect(page.getByText("You told us how it went: you are satisfied.")).toBeVisible();
  await expect(staff.timeline.first()).toContainText("The resident said how it went: satisfied");
});

test("a crew that was there sees what else is open, and reports one thing more", async ({ api, people }) => {
  const here = { "place.position": "52.967,0.29" };
  const { reference } = await api.send("report-graffiti", here);
  const other = await api.send("report-graffiti", { "place.position": "52.96718,0.29" });
  const staff = await people.staff("priya");
  await staff.openRequest(reference);
  await expect(staff.page.getByRole("heading", { name: "Anything else near there?" })).toHaveCount(0);
  await staff.take();
  await staff.close("Done", "We have cleaned the wall.");
  await expect(staff.page.getByRole("heading", { name: "Anything else near there?" })).toBeVisible();
  await expect(staff.page.getByRole("link", { name: new RegExp(other.reference) })).toHaveCount(1);
  await staff.page.getByText("Report something else that you saw there").click();
  await staff.inspected();
  await staff.press("Report it");
  await staff.complains("Choose what it is", "Say what you saw");
  await staff.choose("Report dumped rubbish");
  await staff.type("What did you see?", "A mattress");
  await staff.press("Report it");
  await expect(staff.page.locator("#seen-done")).toBeFocused();
  await staff.inspected();
  await staff.page.locator("#seen-done").getByRole("link").click();
  await expect(staff.page.getByText("A mattress").first()).toBeVisible();
  await expect(staff.page.getByText(/^This is about/)).toContainText(reference);
});

test.describe("without script", () => {
  test.use({ javaScriptEnabled: false });

  test("I take it back, send it again, add to it, and say how it went", async ({ page, api, inspector }) => {
    inspector.plain = "no script";
    inspector.allow(/preloaded using link preload/);
    const filler = new Filler(page, inspector);
    await filler.graffitiToCheck();
    await filler.send();
    const first = await filler.confirmed();
    await filler.press("Undo: take it back and change it");
    await expect(filler.heading).toHaveText("Check your answers");
    await filler.change("Is it offensive?");
    await filler.answer("Is it offensive?", "Yes");
    await filler.goOn();
    await filler.send();
    const { key, reference } = await filler.confirmed();
    expect(reference).not.toBe(first.reference);
    const mine = new RequestPage(page, inspector);
    await mine.open(key);
    await amends(page, mine);
    await mine.write("It is wet.");
    await expect(mine.timeline.first()).toContainText("It is wet.");

    await api.signIn("priya@saltmarsh.example");
    const id = (await api.queue()).find((item) => item.reference === reference)!.id;
    await api.post(`/api/staff/requests/${id}/take`, {});
    await api.post(`/api/staff/requests/${id}/close`, done("We have cleaned the wall."));
    await mine.open(key);
    await mine.press("I am not satisfied");
    await mine.choose("It took too long");
    await mine.press("Send");
    await expect(page.getByText("You told us how it went: you are not satisfied.")).toBeVisible();
    await mine.press("Make a complaint about this");
    await expect(page.getByLabel("Do you have a number for it? (optional)")).toHaveValue(reference);
  });
});
