/** A missing program skips a test on a developer's machine and fails it in CI. */
import { expect, test, vi } from 'vitest';
import { needBinary } from '../need.ts';

test('what is there is found', () => {
  expect(needBinary('sh')).toMatch(/\/sh$/);
});

test('what is missing is a reason to skip, said once, but a failure in CI', () => {
  const said = vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  expect(needBinary('no-such-program-7', { PATH: '/bin' })).toBeUndefined();
  expect(said.mock.calls).toEqual([['skipped: no-such-program-7 is not installed\n']]);
  said.mockRestore();
  expect(() => needBinary('no-such-program-7', { PATH: '/bin', CI: 'true' })).toThrow(
    'no-such-program-7 is not installed; a CI machine must have it',
  );
});
