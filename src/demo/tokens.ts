/**
 * Keystone: passwords become tokens, tokens are checked, expire and are revoked. Its access lines are uWSGI's (Debian and Kolla
 * run it there), everything else is oslo's. Texts are keystone's format strings.
 */
import type { Act, Voice } from './act.ts';
import type { Worker } from './world.ts';

/** Longer than any of them takes. */
const BUSY_US = 400_000;

/** Who of keystone serves what comes now: one request at a time, so that it may have to wait. */
export function keystoneWorker(act: Act): Worker {
  const { worker, fromUs } = act.world.idleWorker('keystone-wsgi-public', act.atUs, BUSY_US);
  act.atUs = fromUs;
  return worker;
}

export function issueToken(act: Act): void {
  const { dice } = act.world;
  act.note.kind = 'token';
  const project = dice.pick(act.world.projects);
  const user = dice.pick(project.users);
  act.note.ids = { user, project: project.id };
  const context = act.ownRequest();
  act.root = context.request;
  const keystone = act.as(keystoneWorker(act), context);
  const startUs = act.atUs;
  act.pass(2, 8);
  keystone.debug(
    'keystone.auth.core',
    `MFA Rules not processed for user \`${user}\`. Rule list: \`[]\` (Enabled: \`True\`).`,
    'check_auth_methods_against_rules keystone/auth/core.py:453',
  );
  act.pass(60, 260);
  if (dice.oneIn(6)) checkToken(keystone, 'identity:list_user_projects()');
  access(act, keystone.worker, { request: 'POST /v3/auth/tokens', status: 201, bytes: dice.between(6500, 7400), startUs });
}

/** A service validates a token that its cache does not know. */
export function validate(act: Act): void {
  const { dice } = act.world;
  act.note.kind = 'token check';
  const context = act.ownRequest();
  act.root = context.request;
  const keystone = act.as(keystoneWorker(act), context);
  const startUs = act.atUs;
  checkToken(keystone, 'identity:validate_token()');
  if (!dice.oneIn(20)) {
    access(act, keystone.worker, { request: 'GET /v3/auth/tokens', status: 200, bytes: 7100, startUs });
    return;
  }
  keystone.warning(
    'keystone.server.flask.application',
    `Could not find token: ${dice.hex(32)}.: keystone.exception.TokenNotFound: Could not find token: ${dice.hex(32)}.`,
  );
  access(act, keystone.worker, { request: 'GET /v3/auth/tokens', status: 404, bytes: 113, startUs });
}

function checkToken(keystone: Voice, rule: string): void {
  const logger = 'keystone.common.rbac_enforcer.enforcer';
  keystone.debug(logger, `RBAC: Authorizing ${rule}`, '_assert_is_authenticated keystone/common/rbac_enforcer/enforcer.py:492');
  keystone.act.pass(4, 30);
  keystone.debug(logger, 'RBAC: Authorization granted', 'enforce_call keystone/common/rbac_enforcer/enforcer.py:535');
}

/** uWSGI's default access line. */
function access(act: Act, worker: Worker, of: { request: string; status: number; bytes: number; startUs: number }): void {
  const { dice, clock } = act.world;
  const ms = Math.round((act.atUs - of.startUs) / 1000);
  const number = dice.between(100, 90_000);
  const text = `[pid: ${worker.pid}|app: 0|req: ${number}/${number * 4}] ${dice.pick(dice.pick(act.world.projects).clients)} () {64 vars in 1340 bytes} [${clock.asctime(act.atUs)}] ${of.request} => generated ${of.bytes} bytes in ${ms} msecs (HTTP/1.1 ${of.status}) 5 headers in 180 bytes (1 switches on core 0)`;
  act.emit(worker, 6, text);
}
