import { RequestPage } from "../pages/request";
import { link } from "../support/mailbox";
import { expect, test } from "../support/test";

test("I find my request by its reference and my e-mail address", async ({ page, api, inspector }) => {
  const { reference, key } = await api.send("report-graffiti");
  const find = new RequestPage(page, inspector);
  await page.goto("/");
  await find.follow("Find your request");
  await find.shows("Find your request");
  await find.press("Find your request");
  await find.complains("Enter your reference", "Enter an email address in the right format, like name@example.com, or the code on your slip");
  await find.type("Reference", "1234");
  await find.type("Email address, or secret code", "sam@example.org");
  await find.press("Find your request");
  await find.complains("Check the reference. It has eight letters and numbers, like 7K3M-9PQ9");
  // As people write it down and read it out.
  await find.type("Reference", ` ${reference.toLowerCase().replace("-", " ")} `);
  await find.type("Email address, or secret code", "SAM@example.org ");
  await find.press("Find your request");
  await find.opened();
  await expect(page).toHaveURL(new RegExp(`/follow/${key}$`));
});

test("somebody else’s address finds nothing, and does not say which of the two is wrong", async ({ page, api, inspector }) => {
  inspector.allow(/status of (404|422) .*\/api\/follow/);
  const { reference } = await api.send("report-graffiti");
  const find = new RequestPage(page, inspector);
  await page.goto("/follow");
  await find.shows("Find your request");
  await find.type("Reference", reference);
  await find.type("Email address, or secret code", "kim@example.org");
  await find.press("Find your request");
  await find.complains("We can’t find a request with this reference and this email address or code. Check that both are right");
});

test("I write to those who deal with it, once however often I press", async ({ page, api, people, server, inspector }) => {
  const { key, reference } = await api.send("report-graffiti");
  const staff = await people.staff("priya");
  await staff.openRequest(reference);
  const mine = new RequestPage(page, inspector);
  await mine.open(key);
  await mine.press("Send message");
  await expect(page.locator("#message-error")).toHaveText("Error: Write a message");
  await mine.inspected();
  await mine.type("Your message", "It is\nstill there.");
  await page.getByRole("button", { name: "Send message" }).dblclick();
  await expect(page.getByText("Your message was sent.")).toBeVisible();
  await expect(page.getByLabel("Your message")).toHaveValue("");
  await expect(mine.timeline).toHaveCount(2);
  await expect(mine.timeline.first()).toContainText("It is\nstill there.");
  await expect(mine.timeline.first().getByRole("heading")).toHaveText("You wrote");
  await expect(staff.timeline.first().getByRole("heading")).toHaveText("The resident wrote");
  // Nobody has taken it: there is nobody to write an e-mail to.
  expect(await server.mailbox.to("priya@saltmarsh.example")).toHaveLength(1);
});

test("half a message is there after a reload, and other words after a lost reply are another message", async ({ page, api, inspector }) => {
  inspector.allow(/ERR_FAILED/);
  const { key } = await api.send("report-graffiti");
  const mine = new RequestPage(page, inspector);
  await mine.open(key);
  await mine.type("Your message", "It is st");
  await page.reload();
  await mine.opened();
  await expect(page.getByLabel("Your message")).toHaveValue("It is st");
  await mine.type("Your message", "It is still there.");
  // It arrives, and the reply does not.
  await page.route("**/messages", async (route) => {
    await route.fetch();
    await route.abort();
  });
  await mine.press("Send message");
  await expect(page.locator("#message-error")).toBeVisible();
  await page.unroute("**/messages");
  await page.reload();
  await mine.opened();
  await mine.press("Send message");
  await expect(page.getByText("Your message was sent.")).toBeVisible();
  await expect(mine.timeline).toHaveCount(2);
  await page.reload();
  await mine.opened();
  await expect(page.getByLabel("Your message")).toHaveValue("");

  await page.route("**/messages", async (route) => {
    await route.fetch();
    await route.abort();
  });
  await mine.type("Your message", "It is wet.");
  await mine.press("Send message");
  await expect(page.locator("#message-error")).toBeVisible();
  await page.unroute("**/messages");
  await mine.type("Your message", "It is dry.");
  await mine.press("Send message");
  await expect(page.getByText("Your message was sent.")).toBeVisible();
  await expect(mine.timeline.first()).toContainText("It is dry.");
  await expect(mine.timeline).toHaveCount(4);
});

test("what I am typing stays when news arrive", async ({ page, api, people, inspector }) => {
  const { key, reference } = await api.send("report-graffiti");
  const mine = new RequestPage(page, inspector);
  await mine.open(key);
  await page.getByLabel("Your message").pressSequentially("Half a sen");
  const staff = await people.staff("priya");
  await staff.openRequest(reference);
  await staff.take();
  await expect(mine.statusTitle).toHaveText("Open: we are looking at it");
  await expect(page.getByLabel("Your message")).toBeFocused();
  await page.keyboard.type("tence");
  await expect(page.getByLabel("Your message")).toHaveValue("Half a sentence");
});

test("I withdraw it, after I was asked whether I mean it", async ({ page, api, server, people, inspector }) => {
  const { key, reference } = await api.send("report-graffiti");
  const staff = await people.staff("priya");
  await staff.openRequest(reference);
  await staff.take();
  const mine = new RequestPage(page, inspector);
  await mine.open(key);
  await mine.follow("Withdraw this request");
  await mine.shows("Do you want to withdraw this request?");
  await mine.follow("Keep it open");
  await mine.opened();
  await mine.follow("Withdraw this request");
  await mine.shows("Do you want to withdraw this request?");
  await mine.type("Why? (optional)", "It is gone already.");
  await mine.press("Withdraw this request");
  await mine.opened();
  await expect(mine.statusTitle).toHaveText("Withdrawn: this is no longer needed");
  await expect(mine.timeline.first()).toContainText("It is gone already.");
  await expect(page.getByRole("link", { name: "Withdraw this request" })).toHaveCount(0);
  await server.mailbox.expect("sam@example.org", "Withdrawn");
  await server.mailbox.expect("priya@saltmarsh.example", "The resident withdrew this");
  await expect(staff.timeline.first()).toContainText("The resident withdrew the request");
  await staff.inspected();
  // The page that asked is no longer open.
  await page.goto(`/follow/${key}/withdraw`);
  await mine.opened();
});

test("a wrong link leads to a plain page that says what to do", async ({ page, inspector }) => {
  inspector.allow(/status of 404/);
  const mine = new RequestPage(page, inspector);
  for (const address of ["/follow/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "/follow/x/sent", "/follow/x/withdraw", "/nothing/here", "/services/no-such", "/services/report-graffiti/no-such-step"]) {
    await page.goto(address);
    await mine.shows("Page not found");
    await expect(page).toHaveTitle(/^Page not found/);
    await expect(page.getByRole("link", { name: "See everything you can do here" })).toBeVisible();
  }
});

test("a link with a full stop or a blank behind it leads to a page in words", async ({ page, api, inspector }) => {
  inspector.allow(/status of 404/);
  const { key } = await api.send("report-graffiti");
  const mine = new RequestPage(page, inspector);
  for (const address of [`/follow/${key}.`, `/follow/${key}%20`, `/follow/${key},`, `/services/report-graffiti.`]) {
    await page.goto(address);
    await mine.shows(/^(Page not found|Your request: Report graffiti)$/);
  }
});

test("without a stream of news the page asks by itself", async ({ page, api, people, inspector }) => {
  inspector.allow(/status of 403/);
  const { key, reference } = await api.send("report-graffiti");
  await page.route("**/events", (route) => route.fulfill({ status: 403, body: "blocked by the network" }));
  await page.clock.install();
  const mine = new RequestPage(page, inspector);
  await mine.open(key);
  const staff = await people.staff("priya");
  await staff.openRequest(reference);
  await staff.take();
  await expect(mine.statusTitle).toHaveText("Open: we have your request");
  await page.clock.fastForward(16_000);
  await expect(mine.statusTitle).toHaveText("Open: we are looking at it");
});

test("the confirmation gives me ways to keep the link", async ({ page, api, server, context, inspector }) => {
  const { key } = await api.send("report-graffiti");
  const mine = new RequestPage(page, inspector);
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto(`/follow/${key}/sent`);
  await mine.shows("We have your request");
  await mine.press("Copy the link");
  await expect(page.getByRole("button", { name: "Copied" })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(`${server.url}/follow/${key}`);
  await expect(page.getByRole("link", { name: "Email it to yourself" })).toHaveAttribute("href", /^mailto:\?subject=/);
});

test("I read my e-mails in the demonstration's mailbox and follow the link there", async ({ page, api, server, inspector }) => {
  const { key } = await api.send("report-graffiti");
  const mail = await server.mailbox.expect("sam@example.org", "We have your request");
  const mine = new RequestPage(page, inspector);
  await page.goto("/");
  await mine.follow("See the emails it writes");
  await mine.shows("Demonstration mailbox");
  await page.getByRole("article").filter({ hasText: "We have your request" }).getByRole("link", { name: link(mail) }).click();
  await mine.opened();
  await expect(page).toHaveURL(`${server.url}/follow/${key}`);
});

test("when the server can't answer I am told, and can try again", async ({ page, inspector }) => {
  inspector.allow(/status of 500/);
  const home = new RequestPage(page, inspector);
  await page.goto("/help");
  await home.shows("Help and accessibility");
  await page.route("**/api/services", (route) => route.fulfill({ status: 500, body: "" }), { times: 1 });
  await page.getByRole("link", { name: "Home" }).click();
  await expect(page.getByRole("heading", { name: "Sorry, there is a problem" })).toBeVisible();
  await home.press("Try again");
  await expect(page.getByRole("link", { name: "Report graffiti" }).first()).toBeVisible();
  await home.inspected();
});

test("when the app can't start the page works as it is, with a number to ring", async ({ page, inspector }) => {
  inspector.plain = "blocked";
  inspector.allow(/ERR_FAILED|Failed to fetch|NetworkError|preloaded using link preload/);
  await page.route("**/*.wasm", (route) => route.abort());
  await page.goto("/services/report-graffiti");
  await expect(page.getByText("You can also ring us on 01632 960 960")).toBeVisible();
  await inspector.settled(page);
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.locator(".govuk-error-summary")).toContainText("Choose an answer to “What is the graffiti on?”");
});
