/** An entry's id: its file's name without the ending. */
export const ENTRY_ID = /^[a-z0-9]+(?:[.-][a-z0-9]+)*$/;
/** `owner/name` on GitHub. */
export const GITHUB_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})\/[A-Za-z0-9._-]{1,100}$/;
