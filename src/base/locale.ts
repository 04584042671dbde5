import { createInstance, type ParseKeys } from "i18next";
import { LRUCache } from "lru-cache";
import enUS from "#src/base/locales/en-US.json" with { type: "json" };
import zhCN from "#src/base/locales/zh-CN.json" with { type: "json" };
import zhTW from "#src/base/locales/zh-TW.json" with { type: "json" };

declare module "i18next" {
  interface CustomTypeOptions {
    resources: { translation: typeof zhCN };
    returnNull: false;
  }
}

/** The languages that Mulu speaks, by Discord's names for them; the first is the default. */
export const LOCALES = ["zh-CN", "zh-TW", "en-US"] as const;
export type Locale = (typeof LOCALES)[number];

/** Gives a text of the locales in one language: `text("list.none")`. Keys are checked by the compiler. */
export type Text = (key: ParseKeys, params?: Record<string, string | number>) => string;

const i18n = createInstance();
// At once and not a turn later: a module that awaits could not be loaded by `require`, as what is seldom needed is.
void i18n.init({
  initAsync: false,
  lng: LOCALES[0],
  fallbackLng: false,
  supportedLngs: LOCALES,
  resources: { "zh-CN": { translation: zhCN }, "zh-TW": { translation: zhTW }, "en-US": { translation: enUS } },
  // Views escape what they show; a second escape here would show `&amp;` to people.
  interpolation: { escapeValue: false },
});

/** Filled-in texts kept per language: a list asks for the same few labels and remarks a hundred times. */
const KEPT_TEXTS = 2000;

function textsOf(locale: Locale): Text {
  const translate = i18n.getFixedT(locale);
  const kept = new LRUCache<string, string>({ max: KEPT_TEXTS });
  return (key, params) => {
    const name = params === undefined ? key : `${key}\u0000${Object.entries(params).join("\u0000")}`;
    const known = kept.get(name);
    if (known !== undefined) return known;
    const text = translate(key, params ?? {});
    kept.set(name, text);
    return text;
  };
}

const TEXTS: Record<Locale, Text> = { "zh-CN": textsOf("zh-CN"), "zh-TW": textsOf("zh-TW"), "en-US": textsOf("en-US") };

/** The texts in one language. Nothing process-wide changes, so concurrent people never mix. */
export const textIn = (locale: Locale): Text => TEXTS[locale];

/**
 * The nearest language of ours for one that a client or a system names (`zh-HK` → zh-TW, `en_GB.UTF-8` → en-US, `zh` →
 * zh-CN), else undefined.
 */
export function nearestLocale(name: string): Locale | undefined {
  const language = name.trim().replaceAll("_", "-").toLowerCase();
  if (/^zh-(?:tw|hk|mo|hant)\b/.test(language)) return "zh-TW";
  if (/^zh\b/.test(language)) return "zh-CN";
  return /^en\b/.test(language) ? "en-US" : undefined;
}
