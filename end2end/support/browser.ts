const isRoot = process.getuid?.() === 0;

/** What every browser of the journeys is started with. */
export const ARGUMENTS = ["--disable-gpu", "--disable-dev-shm-usage", ...(isRoot ? ["--no-sandbox"] : [])];
