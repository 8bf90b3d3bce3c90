// Starts an app. It becomes one script with the app's glue, `app.js` here (see xtask/src/app.rs), and reads
// from its own tag where the wasm is: the policy allows no inline script.
import start from "./app.js";

// A page that is shown again as it was left would show answers that have been sent meanwhile.
addEventListener("pageshow", (event) => event.persisted && location.reload());

// What the person probably needs next is fetched once they have begun: an app that is only looked at costs nothing more.
const next = document.querySelector("meta[name=portico-next]")?.content.split(" ") ?? [];
const begun = new AbortController();
for (const sign of ["pointerdown", "keydown"]) {
  addEventListener(
    sign,
    () => {
      begun.abort();
      for (const address of next) fetch(address, { priority: "low" }).catch(() => {});
    },
    { signal: begun.signal },
  );
}

// A word that is being put together in an input method would fall apart when the app takes the page over, and a button
// that is being pressed would be gone when it is let go.
const hands = [
  ["compositionstart", "compositionend"],
  ["pointerdown", "pointerup", "pointercancel"],
].map(([begin, ...ends]) => {
  const hand = {};
  addEventListener(begin, () => (hand.busy ??= new Promise((done) => (hand.done = done))));
  // What follows from it comes first.
  for (const end of ends) addEventListener(end, () => setTimeout(() => (hand.busy = hand.done?.())));
  return hand;
});

try {
  const wasm = document.querySelector("script[data-wasm]").dataset.wasm;
  const app = await WebAssembly.compileStreaming(fetch(wasm));
  await Promise.all(hands.map(({ busy }) => busy));
  await start({ module_or_path: app });
} catch (error) {
  // The page that the server sent works without the app, but for what only an app can do.
  document.documentElement.classList.add("portico-app-failed");
  console.error(error);
}
