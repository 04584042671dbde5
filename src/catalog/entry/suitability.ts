import { modalitiesOf, purposesOf } from "./of-variant.ts";
import { DOMAINS, type Purpose } from "./purposes.ts";
import type { Entry, Variant } from "./schema.ts";

/**
 * How well something suits a purpose: 0 it is made for it, 1 that is among what it is made for, 2 it does it too, 3 so it does
 * though it is foremost made for something else than conversation.
 */
export type Suitability = 0 | 1 | 2 | 3;
/** From here on something is not made for a purpose: it only does it too. */
export const DOES_TOO = 2;

/** What a general assistant does without being made for it. */
const BY_ASSISTANTS: readonly Purpose[] = ["writing", "roleplay", "translation", "service", "education"];
/** Whether any general assistant serves a purpose, so that very many models do. */
export const isForAnyAssistant = (purpose: Purpose): boolean => purpose === "chat" || BY_ASSISTANTS.includes(purpose);

/** Models up to this size, in billions of parameters, run on a telephone when quantised: 2 to 3 GB. */
const ON_DEVICE_MAX_B = 4;

/** How well a variant of an entry suits a purpose, or the entry as a whole; undefined: nothing says so. */
export function suitability(purpose: Purpose, entry: Entry, variant: Variant | undefined): Suitability | undefined {
  const purposes = purposesOf(entry, variant);
  const at = purposes.indexOf(purpose);
  if (at >= 0) return at === 0 || purpose === "chat" ? 0 : 1;
  if (BY_ASSISTANTS.includes(purpose)) return doneByAssistant(purposes);
  return doesToo(purpose, entry, variant) ? DOES_TOO : undefined;
}

function doneByAssistant(purposes: readonly Purpose[]): Suitability | undefined {
  if (!purposes.includes("chat")) return undefined;
  return purposes[0] === "chat" ? DOES_TOO : 3;
}

function doesToo(purpose: Purpose, entry: Entry, variant: Variant | undefined): boolean {
  if (purpose === "vision" || purpose === "audio") return modalitiesOf(entry, variant).includes(purpose);
  if (purpose !== "on-device") return false;
  const size = variant?.parametersB ?? entry.parametersB;
  return size !== undefined && size <= ON_DEVICE_MAX_B;
}

/** The best suitability of an entry and its variants. */
export function entrySuitability(purpose: Purpose, entry: Entry): Suitability | undefined {
  let best: Suitability | undefined;
  for (const variant of entry.variants?.length ? entry.variants : [undefined]) {
    const found = suitability(purpose, entry, variant);
    if (found !== undefined && (best === undefined || found < best)) best = found;
  }
  return best;
}

/** What a conversation is not foremost needed for, and yet anybody may have a use for: whoever thinks answers too. */
const FOR_ANYBODY: readonly (Purpose | undefined)[] = ["reasoning", "writing"];

/** Whether something is made for one thing, and is neither an assistant nor a model that thinks about anything. */
export function isSpecialist(purposes: readonly Purpose[]): boolean {
  return purposes.length > 0 && !purposes.includes("chat") && !FOR_ANYBODY.includes(purposes[0]);
}

/** What a model may be made for foremost so that it is no assistant for everything, though one can talk with it. */
const SPECIALTIES: readonly Purpose[] = [...DOMAINS, "ocr", "audio", "video", "translation", "drawing", "roleplay"];

/**
 * What a variant is made for, where it is no general assistant: a field of knowledge or a skill such as these foremost, or
 * no conversation at all. Undefined where it is one, or nothing is stated.
 */
export function specialtyOf(entry: Entry, variant: Variant | undefined): Purpose | undefined {
  const purposes = purposesOf(entry, variant);
  const [foremost] = purposes;
  if (foremost === undefined) return undefined;
  return SPECIALTIES.includes(foremost) || !purposes.includes("chat") ? foremost : undefined;
}

/** Whether it is a general assistant: foremost made to converse or to think, and in writing. */
export function isGeneral(entry: Entry, variant: Variant | undefined): boolean {
  const [foremost = "chat"] = purposesOf(entry, variant);
  return ["chat", "reasoning"].includes(foremost) && !modalitiesOf(entry, variant).includes("audio");
}
