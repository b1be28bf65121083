/**
 * `npm run tables`: writes the tables of the code into README.md, src/store/FORMAT.md and config/stacktrail.yaml. Writes
 * nothing else; a table whose markers are missing is named, and the exit code is 1.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeTables, formatTables, ROOT, sampleConfig, tableFindings, withTables } from './tables.ts';

const tables = await codeTables();
const path = join(ROOT, 'README.md');
const document = withTables(readFileSync(path, 'utf8'), tables);
writeFileSync(path, document);
writeFileSync(join(ROOT, 'config', 'stacktrail.yaml'), sampleConfig());
const findings = tableFindings(document, tables, 'README.md');
const formatPath = join(ROOT, 'src', 'store', 'FORMAT.md');
const format = withTables(readFileSync(formatPath, 'utf8'), formatTables());
writeFileSync(formatPath, format);
findings.push(...tableFindings(format, formatTables(), 'src/store/FORMAT.md'));
for (const finding of findings) process.stderr.write(`${finding}\n`);
process.exitCode = findings.length === 0 ? 0 : 1;
