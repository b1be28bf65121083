/**
 * The real service with the records that browser tests look at: forty minutes of the demo cloud, the same each time, and lines that would do
 * harm if they were more than text. The view was built before (built.ts). Not here: the browser (chromium.ts).
 */
import { Cloud } from '../../src/demo/cloud.ts';
import { message } from '../../src/demo/wire.ts';
import { type RunningService, startService } from '../e2e/service.ts';

export const DEMO_LINES = 6000;
const MINUTES = 40;

/** Each is one message; what a reader must see of it, and what must never happen. */
export const HOSTILE: readonly { readonly say: string; readonly text: string; readonly seen: string }[] = [
  { say: 'a script', text: '<script>alert(1)</script> hostile1', seen: '<script>alert(1)</script> hostile1' },
  { say: 'a picture with a handler', text: '<img src=x onerror=alert(2)> hostile2', seen: '<img src=x onerror=alert(2)> hostile2' },
  {
    say: 'a picture of another host',
    text: '<img src="http://evil.example/x.png"> hostile3',
    seen: '<img src="http://evil.example/x.png"> hostile3',
  },
  {
    say: 'a link that is a script',
    text: 'javascript:alert(4) <a href="javascript:alert(4)">hostile4</a>',
    seen: 'javascript:alert(4) <a href',
  },
  { say: 'colours of a terminal', text: '\u001b[31mred\u001b[0m \u009b2J hostile5', seen: '\\x1b[31mred\\x1b[0m \\x9b2J hostile5' },
  { say: 'text that runs backwards', text: 'user \u202enimda\u202c hostile6', seen: 'user \\u202enimda\\u202c hostile6' },
  { say: 'characters that nobody sees', text: 'pass\u200bword\u2066x\u2069 hostile7', seen: 'pass\\u200bword\\u2066x\\u2069 hostile7' },
  { say: 'the end of an attribute', text: '"\'><svg onload=alert(8)> hostile8', seen: '"\'><svg onload=alert(8)> hostile8' },
  { say: 'a template', text: '{{constructor.constructor("alert(9)")()}} ${alert(9)} hostile9', seen: '${alert(9)} hostile9' },
];
export const LONG_CHARS = 1_000_000;

export interface Scene {
  readonly service: RunningService;
  /** Everything that was stored. */
  readonly lines: number;
}

export async function startScene(): Promise<Scene> {
  const service = await startService({ words: ['--zone', '+00:00'], environment: { TZ: 'UTC' } });
  const startUs = (Date.now() - MINUTES * 60_000) * 1000;
  const cloud = new Cloud({ seed: 7, startUs, linesPerSecond: DEMO_LINES / (MINUTES * 60) });
  const lines = Array.from({ length: DEMO_LINES }, () => message(cloud.next(), cloud.clock, { header: 'rfc5424', escape: 'always' }));
  await send(service, lines);
  const now = new Date().toISOString();
  await send(
    service,
    HOSTILE.map(({ text }) => `<11>1 ${now} evil01 "><b>prog - - - ${text}`),
  );
  await send(service, [`<11>1 ${now} evil01 long - - - hostile10 ${'x'.repeat(LONG_CHARS)} theEnd`]);
  return { service, lines: DEMO_LINES + HOSTILE.length + 1 };
}

async function send(service: RunningService, lines: readonly string[]): Promise<void> {
  const { status } = await service.ingest(lines.join('\n'));
  if (status !== 200) throw new Error(`the scene was refused: ${status}`);
}
