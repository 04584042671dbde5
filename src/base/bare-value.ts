/** Quotes that a shell or a compose file has left around a value. */
const QUOTED = /^(["'])([\s\S]*)\1$/;

/** What is set: the value without blanks and quotes around it. */
export const bareValue = (value: string): string => value.trim().replace(QUOTED, "$2").trim();
