// Shows what the council sends to this device, and leads to it when it is pressed. It does nothing else: it stands below an
// address that no page has, keeps nothing, and answers no request of a page. The page of alerts puts it there when
// somebody asks for notifications on a device of their own, and takes it away (src/push.rs).
addEventListener("push", (event) => {
  const { title, body, lang, tag, link } = event.data.json();
  // The same once more takes the place of what is there, in silence.
  event.waitUntil(registration.showNotification(title, { body, lang, tag, icon: "/icon.svg", data: { link } }));
});

addEventListener("notificationclick", (event) => {
  event.notification.close();
  // Whatever was said, it leads to a page of ours.
  const there = new URL(event.notification.data.link, location.origin);
  event.waitUntil(clients.openWindow(location.origin + there.pathname));
});
