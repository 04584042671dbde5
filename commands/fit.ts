import { z } from "zod";
import { UserError } from "#src/base/user-error.ts";
import { FIT_PURPOSES, type FitPurpose } from "#src/catalog/entry/purposes.ts";
import { foldName } from "#src/catalog/entry/text.ts";
import type { CacheKind } from "#src/catalog/memory/cache.ts";
import { findFits } from "#src/catalog/memory/fit.ts";
import {
  type Cards,
  cardsText,
  LEAST_GB,
  MOST_GB,
  readCards,
  readRam,
  readTokens,
} from "#src/catalog/memory/machine.ts";
import type { FitRequest } from "#src/catalog/memory/ways.ts";
import type { CatalogData } from "#src/catalog/search/search.ts";
import { type CatalogContext, choice, defineCommand, flag, text } from "#src/chat/command.ts";
import { fitList } from "#src/chat/fit/list.ts";
import { fitPurposeOf, LONGEST, NARROW_CACHE, readFitWords } from "#src/chat/fit/words.ts";
import { nearestOf } from "#src/chat/nearest.ts";
import { suggestCards } from "#src/chat/suggest/cards.ts";
import { customId, type View } from "#src/chat/view.ts";

type Typed = { vram: string; ram: string | undefined; context: string | undefined };
type Chosen = { purpose: FitPurpose | undefined; cacheKind: CacheKind | undefined; commercial: boolean };

/** Throws UserError for what is no graphics memory, with the cards whose names come nearest. */
function knownCards(typed: string, known: CatalogData["cards"]): Cards {
  const cards = readCards(typed, known);
  if (cards !== undefined) return cards;
  const names = new Map(
    known.flatMap(({ name, aliases }) => [name, ...aliases].map((called) => [foldName(called), name])),
  );
  const near = /\p{L}/u.test(typed) ? nearestOf(foldName(typed), [...names.keys()]) : [];
  if (near.length > 0)
    throw new UserError("unknownCards", {
      given: typed,
      near: [...new Set(near.map((called) => names.get(called) ?? called))],
    });
  throw new UserError("invalidCards", { given: typed, least: LEAST_GB, most: MOST_GB });
}

function readRequest({ vram, ram, context }: Typed, chosen: Chosen, known: CatalogData["cards"]): FitRequest {
  const named = knownCards(vram, known);
  const ramGb = ram === undefined ? undefined : readRam(ram);
  if (ram !== undefined && ramGb === undefined)
    throw new UserError("invalidRam", { given: ram, least: LEAST_GB, most: MOST_GB });
  // The main memory of a Mac is its only one: `M4 Max` with `64GB`.
  const cards = (named.unified && ramGb !== undefined && readCards(`${vram} ${ramGb}g`, known)) || named;
  const contextTokens =
    context === undefined ? undefined : LONGEST.test(context.trim()) ? "longest" : readTokens(context);
  if (context !== undefined && contextTokens === undefined) throw new UserError("invalidContext", { given: context });
  return { machine: { ...cards, ramGb }, contextTokens, ...chosen };
}

const NONE = "-";
const orNone = (value: string | number | undefined): string | number => value ?? NONE;

/** A page's custom id carries the whole request, read again as if it were typed. */
const pageState = z
  .tuple([
    z.coerce.number().int().nonnegative(),
    z.string(),
    z.string(),
    z.string(),
    z.enum([...NARROW_CACHE, NONE]),
    z.enum([...FIT_PURPOSES, NONE]),
    z.enum(["all", "commercial"]),
  ])
  .transform(([page, vram, ram, context, cache, purpose, license]) => {
    const given = (value: string): string | undefined => (value === NONE ? undefined : value);
    const chosen = {
      purpose: purpose === NONE ? undefined : purpose,
      cacheKind: cache === NONE ? undefined : cache,
      commercial: license === "commercial",
    };
    return { page, typed: { vram, ram: given(ram), context: given(context) }, chosen };
  });

/** Messages from before the cache could be chosen have a field less. */
function fieldsOf(state: string): string[] {
  const fields = state.split(":");
  return fields.length === 6 ? fields.toSpliced(4, 0, NONE) : fields;
}

function list(request: FitRequest, page: number, context: CatalogContext): View {
  const { machine, contextTokens, cacheKind, purpose, commercial } = request;
  const state = [
    cardsText(machine),
    orNone(machine.ramGb),
    orNone(contextTokens),
    orNone(cacheKind),
    orNone(purpose),
    commercial ? "commercial" : "all",
  ];
  const id = (other: number): string => customId("fit", "page", other, ...state);
  return fitList(findFits(context.catalog.entries, request), request, { page, id }, context);
}

export const fit = defineCommand({
  name: "fit",
  options: {
    vram: text({ required: true, maxLength: 50, autocomplete: suggestCards }),
    ram: text({ required: false, maxLength: 20 }),
    context: text({ required: false, maxLength: 20 }),
    cache: choice(NARROW_CACHE),
    purpose: choice(FIT_PURPOSES, fitPurposeOf),
    commercial: flag(),
  },
  readWords: readFitWords,
  examples: ["8", "24GB context:32k", "8 ram:64", "12 purpose:code commercial:true", "2x24"],
  needs: "catalog",
  acknowledge: "answer",
  async execute({ vram, ram, context: tokens, cache: cacheKind, purpose, commercial = false }, context) {
    const typed = { vram, ram, context: tokens };
    const request = readRequest(typed, { purpose, cacheKind, commercial }, context.catalog.cards);
    await context.reply(list(request, 0, context));
  },
  components: {
    page: {
      answer: "update",
      async execute(state, _chosen, context) {
        const read = pageState.safeParse(fieldsOf(state));
        if (!read.success) throw new UserError("unknownComponent");
        const { page, typed, chosen } = read.data;
        const request = readRequest(typed, chosen, context.catalog.cards);
        await context.reply(list(request, page, context));
      },
    },
  },
});
