/** Where models are looked for, and as whom. Addresses have no `/` at their end. */
export type HubSettings = {
  /** False: no hub is asked for anything. */
  on: boolean;
  /** The token is sent to this address and to no other; absent: anonymous. */
  huggingface: { url: string; token: string | undefined };
  modelscope: { url: string };
};
