import type zhCN from "#src/base/locales/zh-CN.json";

export type UserErrorKey = keyof (typeof zhCN)["errors"];

/** What stands in the text of an error; a list is shown with the commas of the person's language. */
export type UserErrorParams = Record<string, string | number | readonly string[]>;

/** Something that the person who asked can mend. Shown to them in their language (`errors.<key>`). */
export class UserError extends Error {
  override name = "UserError";
  readonly key: UserErrorKey;
  readonly params: UserErrorParams;
  constructor(key: UserErrorKey, params: UserErrorParams = {}) {
    super(key);
    this.key = key;
    this.params = params;
  }
}
