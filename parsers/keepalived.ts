/**
 * keepalived, of neutron's L3 HA routers or in front of the API: `(VR_24) Entering BACKUP STATE`. The text stays the message; the
 * state is a mark. A level word at the beginning (`WARNING - keepalived was build for …`) is read. Source: keepalived's own texts.
 */
import type { LogRecord } from '../src/model.ts';
import { LEVEL_WORDS, levelWordAt } from './levels.ts';
import { named } from './named.ts';

function more(text: string, at: number, record: LogRecord): void {
  const index = levelWordAt(text, at);
  if (index < 0) return;
  const { word, level } = LEVEL_WORDS[index]!;
  if (text.startsWith(' - ', at + word.length)) record.level = level;
}

export const keepalived = named({
  name: 'keepalived',
  say: 'VRRP of neutron’s HA routers and of the API’s addresses',
  programs: ['keepalived', 'Keepalived', 'Keepalived_vrrp', 'Keepalived_healthcheckers', 'keepalived_vrrp', 'keepalived_healthcheckers'],
  samples: [
    "Feb 10 16:10:35 compute4 Keepalived[1775812]: Command line: 'keepalived' '-P' '-f'",
    'Feb 10 16:10:35 compute4 Keepalived[1775812]: WARNING - keepalived was build for newer Linux 5.4.151, running on Linux 5.4.0-97-generic #110-Ubuntu SMP Thu Jan 13 18:22:13 UTC 2022',
    'Feb 10 16:10:35 compute4 Keepalived_vrrp[1775814]: (VR_24) Entering BACKUP STATE (init)',
  ],
  more,
});
