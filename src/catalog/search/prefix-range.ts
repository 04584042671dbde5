/** The strings of a sorted list that begin with a prefix. */
export function withPrefix(sorted: readonly string[], prefix: string): string[] {
  const from = lowerBound(sorted, prefix);
  let end = from;
  while (end < sorted.length && sorted[end]?.startsWith(prefix)) end++;
  return sorted.slice(from, end);
}

/** The first index in a sorted list whose string is not less than this one. */
function lowerBound(sorted: readonly string[], text: string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? "") < text) low = middle + 1;
    else high = middle;
  }
  return low;
}
