/** Losses in the terminal of a real tail, while its lines go on. */
import { expect, test } from 'vitest';
import { openUdp } from '../receive/senders.ts';
import { eventually, startService } from './service.ts';

test('what is lost on the way in is said on stderr, by the second, between the lines', async () => {
  const service = await startService({ words: ['--udp-allow', '10.0.0.0/8'] });
  const tail = service.begin('tail', '-n', '0', '--template', '{message}');
  await eventually(async () => expect((await service.status()) as unknown).toMatchObject({ followers: 1 }));
  const sender = await openUdp(service.udp);
  for (let number = 0; number < 7; number++) await sender.send('<13>refused');
  await eventually(() => expect(tail.err()).toContain('-- lost: '));
  await service.ingest('<13>app: after\n');
  await eventually(() => expect(tail.out()).toBe('after\n'));
  const amounts = (): number[] =>
    [
      ...tail
        .err()
        .matchAll(/^-- lost: (\d+) (?:connections or datagrams|connection or datagram) from outside the allow list, 127\.0\.0\.1 --$/gm),
    ].map(([, amount]) => Number(amount));
  await eventually(() => expect(amounts().reduce((sum, amount) => sum + amount, 0)).toBe(7));
  expect(amounts().length).toBeLessThan(7);
  await sender.close();
  tail.signal('SIGINT');
  expect((await tail.ended).code).toBe(130);
  await service.stop();
});
