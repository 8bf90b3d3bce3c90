import type { Page } from "@playwright/test";

import { Filler } from "../pages/filler";
import { samples } from "../support/samples";
import type { Server } from "../support/server";
import { expect, test } from "../support/test";

const EMAIL = "sam@example.org";
const QUESTION = "May we share these details with other departments";

async function signIn(page: Page, server: Server, filler: Filler): Promise<void> {
  await page.goto("/account");
  await filler.shows("Sign in to your account");
  await page.getByLabel("Email address").fill(EMAIL);
  const before = await server.mailbox.codes(EMAIL);
  await page.getByRole("button", { name: "Send me a code" }).click();
  await filler.shows("Enter your code");
  await page.getByLabel("6-digit code").fill(await server.mailbox.code(EMAIL, before));
  await page.getByRole("button", { name: "Sign in" }).click();
  await filler.shows("Your account");
}

test("I am asked before I send, and nothing waits for my answer", async ({ page, server, inspector, people }) => {
  inspector.allow(/status of 401 .*\/api\/account/);
  const filler = new Filler(page, inspector);
  const share = page.getByRole("group", { name: QUESTION });
  const more = page.getByRole("group", { name: "May we tell other departments" });
  const graffiti = async (words: string): Promise<void> => {
    await page.goto("/services/report-graffiti");
    await filler.answer("What is the graffiti on?", "Something public");
    await filler.answer("Is it offensive?", "No");
    await filler.where(words);
    await filler.who({ name: "Sam Taylor", email: EMAIL });
    await filler.toCheck();
  };
  // Who is not signed in is asked nothing here.
  await graffiti("By the steps");
  await expect(share).toHaveCount(0);
  await filler.send();
  await filler.confirmed();

  // Left open, it is asked once more on the confirmation.
  await signIn(page, server, filler);
  await graffiti("By the fountain");
  await expect(share).toBeVisible();
  await expect(page.locator("input:checked")).toHaveCount(0);
  await filler.inspected();
  await filler.send();
  await filler.confirmed();
  await expect(share).toBeVisible();

  // One is answered, with the form; the other one is asked still.
  await graffiti("By the bridge");
  await share.getByLabel("only the departments that I tick").check();
  await page.getByRole("group", { name: "Which departments?" }).getByLabel("Waste and recycling").check();
  await filler.inspected();
  await filler.send();
  const { reference } = await filler.confirmed();
  await expect(share).toHaveCount(0);
  await expect(more).toBeVisible();
  await page.goto("/account/sharing");
  await filler.shows("Who may see your requests");
  await expect(page.getByText("Waste and recycling, since")).toBeVisible();

  // A no keeps nobody either, and then nothing is asked any more.
  await graffiti("By the harbour");
  await expect(share).toHaveCount(0);
  await more.getByLabel("No, don't tell them").check();
  await filler.send();
  await filler.confirmed();
  await expect(more).toHaveCount(0);
  await graffiti("By the library");
  await expect(page.getByRole("heading", { name: "Tell us once" })).toHaveCount(0);
  const priya = await people.staff("priya");
  await priya.openRequest(reference);
});

test("I decide which departments see my requests, and see who looked", async ({ page, server, people, inspector }) => {
  test.slow();
  // Whoever is not signed in is told so with a status that the browser remarks on.
  inspector.allow(/status of 401 .*\/api\/account/);
  const filler = new Filler(page, inspector);

  // Without an account: the confirmation says what could be decided with one.
  await page.goto("/services/report-graffiti");
  await filler.answer("What is the graffiti on?", "Something public");
  await filler.answer("Is it offensive?", "No");
  await filler.where("By the steps");
  await filler.who({ name: "Sam Taylor", email: EMAIL });
  await filler.toCheck();
  await filler.send();
  const graffiti = (await filler.confirmed()).reference;
  await expect(page.getByRole("heading", { name: QUESTION })).toBeVisible();
  await expect(page.getByRole("link", { name: "sign in, or make an account" })).toBeVisible();
  await filler.inspected();

  // With one: it collects what was sent, and the question can be answered. Nothing is chosen.
  await signIn(page, server, filler);
  await page.getByRole("button", { name: "Add it to my account" }).click();
  await expect(page.getByText(graffiti)).toBeVisible();
  const share = page.getByRole("group", { name: QUESTION });
  await expect(share).toBeVisible();
  await expect(page.locator("input:checked")).toHaveCount(0);
  await filler.inspected();

  // A second request, to another department. It is asked there too, and is in nobody's way.
  const { answers, service } = samples["missed-bin"]!;
  await filler.begin("missed-bin");
  await filler.through(service.questions, { ...answers, "you.email": EMAIL }, []);
  await filler.send();
  const bin = (await filler.confirmed()).reference;

  await expect(share).toBeVisible();
  await page.getByRole("button", { name: "Save your answers" }).click();
  await expect(filler.summary).toContainText("Choose an answer");
  await filler.inspected();
  await share.getByLabel("only the departments that I tick").check();
  await page.getByRole("group", { name: "Which departments?" }).getByLabel("Waste and recycling").check();
  await filler.inspected();
  await page.getByRole("group", { name: "May we tell other departments" }).getByLabel("No, don't tell them").check();
  await page.getByRole("button", { name: "Save your answers" }).click();
  await expect(page.getByRole("heading", { name: "Your answers are saved" })).toBeVisible();
  await filler.inspected();
  await page.reload();
  await expect(page.getByText(QUESTION)).toHaveCount(0);

  // Waste sees the graffiti; street scene does not see the bin.
  const grace = await people.staff("grace");
  await grace.openRequest(bin);
  await expect(grace.page.getByRole("heading", { name: "Also with us from this resident" })).toBeVisible();
  await grace.inspected();
  await grace.page.getByRole("link", { name: graffiti }).click();
  await expect(grace.page.getByText("This lies with Street scene")).toBeVisible();
  await expect(grace.page.getByText("By the steps")).toBeVisible();
  await grace.inspected();
  const shared = grace.page.url();
  const priya = await people.staff("priya");
  await priya.openRequest(graffiti);
  await expect(priya.page.getByText("Also with us from this resident")).toHaveCount(0);

  // Taking it back takes no more than giving it, and counts from the next read.
  await page.goto("/account/sharing");
  await filler.shows("Who may see your requests");
  await expect(page.getByText("Waste and recycling, since")).toBeVisible();
  await filler.inspected();
  await share.getByLabel("No, don't share them").check();
  await page.getByRole("button", { name: "Save your answers" }).click();
  await expect(page.getByText("you took back your yes for Waste and recycling")).toBeVisible();
  await filler.inspected();
  // Browsers report every refused request in their console.
  inspector.allow(/status of 404 .*\/api\/staff\/shared\//);
  await grace.page.goto(shared);
  await expect(grace.page.getByRole("heading", { name: "Page not found" })).toBeVisible();
  await grace.openRequest(bin);
  await expect(grace.page.getByText("Also with us from this resident")).toHaveCount(0);

  // Both are told, with their reasons.
  await page.goto("/account/who-looked");
  await filler.shows("Who looked at your requests");
  const looks = page.locator("main li");
  await expect(looks.filter({ hasText: "Street scene" }).filter({ hasText: graffiti }).first()).toContainText("to deal with it");
  await expect(looks.filter({ hasText: "Waste and recycling" }).filter({ hasText: graffiti }).first()).toContainText("because you share");
  await expect(page.getByText("Grace Lin")).toHaveCount(0);
  await filler.inspected();
});
