import { SAM } from "../pages/form";
import { Api } from "../support/api";
import { metadata } from "../support/jpeg";
import { WALL, uploadsOf } from "../support/photos";
import { expect, test } from "../support/test";

test("I add five photos; a sixth is not taken", async ({ page, form, darkroom }) => {
  await form.graffiti();
  const six = await Promise.all(["a", "b", "c", "d", "e", "f"].map((name) => darkroom.small(`${name}.jpg`)));
  await form.pick(...six);
  await expect(page.getByText("1 file was not added, because you can send up to 5 files.")).toBeVisible();
  await expect(form.photos).toHaveCount(5);
  await expect(form.waiting).toHaveCount(0);
  await form.inspected();
  await form.pick(six[0]!);
  await expect(page.getByText("1 file was not added, because you can send up to 5 files.")).toBeVisible();
  await expect(form.photos).toHaveCount(5);

  await form.type("What does photo 2 show? (optional)", "The second");
  await form.type("What does photo 3 show? (optional)", "The third");
  await page.getByRole("button", { name: "Remove photo 2" }).click();
  await expect(form.photos).toHaveCount(4);
  await expect(page.getByLabel("What does photo 2 show? (optional)")).toHaveValue("The third");
  await expect(page.locator("#announcer")).toContainText("Photo 2 was removed");
  await expect(form.picker).toBeFocused();
  await form.pick(six[5]!);
  await expect(form.photos).toHaveCount(5);
  await expect(page.getByText(/not added/)).toHaveCount(0);

  await page.reload();
  await form.shows("Report graffiti");
  await expect(form.photos).toHaveCount(5);
  await expect(page.getByLabel("What does photo 2 show? (optional)")).toHaveValue("The third");
});

test("the photos of one form are not those of another", async ({ page, form, darkroom }) => {
  await form.graffiti();
  await form.pick(await darkroom.phone());
  await expect(form.photos).toHaveCount(1);
  await expect(page.getByRole("group", { name: "Use the place where this photo was taken?" })).toBeVisible();
  await form.pick({ name: "empty.jpg", mimeType: "image/jpeg", buffer: Buffer.alloc(0) });
  await expect(form.waiting).toHaveCount(1);
  // Without a page load: what the app remembers is what this is about.
  await form.follow("Home");
  await form.follow("Ask us something else");
  await form.shows("Ask us something else");
  await form.answer("Is anybody in danger now?", "No");
  await form.type("What would you like to ask or tell us?", "When do you open?");
  await expect(form.photos).toHaveCount(0);
  await expect(form.waiting).toHaveCount(0);
  await expect(page.getByRole("group", { name: "Use the place where this photo was taken?" })).toHaveCount(0);
  await form.who(SAM);
  await form.toCheck();
});

test("what is no good is named, one by one, and everything else stays", async ({ page, form, darkroom }) => {
  const good = await darkroom.small("good.jpg");
  const file = (name: string, buffer: Buffer) => ({ name, mimeType: "image/jpeg", buffer });
  await form.graffiti();
  await form.pick(
    file("empty.jpg", Buffer.alloc(0)),
    file("setup.exe.jpg", Buffer.concat([Buffer.from("MZ\x90\0\x03\0\0\0", "latin1"), Buffer.alloc(4_096, 0x90)])),
    file("half.jpg", (await darkroom.phone()).buffer.subarray(0, 1_000_000)),
    good,
  );
  const told = (name: string) => form.waiting.filter({ hasText: name }).locator(".govuk-error-message");
  await expect(told("empty.jpg")).toHaveText("The file “empty.jpg” is empty. Choose another.");
  await expect(told("setup.exe.jpg")).toHaveText("The file “setup.exe.jpg” must be a photo: a JPEG, PNG or WebP.");
  await expect(told("half.jpg")).toHaveText("The file “half.jpg” did not upload completely. Try adding it again.");
  await expect(form.photos).toHaveCount(1);
  await form.type("What does photo 1 show? (optional)", "The good one");
  await form.inspected();
  await page.getByRole("button", { name: "Remove empty.jpg" }).click();
  await expect(form.waiting).toHaveCount(2);
  await form.who(SAM);
  await form.toCheck();
  await expect(form.line("Add photos of the graffiti")).toContainText("1 photo");
  await expect(page.getByRole("img", { name: "The good one" })).toBeVisible();
  await form.send();
  await form.confirmed();
});

test("a PNG that calls itself JPEG is taken for what it is", async ({ page, form, darkroom }) => {
  const uploads = await uploadsOf(page);
  await form.graffiti();
  await form.pick(await darkroom.pngNamedJpg());
  await expect(form.photos).toHaveCount(1);
  expect(metadata(uploads[0]!)).toEqual([]);
});

test("a photo of 25 MB is made small before it is sent", async ({ page, form, darkroom }) => {
  test.slow();
  const huge = await darkroom.huge();
  expect(huge.buffer.length).toBeGreaterThan(25 * 1024 * 1024);
  const uploads = await uploadsOf(page);
  await form.graffiti();
  await form.pick(huge);
  await expect(form.photos).toHaveCount(1, { timeout: 30_000 });
  await expect.poll(() => uploads.length).toBe(1);
  expect(uploads[0]!.length).toBeLessThan(2_500_000);
});

test("the place in a photo is offered, and stays with me when I say no", async ({ page, form, darkroom }) => {
  await form.graffiti();
  await form.pick(await darkroom.phone());
  await expect(form.photos).toHaveCount(1);
  const offer = page.getByRole("group", { name: "Use the place where this photo was taken?" });
  // Neither is chosen for me; going on without an answer is a no.
  await expect(offer.getByRole("radio", { checked: true })).toHaveCount(0);
  await offer.getByRole("radio", { name: "Yes" }).check();
  await offer.getByRole("radio", { name: "No" }).check();
  await form.who(SAM);
  await form.toCheck();
  await expect(page.getByText("With the place where the photo was taken")).toHaveCount(0);
  const [sent] = await Promise.all([page.waitForRequest("**/api/requests"), form.send()]);
  const body = sent.postData() ?? "";
  expect(body).toContain("photos.1");
  expect(body).not.toContain(WALL.lat.toFixed(2));
  await form.confirmed();
});

test("I can't go on while a photo is on its way, and I can stop it", async ({ page, form, darkroom, inspector }) => {
  inspector.allow(/ERR_FAILED/);
  await form.graffiti();
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/api/photos", async (route) => {
    await held;
    await route.continue().catch(() => undefined);
  });
  await form.pick(await darkroom.small());
  await expect(form.waiting.getByRole("progressbar")).toBeVisible();
  await form.inspected();
  await form.who(SAM);
  await form.goOn();
  await form.complains("Your files are still being sent. Wait a moment, or remove those you can do without");
  await page.getByRole("button", { name: "Remove wall.jpg" }).click();
  await expect(form.waiting).toHaveCount(0);
  release();
  await form.toCheck();
});

test("a photo that does not get through is told, and the rest of the form goes on", async ({ page, form, darkroom, inspector }) => {
  inspector.allow(/ERR_FAILED/);
  await page.route("**/api/photos", (route) => route.abort());
  await form.graffiti();
  await form.pick(await darkroom.small());
  await expect(form.waiting.locator(".govuk-error-message")).toHaveText(
    "The file “wall.jpg” was not sent. Check that you are online, then try adding it again.",
  );
  await form.inspected();
  await form.who(SAM);
  await form.toCheck();
});

test("my photo is shown to those who may see my request, and to nobody else", async ({ api, darkroom, request, people, server }) => {
  const { buffer } = await darkroom.small();
  const mine = await api.photo(buffer);
  const theirs = await api.photo(buffer);
  const one = await api.send("report-graffiti", { "photos.1": mine });
  const other = await api.send("report-graffiti", { "photos.1": theirs, "you.email": "kim@example.org" });
  const status = async (path: string) => (await request.get(server.url + path)).status();
  for (const size of ["", "?size=thumb"]) {
    expect(await status(`/api/follow/${one.key}/photos/${mine}${size}`)).toBe(200);
    expect(await status(`/api/follow/${other.key}/photos/${mine}${size}`)).toBe(404);
    expect(await status(`/api/follow/wrong/photos/${mine}${size}`)).toBe(404);
  }
  expect(await status(`/api/photos/${mine}`)).toBe(404);

  const street = await people.somebody();
  const priya = new Api(street.request, server);
  await priya.signIn("priya@saltmarsh.example");
  const { id } = (await priya.queue()).find((row) => row.reference === one.reference)!;
  const photo = `/api/staff/requests/${id}/photos/${mine}`;
  expect(await status(photo)).toBe(401);
  expect((await street.request.get(server.url + photo)).status()).toBe(200);
  expect((await street.request.get(server.url + `/api/staff/requests/${id}/photos/${theirs}`)).status()).toBe(404);
  const waste = await people.somebody();
  await new Api(waste.request, server).signIn("grace@saltmarsh.example");
  expect((await waste.request.get(server.url + photo)).status()).toBe(404);
});

test("what makes photos small is only fetched once I pick one", async ({ page, form, darkroom }) => {
  const fetched: string[] = [];
  page.context().on("request", (request) => {
    if (request.url().includes("photo-worker")) fetched.push(request.url());
  });
  await form.graffiti();
  expect(fetched).toEqual([]);
  await form.pick(await darkroom.small());
  await expect(form.photos).toHaveCount(1);
  expect(fetched.some((url) => url.endsWith(".js"))).toBe(true);
});
