import axe from "axe-core";
import type { Page } from "playwright-core";
import { z } from "zod";

const violation = z.object({
  id: z.string(),
  impact: z.string().nullish(),
  nodes: z.array(z.object({ html: z.string() })),
});

/** What axe-core finds that keeps people from using the page. */
export async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = z.object({ violations: z.array(violation) }).parse(await page.evaluate("axe.run()"));
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

/** Pixels by which the page is wider than its window. */
export const overhang = (page: Page): Promise<unknown> =>
  page.evaluate("Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) - window.innerWidth");
