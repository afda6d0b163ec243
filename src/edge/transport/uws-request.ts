import type { HttpRequest, HttpResponse } from '@btc-vision/uwebsockets.js';
import {
  type HttpAnswer,
  type RequestHead,
  statusLine,
  type TransportEvents,
  UNEXPECTED_HEADER,
} from './transport.ts';

/** What the build of 2023 calls `forEach`. */
interface OldRequest {
  forEachHeader?: HttpRequest['forEach'];
}

/** The head of a request to uWebSockets.js. */
export class UwsHead implements RequestHead {
  readonly secure: boolean;
  readonly peerCertificate = undefined;
  private readonly req: HttpRequest;
  private readonly res: HttpResponse;

  constructor(req: HttpRequest, res: HttpResponse, secure: boolean) {
    this.secure = secure;
    this.req = req;
    this.res = res;
  }

  get method(): string {
    return this.req.getCaseSensitiveMethod();
  }

  get path(): string {
    return this.req.getUrl();
  }

  get remoteAddress(): string {
    return addressOf(this.res);
  }

  header(name: string): string {
    // getHeader gives the first of several; a list may lawfully be spread over repeated headers.
    if (name !== 'sec-websocket-protocol') return this.req.getHeader(name);
    const values: string[] = [];
    const each = (key: string, value: string): void => {
      if (key === name) values.push(value);
    };
    const req = this.req as HttpRequest & OldRequest;
    if (req.forEachHeader) req.forEachHeader(each);
    else req.forEach(each);
    return values.join(',');
  }
}

/** Answers, and ends the connection. */
export function answer(res: HttpResponse, { status, headers = {}, body }: HttpAnswer): void {
  res.writeStatus(statusLine(status));
  res.writeHeader('Content-Type', 'text/plain; charset=utf-8');
  for (const [name, value] of Object.entries(headers)) res.writeHeader(name, value);
  res.end(body, true);
}

/** The engine takes a PROXY header of anybody: here nobody may send one. */
export function refuseHeader(
  res: HttpResponse,
  { wrongHeader }: Pick<TransportEvents<unknown, unknown>, 'wrongHeader'>,
): boolean {
  if (res.getProxiedRemoteAddress().byteLength === 0) return false;
  wrongHeader(addressOf(res), UNEXPECTED_HEADER);
  answer(res, { status: 400, body: `${UNEXPECTED_HEADER}\n` });
  return true;
}

function addressOf(res: HttpResponse): string {
  return Buffer.from(res.getRemoteAddressAsText()).toString();
}
