/** What is no log, told by its first bytes: other things by their magic numbers, the rest by its control characters. Pure. */
const KNOWN: readonly { readonly at: number; readonly magic: string; readonly is: string }[] = [
  { at: 257, magic: 'ustar', is: 'a tar archive; unpack it and import what is in it' },
  { at: 0, magic: 'BZh', is: 'a bzip2 archive, which is not read here; pipe it: bzcat FILE | stacktrail import - --program NAME' },
  { at: 0, magic: 'PK\x03\x04', is: 'a zip archive; unpack it and import what is in it' },
  { at: 0, magic: '7z\xbc\xaf\x27\x1c', is: 'a 7z archive; unpack it and import what is in it' },
  {
    at: 0,
    magic: '\x04\x22\x4d\x18',
    is: 'an lz4 archive, which is not read here; pipe it: lz4 -dc FILE | stacktrail import - --program NAME',
  },
  { at: 0, magic: 'LPKSHHRH', is: 'a systemd journal; pipe it: journalctl --file FILE -o short-iso-precise | stacktrail import -' },
  { at: 0, magic: 'SQLite format 3', is: 'an SQLite database' },
  { at: 0, magic: '\x7fELF', is: 'a program' },
  { at: 0, magic: '\xff\xfe', is: 'UTF-16 text; convert it: iconv -f UTF-16 -t UTF-8 FILE | stacktrail import - --program NAME' },
  { at: 0, magic: '\xfe\xff', is: 'UTF-16 text; convert it: iconv -f UTF-16 -t UTF-8 FILE | stacktrail import - --program NAME' },
];

/** Of 100 bytes of text hardly one is a control character, colours aside; of anything packed or encrypted nine are. */
const CONTROLS_SHARE_MAX = 0.05;

/** What something is that is no log; undefined for text, whatever its encoding. */
export function notText(head: Uint8Array): string | undefined {
  const known = KNOWN.find(({ at, magic }) => Buffer.from(magic, 'latin1').every((byte, index) => head[at + index] === byte));
  if (known) return known.is;
  let controls = 0;
  let meant = 0;
  for (let at = 0; at < head.length; ) {
    const byte = head[at]!;
    if (byte === 0 && (at === 0 || head[at - 1] === LF)) {
      // A crash leaves zeros where lines were to be written.
      while (head[at] === 0) at++;
      continue;
    }
    if (byte < 32 && !HARMLESS.has(byte)) controls++;
    meant++;
    at++;
  }
  return controls > meant * CONTROLS_SHARE_MAX ? 'no text' : undefined;
}

const LF = 10;
/** BEL, BS, HT, LF, VT, FF, CR, ESC. */
const HARMLESS: ReadonlySet<number> = new Set([7, 8, 9, LF, 11, 12, 13, 27]);
