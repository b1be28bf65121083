/** How much of the bytes behind a place is taken at once. */
import { expect, test } from 'vitest';
import { limits } from '../../src/base/limits.ts';
import { pieceOf } from '../../src/receive/files-piece.ts';

const long = 'x'.repeat(limits.messageBytesMax);
const from = { cut: false, isRest: false, isLast: false };

function shown(text: string, change: Partial<typeof from>) {
  const piece = pieceOf(Buffer.from(text), { ...from, ...change });
  if (piece === undefined) return undefined;
  const { bytes, spans, flags, cut, skipped } = piece;
  return [bytes.length, spans.length / 2, [...(flags ?? [])].map(String).join(' '), cut, skipped];
}

test.each<[string, string, Partial<typeof from>, unknown]>([
  ['nothing', '', {}, undefined],
  ['whole lines', 'a\nb\n', {}, [4, 2, '', false, 0]],
  ['half a line waits', 'a\nhal', {}, [2, 1, '', false, 0]],
  ['half a line alone waits', 'hal', {}, undefined],
  ['half a last line is taken', 'a\nhal', { isLast: true }, [5, 2, '', false, 0]],
  ['blank lines are passed', '\n\n', {}, [2, 0, '', false, 0]],
  ['the rest of a half line', 'f\nb\n', { isRest: true }, [4, 2, '0,incomplete', false, 0]],
  ['a rest that is only its end', '\nb\n', { isRest: true }, [3, 1, '', false, 0]],
  ['a line that is too long is cut', long, {}, [limits.messageBytesMax, 1, '0,truncated', true, 0]],
  ['its rest is skipped', 'yyy\nb\n', { cut: true }, [4, 0, '', false, 3]],
  ['all of it, while it has no end', 'yyy', { cut: true }, [3, 0, '', true, 3]],
  ['zeros are no line', '\0'.repeat(limits.messageBytesMax), {}, [limits.messageBytesMax, 0, '', false, 0]],
  [
    'more lines than a part has',
    'a\n'.repeat(limits.importLinesMax + 1),
    {},
    [limits.importLinesMax * 2, limits.importLinesMax, '', false, 0],
  ],
])('%s', (_name, text, change, want) => expect(shown(text, change)).toEqual(want));
