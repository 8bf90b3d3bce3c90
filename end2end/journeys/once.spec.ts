import { Form } from "../pages/form";
import { expect, test } from "../support/test";

const SEND = "**/api/requests";

/** How many requests the department has got. */
async function stored(people: import("../support/test").People): Promise<number> {
  const staff = await people.staff("priya");
  await staff.openQueue();
  const many = await staff.rows.count();
  await staff.page.context().close();
  return many;
}

test("a double click sends one request", async ({ page, form, people }) => {
  let sent = 0;
  page.on("request", (request) => (sent += request.url().endsWith("/api/requests") ? 1 : 0));
  await form.graffitiToCheck();
  await form.sender.dblclick();
  await form.confirmed();
  expect(sent).toBe(1);
  expect(await stored(people)).toBe(1);
});

test("sent from two tabs it is one request", async ({ form, context, inspector, people }) => {
  await form.graffitiToCheck();
  const other = new Form(await context.newPage(), inspector);
  await other.page.goto("/services/report-graffiti/check");
  await other.shows("Check your answers");
  await form.send();
  const first = await form.confirmed();
  await other.send();
  const second = await other.confirmed();
  expect(second).toEqual(first);
  expect(await stored(people)).toBe(1);
});

test("sent from two tabs at the same moment it is one request", async ({ form, context, inspector, people }) => {
  await form.graffitiToCheck();
  const other = new Form(await context.newPage(), inspector);
  await other.page.goto("/services/report-graffiti/check");
  await other.shows("Check your answers");
  await Promise.all([form.send(), other.send()]);
  expect(await other.confirmed()).toEqual(await form.confirmed());
  expect(await stored(people)).toBe(1);
});

test("a reply that got lost: trying again gives the same request", async ({ page, form, server, inspector, people }) => {
  inspector.allow(/ERR_FAILED .*\/api\/requests/);
  await form.graffitiToCheck();
  let reply: { reference: string } | undefined;
  await page.route(
    SEND,
    async (route) => {
      reply = (await (await route.fetch()).json()) as { reference: string };
      await route.abort();
    },
    { times: 1 },
  );
  await form.send();
  await expect(page.getByRole("alert")).toContainText("Not sent yet");
  await expect(page.getByRole("alert")).toBeFocused();
  await expect(page.getByRole("alert")).toContainText("trying again does not send them twice");
  await expect(page).toHaveTitle(/^Error: /);
  await form.inspected();
  await form.send();
  expect((await form.confirmed()).reference).toBe(reply?.reference);
  expect(await stored(people)).toBe(1);
  await server.mailbox.expect("sam@example.org", "We have your request");
  expect(await server.mailbox.to("sam@example.org")).toHaveLength(1);
});

test("a lost reply, then another answer: I am told that it was sent, and led there", async ({ page, form, inspector, people }) => {
  inspector.allow(/(ERR_FAILED|status of 422) .*\/api\/requests/);
  await form.graffitiToCheck();
  let reply: { reference: string; key: string } | undefined;
  await page.route(
    SEND,
    async (route) => {
      reply = (await (await route.fetch()).json()) as { reference: string; key: string };
      await route.abort();
    },
    { times: 1 },
  );
  await form.send();
  await expect(page.getByRole("alert")).toContainText("Not sent yet");
  await form.change("Where is it?");
  await form.where("Somewhere else");
  await form.toCheck();
  await form.send();
  const told = page.getByRole("alert");
  await expect(told).toContainText("You have sent this already");
  await expect(told).toContainText(`This was sent before, as ${reply?.reference}.`);
  await form.inspected();
  await told.getByRole("link", { name: "Open the request you sent" }).click();
  await expect(page).toHaveURL(new RegExp(`/follow/${reply?.key}$`));
  await form.shows("Your request: Report graffiti");
  await expect(page.getByText("Underpass at Mill Lane")).toBeVisible();
  expect(await stored(people)).toBe(1);
});

test("…or I start a new one instead", async ({ page, form, inspector }) => {
  inspector.allow(/(ERR_FAILED|status of 422) .*\/api\/requests/);
  await form.graffitiToCheck();
  await page.route(SEND, async (route) => void (await route.fetch(), await route.abort()), { times: 1 });
  await form.send();
  await expect(page.getByRole("alert")).toContainText("Not sent yet");
  await form.change("Where is it?");
  await form.where("Somewhere else");
  await form.toCheck();
  await form.send();
  await form.press("Start a new one instead");
  await form.shows("Report graffiti");
  await expect(page.getByLabel("What is it near?")).toHaveValue("");
});

test("without a connection nothing is lost, and later it is sent", async ({ page, form, context, inspector, people }) => {
  inspector.allow(/ERR_INTERNET_DISCONNECTED/);
  await form.graffitiToCheck();
  await context.setOffline(true);
  await form.send();
  await expect(page.getByRole("alert")).toContainText("Not sent yet");
  await expect(page.getByRole("alert")).toContainText("They are kept on this device.");
  await expect(form.line("Where is it?")).toContainText("Underpass at Mill Lane");
  await context.setOffline(false);
  await page.reload();
  await form.shows("Check your answers");
  await expect(form.line("Where is it?")).toContainText("Underpass at Mill Lane");
  await form.send();
  await form.confirmed();
  expect(await stored(people)).toBe(1);
});

for (const [who, status, body] of [
  ["a café’s sign-in page", 200, "<!doctype html><title>Sign in to CafeNet</title>"],
  ["an empty reply", 200, ""],
  ["half a reply", 201, '{"reference":"7K3M-9PQ9"'],
  ["a proxy’s error page", 502, "<h1>Bad gateway</h1>"],
] as const) {
  test(`${who} is no acknowledgement`, async ({ page, form, inspector }) => {
    inspector.allow(/status of 502/);
    await form.graffitiToCheck();
    await page.route(SEND, (route) => route.fulfill({ status, contentType: "text/html", body }), { times: 1 });
    await form.send();
    await expect(page.getByRole("alert")).toContainText("Not sent yet");
    await expect(page).toHaveURL(/\/check$/);
    await form.send();
    await form.confirmed();
  });
}
