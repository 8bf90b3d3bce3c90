import { expect, test } from "../support/test";

test("the first question is there after six requests", async ({ page, form }) => {
  const requests: string[] = [];
  page.on("request", (request) => {
    if (request.url().startsWith("http")) requests.push(new URL(request.url()).pathname);
  });
  await page.goto("/services/report-graffiti", { waitUntil: "networkidle" });
  await form.shows("Report graffiti");
  await expect(form.question("What is the graffiti on?")).toBeVisible();
  expect(requests.length, requests.join("\n")).toBeLessThanOrEqual(6);
});
