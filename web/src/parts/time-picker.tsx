/** Which time is looked at: quick ranges, both ends typed in any way that the service reads, moving and widening, and the zone in which times are shown. */
import type { HistogramAnswer } from '../api/answers.ts';
import type { Problem } from '../api/ask.ts';
import { go } from '../state/here.ts';
import { endsOf, FROM_DEFAULT, moved, QUICK, type Range, rangeText, widened } from '../state/ranges.ts';
import { isZone, shortTime, toMoment } from '../state/zones.ts';
import { type JSX, useId, useSignal } from '../ui.ts';
import { Menu } from './menu.tsx';

export interface TimePickerProps {
  readonly range: Range;
  readonly zone: string;
  /** What is shown now: says where everything begins. */
  readonly shown: HistogramAnswer | undefined;
  readonly trouble: Problem | undefined;
}

export function TimePicker({ range, zone, shown, trouble }: TimePickerProps): JSX.Element {
  const move = (change: (ends: { fromMs: number; toMs: number }) => Range): void => {
    const oldestMs = shown?.start ? Date.parse(shown.start) : undefined;
    const ends = endsOf(range, { nowMs: Date.now(), oldestMs });
    if (ends) go({ ...change(ends), line: '' });
  };
  return (
    <div class="times" role="group" aria-label="Time">
      <button
        type="button"
        class="quiet"
        aria-label="Earlier"
        title="Half a range earlier"
        onClick={() => move((ends) => moved(ends, -0.5))}
      >
        ‹
      </button>
      <Menu
        label={rangeText(range, zone)}
        title="Range of time and zone"
        class="times-range"
        panel={(close) => <Choose range={range} zone={zone} close={close} />}
      />
      <button type="button" class="quiet" aria-label="Later" title="Half a range later" onClick={() => move((ends) => moved(ends, 0.5))}>
        ›
      </button>
      <button type="button" class="quiet" aria-label="Wider" title="Twice the range" onClick={() => move(widened)}>
        ⤢
      </button>
      {trouble && (
        <p class="query-wrong" role="alert">
          {trouble.detail}
        </p>
      )}
    </div>
  );
}

interface ChooseProps {
  readonly range: Range;
  readonly zone: string;
  readonly close: () => void;
}

function Choose({ range, zone, close }: ChooseProps): JSX.Element {
  const pick = (chosen: Range): void => {
    close();
    go({ ...chosen, line: '' });
  };
  return (
    <div class="choose">
      <div class="quick" role="group" aria-label="Quick ranges">
        {QUICK.map(({ from, say }) => (
          <button
            type="button"
            key={from}
            aria-pressed={range.to === '' && (range.from || FROM_DEFAULT) === from}
            onClick={() => pick({ from, to: '' })}
          >
            {say}
          </button>
        ))}
      </div>
      <Ends range={range} zone={zone} onPick={pick} />
    </div>
  );
}

/** Both ends as text, as they would be read aloud. */
function Ends({ range, zone, onPick }: { range: Range; zone: string; onPick: (range: Range) => void }): JSX.Element {
  const from = useSignal(typed(range.from || FROM_DEFAULT, zone));
  const to = useSignal(typed(range.to, zone));
  const shown = useSignal(zone);
  const ids = { from: useId(), to: useId(), zone: useId() };
  const apply = (): void => {
    const now = Date.now();
    onPick({ from: toMoment(from.value, shown.value, now), to: toMoment(to.value, shown.value, now) });
  };
  return (
    <form
      class="ends"
      onSubmit={(event) => {
        event.preventDefault();
        apply();
      }}
    >
      <label for={ids.from}>From</label>
      <input
        id={ids.from}
        value={from.value}
        onInput={(event) => (from.value = event.currentTarget.value)}
        spellcheck={false}
        autocomplete="off"
      />
      <label for={ids.to}>To</label>
      <input
        id={ids.to}
        value={to.value}
        placeholder="now"
        onInput={(event) => (to.value = event.currentTarget.value)}
        spellcheck={false}
        autocomplete="off"
      />
      <p class="dim">15m, 2h, yesterday 14:00, 2026-11-22 08:24:11</p>
      <button type="submit" class="primary">
        Show this time
      </button>
      <label for={ids.zone}>Zone</label>
      <select
        id={ids.zone}
        value={shown.value}
        onChange={(event) => {
          shown.value = event.currentTarget.value;
          go({ zone: shown.value }, 'replace');
        }}
      >
        <option value="">of this browser</option>
        <option value="UTC">UTC</option>
        {zones(zone).map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </form>
  );
}

function typed(text: string, zone: string): string {
  const atMs = /^\d{4}-\d\d-\d\dT.*Z$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(atMs) ? text : shortTime(atMs, zone);
}

/** Also one that the address names and the browser does not list. */
function zones(current: string): readonly string[] {
  const known = Intl.supportedValuesOf('timeZone').filter((name) => name !== 'UTC');
  return current === '' || current === 'UTC' || known.includes(current) || !isZone(current) ? known : [current, ...known];
}
