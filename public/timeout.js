// Warns somebody who is signed in two minutes before the session ends for want of use, and five minutes before it ends in
// any case, and keeps what was typed. The server puts it into the pages of who is signed in, and into nobody else's
// (server/src/web/pages.rs).
const { idle, left: lasts, who } = document.querySelector("script[data-idle]").dataset;
const END = idle * 1000;
const WARNING = 120_000;
// Nobody can stay longer: time to finish a sentence, and to send.
const LAST_WARNING = 300_000;
// How exactly the server keeps when a session was used last, and so how often it has to hear of it.
const EXACT = 60_000;
const USED = "portico:used";
const ENDS = "portico:ends";

const kept = (store, name) => {
  try {
    return store.getItem(name);
  } catch {
    return null;
  }
};
const keep = (store, name, text) => {
  try {
    store.setItem(name, text);
  } catch {
    // Where nothing can be kept, each tab is on its own.
  }
};

// Asking for this page was use. What another tab does is use of the same session.
let told = Date.now();
keep(localStorage, USED, String(told));
const used = () => Math.max(told, Number(kept(localStorage, USED)) || 0);
// When the session ends in any case. Who has signed in anew in another tab stays for as long as that one.
const own = told + lasts * 1000;
keep(localStorage, ENDS, String(own));
const ends = () => Math.max(own, Number(kept(localStorage, ENDS)) || 0);

// What was typed, of this page and this person.
const place = () => `portico:typed:${location.pathname}`;
const fields = () =>
  [...document.querySelectorAll("#app input[id], #app textarea[id], #app select[id]")].filter(
    (field) => !["hidden", "file", "password", "submit"].includes(field.type),
  );
const isBox = (field) => field.type === "checkbox" || field.type === "radio";

const save = () => {
  const typed = fields().map((field) => [field.id, isBox(field) ? field.checked : field.value]);
  keep(sessionStorage, place(), JSON.stringify({ who, typed }));
};

// The app has not started yet: what it finds typed, it takes over.
const restore = () => {
  const text = kept(sessionStorage, place());
  if (!text) return;
  sessionStorage.removeItem(place());
  const was = JSON.parse(text);
  if (was.who !== who) return;
  const known = new Map(was.typed);
  for (const field of fields()) {
    const value = known.get(field.id);
    if (value === undefined) continue;
    if (isBox(field)) field.checked = value;
    else if (value !== "") field.value = value;
  }
};

const element = (tag, attributes, text) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.textContent = text;
  return made;
};

const dialog = element("dialog", { "aria-labelledby": "time-title", "aria-describedby": "time-words" }, "");
const words = element("p", { id: "time-words" }, "");
const spoken = element("p", { class: "govuk-visually-hidden", role: "status" }, "");
const stayButton = element("button", { type: "button", class: "govuk-button", autofocus: "" }, "Stay signed in");
const outButton = element("button", { type: "button", class: "govuk-button govuk-button--secondary" }, "Sign out");
const buttons = element("div", { class: "govuk-button-group" }, "");
buttons.append(stayButton, outButton);
dialog.append(
  element("h2", { class: "govuk-heading-m", id: "time-title" }, "You will be signed out soon"),
  words,
  spoken,
  buttons,
);
document.body.append(dialog);

let ended = false;
let before = null;
// The warning is of the end that nothing puts off; and it was read.
let isLast = false;
let wasRead = false;

// Whatever is sent from this page says for whom it was drawn: where somebody else has signed in since, nothing is written.
// It is done here, for the forms' program is the same for everybody, and light.
const send = window.fetch;
let drawnFor = who;
window.fetch = async (what, how) => {
  const isWrite = what instanceof Request && what.method !== "GET";
  // Who signs in, here or after the session has ended elsewhere, may be somebody else: it is their page then.
  if (isWrite && /\/api\/account\/(code|(passkeys\/)?sign-in)/.test(what.url)) drawnFor = "";
  if (isWrite && drawnFor) what.headers.set("X-Portico-For", drawnFor);
  return send(what, how);
};

// Without a body, the header says that it is a page of ours that asks.
const ask = (address, how) => fetch(new Request(address, { method: "POST", headers: { "X-Portico": "1" }, ...how }));

// What forms of theirs this browser holds: the account has it, and the next person here must not. Who says that they are
// going leaves nothing of what they typed on this page, either.
const forget = (isGoing) => {
  for (const store of ["localStorage", "sessionStorage"]) {
    try {
      const of = window[store];
      // What is begun in the account itself has their identifier in its name, and is shown to nobody else.
      const theirs = isGoing ? /^portico:(draft|visit|typed|message)/ : /^portico:(draft:(?!account-)|visit)/;
      for (const name of Object.keys(of)) if (theirs.test(name)) of.removeItem(name);
    } catch {
      // Where nothing can be kept, nothing is.
    }
  }
};

const end = async (isGoing) => {
  if (ended) return;
  ended = true;
  forget(isGoing);
  if (!isGoing) save();
  // Notifications that were wanted until then end with the worker that shows them (src/push.rs).
  else if (kept(localStorage, "portico:push") === "true") {
    (await navigator.serviceWorker?.getRegistration("/push/").catch(() => null))?.unregister();
  }
  await ask("/api/account/sign-out", { keepalive: true }).catch(() => {});
  location.assign(isGoing ? "/account" : `/account?to=${location.pathname}&ended=${isLast ? "hours" : "yes"}`);
};

const close = () => {
  if (dialog.open) dialog.close();
  // The app may have put another field in the same place meanwhile.
  const there = before?.isConnected ? before : before?.id && document.getElementById(before.id);
  there?.focus?.();
  before = null;
};

const stay = async () => {
  told = Date.now();
  keep(localStorage, USED, String(told));
  wasRead = isLast;
  close();
  const reply = await ask("/api/account/stay").catch(() => null);
  if (reply?.status === 401) end(false);
};

const say = (left) => {
  const minutes = Math.ceil(left / 60_000);
  const time = left > 60_000 ? `${minutes} minutes` : left > 30_000 ? "1 minute" : "30 seconds";
  const text = isLast
    ? `We sign you out in ${time}, because nobody can be signed in for longer than 8 hours. This can't be put off. What you typed is kept on this device: sign in again, and you are back where you were.`
    : `We sign you out in ${time}, because nothing was pressed for a while. What you typed is kept on this device.`;
  if (!dialog.open) {
    before = document.activeElement;
    stayButton.textContent = isLast ? "Go on until then" : "Stay signed in";
    words.textContent = text;
    dialog.showModal();
    stayButton.focus();
  } else if (words.textContent !== text) {
    words.textContent = text;
    spoken.textContent = `${time} left`;
  }
};

const look = () => {
  if (ended) return;
  const unused = END - (Date.now() - used());
  const last = ends() - Date.now();
  const left = Math.min(unused, last);
  // What they read of one end is not what they have to know of the other.
  if (dialog.open && isLast !== (last <= unused)) close();
  isLast = last <= unused;
  if (left <= 0) {
    end(false);
  } else if (isLast ? left <= LAST_WARNING && !wasRead : left <= WARNING) {
    say(left);
  } else if (dialog.open) {
    // They stayed in another tab.
    close();
  }
};

restore();
stayButton.addEventListener("click", stay);
outButton.addEventListener("click", () => end(true));
// Escape stays, too: nobody signs out by accident.
dialog.addEventListener("cancel", (event) => {
  event.preventDefault();
  stay();
});
for (const sign of ["pointerdown", "keydown", "input"]) {
  addEventListener(
    sign,
    () => {
      if (!ended && !dialog.open && Date.now() - told > EXACT) stay();
    },
    { passive: true },
  );
}
// A device that slept looks as soon as it wakes.
addEventListener("visibilitychange", look);
setInterval(look, 1000);
