import type { Context } from "./command.ts";
import type { Services } from "./services.ts";

/**
 * A snapshot of the services for one command, with what is its own: the command sees one catalog from beginning to end,
 * and parts that are not loaded yet are not touched.
 * @example snapshotWith(app.services, { locale, text: textIn(locale) })
 */
export function snapshotWith<Own extends Partial<Context>>(
  services: Services,
  own: Own,
): Omit<Services, keyof NoInfer<Own>> & NoInfer<Own> {
  const { catalog, catalogInUse, resolve } = services;
  return Object.defineProperties(Object.create(Object.prototype), {
    ...Object.getOwnPropertyDescriptors(services),
    ...Object.getOwnPropertyDescriptors({ catalog, catalogInUse, resolve }),
    ...Object.getOwnPropertyDescriptors(own),
  });
}
