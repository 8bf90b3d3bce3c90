// On a public computer: what one person saw or typed is out of reach for the next. The server puts this first into every
// page of a registered computer (server/src/web/terminal.rs), so that the app finds what it leaves; it works on pages
// without the app, too. Nothing here is the only guard: the server ends a turn by itself, and refuses what is of another.
(() => {
  const { idle, turn, sites } = document.currentScript.dataset;
  const ALLOWED = sites.split(" ").filter(Boolean);
  const IDLE = Number(idle) * 1000;
  const WARNING = 120_000;
  // How often the server hears that somebody is there, who does not ask it for anything else.
  const TELL = 45_000;
  const FINISH = `/terminal/finish?quiet=true&turn=${turn}`;

  // ---- What is left behind: nothing is, for there is no place for it. ----

  const real = { local: window.localStorage, session: window.sessionStorage };
  const inMemory = () => {
    const kept = new Map();
    return {
      getItem: (name) => kept.get(String(name)) ?? null,
      setItem: (name, text) => void kept.set(String(name), String(text)),
      removeItem: (name) => void kept.delete(String(name)),
      clear: () => kept.clear(),
      key: (at) => [...kept.keys()][at] ?? null,
      get length() {
        return kept.size;
      },
    };
  };
  const instead = (name, value) => Object.defineProperty(window, name, { value, configurable: false });
  instead("localStorage", inMemory());
  instead("sessionStorage", inMemory());
  // No keys and no notifications: they would be of this computer, and not of who sits at it.
  instead("PublicKeyCredential", undefined);
  Object.defineProperty(navigator, "serviceWorker", { value: undefined, configurable: false });
  Object.defineProperty(navigator, "credentials", { value: undefined, configurable: false });
  instead("open", () => null);

  const clearStored = async () => {
    try {
      real.local.clear();
      real.session.clear();
      for (const { name } of (await indexedDB.databases?.()) ?? []) indexedDB.deleteDatabase(name);
      for (const name of (await window.caches?.keys()) ?? []) caches.delete(name);
    } catch {
      // Where nothing can be stored, nothing is.
    }
  };

  // ---- Whose turn it is ----

  // What is asked for from this page says in whose turn it was drawn: a page of another's is told nothing.
  const send = window.fetch;
  window.fetch = (what, how) => {
    const request = new Request(what, how);
    if (new URL(request.url).origin === location.origin) request.headers.set("X-Portico-Turn", turn);
    return send(request);
  };

  let isOver = false;
  const blank = (words) => {
    // Before there is a body, nothing is shown at all.
    document.documentElement.hidden = !document.body;
    document.documentElement.className = "portico-at-terminal";
    document.title = "";
    const told = document.createElement("p");
    told.className = "portico-terminal__cleared";
    told.setAttribute("role", "status");
    told.textContent = words;
    document.body?.replaceChildren(told);
  };
  const channel = new BroadcastChannel("portico:terminal");

  const pause = (time) => new Promise((done) => setTimeout(done, time));
  // Until the server has heard that the turn is over, whoever comes next would be in it: without a network this page
  // stays, empty.
  const serverHears = async () => {
    for (;;) {
      const how = { method: "POST", headers: { "X-Portico": "1" }, keepalive: true };
      const heard = await send(FINISH, how).then(
        ({ status }) => status < 500,
        () => false,
      );
      if (heard) return;
      await pause(2000);
    }
  };
  let othersHeard;
  const othersHear = new Promise((done) => (othersHeard = done));

  // Who ends it: somebody here, another tab, which then tells the server, or the server.
  const finish = async (by = "here") => {
    if (isOver) return;
    isOver = true;
    blank("Everything is cleared.");
    clearStored();
    if (by === "here") {
      channel.postMessage({ over: true });
      await serverHears();
      channel.postMessage({ heard: true });
    } else if (by === "tab") await Promise.race([othersHear, pause(5000).then(serverHears)]);
    // The first page takes this one's place, so that the way back does not lead here.
    location.replace("/");
  };

  // ---- Somebody is there ----

  let used = Date.now();
  let told = used;
  let looked = used;
  const here = () => {
    const now = Date.now();
    if (now - looked > IDLE + WARNING) return void finish();
    used = now;
    channel.postMessage({ used });
    if (now - told > TELL) {
      told = now;
      send(`/terminal/here?turn=${turn}`, { method: "POST", headers: { "X-Portico": "1" } }).then(
        // Somebody finished elsewhere, or it took too long.
        (reply) => reply.redirected || reply.status === 401 ? finish("server") : undefined,
        () => {},
      );
    }
  };
  channel.onmessage = ({ data }) => {
    if (data.heard) othersHeard();
    else if (data.over) finish("tab");
    else if (data.used > used) used = data.used;
  };

  // ---- The page ----

  const element = (tag, attributes, text) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.textContent = text;
    return made;
  };
  const dialog = (id, title, stay, go) => {
    const made = element("dialog", { id, "aria-labelledby": `${id}-title`, "aria-describedby": `${id}-words` }, "");
    const words = element("p", { id: `${id}-words`, class: "govuk-body" }, "");
    const spoken = element("p", { class: "govuk-visually-hidden", role: "status" }, "");
    const buttons = element("div", { class: "govuk-button-group" }, "");
    const stays = element("button", { type: "button", class: "govuk-button govuk-button--secondary" }, stay);
    const goes = element("button", { type: "button", class: "govuk-button" }, go);
    buttons.append(goes, stays);
    made.append(element("h2", { class: "govuk-heading-m", id: `${id}-title` }, title), words, spoken, buttons);
    document.body.append(made);
    return { made, words, spoken, stays, goes };
  };

  // What the app draws is as the server draws it for this screen.
  const fit = (root) => {
    for (const field of root.querySelectorAll?.("form, input, textarea, select") ?? []) {
      if (field.getAttribute("autocomplete") !== "off") field.setAttribute("autocomplete", "off");
    }
    for (const link of root.querySelectorAll?.("a[href]") ?? []) {
      const there = new URL(link.href, location.href);
      const isOurs = there.origin === location.origin || ["tel:", "blob:"].includes(there.protocol);
      if (link.hasAttribute("download") || (!isOurs && !ALLOWED.includes(there.host))) {
        link.removeAttribute("href");
        link.removeAttribute("download");
      } else if (link.target) link.removeAttribute("target");
    }
  };
  const watch = () => {
    fit(document);
    new MutationObserver((changes) => {
      for (const { addedNodes, target, type } of changes) {
        if (type === "attributes") fit(target.parentNode ?? target);
        for (const node of addedNodes) if (node.parentNode) fit(node.parentNode);
      }
    }).observe(document.documentElement, {
      subtree: true,
      childList: true,
      attributes: true,
      attributeFilter: ["href", "download", "target", "autocomplete"],
    });
  };

  addEventListener("DOMContentLoaded", () => {
    if (isOver) return blank("Everything is cleared.");
    watch();
    const left = document.getElementById("terminal-left");
    const button = document.getElementById("terminal-finish");
    const warning = dialog("terminal-warning", "Are you still there?", "Finish and clear", "I am still here");
    const sure = dialog("terminal-sure", "Finish and clear everything?", "Go back", "Finish and clear");
    sure.words.textContent =
      "What you typed and saw on this computer is cleared, and you are signed out. What you have sent stays sent.";

    const ask = () => {
      if (!warning.made.open && !sure.made.open) {
        sure.made.showModal();
        sure.goes.focus();
      }
    };
    button?.addEventListener("click", (event) => {
      event.preventDefault();
      ask();
    });
    addEventListener("keydown", (event) => {
      if (event.key === "F8") {
        event.preventDefault();
        ask();
      }
    });
    // What was printed is all that somebody takes along: often they are done then.
    addEventListener("afterprint", ask);
    sure.goes.addEventListener("click", () => finish());
    sure.stays.addEventListener("click", () => sure.made.close());
    const stay = () => {
      here();
      if (warning.made.open) warning.made.close();
    };
    warning.goes.addEventListener("click", stay);
    warning.stays.addEventListener("click", () => finish());
    // Escape closes it, which is an answer, too.
    warning.made.addEventListener("close", stay);

    const signs = ["keydown", "pointerdown", "pointermove", "wheel", "touchstart", "input"];
    for (const sign of signs) {
      addEventListener(
        sign,
        () => {
          // While it is asked whether somebody is there, only an answer is one.
          if (!warning.made.open && !isOver && Date.now() - used > 1000) here();
        },
        { capture: true, passive: true },
      );
    }

    let said = "";
    const look = () => {
      if (isOver) return;
      const now = Date.now();
      // The computer slept, or the page did: whoever is there now may be somebody else.
      const slept = now - looked > IDLE + WARNING;
      looked = now;
      const rest = used + IDLE + WARNING - now;
      if (slept || rest <= 0) return void finish();
      const minutes = Math.ceil(rest / 60_000);
      const words = `Clears itself in ${minutes} minute${minutes === 1 ? "" : "s"} if nobody uses it.`;
      if (left && left.textContent !== words) left.textContent = words;
      if (rest <= WARNING && !warning.made.open) {
        if (sure.made.open) sure.made.close();
        warning.made.showModal();
        warning.goes.focus();
      } else if (rest > WARNING && warning.made.open) warning.made.close();
      if (warning.made.open) {
        const seconds = Math.ceil(rest / 1000);
        const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
        warning.words.textContent = `Nobody has used this computer for a while. Everything is cleared in ${clock}.`;
        // Said at the beginning, and every half minute.
        const spoken = seconds % 30 === 0 || said === "" ? `${seconds} seconds until everything is cleared.` : said;
        if (spoken !== said) warning.spoken.textContent = said = spoken;
      } else said = "";
    };
    look();
    setInterval(look, 500);
    for (const wake of ["visibilitychange", "focus", "resume", "online"]) addEventListener(wake, look, true);
    real.session.setItem("portico:open", "yes");
  });

  // A page that went without saying so has crashed, or its browser has: whoever opens it again may be somebody else.
  if (real.session.getItem("portico:open")) finish();
  addEventListener("pagehide", () => {
    real.session.removeItem("portico:open");
    // What a browser keeps of a page to go back to is an empty one.
    document.body?.replaceChildren();
  });
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted) {
      document.documentElement.replaceChildren();
      location.reload();
    }
  });
})();
