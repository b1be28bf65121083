/**
 * Counts of the minutes of one hour as bytes: for each minute that has any its number (one byte) and the count (seven bits a byte, the low
 * ones first, the top bit says that more follow). A quiet hour is two bytes, a full one 120 to 240.
 */

/** By minute of the hour, 0-59. */
export type Minutes = Map<number, number>;

export function writeMinutes(minutes: Minutes): Uint8Array {
  const bytes: number[] = [];
  for (const [minute, count] of [...minutes].sort(([one], [other]) => one - other)) {
    bytes.push(minute);
    let rest = count;
    while (rest > 127) {
      bytes.push((rest % 128) + 128);
      rest = Math.floor(rest / 128);
    }
    bytes.push(rest);
  }
  return Uint8Array.from(bytes);
}

/** Bytes that end too early are read as far as they go. */
export function readMinutes(bytes: Uint8Array): Minutes {
  const minutes: Minutes = new Map();
  let at = 0;
  while (at + 1 < bytes.length) {
    const minute = bytes[at++]!;
    let count = 0;
    let scale = 1;
    for (;;) {
      const byte = bytes[at++];
      if (byte === undefined) return minutes;
      count += (byte % 128) * scale;
      if (byte < 128) break;
      scale *= 128;
    }
    minutes.set(minute, count);
  }
  return minutes;
}
