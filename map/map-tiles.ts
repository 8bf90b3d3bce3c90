/** Tiles from one file of the council's own, which is read in parts: fetched only where there is such a file. */
import type * as Leaflet from "leaflet";

/** The layer. Its library expects Leaflet to be a global. */
export async function tiles(L: typeof Leaflet, url: string, attribution: string): Promise<Leaflet.Layer> {
  Object.assign(globalThis, { L });
  const { leafletLayer } = await import("protomaps-leaflet");
  return leafletLayer({ url, flavor: "light", lang: "en", attribution }) as unknown as Leaflet.Layer;
}
