import type { Page } from "@playwright/test";

import { SIGNED_OUT, accept, nameHelper, signIn } from "../pages/account";
import { Filler } from "../pages/filler";
import { RequestPage } from "../pages/request";
import type { Server } from "../support/server";
import { expect, test } from "../support/test";

const SAM = "sam@example.org";
const ANN = "ann@example.org";
const BANNER = "You are filling this in for";

/** Sam tells their name once, and names Ann for graffiti; she accepts. */
async function named(page: Page, sam: Filler, there: Page, ann: Filler, server: Server): Promise<void> {
  await signIn(page, server, sam, SAM);
  await page.goto("/account/details");
  await sam.shows("Your details");
  await page.getByLabel("Your name").fill("Sam Taylor");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Your details are saved.")).toBeVisible();
  await nameHelper(page, sam, "Ann Smith", ANN, ["Report graffiti"]);
  await signIn(there, server, ann, ANN);
  await accept(there, ann);
}

/** Ann fills in the form for Sam and sends it; gives its reference. */
async function sends(there: Page, ann: Filler): Promise<string> {
  await there.getByRole("link", { name: "Report graffiti" }).last().click();
  await ann.shows("Report graffiti");
  await expect(there.getByText(BANNER)).toContainText("Sam Taylor");
  await expect(there.getByLabel("Full name")).toHaveValue("Sam Taylor");
  await expect(there.getByLabel("Email address")).toHaveValue(SAM);
  await ann.answer("What is the graffiti on?", "Something public");
  await ann.answer("Is it offensive?", "No");
  await ann.where("By the steps");
  await ann.toCheck();
  await expect(there.getByText(BANNER)).toBeVisible();
  // Nobody decides for Sam who may see what is theirs.
  await expect(there.getByRole("heading", { name: "Tell us once" })).toHaveCount(0);
  await ann.inspected();
  await ann.send();
  await ann.shows("We have their request");
  await expect(there.getByText("We will finish by").first()).toBeVisible();
  await expect(there).toHaveURL(/\/account\/acting\/[0-9a-f-]{36}\/[0-9a-f-]{36}\?sent=yes$/);
  expect(await there.content()).not.toContain("/follow/");
  return there.locator(".portico-reference").first().innerText();
}

test("somebody fills in a form for me, writes and withdraws, and I see that it was them", async ({ page, server, inspector, people }) => {
  test.slow();
  inspector.allow(SIGNED_OUT);
  const there = await (await people.somebody()).newPage();
  const [sam, ann] = [new Filler(page, inspector), new Filler(there, inspector)];
  await named(page, sam, there, ann, server);
  await ann.inspected();
  const list = there.url();

  // What Ann began for herself, and what she fills in for Sam, never meet.
  await there.goto("/services/report-graffiti");
  await expect(there.getByText(BANNER)).toHaveCount(0);
  await there.getByLabel("What is it near?").fill("My own wall");
  await there.getByLabel("Full name").fill("Ann Smith");
  await there.goto(list);
  await ann.shows(/^You act for/);
  const reference = await sends(there, ann);
  await there.goto("/services/report-graffiti");
  await expect(there.getByLabel("What is it near?")).toHaveValue("My own wall");
  await expect(there.getByLabel("Full name")).toHaveValue("Ann Smith");
  await expect(there.getByText("Sam Taylor")).toHaveCount(0);

  // It is in Sam's account, and says who filled it in; staff see it, too.
  await page.goto("/account");
  await sam.shows("Your account");
  await expect(page.getByText(reference)).toBeVisible();
  await page.getByRole("link", { name: "Report graffiti" }).first().click();
  await sam.shows("Your request: Report graffiti");
  await expect(page.getByText("Ann Smith, who acts for you, filled this in.")).toBeVisible();
  const priya = await people.staff("priya");
  await priya.openRequest(reference);
  await expect(priya.page.getByText("Ann Smith, who acts for the resident, filled this in.")).toBeVisible();
  await priya.take();
  await priya.write("Which steps?");

  // A question is answered for Sam.
  await there.goto(list);
  await ann.shows(/^You act for/);
  await expect(there.getByText("There is a message for you")).toBeVisible();
  await there.getByRole("link", { name: "Report graffiti" }).first().click();
  const request = new RequestPage(there, inspector);
  await ann.shows("Report graffiti");
  await there.getByRole("button", { name: "Send message" }).click();
  await expect(there.getByText("Write a message")).toBeVisible();
  await ann.inspected();
  await request.write("Those of the library.");
  await expect(request.timeline.first()).toContainText("Ann Smith, who acts for the resident, wrote");
  await expect(there.getByText("Your message was sent.")).toBeVisible();
  await ann.inspected();
  await expect(priya.timeline.first()).toContainText("Ann Smith, who acts for the resident, wrote");

  // And it is withdrawn, with words for both.
  await request.follow("Withdraw this request");
  await ann.shows("Do you want to withdraw this request for them?");
  await there.getByLabel("Why? (optional)").fill("It is gone.");
  await there.getByRole("button", { name: "Withdraw this request" }).click();
  await expect(request.statusTitle).toHaveText("Withdrawn: this is no longer needed");
  await ann.inspected();
  await server.mailbox.expect(SAM, /^Withdrawn/);

  // Sam sees all of it, and takes it back: from then on it is not there, also in a page that is open.
  await there.goto(list);
  await there.getByRole("link", { name: "Report graffiti" }).last().click();
  await ann.shows("Report graffiti");
  await ann.answer("What is the graffiti on?", "Something public");
  await ann.answer("Is it offensive?", "No");
  await ann.where("By the fountain");
  await ann.toCheck();
  await page.goto("/account/helpers");
  await sam.shows("People who help you");
  for (const deed of [/Sent “Report graffiti” for you/, /Wrote about your request/, /Withdrew your request/]) {
    await expect(page.locator("main li").filter({ hasText: deed }).first()).toContainText("Ann Smith");
  }
  await sam.inspected();
  await page.getByRole("button", { name: "Take this back" }).click();
  await expect(page.getByText("Nobody may.")).toBeVisible();
  inspector.allow(/status of 404/);
  await ann.send();
  await expect(there.getByText("Not sent yet")).toBeVisible();
  await there.goto(list);
  await expect(there.getByRole("heading", { name: "Page not found" })).toBeVisible();
});

test.describe("without script", () => {
  test.use({ javaScriptEnabled: false });

  test("somebody fills in a form for me, writes and withdraws", async ({ page, server, inspector, people }) => {
    inspector.plain = "no script";
    inspector.allow(/preloaded using link preload/);
    const there = await (await people.somebody({ javaScriptEnabled: false })).newPage();
    const [sam, ann] = [new Filler(page, inspector), new Filler(there, inspector)];
    await named(page, sam, there, ann, server);
    await sends(there, ann);
    const request = new RequestPage(there, inspector);
    await request.write("Those of the library.");
    await expect(request.timeline.first()).toContainText("Ann Smith, who acts for the resident, wrote");
    await request.follow("Withdraw this request");
    await there.getByLabel("Why? (optional)").fill("a".repeat(1001));
    await there.getByRole("button", { name: "Withdraw this request" }).click();
    await expect(ann.summary).toContainText("1,000 characters or fewer");
    await there.getByLabel("Why? (optional)").fill("It is gone.");
    await there.getByRole("button", { name: "Withdraw this request" }).click();
    await expect(request.statusTitle).toHaveText("Withdrawn: this is no longer needed");
    await page.goto("/account/helpers");
    await expect(page.getByText(/Withdrew your request/)).toBeVisible();
  });
});
