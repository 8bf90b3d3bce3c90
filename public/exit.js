// Leaving at once: the button above the page, or Shift three times within five seconds. The page is blank before anything
// else is done; then the server ends what there is of the person, and another site takes the page's place.
(() => {
  const script = document.currentScript;
  const said = document.getElementById("exit-said");
  const LEFT = "portico:left";
  // A public computer shows no other site.
  const to = document.documentElement.classList.contains("portico-at-terminal") ? "/" : script.dataset.to;

  const leave = () => {
    document.documentElement.hidden = true;
    document.title = "";
    document.body.replaceChildren();
    for (const store of [localStorage, sessionStorage]) {
      try {
        for (const name of Object.keys(store)) if (name.startsWith("portico:")) store.removeItem(name);
      } catch {
        // Where nothing can be kept, nothing is.
      }
    }
    try {
      sessionStorage.setItem(LEFT, "yes");
    } catch {
      // Then the way back leads to an empty page all the same.
    }
    fetch("/exit?quiet=true", { method: "POST", headers: { "X-Portico": "1" }, keepalive: true }).catch(() => {});
    location.replace(to);
  };
  const onButton = (event) => {
    event.preventDefault();
    leave();
  };
  document.getElementById("exit").addEventListener("click", onButton);

  let presses = [];
  addEventListener("keydown", (event) => {
    if (event.key !== "Shift" || event.repeat) {
      // Capital letters are no wish to leave.
      if (event.key !== "Shift") presses = [];
      return;
    }
    presses = [...presses.filter((at) => event.timeStamp - at < 5000), event.timeStamp];
    const left = 3 - presses.length;
    if (left <= 0) leave();
    else said.textContent = left === 2 ? "Shift, press 2 more times to exit." : "Shift, press 1 more time to exit.";
  });

  // Whoever goes back to it finds it empty.
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted && document.documentElement.hidden) location.replace(to);
  });
})();
