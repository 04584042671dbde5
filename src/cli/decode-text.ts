/** Text of a file, and whether it was text at all in one of the encodings that editors write. */
export type Decoded = { text: string; isClean: boolean };

const BYTE_ORDER_MARKS = [
  [[0xef, 0xbb, 0xbf], "utf-8"],
  [[0xff, 0xfe], "utf-16le"],
  [[0xfe, 0xff], "utf-16be"],
] as const;

/** Decodes UTF-8 or UTF-16, each with or without a byte order mark: Windows' Notepad and PowerShell write all of them. */
export function decodeText(bytes: Uint8Array): Decoded {
  const encoding = encodingOf(bytes);
  try {
    return { text: new TextDecoder(encoding, { fatal: true }).decode(bytes), isClean: true };
  } catch {
    return { text: new TextDecoder(encoding).decode(bytes), isClean: false };
  }
}

function encodingOf(bytes: Uint8Array): "utf-8" | "utf-16le" | "utf-16be" {
  for (const [mark, encoding] of BYTE_ORDER_MARKS)
    if (mark.every((byte, index) => bytes[index] === byte)) return encoding;
  // Text that begins in ASCII has a zero in every other byte then.
  if (bytes.length > 1 && bytes[1] === 0 && bytes[0] !== 0) return "utf-16le";
  return bytes.length > 1 && bytes[0] === 0 && bytes[1] !== 0 ? "utf-16be" : "utf-8";
}
