/**
 * How many records there were and when, stacked by level. Dragging over it zooms to that time, a click takes one bar, the legend
 * includes a level. The door of uPlot. Patterns, not colours alone, tell the strong levels apart; the legend says all counts in text.
 */
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { HistogramAnswer } from '../api/answers.ts';
import type { Load } from '../api/loads.ts';
import { go, query, range, zone } from '../state/here.ts';
import { absolute, endsOf } from '../state/ranges.ts';
import { NO_LEVEL, type Stacks, stacksOf } from '../state/stacks.ts';
import { clockTime, shortTime } from '../state/zones.ts';
import { LEVEL_WORDS } from '../text/fields.ts';
import { stanceOf, toggled } from '../text/query.ts';
import { countText, levelText } from '../text/rows.ts';
import { type JSX, type ReadonlySignal, useEffect, useRef, useSignal } from '../ui.ts';
import { fillOf } from './fills.ts';
import { TroubleNote } from './states.tsx';

const HEIGHT_PX = 96;
const DRAG_PX_MIN = 4;

export function Histogram({ load }: { load: ReadonlySignal<Load<HistogramAnswer>> }): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const scheme = useScheme();
  const { value, trouble, isBusy } = load.value;
  const stacks = value === undefined ? undefined : stacksOf(value, endsOf(range.value, { nowMs: Date.now() }));
  useEffect(() => {
    if (stacks === undefined || stacks.times.length === 0) return;
    const chart = chartOf(box.current!, stacks, zone.value);
    const watch = new ResizeObserver(([entry]) => chart.setSize({ width: Math.floor(entry!.contentRect.width), height: HEIGHT_PX }));
    watch.observe(box.current!);
    return () => {
      watch.disconnect();
      chart.destroy();
    };
  }, [value, zone.value, scheme]);
  // What is wrong with the query is said below it, once.
  if (trouble !== undefined && value === undefined)
    return trouble.position === undefined ? <TroubleNote trouble={trouble} /> : <div class="histogram" />;
  return (
    <section class="histogram" aria-label="Records over time" aria-busy={isBusy}>
      <div class="chart" ref={box} role="img" aria-label={stacks === undefined ? 'Loading' : sayAll(stacks)} />
      <div class="legend">{stacks && <Legend stacks={stacks} />}</div>
    </section>
  );
}

function Legend({ stacks }: { stacks: Stacks }): JSX.Element {
  return (
    <>
      {LEVEL_WORDS.filter((level) => stacks.totals.has(level)).map((level) => (
        <button
          type="button"
          key={level}
          class={`legend-level of-${level.toLowerCase()}`}
          aria-pressed={stanceOf(query.value, 'level', level) === 'included'}
          title={`Only ${level} (again: all)`}
          onClick={() => go({ query: toggled(query.value, 'level', level), line: '' })}
        >
          <span class="level">{levelText(level)}</span> {countText(stacks.totals.get(level)!)}
        </button>
      ))}
      {stacks.totals.has(NO_LEVEL) && <span class="dim">without level {countText(stacks.totals.get(NO_LEVEL)!)}</span>}
      <span class="gap" />
      <span class="dim">{stacks.stepText} a bar</span>
    </>
  );
}

function sayAll(stacks: Stacks): string {
  const levels = [...stacks.totals].map(([level, count]) => `${count} ${level}`).join(', ');
  return `${stacks.total} records${levels === '' ? '' : `: ${levels}`}`;
}

/** Names of the scheme; the chart is painted, so it is painted anew when it changes. */
function useScheme(): boolean {
  const isDark = useSignal(matchMedia('(prefers-color-scheme: dark)').matches);
  useEffect(() => {
    const media = matchMedia('(prefers-color-scheme: dark)');
    const onChange = (): void => {
      isDark.value = media.matches;
    };
    media.addEventListener('change', onChange);
    return () => media.removeEventListener('change', onChange);
  }, [isDark]);
  return isDark.value;
}

function chartOf(box: HTMLElement, stacks: Stacks, shown: string): uPlot {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const { stepMs, times } = stacks;
  const bars = uPlot.paths.bars!({ size: [0.94, 60], align: 1, gap: 1 });
  const axis = { stroke: colour('dim'), grid: { show: false }, ticks: { show: false }, font: '11px system-ui, sans-serif' };
  const options: uPlot.Options = {
    width: Math.max(100, box.clientWidth),
    height: HEIGHT_PX,
    // On the right, half of the last label.
    padding: [6, 18, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      points: { show: false },
      drag: { x: true, y: false, setScale: false, dist: DRAG_PX_MIN },
    },
    tzDate: (seconds) =>
      shown === '' ? new Date(seconds * 1000) : uPlot.tzDate(new Date(seconds * 1000), shown === 'UTC' ? 'Etc/UTC' : shown),
    scales: {
      x: { time: true, range: () => [stacks.fromMs / 1000, stacks.toMs / 1000] },
      y: { range: (_chart, _min, max) => [0, Math.max(1, max) * 1.05] },
    },
    axes: [
      { ...axis, size: 22, values: (_chart, splits) => splits.map((at) => clockOrDay(at * 1000, stacks, shown)) },
      {
        ...axis,
        size: 44,
        grid: { show: true, stroke: colour('line'), width: 1 },
        values: (_chart, splits) => splits.map((count) => (Number.isInteger(count) ? short(count) : '')),
      },
    ],
    series: [
      {},
      ...stacks.series.map(({ level }) => ({ fill: () => fillOf(level, colour), paths: bars, points: { show: false }, width: 0 })),
    ],
    hooks: {
      setSelect: [
        (chart) => {
          if (chart.select.width < DRAG_PX_MIN) return;
          zoomTo(chart.posToVal(chart.select.left, 'x') * 1000, chart.posToVal(chart.select.left + chart.select.width, 'x') * 1000);
        },
      ],
      setCursor: [(chart) => tell(box, stacks, { index: bucketAt(chart, stacks), zone: shown })],
      ready: [
        (chart) => {
          let downAt = 0;
          chart.over.addEventListener('mousedown', (event) => {
            downAt = event.clientX;
          });
          chart.over.addEventListener('click', (event) => {
            const index = bucketAt(chart, stacks);
            if (Math.abs(event.clientX - downAt) < DRAG_PX_MIN && index !== undefined) zoomTo(times[index]!, times[index]! + stepMs);
          });
        },
      ],
    },
  };
  return new uPlot(options, [times.map((at) => at / 1000), ...stacks.series.map(({ heights }) => heights)] as uPlot.AlignedData, box);
}

function bucketAt(chart: uPlot, { times, stepMs }: Stacks): number | undefined {
  const { left } = chart.cursor;
  if (left === undefined || left === null || left < 0) return undefined;
  const at = chart.posToVal(left, 'x') * 1000;
  const index = Math.floor((at - times[0]!) / stepMs);
  return times[index] === undefined ? undefined : index;
}

function zoomTo(fromMs: number, toMs: number): void {
  go({ ...absolute(Math.floor(fromMs), Math.ceil(toMs)), line: '' });
}

/** What the bar under the mouse holds, as the title of the chart. */
function tell(box: HTMLElement, stacks: Stacks, at: { index: number | undefined; zone: string }): void {
  box.title = at.index === undefined ? '' : `${shortTime(stacks.times[at.index]!, at.zone)}: ${stacks.says[at.index]}`;
}

function clockOrDay(atMs: number, { fromMs, toMs }: Stacks, shown: string): string {
  const day = 86_400_000;
  const text = shortTime(atMs, shown);
  if (toMs - fromMs > 3 * day) return text.slice(5, 10);
  return text.endsWith('00:00') ? text.slice(5, 10) : clockTime(atMs, shown);
}

function short(count: number): string {
  if (count >= 1e6) return `${+(count / 1e6).toFixed(1)}M`;
  return count >= 1000 ? `${+(count / 1000).toFixed(1)}k` : String(count);
}
