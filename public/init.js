// Starts an app. It becomes one script with the app's glue, `app.js` here (see xtask/src/app.rs), and reads
// from its own tag where the wasm is: the policy allows no inline script.
import start from "./app.js";

try {
  await start({ module_or_path: document.querySelector("script[data-wasm]").dataset.wasm });
} catch (error) {
  console.error(error);
  // The words stand in the page itself; drafts are in the browser's storage and stay there.
  document.getElementById("app").hidden = true;
  document.getElementById("app-problem").hidden = false;
}
