/** Counts of equal steps as bars; what they say is said in words beside, so it is hidden from those who hear the page. Bars are SVG, since the page allows no style attribute. */
import type { JSX } from '../ui.ts';

const STEP = 10;
const HIGH = 100;
/** One among thousands is seen, too. */
const HIGH_MIN = 6;

export function Sparkline({ counts, class: name = '' }: { counts: readonly number[]; class?: string }): JSX.Element {
  const most = Math.max(1, ...counts);
  return (
    <svg class={`sparkline ${name}`} viewBox={`0 0 ${counts.length * STEP} ${HIGH}`} preserveAspectRatio="none" aria-hidden="true">
      {counts.map((count, index) => {
        if (count === 0) return null;
        const high = Math.max(HIGH_MIN, (count / most) * HIGH);
        return <rect key={index} x={index * STEP + 1} y={HIGH - high} width={STEP - 2} height={high} />;
      })}
    </svg>
  );
}
