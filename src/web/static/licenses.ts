import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const PACKAGE_FOLDER = /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/;
const LICENSE_FILE = /^(?:licen[cs]es?|notices?|third_party_licenses)(?:\.(?:md|txt))?$/i;

/** The licences of the packages that modules are from, one after the other, as who passes their code on must. */
export function licensesOf(modules: readonly string[]): string {
  const folders = new Set(modules.flatMap((id) => PACKAGE_FOLDER.exec(id)?.[0] ?? []));
  return [...folders].toSorted().map(licenseIn).join("\n");
}

function licenseIn(folder: string): string {
  const found = readdirSync(folder, { withFileTypes: true }).filter(
    (item) => item.isFile() && LICENSE_FILE.test(item.name),
  );
  if (found.length === 0) throw new Error(`no licence in ${folder}`);
  const texts = found.map(({ name }) => readFileSync(join(folder, name), "utf8").trim());
  return [`=== ${folder.replace(/^.*node_modules./, "")}`, ...texts, ""].join("\n\n");
}
