/**
 * `stacktrail report`: what happened in a time, for people or programs; `--mail-to` hands it to the mail server of the settings `smtp.*` instead of
 * printing it. The server makes the report; this asks for it and shows it. Not here: scheduled reports (service/).
 */
import { readSettings } from '../base/config.ts';
import { CodedError } from '../base/errors.ts';
import { isMailAddress, mailServerOf, sendMail } from '../base/mail.ts';
import { visible, visibleJson, visibleLines } from '../base/visible.ts';
import { choiceOf } from './flags.ts';
import { timeFlag, zoneFlag } from './printer.ts';
import { ask, serverOf } from './server.ts';
import { EXIT, leaving, say } from './shell.ts';
import type { VerbRun } from './verbs.ts';

const FORMS = ['text', 'md', 'html', 'json'] as const;
type Form = (typeof FORMS)[number];

export async function run({ arguments: flags, shell }: VerbRun): Promise<number> {
  const form = choiceOf(flags, 'output', FORMS) ?? 'text';
  const to = flags.all('mail-to').flatMap((text) => text.split(',').map((one) => one.trim()));
  const wrong = to.find((address) => !isMailAddress(address));
  if (wrong !== undefined) throw new CodedError('bad-argument', `--mail-to: ${JSON.stringify(wrong)} is no address of a mailbox`);
  const mailServer =
    to.length === 0 ? undefined : mailServerOf(readSettings({ flag: (name) => flags.text(name), environment: shell.environment }).values);
  if (to.length > 0 && mailServer === undefined)
    throw new CodedError('bad-setting', 'there is no mail server; say where mails are handed in with --smtp HOST:PORT or STACKTRAIL_SMTP');
  const zone = zoneFlag(flags, shell);
  const got = async (one: Form): Promise<string> => {
    const response = await ask(serverOf(flags, shell), {
      path: '/api/v1/report',
      accept: '*/*',
      arguments: {
        since: timeFlag(flags, 'since', zone),
        until: timeFlag(flags, 'until', zone),
        settled: flags.is('wait') === true ? 'true' : undefined,
        form: one,
        timezone: zone.name === 'local' ? localZone() : zone.name,
      },
      signal: leaving(shell),
    });
    return response.text();
  };
  if (mailServer === undefined) {
    const text = await got(form);
    shell.out.write(form === 'json' ? visibleJson(`${text.trimEnd()}`).concat('\n') : visibleLines(text));
    return EXIT.found;
  }
  const text = await got('text');
  const subject = text.split('\n', 1)[0]!;
  const page = form === 'text' ? undefined : await got(form);
  const endings = { md: 'text/markdown', html: 'text/html', json: 'application/json' } as const;
  const attachments =
    page === undefined || form === 'text'
      ? {}
      : { attachments: [{ filename: `report.${form}`, content: page, contentType: endings[form] }] };
  const answer = await sendMail(mailServer, { to, subject, text, ...(form === 'html' ? { html: page! } : {}), ...attachments });
  say(shell, `mailed to ${to.join(', ')}: ${visible(answer)}`, flags.is('quiet'));
  return EXIT.found;
}

/** The server may be elsewhere: the name of the zone here. */
function localZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
