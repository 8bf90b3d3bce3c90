// Starts an app: the policy allows no inline script, so this file reads from its own tag which
// glue and which wasm belong together. A module has no `document.currentScript`.
const tag = document.querySelector("script[data-wasm]");

try {
  const { default: start } = await import(tag.dataset.js);
  await start({ module_or_path: tag.dataset.wasm });
} catch (error) {
  console.error(error);
  // The words stand in the page itself; drafts are in the browser's storage and stay there.
  document.getElementById("app").hidden = true;
  document.getElementById("problem").hidden = false;
}
