import { execFileSync } from "node:child_process";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EnvFileUnusable, parseEnvText, readEnvFile } from "#src/cli/env-file.ts";
import { temporaryFolder } from "#tests/temporary-catalog.ts";

const valuesOf = (text: string): object => Object.fromEntries(parseEnvText(text).values);
const remarksOf = (text: string): string[] =>
  parseEnvText(text).remarks.map(({ line, what, name }) => [line, what, name].filter(Boolean).join(" "));

describe("a .env", () => {
  test.each<[string, string, object]>([
    ["lines of Windows", "A=1\r\nB=2\r\n", { A: "1", B: "2" }],
    ["lines of old Macs", "A=1\rB=2", { A: "1", B: "2" }],
    ["blanks", "  A = 1  \n\tB=2", { A: "1", B: "2" }],
    ["an empty value, and the next line is another", "A=\nB= \nC=3", { A: "", B: "", C: "3" }],
    ["export", "export A=1\nexport\tB=2\nexported=3", { A: "1", B: "2", exported: "3" }],
    ["quotes", `A="a b"\nB='c'\nC=\`d\``, { A: "a b", B: "c", C: "d" }],
    [
      "a quoted value of several lines",
      "KEY='-----BEGIN\nx=1\n-----END'\nB=2",
      { KEY: "-----BEGIN\nx=1\n-----END", B: "2" },
    ],
    ["line breaks as people write them", 'A="x\\ny"', { A: "x\ny" }],
    ["remarks", "# A=0\nA=1 # one\nB='#2'", { A: "1", B: "#2" }],
    ["an equals sign in a value", "A=b=c==", { A: "b=c==" }],
    ["the last of several", "A=1\nA=2", { A: "2" }],
  ])("has %s", (_what, text, values) => {
    expect(valuesOf(text)).toEqual(values);
  });

  test.each([
    ["A=1\njust words\nB=2", ["2 noAssignment"]],
    ["A: 1", ["1 noAssignment"]],
    ["=1\nA B=2\n1A=3", ["1 noAssignment", "2 noAssignment", "3 noAssignment"]],
    ["\nA=1\nB=2\nA=3", ["4 again A"]],
    ["A='x\ny'\nnothing", ["3 noAssignment"]],
    ['A="x\nB=2', ["1 openQuote A"]],
    ['A="x" y', ["1 afterQuote A"]],
    ['A="x" # y#z', []],
    ["A=http://u:p#w@host", ["1 afterHash A"]],
    ["A=1 # see#2\nB=#3", []],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as it is written into a file
    ['A=${HOME}/x\nB="x${Y}"', ["1 reference A", "2 reference B"]],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as it is written into a file
    ["A='${X}'\nB=1 # ${X}\nC=$X{}", []],
  ])("%j: what has no effect, or not the one that was meant, is told with its line: %j", (text, remarks) => {
    expect(remarksOf(text)).toEqual(remarks);
  });

  test("remarks have nothing of a value or of a line that sets nothing", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const told = JSON.stringify(parseEnvText(`${text}\nsecret\nA="secret\nB=secret#1`).remarks);
        expect(told).not.toMatch(/secret/);
      }),
    );
  });
});

describe("a file is read", () => {
  const text = "DISCORD_TOKEN=a.b.c\r\n# 注释\r\nDEFAULT_LOCALE=en\r\n";
  const utf16 = Buffer.from(text, "utf16le");
  test.each([
    ["UTF-8", Buffer.from(text)],
    ["UTF-8 with a byte order mark", Buffer.from(`\ufeff${text}`)],
    ["UTF-16 as Notepad writes it", Buffer.from(`\ufeff${text}`, "utf16le")],
    ["UTF-16, big-endian", Buffer.from(`\ufeff${text}`, "utf16le").swap16()],
    ["UTF-16 without a mark", utf16],
    ["UTF-16, big-endian, without a mark", Buffer.from(utf16).swap16()],
  ])("in %s", async (_encoding, bytes) => {
    const path = join(await temporaryFolder(), ".env");
    await writeFile(path, bytes);
    const file = readEnvFile(path);
    expect(Object.fromEntries(file?.values ?? [])).toEqual({ DISCORD_TOKEN: "a.b.c", DEFAULT_LOCALE: "en" });
    expect(file?.remarks).toEqual([]);
  });

  test("in another encoding as far as it is ASCII, which is told", async () => {
    const path = join(await temporaryFolder(), ".env");
    // 注释 in GBK.
    await writeFile(
      path,
      Buffer.concat([Buffer.from("# "), Buffer.from("d7a2cacd", "hex"), Buffer.from("\nHTTP_PORT=1")]),
    );
    const file = readEnvFile(path);
    expect([...(file?.values ?? [])]).toEqual([["HTTP_PORT", "1"]]);
    expect(file?.remarks).toEqual([{ what: "encoding" }]);
  });

  test("and none, a folder, a pipe, one that leads nowhere and one that is far too large are told apart", async () => {
    const folder = await temporaryFolder();
    expect(readEnvFile(join(folder, ".env"))).toBeUndefined();
    await mkdir(join(folder, "taken"));
    execFileSync("mkfifo", [join(folder, "pipe")]);
    await symlink("loop", join(folder, "loop"));
    await writeFile(join(folder, "large"), "#".repeat(1_000_001));
    await writeFile(join(folder, "just"), "#".repeat(1_000_000));
    const reasonOf = (name: string): unknown => {
      try {
        return readEnvFile(join(folder, name))?.values.size;
      } catch (error) {
        return error instanceof EnvFileUnusable ? error.reason : error;
      }
    };
    const names = ["taken", "pipe", "loop", "large", "just"];
    expect(names.map(reasonOf)).toEqual(["folder", "pipe", "unreadable", "tooLarge", 0]);
  });
});
