import { type HttpAnswer, statusLine } from './transport.ts';

/** An answer as bytes of HTTP/1.1, after which the connection ends. */
export function httpText({ status, headers = {}, body }: HttpAnswer): string {
  const all = {
    'Content-Type': 'text/plain; charset=utf-8',
    ...headers,
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: 'close',
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${statusLine(status)}\r\n${lines.join('')}\r\n${body}`;
}
