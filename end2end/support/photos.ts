/** Photos, drawn when they are needed: no pictures lie in the repository. */
import type { Page } from "@playwright/test";

import { withExif } from "./jpeg";

/** A file as a file input takes it. */
export interface Picked {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

/** Where the photo of the wall was taken: a street in Newcastle. */
export const WALL = { lat: 54.97827, lon: -1.61778 };

interface Drawing {
  width: number;
  height: number;
  type: "image/jpeg" | "image/png";
  /** Makes the file about as large as a camera's, or larger. */
  noise: number;
}

/** Draws a picture: the left half red, the right half blue, a green square in the upper left corner. */
async function draw(page: Page, drawing: Drawing): Promise<Buffer> {
  const base64 = await page.evaluate(async ({ width, height, type, noise }) => {
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext("2d", { willReadFrequently: true })!;
    context.fillStyle = "#d02020";
    context.fillRect(0, 0, width / 2, height);
    context.fillStyle = "#2030d0";
    context.fillRect(width / 2, 0, width / 2, height);
    if (noise > 0) {
      const image = context.getImageData(0, 0, width, height);
      let seed = 1;
      for (let at = 0; at < image.data.length; at += 4) {
        seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
        const speck = ((seed >>> 24) / 255 - 0.5) * noise;
        image.data[at] = image.data[at]! + speck;
        image.data[at + 1] = image.data[at + 1]! + speck;
        image.data[at + 2] = image.data[at + 2]! + speck;
      }
      context.putImageData(image, 0, 0);
    }
    context.fillStyle = "#20c020";
    context.fillRect(0, 0, width / 8, width / 8);
    const blob = await canvas.convertToBlob({ type, quality: 0.92 });
    const bytes = new Uint8Array(await blob.arrayBuffer());
    let text = "";
    for (let at = 0; at < bytes.length; at += 32_768) text += String.fromCharCode(...bytes.subarray(at, at + 32_768));
    return btoa(text);
  }, drawing);
  return Buffer.from(base64, "base64");
}

/** Pictures, drawn once for each worker. */
export class Darkroom {
  private readonly kept = new Map<string, Promise<Buffer>>();

  constructor(private readonly page: Page) {}

  private picture(drawing: Drawing): Promise<Buffer> {
    const key = JSON.stringify(drawing);
    const known = this.kept.get(key) ?? draw(this.page, drawing);
    this.kept.set(key, known);
    return known;
  }

  /** What a phone held upright takes: 12 megapixels lying on their side, and where that was. */
  async phone(name = "IMG_2041.jpg"): Promise<Picked> {
    const jpeg = await this.picture({ width: 4032, height: 3024, type: "image/jpeg", noise: 40 });
    return { name, mimeType: "image/jpeg", buffer: withExif(jpeg, { orientation: 6, position: WALL }) };
  }

  /** A small photo that says nothing of where it was taken. */
  async small(name = "wall.jpg"): Promise<Picked> {
    const buffer = await this.picture({ width: 640, height: 480, type: "image/jpeg", noise: 0 });
    return { name, mimeType: "image/jpeg", buffer };
  }

  /** A PNG whose name says JPEG. */
  async pngNamedJpg(name = "really-a-png.jpg"): Promise<Picked> {
    const buffer = await this.picture({ width: 640, height: 480, type: "image/png", noise: 0 });
    return { name, mimeType: "image/jpeg", buffer };
  }

  /** A photo of more than 25 MB: what editors leave behind may be longer than the picture. */
  async huge(name = "huge.jpg"): Promise<Picked> {
    const { buffer } = await this.phone();
    // Comments can have 64 kB each.
    const comment = Buffer.alloc(2 + 65_535, "x");
    comment.writeUInt16BE(0xfffe, 0);
    comment.writeUInt16BE(65_535, 2);
    const many = Math.ceil((26 * 1024 * 1024 - buffer.length) / comment.length);
    const comments = Array.from({ length: many }, () => comment);
    return { name, mimeType: "image/jpeg", buffer: Buffer.concat([buffer.subarray(0, 2), ...comments, buffer.subarray(2)]) };
  }

  /** A brick wall with something sprayed on it, for pictures that people look at. */
  wall(): Promise<Buffer> {
    const known = this.kept.get("wall") ?? drawWall(this.page);
    this.kept.set("wall", known);
    return known;
  }
}

async function drawWall(page: Page): Promise<Buffer> {
  const base64 = await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(1200, 900);
    const context = canvas.getContext("2d")!;
    context.fillStyle = "#b9ada0";
    context.fillRect(0, 0, 1200, 900);
    for (let row = 0; row < 15; row++) {
      for (let column = -1; column < 9; column++) {
        const shade = 38 + ((row * 7 + column * 13) % 5) * 3;
        context.fillStyle = `hsl(${12 + ((row + column) % 3) * 3} 38% ${shade}%)`;
        context.fillRect(column * 150 + (row % 2) * 75 + 4, row * 62 + 4, 142, 54);
      }
    }
    context.lineCap = "round";
    for (const [colour, width] of [["#10243f", 46], ["#f2d13c", 26]] as const) {
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.shadowColor = colour;
      context.shadowBlur = 12;
      context.beginPath();
      context.moveTo(170, 620);
      context.bezierCurveTo(210, 220, 420, 200, 380, 430);
      context.bezierCurveTo(340, 660, 480, 690, 540, 470);
      context.bezierCurveTo(590, 280, 720, 260, 690, 480);
      context.bezierCurveTo(660, 700, 820, 680, 860, 430);
      context.bezierCurveTo(880, 300, 1010, 290, 1030, 360);
      context.stroke();
    }
    const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.85 });
    const bytes = new Uint8Array(await blob.arrayBuffer());
    let text = "";
    for (let at = 0; at < bytes.length; at += 32_768) text += String.fromCharCode(...bytes.subarray(at, at + 32_768));
    return btoa(text);
  });
  return Buffer.from(base64, "base64");
}

/** The colours of a picture at points given as shares of its width and height, and its size. */
export async function look(page: Page, picture: Buffer, points: [number, number][]) {
  return page.evaluate(
    async ({ base64, points }) => {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/jpeg" }));
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
      const context = canvas.getContext("2d", { willReadFrequently: true })!;
      context.drawImage(bitmap, 0, 0);
      const colours = points.map(([x, y]) => {
        const [red, green, blue] = context.getImageData(
          Math.floor(x * (bitmap.width - 1)),
          Math.floor(y * (bitmap.height - 1)),
          1,
          1,
        ).data as unknown as [number, number, number];
        const most = Math.max(red, green, blue);
        return most === red ? "red" : most === green ? "green" : "blue";
      });
      return { width: bitmap.width, height: bitmap.height, colours };
    },
    { base64: picture.toString("base64"), points },
  );
}

/** The bytes of every photo that pages send from now on: the browser does not show them to tests by itself. */
export async function uploadsOf(page: Page): Promise<Buffer[]> {
  const uploads: Buffer[] = [];
  await page.exposeFunction("noteUpload", (base64: string) => uploads.push(Buffer.from(base64, "base64")));
  await page.addInitScript(() => {
    const send = XMLHttpRequest.prototype.send;
    XMLHttpRequest.prototype.send = function (body) {
      if (body instanceof Blob) {
        const reader = new FileReader();
        reader.onload = () =>
          (window as unknown as { noteUpload(base64: string): void }).noteUpload(String(reader.result).split(",")[1] ?? "");
        reader.readAsDataURL(body);
      }
      send.call(this, body);
    };
  });
  return uploads;
}
