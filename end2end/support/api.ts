import { randomUUID } from "node:crypto";

import { type APIRequestContext, expect } from "@playwright/test";

import { samples } from "./samples";
import type { Server } from "./server";

/** Browsers say this of every call that a page of ours makes. */
const OURS = { "Sec-Fetch-Site": "same-origin" };

/** An acknowledged request. */
export interface Sent {
  reference: string;
  key: string;
  complete_by: string;
}

/** Answers that are all right, by service. */
export const ANSWERS = {
  "report-graffiti": {
    surface: "public",
    offensive: "no",
    "place.words": "Underpass at Mill Lane",
    "you.name": "Sam Taylor",
    "you.email": "sam@example.org",
  },
  "missed-bin": {
    when: "recent",
    tag: "no",
    bin: "recycling",
    "address.line1": "12 Harbour View",
    "address.town": "Saltmarsh",
    "address.postcode": "NE1 4XD",
    "you.name": "Sam Taylor",
    "you.email": "sam@example.org",
  },
  "ask-us": {
    urgent: "no",
    department: "customer-services",
    message: "When does the library open?",
    "you.name": "Sam Taylor",
    "you.email": "sam@example.org",
  },
  "blocked-drain": samples["blocked-drain"]!.answers,
  complaint: samples["complaint"]!.answers,
  "pest-control": samples["pest-control"]!.answers,
  "change-details": samples["change-details"]!.answers,
} as const;

/** What journeys need done that is not what they are about: without a page, by the same calls as the pages. */
export class Api {
  constructor(
    private readonly request: APIRequestContext,
    private readonly server: Server,
  ) {}

  /** Signs in with the code from the e-mail; the session is a cookie of the request's context. */
  async signIn(email: string): Promise<void> {
    const before = await this.server.mailbox.codes(email);
    await this.post("/api/staff/sign-in", { email });
    const code = await this.server.mailbox.code(email, before);
    await this.post("/api/staff/sign-in/code", { email, code });
  }

  /** Sends a form. */
  async send(service: keyof typeof ANSWERS, answers: Record<string, string> = {}): Promise<Sent> {
    const { version } = samples[service]!.service;
    const data = { service, version, answers: { ...ANSWERS[service], ...answers } };
    return this.post("/api/requests", data, { "Idempotency-Key": randomUUID() });
  }

  /** Uploads a photo, and gives its identifier. */
  async photo(buffer: Buffer): Promise<string> {
    const reply = await this.request.post(`${this.server.url}/api/photos`, {
      data: buffer,
      headers: { ...OURS, "Content-Type": "application/octet-stream" },
    });
    expect(reply.status()).toBe(201);
    return ((await reply.json()) as { id: string }).id;
  }

  /** Every open request of the signed-in person's department. */
  async queue(): Promise<{ id: string; reference: string; about: string }[]> {
    const reply = await this.request.get(`${this.server.url}/api/staff/requests?show=open`);
    expect(reply.status()).toBe(200);
    return ((await reply.json()) as { requests: { id: string; reference: string; about: string }[] }).requests;
  }

  /** Calls as our pages do. */
  async post<T>(path: string, data: object, headers: Record<string, string> = {}): Promise<T> {
    const reply = await this.request.post(this.server.url + path, { data, headers: { ...OURS, ...headers } });
    expect(reply.ok(), `${path}: ${reply.status()} ${await reply.text()}`).toBe(true);
    return (reply.status() === 204 ? undefined : await reply.json()) as T;
  }
}

/** How staff close a request that was done today, with all that its resident must be told. */
export function done(text: string): object {
  return {
    outcome: "done",
    text,
    on: new Date().toISOString().slice(0, 10),
    by: "The north crew",
    next: "If some of it shows again when the wall is dry, tell us on this page.",
    object: "Tell us on the page of your request within 30 days, and we look at it again.",
  };
}

/** A day as pages say it: `Friday 12 December`. */
export function inWords(day: string): string {
  const parts = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" });
  return parts.format(new Date(`${day}T00:00:00Z`)).replace(",", "");
}
