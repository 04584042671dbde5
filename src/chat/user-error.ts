import type zhCN from "./locales/zh-CN.json";
import type { View } from "./view.ts";

export type UserErrorKey = keyof (typeof zhCN)["errors"];

/** Something that the person who asked can mend. Shown to them in their language (`errors.<key>`). */
export class UserError extends Error {
  override name = "UserError";
  readonly key: UserErrorKey;
  readonly params: Record<string, string | number>;
  /** More than a line, where there is more to say. */
  readonly view: View | undefined;
  constructor(key: UserErrorKey, params: Record<string, string | number> = {}, view?: View) {
    super(key);
    this.key = key;
    this.params = params;
    this.view = view;
  }
}
