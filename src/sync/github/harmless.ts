/** Splits what GitHub reads and changes nothing for whoever reads it. */
const ZERO_WIDTH = "\u200b";

/**
 * What GitHub acts on in texts and commit messages, each cut in two where the pattern captures ("Autolinked references
 * and URLs", "Basic writing and formatting syntax", "Linking a pull request to an issue", "Creating a commit with
 * multiple authors", "Skipping workflow runs").
 */
const READ_BY_GITHUB: readonly RegExp[] = [
  // @name, @organisation/team, name@commit
  /@(?=[\p{L}\p{N}_-])/gu,
  // #1, owner/name#1, and with them "fixes #1"
  /#(?=\p{N})/gu,
  /\bGH-(?=\p{N})/giu,
  // The pages of issues, pull requests, discussions and commits on any host, which count like #1.
  /\/(?:issues|pulls?|discussions)\/(?=\d)/gi,
  /\/commits?\/(?=[0-9a-f]{7})/gi,
  // Trailers that name people.
  /^[ \t]*[\w-]+-(?=by:)/gim,
  // Workflows that are left out.
  /\[(?=(?:skip ci|ci skip|no ci|skip actions|actions skip)\])/gi,
  /^[ \t]*skip-(?=checks:)/gim,
  // Comments, which hide what our pull requests remember, and our boxes.
  /<!(?=--)/g,
];

/**
 * Outside text in which GitHub reads no mention, no reference, no closing keyword and no instruction, neither in
 * Markdown nor as plain text: a repository may make the text of a pull request the message of its merge.
 */
export function harmless(text: string): string {
  return READ_BY_GITHUB.reduce((rest, pattern) => rest.replace(pattern, `$&${ZERO_WIDTH}`), text);
}

/** The same on one line, for titles. */
export const harmlessLine = (text: string): string => harmless(text.replace(/\s+/g, " "));
