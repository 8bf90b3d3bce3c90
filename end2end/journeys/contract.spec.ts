import { RequestPage } from "../pages/request";
import { Screen } from "../pages/screen";
import { link } from "../support/mailbox";
import { expect, test } from "../support/test";

const WALLS = "jobs@clean-walls.example";

test("a contractor does the work: given out, written about, checked, closed; the resident sees each step", async ({
  page,
  api,
  people,
  server,
  inspector,
  darkroom,
}) => {
  inspector.allow(/status of (404|409|410)/);
  const told = await api.photo(await darkroom.wall());
  const { key, reference } = await api.send("report-graffiti", { "photos.1": told });
  const mine = new RequestPage(page, inspector);
  await mine.open(key);
  const priya = await people.staff("priya");
  await priya.openRequest(reference);
  await priya.take();

  // Priya gives it out, and it stays hers.
  await priya.step("Give it to a contractor");
  await priya.press("Give it to them");
  await priya.complains("Choose who is to do it", "Say what is to be done");
  await priya.page.getByLabel("Who is to do it?").selectOption({ label: "Clean Walls Ltd" });
  await priya.type("What are they to do?", "Clean the wall of the underpass.");
  await priya.press("Give it to them");
  await priya.succeeded("They have an email with a link. The request stays yours");
  await expect(priya.page.locator("#contract")).toContainText("With Clean Walls Ltd, since");
  await expect(priya.page.getByText("You have it.")).toBeVisible();
  await expect(mine.timeline.first()).toContainText("Clean Walls Ltd does the work for us");
  await server.mailbox.expect("sam@example.org", "Who does the work");

  // The link, on a phone on which no script runs.
  const address = link(await server.mailbox.expect(WALLS, "Work for you"));
  const phone = await people.somebody({ javaScriptEnabled: false, viewport: { width: 390, height: 780 } });
  const walls = await phone.newPage();
  await walls.goto(address);
  await expect(walls.getByText("Clean the wall of the underpass.")).toBeVisible();
  await expect(walls.getByText("Underpass at Mill Lane")).toBeVisible();
  await expect(walls.locator("main .portico-gallery img")).toHaveCount(1);
  for (const hidden of ["Sam Taylor", "sam@example.org"]) await expect(walls.getByText(hidden)).toHaveCount(0);
  await walls.getByRole("button", { name: "Send this news" }).click();
  await expect(walls.locator(".govuk-error-summary")).toContainText("Write a message");
  await walls.getByLabel("How does it go, or what did you do?").fill("We come tomorrow, with the ladder.");
  const tomorrow = new Date(Date.now() + 86_400_000);
  await walls.getByLabel("Day", { exact: true }).fill(String(tomorrow.getUTCDate()));
  await walls.getByLabel("Month", { exact: true }).fill(String(tomorrow.getUTCMonth() + 1));
  await walls.getByLabel("Year", { exact: true }).fill(String(tomorrow.getUTCFullYear()));
  await walls.getByLabel("Photos (optional)").setInputFiles([await darkroom.small("ladder.jpg")]);
  await walls.getByRole("button", { name: "Send this news" }).click();
  await expect(walls.getByText("We come tomorrow, with the ladder.")).toBeVisible();
  await expect(walls.locator("main .portico-gallery img")).toHaveCount(2);
  await server.mailbox.expect("priya@saltmarsh.example", "The contractor wrote");
  await expect(mine.statusTitle).toHaveText("Open: the work is planned");
  await expect(page.getByText("with the ladder")).toHaveCount(0);

  // Its page, as axe and a wide screen see it.
  const wide = await (await people.somebody()).newPage();
  const seen = new Screen(wide, inspector);
  await wide.goto(address);
  await seen.shows("Report graffiti");

  // Staff read it, and let the resident see the photo.
  await expect(priya.page.getByText("We come tomorrow, with the ladder.")).toBeVisible();
  await expect(priya.page.getByRole("heading", { name: "Photos of the work, from the contractor" })).toBeVisible();
  await priya.press("Show photo of the work 1");
  await expect(priya.page.getByRole("button", { name: "Stop showing photo of the work 1" })).toBeVisible();
  await priya.inspected();
  await page.reload();
  await expect(page.getByRole("heading", { name: "Photos of the work" })).toBeVisible();
  await mine.inspected();

  // Done, they say; in the demonstration each one is looked at.
  await walls.getByLabel("How does it go, or what did you do?").fill("All of it is gone.");
  await walls.getByRole("button", { name: "The work is done" }).click();
  await expect(walls.getByText("You told us that the work is done. Thank you.")).toBeVisible();
  await server.mailbox.expect("sam@example.org", "The work is done, we are told");
  await priya.page.goto("/staff?show=check");
  await expect(priya.row(reference)).toContainText("To check");
  await priya.inspected();
  await priya.row(reference).getByRole("link").click();
  await priya.step("Say what you saw of the work");
  await priya.choose("No, it goes back to the contractor");
  await priya.press("Keep it");
  await priya.complains("Say what is not right, for the contractor");
  await priya.type("What did you see?", "The lower half is still red.");
  await priya.press("Keep it");
  await priya.succeeded("It is back with the contractor");

  // The new link; the one before leads nowhere.
  const again = link(await server.mailbox.expect(WALLS, "Please look at this again"));
  await walls.goto(address);
  await expect(walls.getByRole("heading", { level: 1 })).toHaveText("Sorry, there is a problem");
  await walls.goto(again);
  await expect(walls.getByText("The lower half is still red.")).toBeVisible();
  await walls.getByLabel("How does it go, or what did you do?").fill("Now it is.");
  await walls.getByRole("button", { name: "The work is done" }).click();
  await expect(walls.getByText("You told us that the work is done. Thank you.")).toBeVisible();
  await priya.step("Say what you saw of the work");
  await priya.choose("Yes");
  await priya.press("Keep it");
  await priya.succeeded("It is written down that the work is done well");
  await priya.close("Done", "The wall is clean.");
  await expect(mine.statusTitle).toHaveText("Done");
  await expect(page.getByText("says that the work is done").first()).toBeVisible();

  // What is over says whom to ask.
  await walls.goto(again);
  await expect(walls.getByRole("heading", { level: 1 })).toHaveText("This link does not work any more");
  await expect(walls.getByText(/ask Priya Shah in Street scene/)).toBeVisible();
  await wide.goto(again);
  await seen.shows("This link does not work any more");
  await phone.close();
});

test("who told us the same hears together with the first, and nobody learns who the others are", async ({
  page,
  api,
  people,
  server,
  inspector,
}) => {
  const at = { "place.street": "Mill Lane, Northgate", "place.street_id": "mill-lane-northgate" };
  const first = await api.send("report-graffiti", { ...at, "you.name": "Zoltan Kiss", "you.email": "zoltan@example.org" });
  const ann = await api.send("report-graffiti", { ...at, "you.name": "Ann Lee", "you.email": "ann@example.org" });
  const bob = await api.send("report-graffiti", { ...at, "you.name": "Bob Day", "you.email": "bob@example.org" });
  const priya = await people.staff("priya");
  for (const { reference } of [ann, bob]) {
    await priya.openRequest(reference);
    await expect(priya.page.getByRole("heading", { name: "At the same place" })).toBeVisible();
    await expect(priya.page.getByRole("link", { name: `Report graffiti, ${first.reference}` })).toBeVisible();
    await priya.take();
    await priya.follow(`It is the same as ${first.reference}`);
    await priya.shows("Close the request");
    await expect(priya.page.getByLabel("The reference of the request that it says again")).toHaveValue(first.reference);
    await priya.page.getByLabel("Standard reply").selectOption({ label: "Known already" });
    await priya.press("Close the request");
    await priya.succeeded("Done. The resident is told when it is closed");
    await expect(priya.page.getByText("It goes on in")).toBeVisible();
  }
  await priya.openRequest(first.reference);
  await expect(priya.page.getByText("2 other people follow this")).toBeVisible();
  await priya.take();
  for (const who of ["ann@example.org", "bob@example.org"]) await server.mailbox.expect(who, "News about your request");

  const mine = new RequestPage(page, inspector);
  await mine.open(ann.key);
  await expect(mine.statusTitle).toHaveText("Closed: we know about this already");
  await expect(page.getByText("We deal with this together with an earlier report of the same. We are looking at it.")).toBeVisible();
  await mine.inspected();
  await priya.close("Done", "The wall is clean.");
  for (const who of ["ann@example.org", "bob@example.org"]) {
    const mail = await server.mailbox.expect(who, "How it ended");
    expect(mail.text).toContain("It is done.");
    expect(mail.text).not.toContain("Zoltan");
  }
  await expect(page.getByText("We deal with this together with an earlier report of the same. It is finished.")).toBeVisible();
  await expect(page.getByText("Zoltan")).toHaveCount(0);
});
