import { CENTRAL_SYSTEM_ACTIONS, CHARGE_POINT_ACTIONS } from '../../src/protocol/v16/actions.ts';
import type { Random } from '../../src/simulator/random.ts';
import { VALID_REQUESTS } from './valid-requests.ts';

/** Text that stands for a value and is no JSON of a usual kind; written into the payload as it is. */
const NASTY_JSON = [
  'null',
  'true',
  '-1',
  '0',
  '-0',
  '1e999',
  '1e15',
  '9007199254740993',
  '0.1',
  '""',
  '"\\u0000"',
  '"\\ud800"',
  '"\\u202e"',
  '"NaN"',
  '"é漢😀"',
  '[]',
  '{}',
  '[null]',
  '[[]]',
  '{"":{}}',
  '{"__proto__":{"polluted":1}}',
  '{"constructor":{"prototype":{"polluted":1}}}',
  '"ftp://user:secret@example.com/x"',
  '"\'; DROP TABLE meter_samples; --"',
];

/**
 * Makes frames that a charge point should never send, most of them near to what it may send: the nearer, the
 * deeper they get. The same seed makes the same frames, apart from the times in them.
 */
export class HostileFrames {
  readonly #random: Random;
  #made = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** The next frame, and the messageId that it was begun with; the frame may have lost it. */
  next(): { readonly text: string; readonly messageId: string } {
    const messageId = `f-${this.#made++}`;
    return { text: this.#frame(messageId), messageId };
  }

  #frame(messageId: string): string {
    const random = this.#random;
    const dice = random.fraction();
    if (dice < 0.1) return this.#call(messageId, this.#payload());
    if (dice < 0.55) return this.#call(messageId, this.#withMembersChanged());
    if (dice < 0.75) return this.#damaged(this.#call(messageId, this.#payload()));
    if (dice < 0.95) return this.#oddlyShaped(messageId);
    return this.#answer();
  }

  #action(): keyof typeof VALID_REQUESTS {
    return this.#random.pick(CHARGE_POINT_ACTIONS);
  }

  #payload(): readonly [action: string, json: string] {
    const action = this.#action();
    return [action, JSON.stringify(VALID_REQUESTS[action](this.#random))];
  }

  #call(messageId: string, [action, json]: readonly [string, string]): string {
    return `[2,"${messageId}","${action}",${json}]`;
  }

  #withMembersChanged(): readonly [string, string] {
    const random = this.#random;
    const action = this.#action();
    const request = VALID_REQUESTS[action](random);
    const members = Object.entries(request).map(([name, value]) => [
      JSON.stringify(name),
      JSON.stringify(value),
    ]);
    for (let changes = 1 + random.below(2); changes > 0; changes--) {
      const at = random.below(Math.max(1, members.length));
      const member = members[at];
      const dice = random.fraction();
      if (member === undefined || dice < 0.2) members.push([this.#name(), this.#nasty()]);
      else if (dice < 0.35) members.splice(at, 1);
      else if (dice < 0.45) members.push([...member]);
      else if (dice < 0.55) members[at] = [this.#name(), member[1] as string];
      else if (dice < 0.8) members[at] = [member[0] as string, this.#nasty()];
      else members[at] = [member[0] as string, this.#within(member[1] as string)];
    }
    return [action, `{${members.map((member) => member.join(':')).join(',')}}`];
  }

  #name(): string {
    const random = this.#random;
    return random.pick([
      '"extra"',
      '"__proto__"',
      '""',
      '"connectorId"',
      '"transactionData"',
      `"${'n'.repeat(300)}"`,
    ]);
  }

  #nasty(): string {
    const random = this.#random;
    const dice = random.fraction();
    if (dice < 0.7) return random.pick(NASTY_JSON);
    if (dice < 0.8) return nested(random.pick(['[', '{"a":']), random.pick([8, 60, 64, 65, 500, 6000]));
    if (dice < 0.9) return `"${'x'.repeat(random.pick([21, 51, 256, 10_000]))}"`;
    if (dice < 0.95) return `[${Array.from({ length: random.pick([100, 2000]) }, () => '1').join(',')}]`;
    const members = Array.from({ length: random.pick([100, 2000]) }, (_, index) => `"m${index}":${index}`);
    return `{${members.join(',')}}`;
  }

  /** Puts something nasty in the place of a value somewhere inside. */
  #within(json: string): string {
    const places = [...json.matchAll(/:("[^"]*"|-?\d+)/g)];
    const place = places[this.#random.below(Math.max(1, places.length))];
    if (place === undefined) return this.#nasty();
    return `${json.slice(0, place.index)}:${this.#nasty()}${json.slice(place.index + place[0].length)}`;
  }

  #damaged(text: string): string {
    const random = this.#random;
    const at = random.below(text.length);
    switch (random.below(6)) {
      case 0:
        return text.slice(0, at);
      case 1:
        return text.slice(0, at) + text.slice(at + 1 + random.below(5));
      case 2:
        return `${text.slice(0, at)}${random.pick(['"', '\\', '{', ']', ',', ':', '\u0000', '\n', '９', '\ufeff'])}${text.slice(at)}`;
      case 3:
        return text.slice(0, at) + text.slice(Math.max(0, at - random.below(40)));
      case 4:
        return `${' '.repeat(random.below(2000))}${text}\r\n`;
      default:
        return text.replace(/\d/, (digit) => random.pick(['', '-', `0${digit}`, '١', `${digit}e9`]));
    }
  }

  #oddlyShaped(messageId: string): string {
    const random = this.#random;
    const [action, json] = this.#payload();
    const id = `"${messageId}"`;
    switch (random.below(10)) {
      case 0:
        return `[${random.pick(['0', '1', '5', '2.0', '"2"', 'null', '[2]', '-2', '2e0'])},${id},"${action}",${json}]`;
      case 1:
        return `[2,${random.pick(['7', 'null', '{}', '""', `"${'i'.repeat(40)}"`, `"${'i'.repeat(2000)}"`])},"${action}",${json}]`;
      case 2:
        return `[2,${id},${random.pick(['7', 'null', '""', '[]', '"toString"', '"__proto__"', '"constructor"'])},${json}]`;
      case 3:
        return `[2,${id},"${action.toLowerCase()}",${json}]`;
      case 4:
        return `[2,${id},"${random.pick(CENTRAL_SYSTEM_ACTIONS)}",${json}]`;
      case 5:
        return `[2,${id},"${action}",${json},${this.#nasty()}]`;
      case 6:
        return `[2,${id},"${action}"]`;
      case 7:
        return `[2,${id},"${action}",${this.#nasty()}]`;
      case 8:
        return `{"2":${id},"action":"${action}","payload":${json}}`;
      default:
        return nested('[', random.pick([65, 5000]));
    }
  }

  /** To a CALL that nobody sent. */
  #answer(): string {
    const random = this.#random;
    return random.chance(0.5)
      ? `[3,"${random.pick(['nobody', '1', ''])}",${this.#nasty()}]`
      : `[4,"nobody",${this.#nasty()},${this.#nasty()},${this.#nasty()}]`;
  }
}

/** `opening` so many times, closed again. */
function nested(opening: '[' | '{"a":' | string, depth: number): string {
  return `${opening.repeat(depth)}1${(opening === '[' ? ']' : '}').repeat(depth)}`;
}
