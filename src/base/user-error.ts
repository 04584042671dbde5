import type zhCN from "#src/base/locales/zh-CN.json";

export type UserErrorKey = keyof (typeof zhCN)["errors"];

/** Something that the person who asked can mend. Shown to them in their language (`errors.<key>`). */
export class UserError extends Error {
  override name = "UserError";
  readonly key: UserErrorKey;
  readonly params: Record<string, string | number>;
  constructor(key: UserErrorKey, params: Record<string, string | number> = {}) {
    super(key);
    this.key = key;
    this.params = params;
  }
}
