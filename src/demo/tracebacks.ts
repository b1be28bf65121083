/**
 * Python tracebacks as the services log them: files and functions of nova, libvirt and oslo.messaging, at the
 * depth they have in life. Text only; act.ts gives each line its prefix and decides the shape on the wire.
 */
import { PACKAGES } from './act.ts';

/** `file:line function | the source line`. */
type Frame = readonly [string, string];

function render(frames: readonly Frame[], last: string): string[] {
  const lines = ['Traceback (most recent call last):'];
  for (const [where, source] of frames) {
    const [, file, line, name] = /^(\S+):(\d+) (\S+)$/.exec(where)!;
    lines.push(`  File "${PACKAGES}/${file}", line ${line}, in ${name}`, `    ${source}`);
  }
  lines.push(last);
  return lines;
}

const LAUNCH: readonly Frame[] = [
  ['nova/virt/libvirt/driver.py:4407 spawn', 'self._create_guest_with_network('],
  ['oslo_utils/excutils.py:227 __exit__', 'self.force_reraise()'],
  ['oslo_utils/excutils.py:200 force_reraise', 'raise self.value'],
  ['nova/virt/libvirt/driver.py:7864 _create_guest_with_network', 'guest = self._create_guest('],
  ['nova/virt/libvirt/driver.py:7801 _create_guest', 'guest.launch(pause=pause)'],
  ['nova/virt/libvirt/guest.py:167 launch', "LOG.exception('Error launching a defined domain with XML: %s',"],
  ['oslo_utils/excutils.py:227 __exit__', 'self.force_reraise()'],
  ['nova/virt/libvirt/guest.py:165 launch', 'return self._domain.createWithFlags(flags)'],
  ['eventlet/tpool.py:193 doit', 'result = proxy_call(self._autowrap, f, *args, **kwargs)'],
  ['eventlet/tpool.py:151 proxy_call', 'rv = execute(f, *args, **kwargs)'],
  ['eventlet/tpool.py:132 execute', 'raise e.with_traceback(tb)'],
  ['eventlet/tpool.py:86 tworker', 'rv = meth(*args, **kwargs)'],
  ['libvirt.py:1409 createWithFlags', "raise libvirtError('virDomainCreateWithFlags() failed')"],
];

export const LIBVIRT_ERRORS: readonly string[] = [
  'internal error: process exited while connecting to monitor: qemu-system-x86_64: cannot set up guest memory: Cannot allocate memory',
  'internal error: qemu unexpectedly closed the monitor: qemu-system-x86_64: -accel kvm: failed to initialize kvm: Permission denied',
  'Timed out during operation: cannot acquire state change lock (held by monitor=remoteDispatchDomainCreateWithFlags)',
];

/** nova-compute: `Instance failed to spawn`, two chained exceptions are left out: 33 lines. */
export function spawnFailed(error: string): string[] {
  const frames: Frame[] = [
    ['nova/compute/manager.py:2878 _build_resources', 'yield resources'],
    ['nova/compute/manager.py:2625 _build_and_run_instance', 'self.driver.spawn(context, instance, image_meta,'],
    ...LAUNCH,
  ];
  return render(frames, `libvirt.libvirtError: ${error}`);
}

/** nova-conductor: the scheduler's exception came back over RPC, so the block holds a second traceback. */
export function noValidHost(): string[] {
  const remote = render(
    [
      ['oslo_messaging/rpc/server.py:241 inner', 'return func(*args, **kwargs)'],
      ['nova/scheduler/manager.py:223 select_destinations', 'selections = self._select_destinations('],
      ['nova/scheduler/manager.py:250 _select_destinations', 'selections = self._schedule('],
      ['nova/scheduler/manager.py:416 _schedule', 'self._ensure_sufficient_hosts('],
      ['nova/scheduler/manager.py:463 _ensure_sufficient_hosts', 'raise exception.NoValidHost(reason=reason)'],
    ],
    'nova.exception.NoValidHost: No valid host was found. There are not enough hosts available.',
  );
  const local = render(
    [
      ['nova/conductor/manager.py:1641 schedule_and_build_instances', 'host_lists = self._schedule_instances(context, request_specs[0],'],
      ['nova/conductor/manager.py:940 _schedule_instances', 'host_lists = self.query_client.select_destinations('],
      ['nova/scheduler/client/query.py:41 select_destinations', 'return self.scheduler_rpcapi.select_destinations(context, spec_obj,'],
      ['nova/scheduler/rpcapi.py:160 select_destinations', "return cctxt.call(ctxt, 'select_destinations', **msg_args)"],
      ['oslo_messaging/rpc/client.py:190 call', 'result = self.transport._send('],
      ['oslo_messaging/transport.py:123 _send', 'return self._driver.send(target, ctxt, message,'],
      ['oslo_messaging/_drivers/amqpdriver.py:788 send', 'return self._send(target, ctxt, message, wait_for_reply, timeout,'],
      ['oslo_messaging/_drivers/amqpdriver.py:780 _send', 'raise result'],
    ],
    'nova.exception_Remote.NoValidHost_Remote: No valid host was found. There are not enough hosts available.',
  );
  return [...local, ...remote];
}

/** nova-compute: neutron bound nothing. */
export function bindingFailed(error: string): string[] {
  return render(
    [
      ['nova/compute/manager.py:1959 _allocate_network_async', 'nwinfo = self.network_api.allocate_for_instance('],
      ['nova/network/neutron.py:1227 allocate_for_instance', 'created_port_ids = self._update_ports_for_instance('],
      ['nova/network/neutron.py:1369 _update_ports_for_instance', 'with excutils.save_and_reraise_exception():'],
      ['oslo_utils/excutils.py:227 __exit__', 'self.force_reraise()'],
      ['nova/network/neutron.py:585 _update_port', '_ensure_no_port_binding_failure(port)'],
      ['nova/network/neutron.py:294 _ensure_no_port_binding_failure', "raise exception.PortBindingFailed(port_id=port['id'])"],
    ],
    `nova.exception.PortBindingFailed: ${error}`,
  );
}

/** nova-compute: glance answered 404 for the image's bytes. */
export function imageRefused(error: string): string[] {
  return render(
    [
      ['nova/compute/manager.py:2625 _build_and_run_instance', 'self.driver.spawn(context, instance, image_meta,'],
      ['nova/virt/libvirt/driver.py:4388 spawn', 'created_instance_dir, created_disks = self._create_image('],
      ['nova/virt/libvirt/imagebackend.py:293 cache', 'self.create_image(fetch_func_sync, base, size,'],
      ['nova/virt/images.py:134 fetch', 'IMAGE_API.download(context, image_href, dest_path=path,'],
      ['nova/image/glance.py:377 download', '_reraise_translated_image_exception(image_id)'],
      ['nova/image/glance.py:1049 _reraise_translated_image_exception', 'raise new_exc.with_traceback(exc_trace)'],
    ],
    `nova.exception.ImageNotFound: ${error}`,
  );
}

/** nova-compute: no event came for the port. */
export function vifTimeout(error: string): string[] {
  return render(
    [
      ['nova/compute/manager.py:2625 _build_and_run_instance', 'self.driver.spawn(context, instance, image_meta,'],
      ['nova/virt/libvirt/driver.py:4407 spawn', 'self._create_guest_with_network('],
      ['nova/virt/libvirt/driver.py:7887 _create_guest_with_network', 'raise exception.VirtualInterfaceCreateException()'],
    ],
    `nova.exception.VirtualInterfaceCreateException: ${error}`,
  );
}

/** An agent that waited for neutron-server in vain. */
export function replyTimeout(error: string): string[] {
  const send: Frame[] = [
    ['neutron/agent/rpc.py:107 report_state', "return method(context, 'report_state', **kwargs)"],
    ['neutron_lib/rpc.py:157 call', 'return self._original_context.call(ctxt, method, **kwargs)'],
    ['oslo_messaging/rpc/client.py:190 call', 'result = self.transport._send('],
    ['oslo_messaging/transport.py:123 _send', 'return self._driver.send(target, ctxt, message,'],
    ['oslo_messaging/_drivers/amqpdriver.py:768 _send', 'result = self._waiter.wait(msg_id, timeout,'],
  ];
  const empty = render(
    [
      ['oslo_messaging/_drivers/amqpdriver.py:433 get', 'return self._queues[msg_id].get(block=True, timeout=timeout)'],
      ['eventlet/queue.py:322 get', 'return waiter.wait()'],
    ],
    '_queue.Empty',
  );
  return [...empty, '', 'During handling of the above exception, another exception occurred:', '', ...render(send, error)];
}

/** swift writes its newlines as `#012` itself. */
export function swiftError(path: string): string[] {
  return render(
    [
      ['swift/common/middleware/catch_errors.py:98 handle_request', 'resp = self._app_call(env)'],
      ['swift/common/middleware/gatekeeper.py:128 __call__', 'return self.app(env, gatekeeper_response)'],
      ['swift/common/middleware/proxy_logging.py:448 __call__', 'iterable = self.app(env, my_start_response)'],
      ['swift/proxy/controllers/obj.py:1014 _store_object', 'self._transfer_data(req, data_source, putters, nodes)'],
      ['swift/common/utils/__init__.py:2810 next', 'chunk = next(self.chunks)'],
    ],
    `swift.common.exceptions.ChunkReadTimeout: ${path}: 60.0 seconds`,
  );
}
