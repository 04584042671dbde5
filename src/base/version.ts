import packageJson from "#package.json" with { type: "json" };

/** The version of Mulu that runs. */
export const VERSION: string = packageJson.version;
