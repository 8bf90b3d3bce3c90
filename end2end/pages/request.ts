import type { Locator } from "@playwright/test";

import { Screen } from "./screen";

/** A request, as its resident follows it. */
export class RequestPage extends Screen {
  async open(key: string, service?: string): Promise<void> {
    await this.page.goto(`/follow/${key}`);
    await this.opened(service);
  }

  /** The page of a request of this service has come. */
  async opened(service = "Report graffiti"): Promise<void> {
    await this.shows(`Your request: ${service}`);
  }

  /** Where it stands. */
  get status(): Locator {
    return this.page.locator(".portico-status");
  }

  get statusTitle(): Locator {
    return this.page.locator("#status");
  }

  /** What happened, newest first. */
  get timeline(): Locator {
    return this.page.locator(".portico-timeline > li");
  }

  get announcer(): Locator {
    return this.page.locator("#announcer");
  }

  async write(message: string): Promise<void> {
    await this.type("Your message", message);
    await this.press("Send message");
  }
}
