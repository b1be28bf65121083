/**
 * The REST calls between clients and services, each with the access line that its server prints, in the
 * server's own format, and keystoneauth's DEBUG line on the caller's side that names
 * the id which the server gave to the call.
 */
import type { Act, RequestContext, Voice } from './act.ts';
import { keystoneWorker } from './tokens.ts';
import { CONTROLLER, type Worker } from './world.ts';

export type ServiceType = 'compute' | 'image' | 'network' | 'volumev3' | 'placement';

export interface RestCall {
  method: string;
  path: string;
  status: number;
  bytes?: number;
  /** How long the server takes. */
  msMin?: number;
  msMax?: number;
  /** What the server does before it answers, in the process and on behalf of the request that serve it. */
  inside?: (server: Voice) => void;
}

const PORTS: Record<ServiceType, number> = { compute: 8774, image: 9292, network: 9696, volumev3: 8776, placement: 8778 };

/** Who serves a call: `by` where a certain process does, else any of the service. */
export interface Served {
  service: ServiceType;
  context: RequestContext;
  client: string;
  by?: Worker;
}

/** Plays the call on the server's side, with what the server does before it answers. */
export function serve(act: Act, to: Served, call: RestCall): void {
  const startUs = act.atUs;
  const server = act.as(to.by ?? act.world.worker(PROGRAMS[to.service]), to.context);
  act.pass(call.msMin ?? 8, call.msMax ?? 90);
  call.inside?.(server);
  const seconds = (act.atUs - startUs) / 1e6;
  const bytes = call.bytes ?? act.world.dice.between(300, 4000);
  SERVERS[to.service](server, { ...call, client: to.client, bytes, seconds });
}

interface Answered extends RestCall {
  client: string;
  bytes: number;
  seconds: number;
}

const PROGRAMS: Record<ServiceType, string> = {
  compute: 'nova-api',
  image: 'glance-api',
  network: 'neutron-server',
  volumev3: 'cinder-api',
  placement: 'placement-api',
};

const SERVERS: Record<ServiceType, (server: Voice, call: Answered) => void> = {
  compute: (server, { client, method, path, status, bytes, seconds }) => {
    const text = `${client} "${method} ${path} HTTP/1.1" status: ${status} len: ${bytes} time: ${seconds.toFixed(7)}`;
    server.info('nova.osapi_compute.wsgi.server', text);
  },
  network: (server, { client, method, path, status, bytes, seconds }) => {
    server.info('neutron.wsgi', `${client} "${method} ${path} HTTP/1.1" status: ${status}  len: ${bytes} time: ${seconds.toFixed(7)}`);
  },
  image: (server, { client, method, path, status, bytes, seconds }) => {
    const date = server.act.world.clock.access(server.act.atUs);
    server.info('eventlet.wsgi.server', `${client} - - [${date}] "${method} ${path} HTTP/1.1" ${status} ${bytes} ${seconds.toFixed(6)}`);
  },
  volumev3: (server, { method, path, status }) => {
    const url = `http://${CONTROLLER}:${PORTS.volumev3}${path}`;
    server.info('cinder.api.openstack.wsgi', `${method} ${url}`);
    server.act.pass(3, 40);
    server.info('cinder.api.openstack.wsgi', `${url} returned with HTTP ${status}`);
  },
  placement: (server, { client, method, path, status, bytes }) => {
    server.info('placement.requestlog', `${client} "${method} ${path}" status: ${status} len: ${bytes} microversion: 1.36`);
  },
};

/** A service calls another while it serves `from`'s request; the answer is the context that the call had there. */
export function call(from: Voice, to: { service: ServiceType; identity?: string }, rest: RestCall): RequestContext {
  const { act } = from;
  const parent = from.context;
  if (!parent) throw new Error('BUG: a call needs the request that it serves');
  const context = act.childRequest(parent, to.identity);
  serve(act, { service: to.service, context, client: CONTROLLER }, rest);
  act.pass(1, 4);
  const url = `http://${CONTROLLER}:${PORTS[to.service]}${rest.path}`;
  const text = `${rest.method} call to ${to.service} for ${url} used request id ${context.request}`;
  act.as(from.worker, parent).debug('keystoneauth.session.request-id', text, 'request keystoneauth1/session.py:1090');
  return context;
}

/** A token that keystone checks for a service; most checks are answered by the services' caches and leave no line. */
export function validateToken(act: Act, context: RequestContext): void {
  const own = act.childRequest(context, act.serviceIdentity('nova'));
  const keystone = act.as(keystoneWorker(act), own);
  keystone.debug(
    'keystone.common.rbac_enforcer.enforcer',
    'RBAC: Authorizing identity:validate_token()',
    '_assert_is_authenticated keystone/common/rbac_enforcer/enforcer.py:492',
  );
  act.pass(4, 30);
  keystone.debug(
    'keystone.common.rbac_enforcer.enforcer',
    'RBAC: Authorization granted',
    'enforce_call keystone/common/rbac_enforcer/enforcer.py:535',
  );
  act.pass(1, 5);
}
