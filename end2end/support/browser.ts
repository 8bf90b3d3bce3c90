import type { BrowserContext } from "@playwright/test";

const isRoot = process.getuid?.() === 0;

/** What every browser of the journeys is started with. */
export const ARGUMENTS = ["--disable-gpu", "--disable-dev-shm-usage", ...(isRoot ? ["--no-sandbox"] : [])];

/** Keeps the app away until it is let in. */
export async function held(context: BrowserContext): Promise<() => void> {
  let open = () => {};
  const gate = new Promise<void>((wake) => (open = wake));
  await context.route("**/*.wasm", async (route) => {
    await gate;
    await route.continue();
  });
  return open;
}
