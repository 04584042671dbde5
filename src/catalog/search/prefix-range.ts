/** The texts of a sorted list that begin so. */
export function startingWith(sorted: readonly string[], start: string): string[] {
  const from = ownerAndRepo(sorted, start);
  let end = from;
  while (end < sorted.length && sorted[end]?.startsWith(start)) end++;
  return sorted.slice(from, end);
}

/** The first place in a sorted list that is not before the text. */
function ownerAndRepo(sorted: readonly string[], text: string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? "") < text) low = middle + 1;
    else high = middle;
  }
  return low;
}
