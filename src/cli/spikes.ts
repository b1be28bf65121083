/**
 * `stacktrail errors --spikes`: what an operator should look at, as a server judges it; those that go on first. Part of errors.ts.
 * Everything that a sender could have put into it is made visible.
 */
import { INK, inked } from '../base/ink.ts';
import { parseStamp } from '../base/time.ts';
import { visible, visibleJson } from '../base/visible.ts';
import type { Spike, SpikeList } from '../model.ts';
import type { TextLook } from './errors-text.ts';
import { timeFlag, zoneFlag } from './printer.ts';
import { ask, serverOf } from './server.ts';
import { EXIT, leaving, say } from './shell.ts';
import type { VerbRun } from './verbs.ts';

const FOLDED_SHOWN = 8;

export async function spikes({ arguments: flags, shell }: VerbRun, form: 'default' | 'json', look: TextLook): Promise<number> {
  const server = serverOf(flags, shell);
  const zone = zoneFlag(flags, shell);
  const response = await ask(server, {
    path: '/api/v1/spikes',
    accept: 'application/json',
    arguments: { since: timeFlag(flags, 'since', zone), until: timeFlag(flags, 'until', zone), service: flags.text('service') },
    signal: leaving(shell),
  });
  const text = await response.text();
  const { spikes: found } = JSON.parse(text) as SpikeList;
  if (form === 'json') shell.out.write(visibleJson(`${text.trimEnd()}\n`));
  else for (const spike of found) shell.out.write(`${spikeText(spike, look).join('\n')}\n`);
  if (found.length === 0) say(shell, 'no spikes in this time', flags.is('quiet') === true);
  return found.length === 0 ? EXIT.nothing : EXIT.found;
}

export function spikeText(spike: Spike, { color, time }: TextLook): string[] {
  const { kind, title, since, until, count, rule, evidence, dependency, folded, service, host, signature, snoozedUntil, maintenance } =
    spike;
  const shown = (stamp: string): string => time(parseStamp(stamp));
  const state = until === undefined ? (color ? inked('goes on', INK.red) : 'goes on') : `until ${shown(until)}`;
  const where = [service, host].filter((name) => name !== undefined).map(visible);
  const marks = [
    ...(snoozedUntil === undefined ? [] : [`snoozed until ${shown(snoozedUntil)}`]),
    ...(maintenance === undefined ? [] : [`maintenance ${visible(maintenance)}`]),
  ];
  const head = `${kind.padEnd(8)}  ${color ? inked(visible(title), INK.bold) : visible(title)}`;
  const facts = [
    `since ${shown(since)}`,
    state,
    ...(kind === 'silence' ? [] : [`${count} ${count === 1 ? 'error' : 'errors'}`]),
    ...(where.length > 0 ? [where.join(' on ')] : []),
    ...marks,
  ];
  const lines = [head, `          ${facts.join(', ')}`, `          ${visible(rule)}`];
  if (dependency !== undefined)
    lines.push(`          complained: ${visible(dependency.services.join(', '))} on ${dependency.hosts.length} hosts`);
  for (const one of folded.slice(0, FOLDED_SHOWN))
    lines.push(`          └ ${visible(one.title)}${kind === 'silence' ? '' : ` (${one.count})`}`);
  if (folded.length > FOLDED_SHOWN) lines.push(`          └ and ${folded.length - FOLDED_SHOWN} more`);
  const more = [
    ...(signature === undefined ? [] : [`stacktrail errors ${signature}`]),
    ...(evidence.length > 0 ? [`records ${evidence.join(' ')}`] : []),
    visible(spike.link.path),
  ];
  return [...lines, `          ${more.join(' · ')}`, ''];
}
