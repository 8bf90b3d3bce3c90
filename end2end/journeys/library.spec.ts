import { Form, SAM } from "../pages/form";
import { RequestPage } from "../pages/request";
import { Screen } from "../pages/screen";
import { expect, test } from "../support/test";

/** The window of a library's screen. */
const SCREEN = { width: 1024, height: 768 };
/** The same at 400 %. */
const ZOOMED = { width: 256, height: 192 };

test("an admin registers a public computer; a resident sends a request there, and takes a slip home", async ({ people, server, inspector }) => {
  test.slow();
  const omar = await people.staff("omar");
  await omar.page.goto("/staff/terminals");
  await omar.shows("Public computers");
  await omar.press("Register it");
  await expect(omar.summary).toContainText("Say what the computer is called");
  await omar.inspected();
  await omar.type("Its name", "By the window");
  await omar.type("Where it stands", "Central Library");
  await omar.page.getByLabel("Has a printer beside it").check();
  await omar.press("Register it");
  const told = omar.page.locator("#terminal-code");
  await expect(told).toContainText("The code for By the window");
  await expect(told).toBeFocused();
  await omar.inspected();
  const code = await told.locator(".govuk-heading-l").innerText();

  const computer = await people.somebody({ viewport: SCREEN });
  const page = await computer.newPage();
  const screen = new Screen(page, inspector);
  await page.goto("/terminal");
  await screen.type("The code of this computer", "AAAAA-AAAAA");
  await screen.press("Make this a public computer");
  await expect(page.locator(".govuk-error-message")).toContainText("This is not a code of a computer");
  await screen.type("The code of this computer", code);
  await screen.press("Make this a public computer");
  const bar = page.getByRole("region", { name: "This public computer" });
  await expect(bar).toContainText("By the window, Central Library");
  await expect(bar).toContainText("Clears itself in 5 minutes");
  await screen.started();
  await screen.inspected();

  // At 400 % the whole page is there, and the way to finish is two keys away.
  await page.setViewportSize(ZOOMED);
  await screen.inspected();
  await page.keyboard.press("F8");
  const sure = page.getByRole("dialog", { name: "Finish and clear everything?" });
  await expect(sure.getByRole("button", { name: "Finish and clear" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(sure).toBeHidden();
  await page.setViewportSize(SCREEN);

  const form = new Form(page, inspector);
  await form.graffitiToCheck(SAM, "By the steps of the library");
  await form.send();
  await form.confirmed();
  await expect(page.locator("main")).toContainText("This computer forgets you when you finish");
  await expect(page.locator("main")).not.toContainText("Keep this link");
  await screen.follow("Print the slip, or have it sent to you");
  await screen.shows("Your slip");
  await expect(page.getByRole("button", { name: "Print it" })).toBeVisible();
  await screen.type("Email address or mobile number", "kim");
  await screen.press("Send it");
  await expect(screen.summary).toContainText("Enter an email address, like name@example.com");
  await screen.inspected();
  await screen.type("Email address or mobile number", "kim@example.org");
  await screen.press("Send it");
  await expect(page.getByRole("status").filter({ hasText: "It is on its way." })).toBeVisible();
  await screen.inspected();
  const mail = await server.mailbox.expect("kim@example.org", "Your slip for “Report graffiti”");
  const [, reference, secret] = /Reference: (\S+)\s+Secret code: (\S+)/.exec(mail.text)!;
  await expect(page.locator("main")).toContainText(secret!);
  await page.keyboard.press("F8");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(`${server.url}/`);
  await screen.started();

  // At home, on a telephone.
  const phone = await people.somebody({ viewport: { width: 390, height: 844 } });
  const home = new RequestPage(await phone.newPage(), inspector);
  await home.page.goto("/follow");
  await home.shows("Find your request");
  await home.type("Reference", reference!);
  await home.type("Email address, or secret code", secret!.toLowerCase());
  await home.press("Find your request");
  await home.opened();
  await home.follow("Withdraw this request");
  await expect(home.heading).toBeVisible();

  // The computer is taken out of use.
  await omar.page.getByRole("button", { name: "Lock By the window" }).click();
  await omar.succeeded("By the window is out of use");
  inspector.allow(/status of 403/);
  await page.goto("/");
  await screen.shows("This computer is out of use");
});
