/** A JPEG's segments and EXIF, by hand: what a camera writes, and what must be gone afterwards. */

/** Where and how a camera says it took a photo. */
export interface Taken {
  /** 1 to 8; 6 means: turn it clockwise by 90° to see it upright. */
  orientation: number;
  /** Degrees north and east. */
  position?: { lat: number; lon: number };
}

const [ASCII, SHORT, LONG, RATIONAL] = [2, 3, 4, 5];

interface Field {
  tag: number;
  kind: number;
  count: number;
  value: Buffer;
}

/** The JPEG with an APP1 segment that a phone would have put there. */
export function withExif(jpeg: Buffer, taken: Taken): Buffer {
  const body = Buffer.concat([Buffer.from("Exif\0\0", "latin1"), tiff(taken)]);
  const head = Buffer.from([0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), head, body, jpeg.subarray(2)]);
}

function tiff({ orientation, position }: Taken): Buffer {
  const main = [text(0x010f, "Kamera"), text(0x0110, "SECRETPHONE 9"), short(0x0112, orientation), text(0x0132, "2026:11:20 08:15:00")];
  const pointer: Field = { tag: 0x8825, kind: LONG, count: 1, value: Buffer.alloc(4) };
  const gps = position && [
    text(0x0001, position.lat < 0 ? "S" : "N"),
    degrees(0x0002, position.lat),
    text(0x0003, position.lon < 0 ? "W" : "E"),
    degrees(0x0004, position.lon),
  ];
  const header = Buffer.from([0x49, 0x49, 0x2a, 0, 8, 0, 0, 0]);
  const first = directory(gps ? [...main, pointer] : main, 8);
  if (!gps) return Buffer.concat([header, first]);
  pointer.value.writeUInt32LE(8 + first.length);
  return Buffer.concat([header, directory([...main, pointer], 8), directory(gps, 8 + first.length)]);
}

/** A directory that begins at `at`, with its long values behind it. */
function directory(fields: Field[], at: number): Buffer {
  const head = Buffer.alloc(2 + 12 * fields.length + 4);
  head.writeUInt16LE(fields.length, 0);
  const rest: Buffer[] = [];
  let free = at + head.length;
  fields.forEach(({ tag, kind, count, value }, number) => {
    const entry = 2 + 12 * number;
    head.writeUInt16LE(tag, entry);
    head.writeUInt16LE(kind, entry + 2);
    head.writeUInt32LE(count, entry + 4);
    if (value.length <= 4) {
      value.copy(head, entry + 8);
    } else {
      head.writeUInt32LE(free, entry + 8);
      const even = Buffer.concat([value, Buffer.alloc(value.length % 2)]);
      rest.push(even);
      free += even.length;
    }
  });
  return Buffer.concat([head, ...rest]);
}

function text(tag: number, words: string): Field {
  return { tag, kind: ASCII!, count: words.length + 1, value: Buffer.from(`${words}\0`, "latin1") };
}

function short(tag: number, number: number): Field {
  const value = Buffer.alloc(2);
  value.writeUInt16LE(number);
  return { tag, kind: SHORT!, count: 1, value };
}

/** Degrees, minutes and seconds, the last in hundredths. */
function degrees(tag: number, signed: number): Field {
  const hundredths = Math.round(Math.abs(signed) * 360_000);
  const parts = [
    [Math.floor(hundredths / 360_000), 1],
    [Math.floor(hundredths / 6_000) % 60, 1],
    [hundredths % 6_000, 100],
  ];
  const value = Buffer.alloc(24);
  parts.flat().forEach((part, at) => value.writeUInt32LE(part, 4 * at));
  return { tag, kind: RATIONAL!, count: 3, value };
}

/** The markers of a JPEG's segments up to its pixels, as two hex digits: `e0`, `db`, … */
export function markers(jpeg: Buffer): string[] {
  if (jpeg.readUInt16BE(0) !== 0xffd8) throw new Error("not a JPEG");
  const found: string[] = [];
  for (let at = 2; at + 4 <= jpeg.length; ) {
    if (jpeg[at] !== 0xff) throw new Error(`no marker at ${at}`);
    const marker = jpeg[at + 1]!;
    found.push(marker.toString(16));
    if (marker === 0xda) break;
    at += 2 + jpeg.readUInt16BE(at + 2);
  }
  return found;
}

/** What a JPEG holds besides its pixels that could tell of a person: segments and tell-tale bytes. */
export function metadata(jpeg: Buffer): string[] {
  // APP0 (JFIF) says only how wide a pixel is, APP14 only which colours are meant.
  const telling = markers(jpeg).filter((marker) => /^(e[1-9a-df]|fe)$/.test(marker));
  const bytes = jpeg.toString("latin1");
  const words = ["Exif", "GPS", "SECRETPHONE", "Kamera", "http://ns.adobe.com", "ICC_PROFILE"];
  return [...telling, ...words.filter((word) => bytes.includes(word))];
}
