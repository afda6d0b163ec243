import { type Agent, request as httpRequest } from 'node:http';
import { connect } from 'node:net';

export interface Sent {
  readonly method: string;
  /** As it goes on the wire: no library tidies it up. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer | undefined;
}

export interface Received {
  readonly status: number;
  readonly contentType: string | null;
  /** What has come; of a stream of events, its first part. */
  readonly text: string;
  readonly tookMs: number;
}

/**
 * Sends a request and waits for the whole answer. Rejects where there is none within `deadlineMs`, or the
 * connection breaks.
 */
export function exchange(base: string, agent: Agent, sent: Sent, deadlineMs: number): Promise<Received> {
  const { hostname, port } = new URL(base);
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const { method, url, body } = sent;
    const headers = { ...sent.headers, ...(body && { 'content-length': String(body.length) }) };
    const request = httpRequest({ hostname, port, agent, method, path: url, headers }, (response) => {
      const contentType = response.headers['content-type'] ?? null;
      let text = '';
      const finish = () => {
        clearTimeout(late);
        const tookMs = performance.now() - began;
        resolve({ status: response.statusCode ?? 0, contentType, text, tookMs });
      };
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('end', finish).on('error', reject);
      if (contentType?.startsWith('text/event-stream')) {
        finish();
        request.destroy();
      }
    });
    const late = setTimeout(() => {
      reject(new Error(`no answer within ${deadlineMs} ms`));
      request.destroy();
    }, deadlineMs);
    request.on('error', (error) => {
      clearTimeout(late);
      reject(error);
    });
    request.end(body);
  });
}

/**
 * The status that is answered to these bytes, which end the connection. Rejects where there is no answer
 * within `deadlineMs`.
 */
export function rawStatus(base: string, bytes: string, deadlineMs: number): Promise<number> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(Number(port), hostname, () => socket.write(Buffer.from(bytes, 'latin1')));
    socket.setTimeout(deadlineMs, () => socket.destroy(new Error(`silent for ${deadlineMs} ms`)));
    socket.on('data', (data) => {
      text += data.toString('latin1');
    });
    socket.on('close', () => resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1])));
    socket.on('error', reject);
  });
}
