import { createInstance, type TFunction } from "i18next";
import enUS from "./locales/en-US.json" with { type: "json" };
import zhCN from "./locales/zh-CN.json" with { type: "json" };
import zhTW from "./locales/zh-TW.json" with { type: "json" };

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
export type Text = TFunction;

const i18n = createInstance();
await i18n.init({
  lng: LOCALES[0],
  fallbackLng: false,
  supportedLngs: LOCALES,
  resources: { "zh-CN": { translation: zhCN }, "zh-TW": { translation: zhTW }, "en-US": { translation: enUS } },
  // Views escape what they show; a second escape here would show `&amp;` to people.
  interpolation: { escapeValue: false },
});

/** The texts in one language. Nothing process-wide changes, so concurrent people never mix. */
export const textIn = (locale: Locale): Text => i18n.getFixedT(locale);

/** The nearest language of ours for one that a client names (`zh-HK` → zh-TW, `en-GB` → en-US), else undefined. */
export function nearestLocale(name: string): Locale | undefined {
  const language = name.replace("_", "-").toLowerCase();
  if (/^zh-(?:tw|hk|mo|hant)/.test(language)) return "zh-TW";
  if (language.startsWith("zh")) return "zh-CN";
  return language.startsWith("en") ? "en-US" : undefined;
}
