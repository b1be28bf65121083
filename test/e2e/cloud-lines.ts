/** Lines of the simulated cloud by minute, for tests that send what a cloud would within given minutes; its beginning is theirs. */
import { Cloud, type CloudOptions } from '../../src/demo/cloud.ts';
import { message } from '../../src/demo/wire.ts';

export const MINUTE_US = 60e6;
/** A whole minute of some day's noon. */
export const START_US = Math.floor(Date.UTC(2026, 10, 20, 12) / 60_000) * MINUTE_US;

export interface CloudLine {
  /** Since START_US. */
  readonly atUs: number;
  readonly text: string;
}

interface Stretch extends Pick<CloudOptions, 'seed' | 'weights' | 'linesPerSecond'> {
  readonly fromMinute: number;
  readonly minutes: number;
}

/** In order of time. */
export function cloudLines({ fromMinute, minutes, ...options }: Stretch): CloudLine[] {
  const cloud = new Cloud({ ...options, startUs: START_US + fromMinute * MINUTE_US });
  const lines: CloudLine[] = [];
  for (let event = cloud.next(); event.atUs < minutes * MINUTE_US; event = cloud.next())
    lines.push({ atUs: fromMinute * MINUTE_US + event.atUs, text: message(event, cloud.clock, { header: 'rfc5424', escape: 'always' }) });
  return lines;
}
