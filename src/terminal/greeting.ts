import { textIn } from "#src/base/locale.ts";
import type { Problem } from "#src/catalog/entry/problem.ts";
import { problemText } from "#src/chat/explain-issue.ts";
import type { Services } from "#src/chat/services.ts";

export type GreetingParts = {
  services: Pick<Services, "locale" | "catalogInUse">;
  /** Faults in the catalog. */
  problems: readonly Problem[];
  /** Where the catalog is read from, as long as none was fetched. */
  catalogDir: string;
  /** The `.env`, whether there is one, and what in it the environment overrides. */
  settings: { path: string; isRead: boolean; overridden: readonly string[] };
  hasBot: boolean;
  /** The proxies on the way out: host and port. */
  proxies: readonly string[];
  /** Where the page is, or why it is not. */
  page: string;
};

/** What is on, what is off and why, and two things to type: the lines above the first prompt. */
export function greeting({ services, problems, catalogDir, settings, hasBot, proxies, page }: GreetingParts): string[] {
  const text = textIn(services.locale);
  const { catalog, origin } = services.catalogInUse;
  const directory = origin ? `${origin.repository}@${origin.commit.slice(0, 7)}` : catalogDir;
  return [
    text("terminal.catalog", { count: catalog.entries.length, directory }),
    text(settings.isRead ? "terminal.settings" : "terminal.noSettings", { file: settings.path }),
    ...(settings.overridden.length > 0 ? [text("terminal.overridden", { names: settings.overridden.join(", ") })] : []),
    text(hasBot ? "terminal.discordOn" : "terminal.discordOff"),
    ...(proxies.length > 0 ? [text("terminal.proxy", { proxy: proxies.join(", ") })] : []),
    page,
    ...(problems.length > 0 ? [text("terminal.problems", { count: problems.length })] : []),
    ...problems.map((problem) => `  ${problemText(problem, text)}`),
    `${text("terminal.tryThese")} /models int4`,
    `${text("terminal.tryThese")} /model chatglm`,
    text("terminal.leave"),
  ];
}
