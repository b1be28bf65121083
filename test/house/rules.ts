/**
 * The house rules as pure functions: files in, findings out. house.test.ts runs them over the real tree,
 * rules.test.ts over wrong examples. They read code with patterns, not with a compiler: good enough for
 * code that biome has formatted. Not here: length of functions, number of parameters (biome.json).
 * Source: design sections "The house" and the checked rules of style.
 */

export interface SourceFile {
  /** From the root of the project, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** `path: what is wrong and what to do`. */
export type Finding = string;

export interface Import {
  /** As written: `./time.ts`, `node:fs`, `pino`. */
  readonly from: string;
  readonly typeOnly: boolean;
}

// ------------------------------------------------------------------------------------------- reading code

// Comments, strings, templates, regular expressions (a slash where a value may begin).
const PIECES =
  /\/\*[\s\S]*?\*\/|\/\/.*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`|(?<=[=(,:[!&|?{};]\s*|return\s+|^\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/gm;

/** The code without its comments; without the content of its quoted strings too, unless they are kept. */
export function codeOf(text: string, strings: 'keep' | 'blank' = 'keep'): string {
  return text.replace(PIECES, (piece) => {
    if (piece.startsWith('//') || piece.startsWith('/*')) return piece.replace(/[^\n]/g, ' ');
    const quoted = piece.startsWith("'") || piece.startsWith('"');
    if (strings === 'blank' && quoted) return `${piece[0]}${piece[0]}`;
    return strings === 'blank' && piece.startsWith('/') ? '/x/' : piece;
  });
}

const STATIC_IMPORT = /(?:^|[;}])\s*(?:import|export)\b\s*(type\s+(?!from\b))?(?:[\w*${}\s,]+?\sfrom\s+)?(['"])([^'"\n]+)\2/gm;
const DYNAMIC_IMPORT = /(typeof\s+)?\b(?:import|require)\(\s*(['"])([^'"\n]+)\2/g;
/** A worker thread is an arrow too. */
const URL_IMPORT = /()\bnew URL\(\s*(['"])(\.[^'"\n]+\.ts)\2\s*,\s*import\.meta\.url/g;

export function importsOf(text: string): Import[] {
  const code = codeOf(text);
  return [STATIC_IMPORT, DYNAMIC_IMPORT, URL_IMPORT].flatMap((pattern) =>
    [...code.matchAll(pattern)].map((match) => ({ from: match[3]!, typeOnly: match[1] !== undefined && match[1] !== '' })),
  );
}

/** `src/api/x.ts` + `../base/time.ts` -> `src/base/time.ts`. */
export function resolvePath(importer: string, from: string): string {
  const parts = importer.split('/').slice(0, -1);
  for (const part of from.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}

// ------------------------------------------------------------------------------------------- arrows

/** From the ground up: a unit imports from itself and from lower floors. First match names the unit. */
export const FLOORS: readonly { unit: string; floor: number; path: RegExp; onlyFrom?: readonly string[] }[] = [
  { unit: 'model', floor: 0, path: /^src\/model(-[a-z]+)?\.ts$/ },
  { unit: 'config', floor: 0, path: /^config\// },
  { unit: 'base', floor: 1, path: /^src\/base\// },
  { unit: 'parsers', floor: 2, path: /^parsers\// },
  { unit: 'query', floor: 2, path: /^src\/query\// },
  { unit: 'report', floor: 2, path: /^src\/report\// },
  { unit: 'demo', floor: 2, path: /^src\/demo\//, onlyFrom: ['demo', 'model', 'base'] },
  { unit: 'store', floor: 3, path: /^src\/store\// },
  { unit: 'receive', floor: 3, path: /^src\/receive\// },
  { unit: 'ingest', floor: 4, path: /^src\/ingest(\.ts$|\/)/ },
  { unit: 'api', floor: 5, path: /^src\/(api\/|follow\.ts$)/ },
  { unit: 'service', floor: 6, path: /^src\/service(\.ts$|\/)/ },
  { unit: 'cli', floor: 7, path: /^src\/cli\// },
  { unit: 'main', floor: 8, path: /^src\/main\.ts$/ },
];

export function unitOf(path: string) {
  return FLOORS.find((floor) => floor.path.test(path));
}

export function arrowFindings(files: readonly SourceFile[]): Finding[] {
  return files.flatMap((file) => {
    if (file.path.startsWith('test/')) return [];
    const relative = importsOf(file.text).filter((one) => one.from.startsWith('.') && !one.from.endsWith('.json'));
    return relative.flatMap((one) => arrowFinding(file.path, one)).concat(homeless(file.path));
  });
}

function homeless(path: string): Finding[] {
  if (path.startsWith('web/') || unitOf(path) !== undefined) return [];
  return [`${path}: belongs to no floor; put it into a folder of the design, or into FLOORS`];
}

function arrowFinding(path: string, one: Import): Finding[] {
  const target = resolvePath(path, one.from);
  if (!target.endsWith('.ts') && !path.startsWith('web/')) return [`${path}: imports ${one.from} without its .ts ending`];
  if (path.startsWith('web/')) {
    return target.startsWith('web/') || one.typeOnly
      ? []
      : [`${path}: web imports only types from outside, but takes ${target} (use "import type")`];
  }
  const [here, there] = [unitOf(path), unitOf(target)];
  if (here === undefined) return [];
  if (there === undefined) return [`${path}: imports ${target}, which is no part of the program`];
  if (here.onlyFrom && !here.onlyFrom.includes(there.unit))
    return [`${path}: ${here.unit} imports only ${here.onlyFrom.join(', ')}, not ${target}`];
  if (here.unit === there.unit || there.floor < here.floor) return [];
  const why = here.floor === there.floor ? 'neighbours on one floor do not import each other' : 'arrows point down';
  return [`${path}: ${here.unit} (floor ${here.floor}) imports ${target} (floor ${there.floor}); ${why}`];
}

// ------------------------------------------------------------------------------------------- purity

const PURE = /^(parsers|src\/query|src\/report)\//;
const IMPURE_MODULES =
  /^node:(fs|net|dgram|tls|https?|http2|dns|child_process|worker_threads|cluster|os|process|perf_hooks|timers|readline|sqlite)(\/|$)/;
const IMPURE_CODE: readonly [RegExp, string][] = [
  [/\bDate\.now\b/, 'Date.now()'],
  [/\bnew Date\(\s*\)/, 'new Date()'],
  [/\bperformance\./, 'performance'],
  [/(?<![\w.$])process\./, 'process'],
  [/\b(setTimeout|setInterval|setImmediate)\(/, 'a timer'],
  [/\bMath\.random\b/, 'Math.random()'],
  [/(?<![\w.$])fetch\(/, 'fetch()'],
];

function impurities(text: string): string[] {
  const modules = importsOf(text).filter((one) => IMPURE_MODULES.test(one.from));
  const code = codeOf(text, 'blank');
  const uses = IMPURE_CODE.filter(([pattern]) => pattern.test(code)).map(([, name]) => name);
  return [...modules.map((one) => one.from), ...uses];
}

/** What a pure folder uses, itself or through what it imports; types cost nothing. */
export function purityFindings(files: readonly SourceFile[]): Finding[] {
  const texts = new Map(files.map((file) => [file.path, file.text]));
  return files
    .filter((file) => PURE.test(file.path))
    .flatMap((file) => {
      const ours = impurities(file.text).map((what) => `${file.path}: this folder is pure, but uses ${what}`);
      const imported = importsOf(file.text).filter((one) => one.from.startsWith('.') && !one.typeOnly);
      const through = imported.map((one) => resolvePath(file.path, one.from)).filter((path) => !PURE.test(path));
      return ours.concat(
        through.flatMap((path) => impureBelow(path, texts).map((what) => `${file.path}: this folder is pure, but imports ${what}`)),
      );
    });
}

function impureBelow(start: string, texts: ReadonlyMap<string, string>): string[] {
  const seen = new Set([start]);
  for (const path of seen) {
    for (const one of importsOf(texts.get(path) ?? ''))
      if (one.from.startsWith('.') && !one.typeOnly) seen.add(resolvePath(path, one.from));
  }
  return [...seen].flatMap((path) => impurities(texts.get(path) ?? '').map((what) => `${path}, which uses ${what}`));
}

// ------------------------------------------------------------------------------------------- doors

function packageOf(from: string): string | undefined {
  if (from.startsWith('.') || from.startsWith('node:') || from.startsWith('/')) return undefined;
  return from
    .split('/')
    .slice(0, from.startsWith('@') ? 2 : 1)
    .join('/');
}

/** One file of the program per package; tests may import what they test with. */
export function doorFindings(files: readonly SourceFile[]): Finding[] {
  const doors = new Map<string, Set<string>>();
  for (const file of files.filter((one) => !one.path.startsWith('test/'))) {
    for (const { from } of importsOf(file.text)) {
      const name = packageOf(from);
      if (name !== undefined) doors.set(name, (doors.get(name) ?? new Set()).add(file.path));
    }
  }
  return [...doors]
    .filter(([, paths]) => paths.size > 1)
    .map(([name, paths]) => `${[...paths].sort().join(', ')}: all import ${name}; one door per package`);
}

// ------------------------------------------------------------------------------------------- files

export const FILE_LINES_MAX = 300;

export function lengthFindings(files: readonly SourceFile[]): Finding[] {
  return files.flatMap(({ path, text }) => {
    const lines = text.replace(/\n$/, '').split('\n').length;
    return lines > FILE_LINES_MAX ? [`${path}: ${lines} lines; ${FILE_LINES_MAX} is the stop`] : [];
  });
}

export function nameFindings(files: readonly SourceFile[]): Finding[] {
  return files.flatMap(({ path }) => {
    const word = /manager|helper|util|common/i.exec(path.slice(path.lastIndexOf('/') + 1));
    return word ? [`${path}: a file is named after its subject, not "${word[0]}"`] : [];
  });
}

export function openingFindings(files: readonly SourceFile[]): Finding[] {
  return files.flatMap(({ path, text }) => {
    const opening = text.replace(/^#!.*\n/, '');
    return /^(\/\*|\/\/)[\s*]*[^\s*/]/.test(opening) ? [] : [`${path}: must begin with a comment that says what it is and what it is not`];
  });
}

/** Classes only for what lives; an error is the one thing that inherits. A .d.ts describes foreign code as it is. */
export function classFindings(files: readonly SourceFile[]): Finding[] {
  const ours = files.filter((file) => !file.path.endsWith('.d.ts'));
  return ours.flatMap(({ path, text }) =>
    [...codeOf(text, 'blank').matchAll(/\bclass\s+(\w+)(?:<[^{]*>)?\s+extends\s+([\w.]+)/g)]
      .filter((match) => match[2] !== 'Error')
      .map((match) => `${path}: ${match[1]} inherits from ${match[2]}; compose instead`),
  );
}

export const RULES: Readonly<Record<string, (files: readonly SourceFile[]) => Finding[]>> = {
  'arrows point one way': arrowFindings,
  'parsers, query and report are pure': purityFindings,
  'one door per package': doorFindings,
  [`no file over ${FILE_LINES_MAX} lines`]: lengthFindings,
  'files are named after their subject': nameFindings,
  'every file begins with a comment': openingFindings,
  'nothing inherits but errors': classFindings,
};
