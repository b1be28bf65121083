/** An image is uploaded to glance: registered, its bytes sent, shown. Texts are glance's and glance_store's format strings. */
import type { Act } from './act.ts';
import { serve } from './rest.ts';

export function uploadImage(act: Act): void {
  const { world } = act;
  const { dice } = world;
  const project = dice.pick(world.projects);
  const user = dice.pick(project.users);
  const client = dice.pick(project.clients);
  const image = { id: dice.uuid(), cached: dice.hex(40), bytes: dice.between(2e7, 2e9) };
  act.note.kind = 'image upload';
  act.note.ids = { image: image.id, project: project.id };
  const create = act.userRequest(user, project.id);
  serve(act, { service: 'image', context: create, client }, { method: 'POST', path: '/v2/images', status: 201, bytes: 912 });
  act.pass(100, 600);
  const upload = act.userRequest(user, project.id);
  const worker = world.worker('glance-api');
  const glance = act.as(worker, upload);
  const file = `/v2/images/${image.id}/file`;
  const inside = (): void => {
    const path = `/var/lib/glance/images/${image.id}`;
    glance.debug('glance.quota', `Enforcing image_size_total quota of project ${project.id}`, '_enforce_one glance/quota/keystone.py:60');
    glance.debug(
      'glance_store._drivers.filesystem',
      `Wrote ${image.bytes} bytes to ${path} with checksum ${dice.hex(32)} and multihash ${dice.hex(128)}`,
      'add glance_store/_drivers/filesystem.py:783',
    );
    glance.debug('glance.location', `Enabling in-place update of image ${image.id}: queued -> active`, 'set_data glance/location.py:598');
  };
  serve(
    act,
    { service: 'image', context: upload, client, by: worker },
    { method: 'PUT', path: file, status: 204, bytes: 213, msMin: 1500, msMax: 9000, inside },
  );
  act.pass(200, 900);
  const look = act.userRequest(user, project.id);
  serve(act, { service: 'image', context: look, client }, { method: 'GET', path: `/v2/images/${image.id}`, status: 200, bytes: 1103 });
  // A few are kept to boot from; the rest of the catalogue stays as it is.
  if (world.images.length < 12) world.images.push(image);
}
