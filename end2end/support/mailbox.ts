import { readFile, readdir, stat } from "node:fs/promises";
import { join } from "node:path";

import { expect } from "@playwright/test";

/** An e-mail, as its reader sees it. */
export interface Mail {
  to: string;
  subject: string;
  text: string;
}

/** The folder that the demonstration council's e-mails go to. */
export class Mailbox {
  constructor(private readonly folder: string) {}

  /** Every e-mail to an address, oldest first. */
  async to(address: string): Promise<Mail[]> {
    const names = await readdir(this.folder).catch(() => []);
    const files = names.filter((name) => name.endsWith(".eml")).map((name) => join(this.folder, name));
    const mails = await Promise.all(
      files.map(async (file) => ({ at: (await stat(file, { bigint: true })).mtimeNs, mail: read(await readFile(file, "utf8")) })),
    );
    mails.sort((one, other) => (one.at < other.at ? -1 : 1));
    return mails.map(({ mail }) => mail).filter((mail) => mail.to.toLowerCase().includes(address.toLowerCase()));
  }

  /** The sign-in code that comes to an address after `before` others have come. */
  async code(address: string, before: number): Promise<string> {
    const codes = async () =>
      (await this.to(address)).flatMap(({ subject }) => /^(\d[\d ]*\d) is your .* security code$/.exec(subject)?.[1] ?? []);
    await expect.poll(async () => (await codes()).length, { timeout: 15_000, intervals: [50, 100, 250] }).toBeGreaterThan(before);
    return (await codes()).at(-1)!;
  }

  /** How many sign-in codes have come to an address. */
  async codes(address: string): Promise<number> {
    return (await this.to(address)).filter(({ subject }) => subject.endsWith("security code")).length;
  }

  /** The e-mail to an address with these words in its subject, once it has come. */
  async expect(address: string, subject: string | RegExp): Promise<Mail> {
    const fits = (mail: Mail) =>
      typeof subject === "string" ? mail.subject.includes(subject) : subject.test(mail.subject);
    let found: Mail | undefined;
    await expect
      .poll(
        async () => {
          const mails = await this.to(address);
          found = mails.find(fits);
          return found ? "has come" : mails.map((mail) => mail.subject);
        },
        { message: `an e-mail “${subject}” to ${address}`, timeout: 15_000, intervals: [50, 100, 250] },
      )
      .toBe("has come");
    return found as Mail;
  }
}

/** The first address of ours in an e-mail. */
export function link(mail: Mail): string {
  const found = /https?:\/\/\S+/.exec(mail.text);
  if (!found) throw new Error(`no link in:\n${mail.text}`);
  return found[0];
}

function read(raw: string): Mail {
  const { headers, body } = split(raw);
  return { to: words(headers.get("to") ?? ""), subject: words(headers.get("subject") ?? ""), text: plain(headers, body) };
}

/** The plain text of a mail, or of the first part that has one. */
function plain(headers: Map<string, string>, body: string): string {
  const kind = headers.get("content-type") ?? "text/plain";
  const boundary = /boundary="?([^";]+)"?/.exec(kind)?.[1];
  if (boundary === undefined) return kind.startsWith("text/plain") ? decode(headers, body) : "";
  for (const part of body.split(`--${boundary}`).slice(1, -1)) {
    const inner = split(part.replace(/^\r?\n/, ""));
    const text = plain(inner.headers, inner.body);
    if (text !== "") return text;
  }
  return "";
}

function split(raw: string): { headers: Map<string, string>; body: string } {
  const text = raw.replaceAll("\r\n", "\n");
  const end = text.indexOf("\n\n");
  const head = text.slice(0, end).replaceAll(/\n[ \t]+/g, " ");
  const headers = new Map<string, string>();
  for (const line of head.split("\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  return { headers, body: text.slice(end + 2) };
}

function decode(headers: Map<string, string>, body: string): string {
  switch (headers.get("content-transfer-encoding")?.toLowerCase()) {
    case "base64":
      return Buffer.from(body, "base64").toString("utf8").replaceAll("\r\n", "\n");
    case "quoted-printable":
      return quoted(body.replaceAll("=\n", ""), "=").toString("utf8");
    default:
      return body;
  }
}

/** Encoded words of a header (RFC 2047). */
function words(header: string): string {
  return header
    .replaceAll(/\?=\s+=\?/g, "?==?")
    .replaceAll(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_, kind: string, text: string) =>
      kind.toLowerCase() === "b"
        ? Buffer.from(text, "base64").toString("utf8")
        : quoted(text.replaceAll("_", " "), "=").toString("utf8"),
    );
}

function quoted(text: string, mark: string): Buffer {
  const parts = text.split(new RegExp(`${mark}([0-9A-Fa-f]{2})`));
  return Buffer.concat(parts.map((part, at) => (at % 2 ? Buffer.from(part, "hex") : Buffer.from(part, "utf8"))));
}
