import { SIGNED_OUT, signIn } from "../pages/account";
import { Filler } from "../pages/filler";
import { expect, test } from "../support/test";

const EMAIL = "sam@example.org";

test("what I tell once is in the next form, and the other way round", async ({ page, server, inspector, people }) => {
  inspector.allow(SIGNED_OUT);
  const filler = new Filler(page, inspector);
  await signIn(page, server, filler, EMAIL);
  await page.getByRole("link", { name: "Your details" }).click();
  await filler.shows("Your details");
  await filler.inspected();
  await page.getByLabel("Phone number").fill("12");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(filler.summary).toBeVisible();
  await filler.inspected();
  await page.getByLabel("Your name").fill("Sam Taylor");
  await page.getByLabel("Phone number").fill("07700 900123");
  await page.getByRole("button", { name: "Type the address instead" }).click();
  await page.getByLabel("Address line 1").fill("4 Mill Lane");
  await page.getByLabel("Postcode").fill("NE1 8QH");
  await page.getByLabel("Large print").check();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Your details are saved.")).toBeVisible();
  await page.reload();
  await expect(page.getByLabel("Your name")).toHaveValue("Sam Taylor");

  await page.goto("/services/report-graffiti");
  await expect(page.getByLabel("Full name")).toHaveValue("Sam Taylor");
  await expect(page.getByLabel("Email address")).toHaveValue(EMAIL);
  await expect(page.getByText("What you typed before is kept.")).toHaveCount(0);
  await filler.answer("What is the graffiti on?", "Something public");
  await filler.answer("Is it offensive?", "No");
  await filler.where("By the steps");
  await filler.toCheck();
  await filler.send();
  const { reference } = await filler.confirmed();

  // Staff see what helps.
  const priya = await people.staff("priya");
  await priya.openRequest(reference);
  await expect(priya.page.getByRole("heading", { name: "How to reach this resident" })).toBeVisible();
  await expect(priya.page.getByText("Large print")).toBeVisible();
});

test("what a request told is kept for next time after asking", async ({ page, server, inspector }) => {
  inspector.allow(SIGNED_OUT);
  const filler = new Filler(page, inspector);
  await signIn(page, server, filler, EMAIL);
  await page.goto("/services/report-graffiti");
  await filler.answer("What is the graffiti on?", "Something public");
  await filler.answer("Is it offensive?", "No");
  await filler.where("By the steps");
  await filler.who({ name: "Sam Taylor", email: EMAIL });
  await filler.toCheck();
  await filler.send();
  await filler.confirmed();
  await page.goto("/account");
  await filler.shows("Your account");
  await expect(page.getByText("You told us with your newest request: Sam Taylor")).toBeVisible();
  await filler.inspected();
  await page.getByRole("button", { name: "Keep them for next time" }).click();
  await expect(page.getByText("You told us with your newest request")).toHaveCount(0);
  await page.goto("/account/details");
  await expect(page.getByLabel("Your name")).toHaveValue("Sam Taylor");
});

test("somebody I name sees what I chose, and I see that they looked", async ({ page, server, inspector, people }) => {
  inspector.allow(SIGNED_OUT);
  const filler = new Filler(page, inspector);
  await signIn(page, server, filler, EMAIL);
  await page.goto("/services/report-graffiti");
  await filler.answer("What is the graffiti on?", "Something public");
  await filler.answer("Is it offensive?", "No");
  await filler.where("By the steps");
  await filler.who({ name: "Sam Taylor", email: EMAIL });
  await filler.toCheck();
  await filler.send();
  const { reference } = await filler.confirmed();
  await page.goto("/account/helpers");
  await filler.shows("People who help you");
  await filler.inspected();
  await page.getByLabel("Their name").fill("Ann");
  await page.getByLabel("Their email address").fill("ann@example.org");
  await page.getByLabel("Report graffiti").check();
  const until = new Date(Date.now() + 30 * 86_400_000);
  await page.getByLabel("Day", { exact: true }).fill(String(until.getDate()));
  await page.getByLabel("Month", { exact: true }).fill(String(until.getMonth() + 1));
  await page.getByLabel("Year", { exact: true }).fill(String(until.getFullYear()));
  await page.getByRole("button", { name: "Let them act for me" }).click();
  await expect(page.getByText("Has not accepted yet")).toBeVisible();

  const context = await people.somebody();
  const there = await context.newPage();
  const ann = new Filler(there, inspector);
  await signIn(there, server, ann, "ann@example.org");
  await there.getByRole("link", { name: "People who help you" }).click();
  await there.getByRole("button", { name: "Accept" }).click();
  await there.getByRole("link", { name: "You act for" }).click();
  await expect(there.getByText(reference)).toBeVisible();
  await ann.inspected();
  await there.getByRole("link", { name: "Report graffiti" }).first().click();
  await expect(there.getByText("What has happened")).toBeVisible();
  await ann.inspected();
  const list = there.url();

  await page.reload();
  await expect(page.getByText(/Ann looked at/).first()).toBeVisible();
  await page.getByRole("button", { name: "Take this back" }).click();
  await expect(page.getByText("Nobody may.")).toBeVisible();
  // What has ended is not there any more.
  inspector.allow(/status of 404 .*\/account\/acting/);
  await there.goto(list);
  await expect(there.getByRole("heading", { name: "Page not found" })).toBeVisible();
});
