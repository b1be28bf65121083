/**
 * The text format of Prometheus, and histograms of durations. Our own, because what prom-client adds - a registry of live objects,
 * metrics of Node, three packages - is not what is needed: our numbers exist already and are written down when somebody asks.
 * Not here: which metrics there are (service/metrics.ts). Source: Prometheus exposition formats, text format 0.0.4.
 */
export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  /** Behind the family's name: `_bucket`, `_sum`, `_count`. */
  readonly suffix?: string;
  readonly value: number;
}

export interface Family {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly samples: readonly Sample[];
}

export const EXPOSITION_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export function exposition(families: readonly Family[]): string {
  return families
    .map(({ name, type, help, samples }) => {
      const head = `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${type}\n`;
      return head + samples.map(({ labels, suffix = '', value }) => `${name}${suffix}${labelText(labels)} ${numberText(value)}\n`).join('');
    })
    .join('');
}

function labelText(labels: Readonly<Record<string, string>> = {}): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name}="${value.replace(/[\\"\n]/g, (one) => (one === '\n' ? '\\n' : `\\${one}`))}"`,
  );
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  return Number.isFinite(value) ? String(value) : value > 0 ? '+Inf' : '-Inf';
}

/** Seconds: from what a commit takes to what a query may take; ten buckets are enough for percentiles within a factor of three. */
export const DURATION_BOUNDS = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30] as const;

export class Histogram {
  readonly #counts = new Array<number>(DURATION_BOUNDS.length + 1).fill(0);
  #sum = 0;

  add(seconds: number): void {
    let at = 0;
    while (at < DURATION_BOUNDS.length && seconds > DURATION_BOUNDS[at]!) at++;
    this.#counts[at]!++;
    this.#sum += seconds;
  }

  samples(labels: Readonly<Record<string, string>> = {}): Sample[] {
    let count = 0;
    const buckets = this.#counts.map((own, index): Sample => {
      count += own;
      return {
        suffix: '_bucket',
        labels: { ...labels, le: index < DURATION_BOUNDS.length ? String(DURATION_BOUNDS[index]) : '+Inf' },
        value: count,
      };
    });
    return [...buckets, { suffix: '_sum', labels, value: this.#sum }, { suffix: '_count', labels, value: count }];
  }
}
