/**
 * Hands mails to a mail server (SMTP, RFC 5321). The only door of the package `nodemailer`. One connection a mail: they are rare. Not here: what is
 * written, who gets it.
 * Invariant: nothing of a log line becomes a header - subjects are one line, addresses come from the configuration; a server that hangs costs
 * TIMEOUT_MS; passwords never stand in an error.
 */
import { createTransport } from 'nodemailer';
import type { Address } from './address.ts';
import type { Settings } from './config-values.ts';
import { CodedError } from './errors.ts';
import { visible } from './visible.ts';

const TIMEOUT_MS = 20_000;
/** RFC 5322 section 2.1.1: lines, so subjects, of at most 78 characters show everywhere; some more do no harm. */
const SUBJECT_CHARS_MAX = 150;
const SUBMISSION_TLS_PORT = 465;

export interface MailServer {
  readonly address: Address;
  readonly tls: 'auto' | 'require' | 'off';
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly from: string;
}

export interface Mail {
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html?: string;
  readonly attachments?: readonly { readonly filename: string; readonly content: string; readonly contentType: string }[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** Undefined: no mail server is configured. */
export function mailServerOf(settings: Settings): MailServer | undefined {
  if (settings.smtp === undefined) return undefined;
  return {
    address: settings.smtp,
    tls: settings['smtp.tls'],
    user: settings['smtp.user'],
    password: settings['smtp.password'],
    from: settings['smtp.from'],
  };
}

/** Resolves with the answer of the server once it has taken the mail; throws `unreachable`. */
export async function sendMail({ address, tls, user, password, from }: MailServer, mail: Mail): Promise<string> {
  const transport = createTransport({
    ...{ host: address.host, port: address.port },
    secure: tls !== 'off' && address.port === SUBMISSION_TLS_PORT,
    requireTLS: tls === 'require',
    ignoreTLS: tls === 'off',
    ...(user === undefined ? {} : { auth: { user, pass: password ?? '' } }),
    ...{ connectionTimeout: TIMEOUT_MS, greetingTimeout: TIMEOUT_MS, socketTimeout: TIMEOUT_MS },
    // Neither may a text name a file or a page that is then sent along.
    ...{ disableFileAccess: true, disableUrlAccess: true },
  });
  try {
    const { to, subject, text, html, attachments, headers } = mail;
    const sent = await transport.sendMail({
      ...{ from, to: [...to], text },
      subject: visible(subject).slice(0, SUBJECT_CHARS_MAX),
      ...(html === undefined ? {} : { html }),
      ...(attachments === undefined ? {} : { attachments: attachments.map((one) => ({ ...one })) }),
      // RFC 3834: out-of-office replies are for people.
      headers: { 'Auto-Submitted': 'auto-generated', ...headers },
    });
    return String(sent.response);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const safe = password === undefined || password === '' ? said : said.replaceAll(password, '***');
    throw new CodedError('unreachable', `the mail server ${address.host}:${address.port} did not take the mail: ${visible(safe)}`);
  } finally {
    transport.close();
  }
}

/** `ops@example.org`, `Ops <ops@example.org>`; one line, one address. */
export function isMailAddress(text: string): boolean {
  return (
    /^(?:[^<>\r\n,;"]{0,100}<)?[^\s<>@,;"]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?>?$/.test(text) &&
    text.includes('<') === text.endsWith('>')
  );
}
