import { randomBytes } from 'node:crypto';
import { apiError } from './errors.ts';

/** Shortest password that people may choose, characters. */
export const MIN_PASSWORD = 12;
/** Longest one, characters. */
export const MAX_PASSWORD = 200;
/** Of one that Farad makes up: 120 bits. */
const ONE_TIME_BYTES = 15;
/** A shorter name stands in too many words. */
const MIN_NAME_LOOKED_FOR = 4;

/** Argon2id as OWASP has it: 19 MiB and two passes; some 50 ms. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
/** Of a random text that nobody knows: made with the same cost, so that it takes the same time. */
const NOBODYS =
  '$argon2id$v=19$m=19456,t=2,p=1$QYuwvV0SqvINzsg2KUsglA$vV2JSBaJmvSuEFLLPFaCx3IVOEC4PhsHBhBUcIwmXIE';

/** Hashes worked out at a time: the thread pool also serves the store. */
const AT_ONCE = 2;
/** Hashes that may wait for their turn; they are a few seconds of work. */
const MOST_WAITING = 64;

/** Hashes of passwords, worked out on other threads, a bounded number at a time. */
export class Passwords {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  /** Throws `busy`. */
  hash(password: string): Promise<string> {
    return this.inTurn(async () => (await argon2()).hash(spelt(password), COST));
  }

  /**
   * Whether the password is the one of this hash. Without a hash it is not, and that takes as long to say.
   * Throws `busy`.
   */
  async verify(hash: string | undefined, password: string): Promise<boolean> {
    const isRight = await this.inTurn(async () => (await argon2()).verify(hash ?? NOBODYS, spelt(password)));
    return isRight && hash !== undefined;
  }

  private async inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.running >= AT_ONCE) {
      if (this.waiting.length >= MOST_WAITING) throw apiError('busy', { what: 'password checks' });
      // Whoever ends hands its turn on.
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    } else {
      this.running++;
    }
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.running--;
    }
  }
}

/** A password that Farad makes up, to be shown once. */
export function oneTimePassword(): string {
  return randomBytes(ONE_TIME_BYTES).toString('base64url');
}

/**
 * Throws `weak_password` for one that is easily guessed by whoever knows the name. Lengths are for the
 * schemas.
 */
export function requireStrength(password: string, names: readonly (string | undefined)[]): void {
  const folded = spelt(password).toLowerCase();
  if (new Set(folded).size < MIN_NAME_LOOKED_FOR) throw weak('has hardly any different characters');
  for (const name of names.flatMap((one) => one?.toLowerCase().split(/[^\p{L}\p{N}]+/u) ?? [])) {
    if (name.length >= MIN_NAME_LOOKED_FOR && folded.includes(name)) throw weak('contains the name');
  }
}

function weak(problem: string) {
  return apiError('weak_password', { problem });
}

/** The same text, however a keyboard puts its letters together. */
function spelt(password: string): string {
  return password.normalize('NFKC');
}

/** Loaded when the first password is set or tried. */
function argon2(): Promise<typeof import('@node-rs/argon2')> {
  return import('@node-rs/argon2');
}
