import { STAFF, expect, test } from "../support/test";

test("a manager hands requests over, and takes them away as a file", async ({ api, people, inspector }) => {
  inspector.allow(/status of 403/);
  const first = await api.send("report-graffiti", { "place.words": "Mill Lane" });
  const second = await api.send("report-graffiti", { "place.words": "Bridge Street" });
  const tom = await people.staff("tom");
  await tom.openQueue();
  await tom.follow("Hand over");
  await tom.shows("Hand over requests");
  await tom.press("Hand over");
  await tom.complains("Choose one request or more", "Choose who is to have them");
  await tom.page.getByRole("checkbox", { name: first.reference }).check();
  await tom.page.getByRole("checkbox", { name: second.reference }).check();
  await tom.page.getByLabel("Who is to have them?").selectOption({ label: STAFF.priya.name });
  await tom.press("Hand over");
  await tom.succeeded("You handed over 2 requests");
  const priya = await people.staff("priya");
  await priya.page.goto("/staff?show=mine");
  await priya.shows("2 open requests of mine");

  await tom.follow("Export");
  await tom.shows("Export requests");
  await tom.inspected();
  const coming = tom.page.waitForEvent("download");
  await tom.press("Download the file");
  expect((await coming).suggestedFilename()).toMatch(/^requests-\d{4}-\d\d-\d\d\.csv$/);
});

test("an admin gives roles, which hold at once; an auditor reads who did", async ({ people, inspector }) => {
  inspector.allow(/status of (403|409)/);
  const omar = await people.staff("omar");
  await omar.page.goto("/staff");
  await omar.shows("Staff");
  const role = (name: string) => omar.page.getByLabel(`Role of ${name}`, { exact: true });
  await expect(role(STAFF.tom.name)).toHaveValue("manager");
  await omar.inspected();
  await role(STAFF.omar.name).selectOption("officer");
  await omar.press(`Change the role of ${STAFF.omar.name}`);
  await omar.complains("This is the last admin. Make somebody else an admin first");
  await role(STAFF.elin.name).selectOption("manager");
  await omar.press(`Change the role of ${STAFF.elin.name}`);
  await omar.succeeded("Elin Price is now: Manager");

  const elin = await people.staff("elin");
  await elin.openQueue();
  await expect(elin.page.getByRole("link", { name: "Export" })).toBeVisible();
  // A page that is not for a role says so.
  await elin.page.goto("/staff/audit");
  await elin.shows("This is not for your role");

  const nia = await people.staff("nia");
  await nia.page.goto("/staff");
  await nia.shows("Audit log");
  await expect(nia.row("role: officer to manager")).toContainText("Omar Farouk");
  await nia.inspected();
});

test("I see where I am signed in, and sign out everywhere", async ({ people, inspector }) => {
  inspector.allow(/status of 401/);
  const desk = await people.staff("priya");
  const other = await people.staff("priya");
  await other.openQueue();
  await desk.openQueue();
  await desk.follow("Where you are signed in");
  await desk.shows("Where you are signed in");
  await expect(desk.page.locator("main li")).toHaveCount(2);
  await desk.inspected();
  await desk.press("Sign out everywhere");
  await desk.shows("Sign in");
  await other.page.reload();
  await other.shows("Sign in");
});
