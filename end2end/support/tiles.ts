/** A file of map tiles (PMTiles 3) in which the whole world, at every zoom up to 15, is water. */

/** A number in as few bytes as it needs, seven bits each. */
function varint(number: number): number[] {
  const bytes = [];
  for (let left = number; ; left = Math.floor(left / 128)) {
    if (left < 128) return [...bytes, left];
    bytes.push((left % 128) + 128);
  }
}

/** A field of a protocol buffer: a number, or bytes with their length before them. */
function field(number: number, value: number | number[]): number[] {
  return typeof value === "number"
    ? [...varint(number << 3), ...varint(value)]
    : [...varint((number << 3) | 2), ...varint(value.length), ...value];
}

/** A vector tile with one square as wide as itself. */
function water(): number[] {
  // Move to 0,0; lines to the right, down and to the left, 4096 each; close.
  const outline = [9, 0, 0, 26, 8192, 0, 0, 8192, 8191, 0, 15].flatMap(varint);
  const polygon = [...field(3, 3), ...field(4, outline)];
  const layer = [...field(15, 2), ...field(1, [...Buffer.from("water")]), ...field(2, polygon), ...field(5, 4096)];
  return field(3, layer);
}

export function seaTiles(): Buffer {
  const tile = water();
  const everyTile = (4 ** 16 - 1) / 3;
  // One entry: from the first tile on, so many, so long, at the beginning of the data.
  const directory = [1, 0, everyTile, tile.length, 1].flatMap(varint);
  const metadata = [...Buffer.from("{}")];
  const header = Buffer.alloc(127);
  header.write("PMTiles");
  header.writeUInt8(3, 7);
  const data = 127 + directory.length + metadata.length;
  const places = [127, directory.length, 127 + directory.length, metadata.length, data, 0, data, tile.length, everyTile, 1, 1];
  places.forEach((place, at) => header.writeBigUInt64LE(BigInt(place), 8 + 8 * at));
  // Clustered; directory and tiles not compressed; vector tiles; zooms 0 to 15.
  [1, 1, 1, 1, 0, 15].forEach((byte, at) => header.writeUInt8(byte, 96 + at));
  [-1_800_000_000, -850_000_000, 1_800_000_000, 850_000_000].forEach((edge, at) => header.writeInt32LE(edge, 102 + 4 * at));
  return Buffer.concat([header, Buffer.from([...directory, ...metadata, ...tile])]);
}
