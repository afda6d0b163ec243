import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Random secrets, and a search for them in all spellings in which they may lie somewhere. */
export class SecretHunt {
  private readonly spellings: { readonly name: string; readonly bytes: Buffer }[] = [];
  private readonly found = new Set<string>();

  /** A secret of 20 letters and digits. */
  text(name: string): string {
    let text = '';
    while (text.length < 20) text += randomBytes(30).toString('base64').replace(/[+/=]/g, '');
    return this.add(name, text.slice(0, 20));
  }

  /** A secret of 20 bytes, as hexadecimal digits. */
  hex(name: string): string {
    const bytes = randomBytes(20);
    this.spell(name, bytes);
    return this.add(name, bytes.toString('hex'));
  }

  /** A secret that somebody else made. */
  add(name: string, secret: string): string {
    this.bytes(name, Buffer.from(secret));
    this.spell(`${name} in capitals`, Buffer.from(secret.toUpperCase()));
    this.spell(`${name} in small letters`, Buffer.from(secret.toLowerCase()));
    this.spell(`${name} in UTF-16`, Buffer.from(secret, 'utf16le'));
    return secret;
  }

  /** One that is no text. */
  bytes(name: string, bytes: Buffer): void {
    this.spell(name, bytes);
    this.spell(`${name} in hexadecimal`, Buffer.from(bytes.toString('hex')));
    this.spell(`${name} in hexadecimal capitals`, Buffer.from(bytes.toString('hex').toUpperCase()));
    // Three ways in which its bytes may fall into groups of base64, without what its neighbours have a part
    // in.
    for (const shift of [0, 1, 2]) {
      const padded = Buffer.concat([Buffer.alloc(shift), bytes]);
      const whole = padded.subarray(0, padded.length - (padded.length % 3));
      for (const encoding of ['base64', 'base64url'] as const) {
        this.spell(
          `${name} in ${encoding}`,
          Buffer.from(whole.toString(encoding).slice(shift === 0 ? 0 : 4)),
        );
      }
    }
  }

  /** Notes which secrets are in `content`. */
  search(place: string, content: Buffer | string): void {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    for (const { name, bytes: spelling } of this.spellings) {
      if (bytes.includes(spelling)) this.found.add(`${name} is in ${place}`);
    }
  }

  /** Searches every file below `directory`, and answers their contents. */
  searchFiles(place: string, directory: string): Buffer {
    const contents = readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const path = join(entry.parentPath, entry.name);
        const content = readFileSync(path);
        this.search(`${place}: ${path.slice(directory.length)}`, content);
        return content;
      });
    return Buffer.concat(contents);
  }

  /** What was found so far, in order. */
  get findings(): readonly string[] {
    return [...this.found].sort();
  }

  private spell(name: string, bytes: Buffer): void {
    this.spellings.push({ name, bytes });
  }
}
