import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Delivery {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly bytes: Buffer;
  /** Undefined where the body is none. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into what they have been sent
  readonly json?: any;
}

/** A receiver of webhooks on a free port of loopback. */
export interface WebhookReceiver {
  readonly url: string;
  readonly deliveries: Delivery[];
  /** What it answers from now on: a status, or nothing at all. */
  answer: number | 'nothing';
  close(): Promise<void>;
}

export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const deliveries: Delivery[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk as Uint8Array);
    const bytes = Buffer.concat(chunks);
    const body = bytes.toString();
    const isJson = request.headers['content-type'] === 'application/json';
    deliveries.push({ headers: request.headers, body, bytes, ...(isJson && { json: JSON.parse(body) }) });
    if (self.answer === 'nothing') return;
    response.writeHead(self.answer, { location: '/elsewhere' }).end('thank you');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const self: WebhookReceiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    deliveries,
    answer: 204,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return self;
}
