import type { ControlUnderTest } from './control-under-test.ts';

export interface Answered {
  readonly status: number;
  /** Of a refusal. */
  readonly code: string | undefined;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: what tests look into
  readonly body: any;
}

/** Asks the API as whoever these headers stand for; `path` is what follows `/api/v1`. */
export async function ask(
  { base }: Pick<ControlUnderTest, 'base'>,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  json?: unknown,
): Promise<Answered> {
  const response = await fetch(`${base}/api/v1${path}`, {
    method,
    headers: { ...headers, ...(json !== undefined && { 'content-type': 'application/json' }) },
    ...(json !== undefined && { body: JSON.stringify(json) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
  const body = isJson ? JSON.parse(text) : text;
  return { status: response.status, code: body?.error?.code, headers: response.headers, body };
}

/** A browser on the console's own page, with the cookie that it has got. */
export class ConsoleTab {
  private readonly control: Pick<ControlUnderTest, 'base'>;
  private readonly address: string;
  cookie = '';

  /** `address`: where it is, to a Farad that trusts what this machine says of that. */
  constructor(control: Pick<ControlUnderTest, 'base'>, address = '192.0.2.1') {
    this.control = control;
    this.address = address;
  }

  async ask(method: string, path: string, json?: unknown): Promise<Answered> {
    const headers = {
      origin: this.control.base,
      'x-forwarded-for': this.address,
      ...(this.cookie && { cookie: this.cookie }),
    };
    const answered = await ask(this.control, method, path, headers, json);
    const [cookie] = answered.headers.get('set-cookie')?.split('; ') ?? [];
    if (cookie !== undefined) this.cookie = cookie;
    return answered;
  }

  logIn(name: string, password: string): Promise<Answered> {
    return this.ask('POST', '/session', { name, password });
  }
}
