import { expect, test } from "../support/test";

test("the first question is there after six requests", async ({ page, form }) => {
  const requests: string[] = [];
  page.on("request", (request) => {
    if (request.url().startsWith("http")) requests.push(new URL(request.url()).pathname);
  });
  await page.goto("/services/report-graffiti/surface", { waitUntil: "networkidle" });
  await form.shows("What is the graffiti on?");
  expect(requests.length, requests.join("\n")).toBeLessThanOrEqual(6);
});
