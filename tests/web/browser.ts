import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";
import { onTestFinished } from "vitest";
import { PATIENCE_MS } from "#tests/patience.ts";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const found = PLACES.find((place) => existsSync(place));

/** Why tests in a browser cannot run on this machine; undefined where they can. Debian: `apt-get install chromium`. */
export const WITHOUT_BROWSER: string | undefined =
  found === undefined ? "there is no Chromium on this machine" : undefined;

/** Debian's Chromium, without a sandbox: in a container there are no rights for one, and the only pages are ours. */
export function launchBrowser(): Promise<Browser> {
  if (found === undefined) throw new Error(WITHOUT_BROWSER);
  return chromium.launch({ executablePath: found, args: ["--no-sandbox"] });
}

type PageOptions = {
  width?: number;
  height?: number;
  scheme?: "light" | "dark";
  locale?: string;
  reducedMotion?: "reduce";
};

export type WatchedPage = {
  page: Page;
  /** What ought never to be: dialogues, requests to others, errors in the console. */
  faults: string[];
};

/** A new visitor's page, watched; it is closed with the test. */
export async function openTab(
  browser: Browser,
  url: string,
  { width = 1000, height = 800, scheme = "light", locale = "zh-CN" }: PageOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, locale });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const faults: string[] = [];
  page.on("dialog", (dialog) => {
    faults.push(`a dialogue: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith("data:"))
      faults.push(`a request to ${request.url()}`);
  });
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(message.text());
  });
  page.on("pageerror", (error) => faults.push(String(error)));
  await page.goto(url);
  return { page, faults };
}
