/**
 * Sends one message to one receiver, once: an HTTP request, a mail, a file. Says what was answered, or throws `unreachable` (worth another try) or
 * `bad-argument` (it will never be taken). Not here: what is in it (report/), when and how often (alerts.ts, report-times.ts).
 * Invariant: bounded in time and in what is read of an answer; the address and headers of a receiver, which may be secrets, never stand in an error.
 */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError, isCoded } from '../base/errors.ts';
import { type Mail, type MailServer, sendMail } from '../base/mail.ts';
import { version } from '../base/version.ts';
import { visible } from '../base/visible.ts';
import type { TellReceiver } from '../model.ts';

const TIMEOUT_MS = 10_000;
const ANSWER_CHARS_MAX = 200;

export interface Outgoing {
  /** Of webhook, Alertmanager and Slack. */
  readonly json: unknown;
  readonly mail: Omit<Mail, 'to'>;
  /** Of files. */
  readonly file: { readonly name: string; readonly text: string };
}

export interface SendWith {
  readonly mailServer: () => MailServer | undefined;
  readonly signal: AbortSignal;
}

export async function send(receiver: TellReceiver, outgoing: Outgoing, { mailServer, signal }: SendWith): Promise<string> {
  if (receiver.kind === 'mail') {
    const server = mailServer();
    if (server === undefined) throw new CodedError('bad-argument', 'there is no mail server; set smtp');
    return sendMail(server, { ...outgoing.mail, to: receiver.to });
  }
  return receiver.kind === 'file' ? written(receiver.target, outgoing.file) : posted(receiver, outgoing.json, signal);
}

/** Whole or not at all. */
async function written(folder: string, { name, text }: Outgoing['file']): Promise<string> {
  const path = join(folder, name);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(`${path}.part`, text, { mode: 0o640 });
    await rename(`${path}.part`, path);
  } catch (error) {
    throw new CodedError('unreachable', `the file cannot be written: ${(error as Error).message}`);
  }
  return path;
}

async function posted({ kind, target, headers }: TellReceiver, json: unknown, signal: AbortSignal): Promise<string> {
  const url = kind === 'alertmanager' ? `${target.replace(/\/api\/v2(?:\/alerts)?$/, '')}/api/v2/alerts` : target;
  let status: number;
  let text: string;
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', 'user-agent': `Stacktrail/${version()}` },
      body: JSON.stringify(json),
      // A receiver that sends us elsewhere is not the one that was configured.
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    status = response.status;
    text = await beginningOf(response);
  } catch (error) {
    if (isCoded(error)) throw error;
    const { cause, name, message } = error as Error & { cause?: { code?: string; message?: string } };
    throw new CodedError(
      'unreachable',
      name === 'TimeoutError' ? `no answer within ${TIMEOUT_MS / 1000} s` : (cause?.code ?? cause?.message ?? message),
    );
  }
  const said = `HTTP ${status}${text === '' ? '' : `: ${visible(text.trim())}`}`;
  if (status >= 200 && status < 300) return said;
  // RFC 9110: these are about us or the message, and stay so; 408, 425 and 429 are about now.
  const isFinal = (status >= 300 && status < 500 && ![408, 425, 429].includes(status)) || status === 501;
  throw new CodedError(isFinal ? 'bad-argument' : 'unreachable', said);
}

/** What may be without end is not read to it. */
async function beginningOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length >= ANSWER_CHARS_MAX) break;
  }
  return text.slice(0, ANSWER_CHARS_MAX);
}
