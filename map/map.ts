/**
 * `<portico-map>`: a map to mark a place on. It adds to the form and is never needed: everything can be said in
 * words. Fetched when somebody opens it.
 *
 * Attributes: `lat` and `lon` (the marked place, if any), `place-name` (what is there, in words), `label` (what the
 * map is called). Event: `portico-map-pick`, with `{ lat, lon }` as its detail.
 */
import * as L from "leaflet";

/** What `GET /api/map` says. */
interface MapView {
  tiles: "plain" | { raster: Source } | { pmtiles: Source };
  /** South, west, north, east. */
  bounds: [number, number, number, number];
}

interface Source {
  address: string;
  attribution: string;
}

/** What `GET /api/map/plain` says. */
interface PlainMap {
  wards: { name: string; rings: [number, number][][] }[];
  streets: { name: string; path: [number, number][] }[];
}

/** Near enough to see houses. */
const CLOSE = 17;
/** From here on streets have their names on them. */
const NAMES_FROM = 16;
/** How far the middle may move before the plain map is fetched again, in metres. */
const FAR = 500;

const PIN = L.divIcon({ className: "portico-map__pin", html: "<span></span>", iconSize: [32, 39], iconAnchor: [16, 39] });

class PorticoMap extends HTMLElement {
  static observedAttributes = ["lat", "lon", "place-name"];

  private map?: L.Map;
  private marker?: L.Marker;
  private readonly told = document.createElement("p");

  connectedCallback(): void {
    if (this.map) return;
    const frame = document.createElement("div");
    frame.className = "portico-map__frame";
    frame.setAttribute("role", "application");
    frame.setAttribute("aria-label", this.getAttribute("label") ?? "Map");
    frame.setAttribute("aria-describedby", "portico-map-help");
    const help = document.createElement("p");
    help.id = "portico-map-help";
    help.className = "govuk-hint";
    help.textContent = "Tap the place, or drag the pin. With a keyboard: move the map with the arrow keys, and mark its middle.";
    const buttons = document.createElement("div");
    buttons.className = "govuk-button-group";
    buttons.append(
      this.button("Mark the middle of the map", () => {
        // It has no middle before it is drawn.
        if (this.map?.getZoom() !== undefined) this.pick(this.map.getCenter());
      }),
      this.button("Use where I am", () => this.locate()),
    );
    this.told.className = "portico-map__told";
    this.told.setAttribute("role", "status");
    this.replaceChildren(help, frame, buttons, this.told);
    this.map = L.map(frame, { zoomSnap: 0.5, attributionControl: false });
    this.map.on("click", ({ latlng }) => this.pick(latlng));
    void this.draw(this.map);
  }

  disconnectedCallback(): void {
    this.map?.remove();
    this.map = undefined;
    this.marker = undefined;
  }

  attributeChangedCallback(): void {
    if (this.map) this.mark(this.map);
  }

  private button(text: string, press: () => void): HTMLButtonElement {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "govuk-button govuk-button--secondary";
    button.textContent = text;
    button.addEventListener("click", press);
    return button;
  }

  private async draw(map: L.Map): Promise<void> {
    const view = await ask<MapView>("/api/map");
    if (!view) {
      this.replaceChildren(this.told);
      this.say("The map can't be shown now. Say in words where it is.");
      return;
    }
    if (this.map !== map) return;
    const [south, west, north, east] = view.bounds;
    const all = L.latLngBounds([south, west], [north, east]);
    if (this.place()) this.mark(map);
    else map.fitBounds(all, { animate: false });
    map.setMaxBounds(all.pad(0.5));
    if (view.tiles === "plain") {
      new Plain(map);
    } else if ("raster" in view.tiles) {
      const { address, attribution } = view.tiles.raster;
      L.tileLayer(address, { attribution, maxZoom: 19 }).addTo(map);
      L.control.attribution({ prefix: false }).addTo(map);
    } else {
      const { address, attribution } = view.tiles.pmtiles;
      const { tiles } = (await import("./map-tiles.js" as string)) as typeof import("./map-tiles");
      (await tiles(L, address, attribution)).addTo(map);
      L.control.attribution({ prefix: false }).addTo(map);
    }
  }

  private place(): L.LatLng | undefined {
    const [lat, lon] = [this.getAttribute("lat"), this.getAttribute("lon")];
    return lat && lon ? L.latLng(Number(lat), Number(lon)) : undefined;
  }

  /** Shows the pin where the attributes say. */
  private mark(map: L.Map): void {
    const place = this.place();
    const name = this.getAttribute("place-name") ?? "";
    this.say(place ? name || "The place is marked." : "");
    if (!place) {
      this.marker?.remove();
      this.marker = undefined;
      return;
    }
    if (!this.marker) {
      this.marker = L.marker(place, { icon: PIN, draggable: true, autoPan: true, keyboard: false, alt: "The marked place" });
      this.marker.addTo(map).on("dragend", () => this.marker && this.pick(this.marker.getLatLng()));
    }
    if (!this.marker.getLatLng().equals(place)) this.marker.setLatLng(place);
    // Before the map has its first view it has no zoom either.
    if (!(map.getZoom() >= NAMES_FROM)) map.setView(place, CLOSE, { animate: false });
    else if (!map.getBounds().pad(-0.1).contains(place)) map.panTo(place, { animate: false });
  }

  private pick({ lat, lng }: L.LatLng): void {
    const detail = { lat: Number(lat.toFixed(6)), lon: Number(lng.toFixed(6)) };
    this.dispatchEvent(new CustomEvent("portico-map-pick", { detail, bubbles: true }));
  }

  private locate(): void {
    const no = "Your device does not say where you are. Tap the map, or say it in words.";
    if (!navigator.geolocation) return this.say(no);
    this.say("Looking for where you are…");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => this.pick(L.latLng(coords.latitude, coords.longitude)),
      () => this.say(no),
      { enableHighAccuracy: true, timeout: 10_000, maximumAge: 30_000 },
    );
  }

  private say(words: string): void {
    if (this.told.textContent !== words) this.told.textContent = words;
  }
}

/** A locator drawn from the council's own streets and wards, where no tiles are to be had. */
class Plain {
  private readonly drawn = L.layerGroup();
  private readonly names = L.layerGroup();
  private from?: L.LatLng;

  constructor(private readonly map: L.Map) {
    this.drawn.addTo(map);
    map.on("moveend", () => void this.moved());
    void this.moved();
  }

  private async moved(): Promise<void> {
    const middle = this.map.getCenter();
    if (!this.from || this.from.distanceTo(middle) > FAR) {
      this.from = middle;
      const plain = await ask<PlainMap>(`/api/map/plain?lat=${middle.lat.toFixed(4)}&lon=${middle.lng.toFixed(4)}`);
      if (plain) this.draw(plain);
    }
    const close = this.map.getZoom() >= NAMES_FROM;
    if (close !== this.map.hasLayer(this.names)) (close ? this.map.addLayer(this.names) : this.map.removeLayer(this.names));
  }

  private draw({ wards, streets }: PlainMap): void {
    this.drawn.clearLayers();
    this.names.clearLayers();
    for (const { rings } of wards) {
      L.polygon(rings, { className: "portico-map__ward", interactive: false }).addTo(this.drawn);
    }
    for (const { path } of streets) {
      L.polyline(path, { className: "portico-map__street", interactive: false }).addTo(this.drawn);
    }
    for (const { name, path } of streets) {
      const at = path[Math.floor(path.length / 2)];
      if (!at) continue;
      L.tooltip({ permanent: true, direction: "center", className: "portico-map__name", interactive: false })
        .setLatLng(at)
        .setContent(text(name))
        .addTo(this.names);
    }
  }
}

/** Names are words, never markup. */
function text(words: string): HTMLElement {
  const element = document.createElement("span");
  element.textContent = words;
  return element;
}

async function ask<T>(address: string): Promise<T | undefined> {
  try {
    const reply = await fetch(address);
    return reply.ok ? ((await reply.json()) as T) : undefined;
  } catch {
    return undefined;
  }
}

/** The map's styles are fetched with it, from beside it. */
function style(): void {
  const sheet = document.createElement("link");
  sheet.rel = "stylesheet";
  sheet.href = new URL("./map.css", import.meta.url).href;
  document.head.append(sheet);
}

style();
customElements.define("portico-map", PorticoMap);
