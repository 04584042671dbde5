import { UserError, type UserErrorKey, type UserErrorParams } from "#src/base/user-error.ts";
import type { View } from "./view.ts";

/** A refusal that says more than a line: the person sees the view in place of the error's text. */
export class RefusedWithView extends UserError {
  readonly view: View;
  constructor(key: UserErrorKey, params: UserErrorParams, view: View) {
    super(key, params);
    this.view = view;
  }
}
