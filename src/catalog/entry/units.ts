/** `6 GB`, `0.97 GB`; GB as the source wrote it. */
export const formatGb = (gb: number): string => `${trim(gb)} GB`;

/** `6.2B`, `0.5B`, `1T` for billions of parameters. */
export const formatBillions = (billions: number): string =>
  billions >= 1000 ? `${trim(billions / 1000)}T` : `${trim(billions)}B`;

/** `6.2B`, or `30B-A3B` where only some parameters are active for a token. */
export const formatSize = (billions: number, active?: number): string =>
  active === undefined ? formatBillions(billions) : `${formatBillions(billions)}-A${formatBillions(active)}`;

/** `128K` for 131,072 and for 128,000 tokens, `1M` for 1,048,576: the way makers write it. */
export function formatTokens(tokens: number): string {
  const thousands = tokens % 1000 === 0 ? tokens / 1000 : tokens / 1024;
  if (thousands < 1) return String(tokens);
  const million = tokens % 1000 === 0 ? 1000 : 1024;
  return thousands >= million ? `${trim(thousands / million)}M` : `${trim(thousands)}K`;
}

const trim = (value: number): string => String(Number(value.toFixed(2)));

/** Memory as people write it: `8`, `8GB`, `8 G`, `７.5gb`. In GB; undefined for anything else. */
export function readGb(text: string): number | undefined {
  const [, figure] = /^(\d{1,9}(?:\.\d{1,9})?)\s*(?:g|gb|gib)?$/i.exec(text.normalize("NFKC").trim()) ?? [];
  return figure === undefined ? undefined : Number(figure);
}
