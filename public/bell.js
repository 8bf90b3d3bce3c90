// Keeps up to date how much is new about the requests of who is signed in. The server draws it above their pages, and into
// nobody else's (server/src/web/pages.rs); the pages of the account have it in their menu.
const news = document.querySelector(".portico-news");
const count = news.querySelector("[data-unread]");
const spoken = news.querySelector("[role=status]");
let unread = Number(count.dataset.unread);
let source = null;

const heard = ({ data }) => {
  const { seq } = JSON.parse(data);
  count.textContent = seq > 0 ? ` (${seq} new)` : "";
  if (seq > unread) spoken.textContent = "There is something new about your requests";
  unread = seq;
};

// Browsers hold few streams open at once: only the page that is looked at has one. The first thing it hears is how it is now.
const listen = () => {
  source?.close();
  source = document.hidden ? null : new EventSource("/api/account/notices/events");
  source?.addEventListener("changed", heard);
};

addEventListener("visibilitychange", listen);
addEventListener("pagehide", () => source?.close());
addEventListener("pageshow", listen);
