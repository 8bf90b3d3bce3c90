import { SIGNED_OUT, signIn } from "../pages/account";
import { Filler } from "../pages/filler";
import { samples } from "../support/samples";
import { expect, test } from "../support/test";

const EMAIL = "sam@example.org";

async function report(filler: Filler, where: string): Promise<string> {
  await filler.page.goto("/services/report-graffiti");
  await filler.answer("What is the graffiti on?", "Something public");
  await filler.answer("Is it offensive?", "No");
  await filler.where(where);
  await filler.who({ name: "Sam Taylor", email: EMAIL });
  await filler.toCheck();
  await filler.send();
  return (await filler.confirmed()).reference;
}

test("I report without an account, make one, and see everything in it", async ({ page, server, inspector }) => {
  inspector.allow(SIGNED_OUT);
  const filler = new Filler(page, inspector);
  const first = await report(filler, "By the steps");
  await signIn(page, server, filler, EMAIL);
  await expect(page.getByText("1 request was made with your email address")).toBeVisible();
  await expect(page.getByText(first)).toHaveCount(0);
  await page.getByRole("button", { name: "Add it to my account" }).click();
  await expect(page.getByText(first)).toBeVisible();
  const second = await report(filler, "By the fountain");
  await page.goto("/account");
  await expect(page.getByText(second)).toBeVisible();
  await filler.inspected();
  await page.getByRole("link", { name: "Report graffiti" }).first().click();
  await filler.shows(/Your request/);
  await page.getByRole("link", { name: "Your account" }).click();
  await filler.shows("Your account");
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await filler.shows("Sign in to your account");
});

test("a form that I began goes on in another browser", async ({ page, browser, server, inspector }) => {
  inspector.allow(SIGNED_OUT);
  const { service, answers } = samples["council-tax-move"]!;
  const filler = new Filler(page, inspector);
  await signIn(page, server, filler, EMAIL);
  await page.goto(`/services/${service.id}`);
  await page.getByRole("link", { name: "Start now" }).or(page.getByRole("button", { name: "Start now" })).click();
  await filler.fill(service.questions, answers, [], new Set());
  const told = page.waitForResponse(`**/api/drafts/${service.id}`);
  await filler.goOn();
  await told;

  const desk = await (await browser.newContext({ baseURL: server.url })).newPage();
  const there = new Filler(desk, inspector);
  await signIn(desk, server, there, EMAIL);
  await desk.getByRole("link", { name: service.title }).click();
  await desk.getByRole("link", { name: "Go on where you stopped" }).or(desk.getByRole("button", { name: "Go on where you stopped" })).click();
  await there.through(service.questions, answers, []);
  await there.send();
  await there.confirmed();
  await desk.context().close();
  // Sent there, it is in the account here, and not begun any more.
  await page.goto("/account");
  await expect(page.getByText("Forms that you have begun")).toHaveCount(0);
  await expect(page.getByRole("link", { name: service.title })).toBeVisible();
});

test("a wrong code is told, and a new one can be had", async ({ page, server, inspector }) => {
  inspector.allow(SIGNED_OUT);
  inspector.allow(/status of 422 .*sign-in/);
  const filler = new Filler(page, inspector);
  await page.goto("/account");
  await page.getByLabel("Email address").fill("nonsense");
  await page.getByRole("button", { name: "Send me a code" }).click();
  await expect(filler.summary).toBeVisible();
  await filler.inspected();
  await page.getByLabel("Email address").fill(EMAIL);
  await page.keyboard.press("Enter");
  await filler.shows("Enter your code");
  const code = await server.mailbox.code(EMAIL, 0);
  await page.getByLabel("6-digit code").fill(code === "000000" ? "111111" : "000000");
  await page.keyboard.press("Enter");
  await expect(filler.summary).toContainText("This code is not right");
  await filler.inspected();
  await page.getByLabel("6-digit code").fill(code);
  await page.keyboard.press("Enter");
  await filler.shows("Your account");
});

test("what I began can be thrown away, and what is new is said", async ({ page, server, inspector, people }) => {
  inspector.allow(SIGNED_OUT);
  const filler = new Filler(page, inspector);
  await signIn(page, server, filler, EMAIL);
  const reference = await report(filler, "By the steps");
  await page.goto("/services/report-graffiti");
  await filler.answer("What is the graffiti on?", "Something public");
  await filler.answer("Is it offensive?", "No");
  await filler.where("By the fountain");
  await filler.who({ name: "Sam Taylor", email: EMAIL });
  await filler.toCheck();
  await page.goto("/account");
  await page.getByRole("button", { name: "Throw it away" }).click();
  await expect(page.getByText("Forms that you have begun")).toHaveCount(0);
  await page.goto("/services/report-graffiti");
  await expect(page.getByText("By the fountain")).toHaveCount(0);

  const priya = await people.staff("priya");
  await priya.openRequest(reference);
  await priya.take();
  await page.goto("/account");
  await expect(page.getByText("1 thing is new since you looked last.")).toBeVisible();
  await filler.inspected();
  await page.getByRole("link", { name: "Report graffiti" }).first().click();
  await filler.shows(/Your request/);
  await page.goto("/account");
  await filler.shows("Your account");
  await expect(page.getByText("1 thing is new")).toHaveCount(0);
});
