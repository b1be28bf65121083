/** What stood before and after a record, among those of one scope: its process, host, service, request, instance, or everything. */
import type { ContextAnswer, PublicRecord } from '../api/answers.ts';
import { ask } from '../api/ask.ts';
import { loader } from '../api/loads.ts';
import { rowTime } from '../state/zones.ts';
import { levelText, lineOf } from '../text/rows.ts';
import { visible } from '../text/visible.ts';
import { type JSX, useEffect, useMemo, useSignal } from '../ui.ts';
import type { Look } from './row.tsx';
import { TroubleNote } from './states.tsx';
import { LogText } from './text.tsx';

const SCOPES = ['process', 'host', 'service', 'request', 'instance', 'all'] as const;
const BEGIN = 5;
/** What the service gives at most is more than anybody reads here. */
const MORE_MAX = 100;

export function Around({ record, look }: { record: PublicRecord; look: Look }): JSX.Element {
  const scope = useSignal<(typeof SCOPES)[number]>('process');
  const count = useSignal({ before: BEGIN, after: BEGIN });
  const load = useMemo(() => loader<ContextAnswer>(), []);
  useEffect(() => {
    const words = { scope: scope.value, before: String(count.value.before), after: String(count.value.after) };
    void load.run((signal) => ask(`api/v1/records/${record.seq}/context`, { words, signal }));
  }, [scope.value, count.value, record.seq, load]);
  const { value, trouble, isBusy } = load.state.value;
  const more = (way: 'before' | 'after'): void => {
    count.value = { ...count.value, [way]: Math.min(MORE_MAX, count.value[way] * 4) };
  };
  return (
    <div class="around" aria-busy={isBusy}>
      <div class="choices" role="group" aria-label="Among the records of the same">
        {SCOPES.map((name) => (
          <button type="button" key={name} aria-pressed={scope.value === name} onClick={() => (scope.value = name)}>
            {name}
          </button>
        ))}
      </div>
      {trouble && <TroubleNote trouble={trouble} />}
      {value?.note !== undefined && <p class="dim">{value.note}</p>}
      {value && (
        <>
          {value.moreBefore && count.value.before < MORE_MAX && <MoreButton say="more before" onMore={() => more('before')} />}
          <ol class="around-rows">
            {value.records.map((one) => (
              <li
                key={one.seq}
                class={`around-row of-${(one.level ?? 'none').toLowerCase()}`}
                aria-current={one.seq === value.seq ? 'true' : undefined}
              >
                <time class="row-time">{rowTime(one.time, look.zone)}</time>
                <span class="level">{levelText(one.level)}</span>
                <span class="cell">{visible(one.program ?? one.service ?? '')}</span>
                <span class="message">
                  <LogText text={lineOf(one)} marker={look.marker} />
                </span>
              </li>
            ))}
          </ol>
          {value.moreAfter && count.value.after < MORE_MAX && <MoreButton say="more after" onMore={() => more('after')} />}
        </>
      )}
    </div>
  );
}

function MoreButton({ say, onMore }: { say: string; onMore: () => void }): JSX.Element {
  return (
    <button type="button" class="more" onClick={onMore}>
      {say}
    </button>
  );
}
