import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { Form } from "../pages/form";
import { Server } from "../support/server";
import { expect, test } from "../support/test";

const document = (version: number, more: string): string => `id = "broken-bench"
version = ${version}
title = "Report a broken bench"
summary = "Tell us about a broken bench."
topic = "streets"
department = "street-scene"
keywords = ["bench"]
next = ["We look at the bench."]

[standard]
acknowledge = "1 working day"
complete = "5 working days"

[[questions]]
id = "what"
kind = "text"
label = "What is broken?"
${more}
[[questions]]
include = "contact"
`;

test("a form that changed while I filled it in keeps what I typed, and asks only for what is new", async ({ browser, inspector }) => {
  inspector.allow(/status of 409 .*\/api\/requests/);
  const server = await Server.start({ "broken-bench.toml": document(1, "") });
  try {
    const context = await browser.newContext({ baseURL: server.url });
    await inspector.watch(context);
    const form = new Form(await context.newPage(), inspector);
    await form.begin("broken-bench");
    await form.type("What is broken?", "The seat");
    await form.who({ name: "Sam Taylor", email: "sam@example.org" });
    await form.toCheck();

    const question = `\n[[questions]]\nid = "danger"\nkind = "yes_no"\nlabel = "Could somebody get hurt on it?"\n`;
    await writeFile(join(server.folder, "services", "broken-bench.toml"), document(2, question));
    const version = async () => {
      const view = (await (await fetch(`${server.url}/api/services/broken-bench`)).json()) as { service: { version: number } };
      return view.service.version;
    };
    await expect.poll(version).toBe(2);

    await form.send();
    await expect(form.question("Could somebody get hurt on it?")).toBeVisible();
    await expect(form.page.getByLabel("What is broken?")).toHaveValue("The seat");
    await expect(form.page.getByLabel("Full name")).toHaveValue("Sam Taylor");
    await form.inspected();
    await form.answer("Could somebody get hurt on it?", "No");
    await form.toCheck();
    await form.send();
    await form.confirmed();
    await context.close();
  } finally {
    await server.stop();
  }
});
