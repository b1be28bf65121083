/** Further records of the scene for stories and errors: one instance whose lines would do harm, and one with thousands of them. */
import { HOSTILE, type Scene } from './scene.ts';

export const EVIL = 'eeeeeeee-5b1a-4bd3-a9b7-7bfe4e1f1d8c';
export const LONG = '11111111-5b1a-4bd3-a9b7-7bfe4e1f1d8c';
export const LONG_RECORDS = 4000;
const SECRET = 'hunter2secret';

export { SECRET };

export async function addStories({ service }: Scene): Promise<void> {
  const nowMs = Date.now() - 60_000;
  const line = (atMs: number, text: string, { level = 'ERROR', instance = EVIL }: { level?: string; instance?: string } = {}): string => {
    const clock = new Date(atMs).toISOString();
    const stamp = `${clock.slice(0, 10)} ${clock.slice(11, 23)}`;
    return `<131>1 ${clock} evil02 nova-compute 7 - - ${stamp} 7 ${level} nova.compute.manager [req-${instance.replace('5b1a', '7777')} u1 p1 - - -] [instance: ${instance}] ${text}`;
  };
  const lines = [
    ...HOSTILE.map(({ text }, index) => line(nowMs + index * 1000, text)),
    line(nowMs + 20_000, `connecting with password=${SECRET}`, { level: 'INFO' }),
    ...Array.from({ length: LONG_RECORDS }, (_, index) =>
      line(nowMs + index, `step number${index}.`, { level: index % 10 === 0 ? 'WARNING' : 'INFO', instance: LONG }),
    ),
  ];
  const { status } = await service.ingest(lines.join('\n'));
  if (status !== 200) throw new Error(`the scene was refused: ${status}`);
}

/** An instance whose build failed. */
export async function failedInstance({ service }: Scene): Promise<string> {
  const found = await service.search('"Failed to bind port" OR "cannot acquire state change lock" level:error', { limit: '50' });
  const instance = found.map((record) => record.instance ?? record.ids?.find(({ kind }) => kind === 'instance')?.id).find(Boolean);
  if (instance === undefined) throw new Error('no build of an instance failed in the scene');
  return instance;
}
