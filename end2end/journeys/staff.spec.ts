import { Workspace } from "../pages/staff";
import { STAFF, expect, test } from "../support/test";

test("I sign in with the code from my e-mail; a wrong one does not let me in", async ({ page, server, inspector }) => {
  inspector.allow(/status of (401|422)/);
  const staff = new Workspace(page, inspector);
  await page.goto("/staff");
  await staff.shows("Sign in");
  await staff.press("Continue");
  await staff.complains("Enter your work email address");
  await staff.type("Work email address", STAFF.tom.email);
  await staff.press("Continue");
  await staff.shows("Enter the code");
  await staff.press("Sign in");
  await staff.complains("Enter the code from the email");
  const code = await server.mailbox.code(STAFF.tom.email, 0);
  await staff.type("Code", code === "000000" ? "111111" : "000000");
  await staff.press("Sign in");
  await staff.complains("The code is wrong, or too old. Check it, or get a new one");
  // As it is copied from an e-mail.
  await staff.type("Code", ` ${code.slice(0, 3)} ${code.slice(3)} `);
  await staff.press("Sign in");
  await staff.shows("0 open requests");
  await expect(page.getByText("Tom Okafor, Street scene")).toBeVisible();
  // A code works once.
  await page.context().clearCookies();
  await page.goto("/staff");
  await staff.shows("Sign in");
});

test("an address that is nobody’s is answered the same", async ({ page, server, inspector }) => {
  inspector.allow(/status of (401|422)/);
  const staff = new Workspace(page, inspector);
  await page.goto("/staff/sign-in");
  await staff.shows("Sign in");
  await staff.type("Work email address", "nobody@saltmarsh.example");
  await staff.press("Continue");
  await staff.shows("Enter the code");
  await staff.type("Code", "123456");
  await staff.press("Sign in");
  await staff.complains("The code is wrong, or too old. Check it, or get a new one");
  expect(await server.mailbox.to("nobody@saltmarsh.example")).toEqual([]);
});

test("the queue of my department has the earliest promise first", async ({ api, people }) => {
  const first = await api.send("report-graffiti", { "place.words": "Mill Lane" });
  const second = await api.send("report-graffiti", { "place.words": "Bridge Street" });
  const question = await api.send("ask-us", { department: "street-scene" });
  await api.send("missed-bin");
  const staff = await people.staff("priya");
  await staff.openQueue();
  await staff.shows("3 open requests");
  await expect(staff.rows).toContainText([first.reference, second.reference, question.reference]);
  await expect(staff.rows.nth(0)).toContainText("Mill Lane");
  await expect(staff.rows.nth(2)).toContainText("When does the library open?");
  await expect(staff.rows.nth(0)).toContainText("Nobody yet");

  await staff.openRequest(first.reference);
  await staff.take();
  await staff.moveTo(new Date(Date.now() + 60 * 86_400_000), "Waiting for a part.");
  await staff.follow("Back");
  await expect(staff.rows).toContainText([second.reference, question.reference, first.reference]);
  await staff.follow("Mine");
  await staff.shows("1 open request of mine");
  await expect(staff.rows).toContainText([first.reference]);
  await staff.follow("Closed");
  await staff.shows("0 closed requests");
  await expect(staff.page).toHaveURL(/\?show=closed$/);
});

test("another department can’t open it, nor see that it is there", async ({ api, people, inspector }) => {
  inspector.allow(/status of 404/);
  const { reference } = await api.send("report-graffiti");
  const priya = await people.staff("priya");
  await priya.openRequest(reference);
  const address = priya.page.url();
  const grace = await people.staff("grace");
  await grace.openQueue();
  await grace.shows("0 open requests");
  for (const page of ["", "/write", "/move", "/close"]) {
    await grace.page.goto(address + page);
    await grace.shows("Page not found");
  }
  await grace.page.goto("/staff/requests/not-an-id");
  await grace.shows("Page not found");
});

test("only the person who has a request can act on it, and pages say so", async ({ api, people, inspector }) => {
  inspector.allow(/status of 409/);
  const { reference } = await api.send("report-graffiti");
  const priya = await people.staff("priya");
  await priya.openRequest(reference);
  await priya.take();
  const tom = await people.staff("tom");
  await tom.openQueue();
  await expect(tom.row(reference)).toContainText("Priya Shah");
  await tom.openRequest(reference);
  await expect(tom.page.getByText(/^Only Priya Shah can write to the resident/)).toBeVisible();
  await expect(tom.page.getByRole("link", { name: "Write to the resident" })).toHaveCount(0);
  await tom.page.goto(`${tom.page.url()}/write`);
  await tom.shows("Write to the resident");
  await expect(tom.page.getByText(/^Priya Shah has this request\. Only the person who has it can do this/)).toBeVisible();
  await expect(tom.page.getByRole("button", { name: "Send the message" })).toHaveCount(0);

  // Priya is writing while Tom takes it over.
  await priya.follow("Write to the resident");
  await priya.type("Your message", "We are on our way.");
  await tom.follow("Go to the request");
  await tom.press("Take it over");
  await tom.succeeded("You have this request now");
  await expect(priya.page.getByText(/^Tom Okafor has this request/)).toBeVisible();
  await priya.press("Send the message");
  await expect(priya.summary).toContainText("has this request now. To go on, take it over first. What you typed is still here");
  await expect(priya.page.getByLabel("Your message")).toHaveValue("We are on our way.");
  await priya.inspected();
});

test("standard replies help to write to a resident and to ask", async ({ api, people }) => {
  const { reference } = await api.send("report-graffiti");
  const staff = await people.staff("priya");
  await staff.openRequest(reference);
  await staff.take();
  await staff.follow("Write to the resident");
  await staff.page.getByLabel("Standard reply").selectOption({ label: "Dry weather" });
  await expect(staff.page.getByLabel("Your message")).toHaveValue(/^Our crew has been there/);
  await staff.inspected();
  await staff.press("Send the message");
  await staff.succeeded("Your message has been sent");
  await staff.follow("Ask the resident");
  await expect(staff.page.getByRole("option", { name: "Dry weather" })).toHaveCount(0);
  await staff.page.getByLabel("Standard reply").selectOption({ label: "Which wall?" });
  await staff.press("Send the question");
  await staff.succeeded("Your question has been sent. The promise waits for the answer");
});

test("every way of closing needs its reason", async ({ api, people }) => {
  const { reference } = await api.send("report-graffiti");
  const staff = await people.staff("priya");
  await staff.openRequest(reference);
  await staff.take();
  await staff.follow("Close the request");
  await staff.shows("Close the request");
  await staff.press("Close the request");
  await staff.complains("Choose how it ended", "Write what to tell the resident");
  await staff.choose("Declined by policy");
  await staff.press("Close the request");
  await staff.complains("Choose the policy it is declined by", "Write what to tell the resident", "Say what would change the answer");
  await staff.choose("Not ours");
  await expect(staff.page.getByRole("group", { name: "Which policy?" })).toHaveCount(0);
  await staff.page.getByLabel("Standard reply").selectOption({ label: "Another organisation" });
  await expect(staff.page.getByLabel("What was done, or why not")).toHaveValue(/^The council is not responsible for this/);
  await staff.type("Who is responsible, and how to reach them?", "The railway: 03457 11 41 41");
  await staff.type("What was done, or why not", "As you know, it is the railway’s bridge.");
  await expect(staff.page.getByText("It could be said better")).toBeVisible();
  await staff.type("What was done, or why not", "It is the railway’s bridge.");
  await expect(staff.page.getByText("It could be said better")).toHaveCount(0);
  await staff.press("Close the request");
  await staff.succeeded("Done. The resident is told when it is closed");
  await expect(staff.statusTitle).toHaveText("Not ours");
  await expect(staff.page.getByRole("link", { name: "Write to the resident" })).toHaveCount(0);
});

test("a date that can’t be promised is explained", async ({ api, people }) => {
  const { reference } = await api.send("report-graffiti");
  const staff = await people.staff("priya");
  await staff.openRequest(reference);
  await staff.take();
  await staff.follow("Move the promised date");
  await staff.press("Move the date");
  await expect(staff.summary.getByRole("listitem")).toHaveCount(2);
  await staff.inspected();
  await staff.type("Day", "31");
  await staff.type("Month", "February");
  await staff.type("Year", "2027");
  await staff.type("Why the date moves", "Rain.");
  await staff.press("Move the date");
  await expect(staff.summary).toContainText("28");
  await staff.type("Day", "1");
  await staff.type("Month", "1");
  await staff.type("Year", "2020");
  await staff.press("Move the date");
  await expect(staff.summary.getByRole("link")).toHaveCount(1);
  await staff.summary.getByRole("link").click();
  await expect(staff.page.getByLabel("Day")).toBeFocused();
  await staff.inspected();
});

test("when my session has ended I sign in and am where I wanted to be, with what I typed", async ({ api, people, server, inspector }) => {
  inspector.allow(/status of 401/);
  const { reference } = await api.send("report-graffiti");
  const staff = await people.staff("priya");
  await staff.openRequest(reference);
  await staff.take();
  await staff.follow("Write to the resident");
  await staff.type("Your message", "A long message that took me long.");
  const address = staff.page.url();
  await staff.page.context().clearCookies();
  await staff.press("Send the message");
  await staff.signIn(STAFF.priya.email, server.mailbox);
  await staff.shows("Write to the resident");
  await expect(staff.page).toHaveURL(address);
  await expect(staff.page.getByLabel("Your message")).toHaveValue("A long message that took me long.");
  await staff.press("Send the message");
  await staff.succeeded("Your message has been sent");
});

test("a link to a request leads there after signing in", async ({ page, api, people, server, inspector }) => {
  inspector.allow(/status of 401/);
  const { reference } = await api.send("report-graffiti");
  const priya = await people.staff("priya");
  await priya.openRequest(reference);
  const staff = new Workspace(page, inspector);
  await page.goto(priya.page.url());
  await staff.signIn(STAFF.tom.email, server.mailbox);
  await staff.shows("Report graffiti");
  await expect(page).toHaveURL(priya.page.url());
});

test("I sign out and nothing is left on the screen or in the browser", async ({ api, people, inspector }) => {
  inspector.allow(/status of 401/);
  const { reference } = await api.send("report-graffiti");
  const staff = await people.staff("priya");
  await staff.openRequest(reference);
  await staff.press("Sign out");
  await staff.shows("Sign in");
  await staff.succeeded("You have signed out");
  await expect(staff.page.getByLabel("Work email address")).toHaveValue("");
  expect(await staff.page.evaluate(() => Object.keys({ ...localStorage, ...sessionStorage }))).toEqual([]);
  await staff.page.goBack();
  await staff.shows("Sign in");
  await expect(staff.page.getByText("Sam Taylor")).toHaveCount(0);
});

for (const next of ["//evil.example", "https://evil.example/staff", "/%5Cevil.example", "javascript:alert(1)", "/staff/sign-in"]) {
  test(`signing in never leads to ${next}`, async ({ page, server, inspector }) => {
    inspector.allow(/status of 401/);
    const staff = new Workspace(page, inspector);
    await page.goto(`/staff/sign-in?next=${next}`);
    await staff.signIn(STAFF.dan.email, server.mailbox);
    await staff.shows("0 open requests");
    await expect(page).toHaveURL(`${server.url}/staff`);
  });
}
