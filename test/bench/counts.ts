/**
 * What counting costs, as a part of bench `search`: word, phrase, substring and regular expression as a count over everything, histogram,
 * facets, statistics, over HTTP. The peer is ripgrep over the raw file, `rg -c`: what an operator without any service would wait for.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import type { Corpus } from './corpus.ts';
import { median, percentile } from './machine.ts';
import type { Figures } from './run.ts';
import type { Subject } from './service.ts';

const REPEATS = 10;
/** No more of what takes long. */
const CASE_MS_MAX = 8000;
const RG_ROUNDS = 5;

interface Case {
  readonly name: string;
  readonly path: string;
  /** The same for ripgrep. */
  readonly rg?: readonly string[];
}

const count = (query: string): string => `facets?fields=level&query=${encodeURIComponent(query)}`;

/** Words that both the demo's and the reference corpus hold. */
const CASES: readonly Case[] = [
  { name: 'countWord', path: count('terminating'), rg: ['-i', '-w', 'terminating'] },
  { name: 'countPhrase', path: count('"Instance spawned successfully"'), rg: ['-i', '-w', 'Instance spawned successfully'] },
  { name: 'countNumber', path: count('404'), rg: ['-w', '404'] },
  { name: 'countSubstring', path: count('*"spawned succ"*'), rg: ['-i', '-F', 'spawned succ'] },
  { name: 'countSubstringInIds', path: count('*a7f3*'), rg: ['-i', '-F', 'a7f3'] },
  { name: 'countRegexConstant', path: count('/Instance (spawned|destroyed) succ/'), rg: ['Instance (spawned|destroyed) succ'] },
  { name: 'countRegexVariable', path: count('/status: [45]\\d\\d/'), rg: ['status: [45][0-9][0-9]'] },
  { name: 'histogram', path: 'histogram?by=level' },
  { name: 'histogramWord', path: 'histogram?by=level&query=terminating' },
  { name: 'facets', path: 'facets' },
  { name: 'facetsIds', path: 'facets?fields=instance,request,user,project,exception&query=level:%3E=warning' },
  { name: 'statsDuration', path: 'stats?of=duration&by=service' },
];

export interface CountFigures {
  readonly ours: Figures;
  /** Undefined where ripgrep is not installed. */
  readonly rg: Figures | undefined;
}

export async function countFigures(subject: Subject, corpus: Corpus, folder: string): Promise<CountFigures> {
  const ours: Figures = {};
  const rg: Figures = {};
  const raw = rawFile(corpus, folder);
  const hasRg = spawnSync('rg', ['--version']).status === 0;
  for (const one of CASES) {
    const timesMs: number[] = [];
    const startedMs = performance.now();
    while (timesMs.length < REPEATS && performance.now() - startedMs < CASE_MS_MAX) timesMs.push(await ask(subject, one.path));
    ours[`${one.name}FirstMs`] = timesMs[0]!;
    ours[`${one.name}P50Ms`] = percentile(timesMs, 50);
    ours[`${one.name}P95Ms`] = percentile(timesMs, 95);
    if (hasRg && one.rg !== undefined) rg[`${one.name}P50Ms`] = ripgrep(one.rg, raw.file);
  }
  raw.remove();
  return { ours, rg: hasRg ? rg : undefined };
}

/** The lines that were fed, and no others: a file of the user's may be longer. */
function rawFile(corpus: Corpus, folder: string): { file: string; remove(): void } {
  if (statSync(corpus.file).size === corpus.bytes) return { file: corpus.file, remove: () => undefined };
  const file = path.join(folder, 'raw.log');
  copyFileSync(corpus.file, file);
  truncateSync(file, corpus.bytes);
  return { file, remove: () => rmSync(file) };
}

function ripgrep(words: readonly string[], file: string): number {
  const timesMs: number[] = [];
  for (let round = 0; round < RG_ROUNDS; round++) {
    const startedMs = performance.now();
    const { status, stderr } = spawnSync('rg', ['--no-config', '-c', ...words, file]);
    // 1: no line matches, which takes as long.
    if (status !== 0 && status !== 1) throw new Error(`rg ${words.join(' ')}: ${stderr}`);
    timesMs.push(performance.now() - startedMs);
  }
  return median(timesMs);
}

const agent = new http.Agent({ keepAlive: true });

function ask(subject: Subject, url: string): Promise<number> {
  const startedMs = performance.now();
  return new Promise((resolve, reject) => {
    const request = http.get({ ...subject.http, agent, path: `/api/v1/${url}` }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve(performance.now() - startedMs);
        else reject(new Error(`${url}: ${response.statusCode} ${text}`));
      });
    });
    request.on('error', reject);
  });
}
