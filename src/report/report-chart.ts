/** Charts of a report as SVG within a page: attributes only, because the page's policy allows no styles of its own. Pure; numbers and times in. */
import { shown } from './story-html-parts.ts';

const WIDTH = 900;
const HEIGHT = 140;
/** Room for the times below. */
const FOOT = 18;
/** And for the highest count above. */
const HEAD = 16;
const SPARK = { width: 120, height: 18 } as const;

export function reportChart(steps: readonly number[], ticks: readonly { readonly share: number; readonly text: string }[]): string {
  const most = Math.max(1, ...steps);
  const width = WIDTH / Math.max(1, steps.length);
  const bars = steps.map((count, at) => bar({ at, count, width, most, height: HEIGHT - HEAD - FOOT }));
  const marks = ticks.map(
    ({ share, text }) =>
      `<text x="${Math.round(share * WIDTH)}" y="${HEIGHT - 4}" font-size="11" fill="currentColor">${shown(text)}</text>`,
  );
  const top = `<text x="${WIDTH}" y="11" font-size="11" text-anchor="end" fill="currentColor">at most ${most}</text>`;
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" width="100%" role="img" aria-label="Errors over the time, at most ${most} in a step"><g transform="translate(0 ${HEAD})">${bars.join('')}</g>${top}${marks.join('')}</svg>`;
}

export function sparkline(steps: readonly number[]): string {
  const most = Math.max(1, ...steps);
  const width = SPARK.width / Math.max(1, steps.length);
  const bars = steps.map((count, at) => bar({ at, count, width, most, height: SPARK.height }));
  return `<svg viewBox="0 0 ${SPARK.width} ${SPARK.height}" width="${SPARK.width}" height="${SPARK.height}" role="img" aria-label="at most ${most} in a step">${bars.join('')}</svg>`;
}

interface Bar {
  readonly at: number;
  readonly count: number;
  readonly width: number;
  readonly most: number;
  readonly height: number;
}

/** What there is shows: a pixel at least. */
function bar({ at, count, width, most, height }: Bar): string {
  if (count <= 0) return '';
  const tall = Math.max(1, (count / most) * height);
  return `<rect x="${(at * width).toFixed(1)}" y="${(height - tall).toFixed(1)}" width="${Math.max(0.5, width - 1).toFixed(1)}" height="${tall.toFixed(1)}" fill="#c0392b"/>`;
}
