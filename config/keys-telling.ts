/**
 * Settings of what tells people: where they reach the server, and how mail is handed in. A part of the table in keys.ts, which shows them all; who
 * gets reports and alerts is no setting but a part of the configuration file of its own (`receivers:`, `reports:`).
 */
import type { Setting } from './keys.ts';

export const TELLING_SETTINGS = [
  {
    name: 'http.url',
    type: 'url',
    default: undefined,
    say: 'Where people reach the API and the page, e.g. `https://logs.example.org`: links of reports and alerts begin with it; default: the address that is listened on',
  },
  {
    name: 'smtp',
    live: true,
    type: 'address',
    default: 'off',
    say: 'Where mails (reports, alerts) are handed in: `mail.example.org:587`',
  },
  {
    name: 'smtp.tls',
    live: true,
    type: 'choice',
    choices: ['auto', 'require', 'off'],
    default: 'auto',
    say: 'TLS on the way there: at once on port 465, else by STARTTLS where it is offered (`auto`), always, or never',
  },
  { name: 'smtp.user', live: true, type: 'text', default: undefined, say: 'Name to log in with there' },
  {
    name: 'smtp.password',
    live: true,
    type: 'text',
    default: undefined,
    secret: true,
    say: 'Its password; better in STACKTRAIL_SMTP_PASSWORD than in a flag',
  },
  { name: 'smtp.from', live: true, type: 'text', default: 'Stacktrail <stacktrail@localhost>', say: 'Whose mails they are' },
] as const satisfies readonly Setting[];
