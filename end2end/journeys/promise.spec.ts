import { Form } from "../pages/form";
import { RequestPage } from "../pages/request";
import { expect, test } from "../support/test";

test("a promise that is missed is told, climbs to the director, is kept in the end, opened again, and complained about", async ({
  page,
  api,
  people,
  server,
  inspector,
}) => {
  const { key, reference } = await api.send("report-graffiti");
  const mine = new RequestPage(page, inspector);
  await mine.open(key);
  await expect(mine.statusTitle).toHaveText("Open: we have your request");

  // A fortnight in which nobody does anything, and in which the server was off.
  await server.later(15);
  const told = await server.mailbox.expect("sam@example.org", "We have missed our date, and this is the new one");
  expect(told.text).toContain("We have not, and we are sorry.");
  expect(told.text).toContain("Why: nobody had begun to work on it.");
  await mine.open(key);
  await expect(mine.statusTitle).toHaveText("Open, later than promised");
  await expect(mine.status).toContainText("nobody had begun to work on it");
  await expect(page.getByText(/We passed this to .*, because/).first()).toBeVisible();

  // Day by day it climbs.
  await server.later(30);
  await server.mailbox.expect("ivan@saltmarsh.example", "This needs you");
  const ivan = await people.staff("ivan");
  await ivan.openRequest(reference);
  await expect(ivan.page.getByText("Escalated")).toBeVisible();
  await ivan.take();
  await expect(ivan.page.getByText("Escalated")).toHaveCount(0);

  // A question, and its answer.
  await ivan.step("Ask the resident");
  await ivan.type("Your question", "Is it on the left or the right?");
  await ivan.press("Send the question");
  await ivan.succeeded("Your question has been sent");
  await mine.open(key);
  await expect(mine.statusTitle).toHaveText("Open: waiting for your answer");
  await expect(mine.status).toContainText("Is it on the left or the right?");
  await expect(page.getByRole("heading", { name: "Answer our question" })).toBeVisible();
  await mine.inspected();
  await mine.write("On the left.");
  await expect(mine.statusTitle).toHaveText(/^Open/);

  // Work is planned, begun and done.
  await ivan.page.reload();
  await ivan.step("Plan the work");
  await ivan.press("Plan the work");
  await ivan.complains("Enter the day");
  const soon = new Date(Date.now() + 31 * 86_400_000);
  await ivan.type("Day", String(soon.getUTCDate()));
  await ivan.type("Month", String(soon.getUTCMonth() + 1));
  await ivan.type("Year", String(soon.getUTCFullYear()));
  await ivan.press("Plan the work");
  await ivan.succeeded("The day is planned");
  await ivan.press("Work has begun");
  await ivan.succeeded("The resident can see that work has begun");
  await ivan.follow("Make a note for colleagues");
  await ivan.shows("Make a note");
  await ivan.type("Your note", "The ladder is in the north depot.");
  await ivan.press("Keep the note");
  await ivan.succeeded("Your note has been kept");
  await ivan.close("Nothing found", "Our crew went to look. It is gone.");

  await mine.open(key);
  await expect(mine.statusTitle).toHaveText("Closed: we looked, and found nothing");
  for (const words of ["Our crew went to look. It is gone.", "Done by", "What happens next", "If you do not agree", "Ivan Petrov"]) {
    await expect(mine.status).toContainText(words);
  }
  await expect(page.getByText("The ladder is in the north depot.")).toHaveCount(0);

  // It is not gone.
  await mine.follow("Open this request again");
  await mine.shows("Open this request again");
  await mine.press("Open it again");
  await mine.complains("Say what is not right, so that we can put it right");
  await mine.type("What is not right?", "It is still there, behind the bin.");
  await mine.press("Open it again");
  await expect(mine.statusTitle).toHaveText(/^Open/);
  await expect(mine.timeline.first()).toContainText("It is still there, behind the bin.");
  await expect(page.getByRole("link", { name: "Open this request again" })).toHaveCount(0);
  await server.mailbox.expect("ivan@saltmarsh.example", "The resident opened this again");

  // Closed again, it can be complained about, and not opened a second time.
  await ivan.page.reload();
  await ivan.close("Done", "It is gone from behind the bin, too.");
  await mine.open(key);
  await expect(mine.statusTitle).toHaveText("Done");
  await expect(page.getByRole("link", { name: "Open this request again" })).toHaveCount(0);
  await mine.press("Make a complaint about this");
  const complaint = new Form(page, inspector);
  await expect(page.getByLabel("Do you have a number for it? (optional)")).toHaveValue(reference);
  await complaint.type("What went wrong?", "It took six weeks.");
  await complaint.type("What would put it right?", "Look more often.");
  await complaint.goOn();
  await complaint.answer("Who is the complaint from?", "Me");
  await complaint.goOn();
  await complaint.send();
  const { reference: other } = await complaint.confirmed();
  await ivan.page.reload();
  await expect(ivan.page.getByText(other)).toBeVisible();
});

test("a request for another department is offered, and is ours until they take it", async ({ api, people, inspector }) => {
  inspector.allow(/status of 404/);
  const { reference } = await api.send("report-graffiti");
  const priya = await people.staff("priya");
  await priya.openRequest(reference);
  await priya.take();
  await priya.step("Ask somebody to take it");
  await priya.press("Ask them");
  await priya.complains("Choose who is to take it", "Say why, for who is to take it");
  await priya.page.getByLabel("Who is to take it?").selectOption({ label: "Waste and recycling" });
  await priya.type("Why?", "It is on a bin.");
  await priya.press("Ask them");
  await priya.succeeded("They have been asked. Until they take it, it stays yours");

  const grace = await people.staff("grace");
  await grace.page.goto(priya.page.url());
  await expect(grace.page.getByText("It is on a bin.").first()).toBeVisible();
  await grace.inspected();
  await grace.follow("say that you don’t take it");
  await grace.shows("Don’t take it");
  await grace.type("Why not?", "Our bins have no graffiti.");
  await grace.press("Don’t take it");
  await grace.shows(/open requests?$/);
  await expect(priya.page.getByText("Our bins have no graffiti.").first()).toBeVisible();
});

test("a complaint is closed with the agreement of somebody else who answers for the department", async ({ page, api, people, inspector }) => {
  inspector.allow(/status of (403|404|409)/);
  const { key, reference } = await api.send("complaint");
  const martin = await people.staff("martin");
  await martin.openRequest(reference);
  await martin.take();
  await martin.close("Nothing found", "We listened to the call. It was answered within a minute.");
  // He leads the department, so somebody else is asked.
  await expect(martin.page.getByText("Nobody agrees to what they propose themselves.")).toBeVisible();
  await expect(martin.page.getByRole("button", { name: "Agree, and close it" })).toHaveCount(0);
  const mine = new RequestPage(page, inspector);
  await mine.open(key, "Make a complaint");
  await expect(mine.statusTitle).toHaveText("Open: we are looking at it");
  const vera = await people.staff("vera");
  await vera.openQueue();
  await vera.follow(/^To agree \(/);
  await vera.row(reference).getByRole("link").click();
  await expect(vera.page.getByRole("heading", { name: "To be closed: Nothing found" })).toBeVisible();
  await vera.inspected();
  await vera.press("Agree, and close it");
  await vera.succeeded("The request is closed. The resident has been told");
  await mine.open(key, "Make a complaint");
  await expect(mine.statusTitle).toHaveText("Closed: we looked, and found nothing");
});
