/** How long the main thread of a page is busy at a stretch: time of the processor, not of the clock, so that it says the same on a machine that others use too. */
import type { CDPSession } from 'playwright-core';

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly args: { readonly name?: string };
  /** Time of the processor, µs. */
  readonly tdur?: number;
}

/** Tasks of the page's main thread while something is done, ms of the processor, longest first. */
export async function tasksOf(cdp: CDPSession, run: () => Promise<unknown>): Promise<number[]> {
  const events: TraceEvent[] = [];
  const take = ({ value }: { value: object[] }): void => void events.push(...(value as TraceEvent[]));
  cdp.on('Tracing.dataCollected', take);
  await cdp.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { includedCategories: ['toplevel', '__metadata'] } });
  await run();
  const done = new Promise((resolve) => cdp.once('Tracing.tracingComplete', resolve));
  await cdp.send('Tracing.end');
  await done;
  cdp.off('Tracing.dataCollected', take);
  const place = ({ pid, tid }: TraceEvent): string => `${pid} ${tid}`;
  const mains = new Set(events.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain').map(place));
  return events
    .filter((event) => event.name.endsWith('RunTask') && event.tdur !== undefined && mains.has(place(event)))
    .map(({ tdur }) => tdur! / 1000)
    .sort((a, b) => b - a);
}
