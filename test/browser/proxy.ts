/** A reverse proxy that shows a service below a path and takes that path away, as nginx does with a slash at the end of `proxy_pass`. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Proxy {
  /** With the path, and a slash at its end. */
  readonly url: string;
  stop(): Promise<void>;
}

export async function startProxy(target: string, below: string): Promise<Proxy> {
  const { hostname, port } = new URL(target);
  const server = http.createServer((request, response) => {
    const path = request.url ?? '/';
    if (!path.startsWith(below)) {
      response.writeHead(404).end('not here');
      return;
    }
    const asked = http.request(
      { hostname, port, method: request.method, path: `/${path.slice(below.length)}`, headers: request.headers },
      (answer) => {
        response.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(response);
        // What breaks off behind us breaks off before us.
        answer.on('close', () => answer.complete || response.destroy());
      },
    );
    asked.on('error', () => response.destroy());
    request.pipe(asked);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${below}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
