/** Messages that hide ids and words in their shapes, and the queries that have to find them (verdict.test.ts). */
import { UUIDS } from '../base/texts.ts';

export const [, LETTERS] = UUIDS;
const DIGITS = '12345678-1234-1234-1234-123456789012';
export const OTHER = '903b85d0-b6ab-4d2b-9be8-1c3a6b1de2f7';
export const undashed = (uuid: string): string => uuid.replaceAll('-', '');

const all = [LETTERS, DIGITS, OTHER];
/** Queries whose words may be glued to ids, parts of ids, or look like them. */
export const QUERIES: readonly string[] = [
  ...all,
  ...all.map(undashed),
  ...all.flatMap((uuid) => [
    `"volume_${uuid}"`,
    `"${uuid}_disk"`,
    `"${uuid.slice(0, 8)}"`,
    `volume_${uuid.slice(0, 8)}`,
    `${uuid.slice(24)}_disk`,
  ]),
  ...all.flatMap((uuid) => [`*${uuid.slice(5, 12)}*`, `*_${uuid.slice(0, 5)}*`, `volume_${uuid.slice(0, 4)}*`, `*${uuid.slice(26)}_disk`]),
  ...all.flatMap((uuid) => [`AUTH_${undashed(uuid)}`, `message:${uuid}`, `message:"volume ${uuid}"`]),
  'beef dead',
  '"beef dead"',
  'volume_',
  '_disk',
  'volume',
  'aa',
  '"aa bb"',
  'AA:BB:CC:DD:EE:FF',
  '*bb:cc*',
  '10.0.0.7',
  '0.5',
  '5',
  '"0 5"',
  '*.*',
  '*0.*',
  '*dead*',
  'σ',
  'ς',
  '*σ*',
  '*ας*',
  'ασ',
  'bd',
  'tapabadcafe',
  'tapbaba8ae3-bd',
  'deadline',
];
/** Messages in which they stand, or nearly. */
export const MESSAGES: readonly string[] = [
  ...all,
  ...all.map((uuid) => uuid.toUpperCase()),
  ...all.map((uuid) => uuid.slice(0, 9) + uuid.slice(9).toUpperCase()),
  ...all.map((uuid) => uuid.slice(0, 9).toUpperCase() + uuid.slice(9)),
  ...all.map(undashed),
  ...all.map((uuid) => undashed(uuid).toUpperCase()),
  ...all.flatMap((uuid) => [
    `volume_${uuid}`,
    `${uuid}_disk`,
    `volume_${uuid}_disk`,
    `v2_${uuid}`,
    `${uuid}7`,
    `${uuid}${uuid}`,
    `${uuid}x1.5`,
  ]),
  ...all.flatMap((uuid) => [`AUTH_${undashed(uuid)}`, `AUTH_${undashed(uuid).toUpperCase()}`, `${uuid}${undashed(uuid)}`]),
  ...all.flatMap((uuid) => [`AUTH_${undashed(uuid).slice(0, 24)}${uuid}`, `snap 5.${uuid}`, `1.${uuid.toUpperCase()}`, `${uuid}-${uuid}`]),
  'aa:bb:cc:dd:ee:ff',
  'AA:BB:CC:DD:EE:FF up',
  'aa:bb:cc:dd:ee:ffx',
  '10.0.0.7',
  'took 0.5 s',
  'took 5 s',
  'beef and dead',
  'deadline of 7',
  `1a.Σ ${LETTERS}Σ`,
  `ΑΣ${LETTERS} ας`,
  'tapabadcafe-bd tapbaba8ae3-bd',
  '',
].flatMap((message) => [message, `the ${message} was 7`]);
