import type { German } from './german/words.ts';
import { spoken } from './language.ts';
import { decimal, pluralOf } from './locale.ts';

/** English texts of the console that the catalogues know. What follows a `|` tells homonyms apart. */
export type Message = { [Text in keyof German]: German[Text] extends string ? Text : never }[keyof German];
/** English texts with a number, in the plural. */
export type Plural = Exclude<keyof German, Message>;
/** Those without a hole. */
export type Plain = { [Text in Message]: [Holes<Text>] extends [never] ? Text : never }[Message];

/** Names of the holes of a text, each in braces. */
type Holes<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Holes<Rest>
  : never;
type Filling<Text extends string, Value> = [Holes<Text>] extends [never]
  ? []
  : [values: Readonly<Record<Holes<Text>, Value>>];

/** Returns a text in the language that is spoken, its holes filled. */
export function t<Text extends Message>(text: Text, ...[values]: Filling<Text, string | number>): string {
  return filled(textOf(text), values);
}

/** What may stand in the hole of a rich text: texts and elements. */
type Piece = string | number | object | null | undefined;

/** Returns a text whose holes are filled with elements. */
export function rich<Text extends Message>(text: Text, ...[values]: Filling<Text, Piece>): Piece[] {
  return pieces(textOf(text), values ?? {});
}

/** Returns the form that goes with a number, which stands in the hole `n`. */
export function plural<Text extends Plural>(
  n: number,
  one: string,
  many: Text,
  ...[values]: Filling<WithoutNumber<Text>, string | number>
): string {
  return filled(formOf(n, one, many), { ...values, n: decimal(n, 0) });
}

/** What is left to fill where the number is known. */
type WithoutNumber<Text extends string> = Text extends `${infer Before}{n}${infer After}`
  ? `${Before}${After}`
  : Text;

function textOf(text: string): string {
  const entry = spoken().catalogue[text];
  return typeof entry === 'string' ? entry : english(text);
}

function formOf(n: number, one: string, many: string): string {
  const entry = spoken().catalogue[many];
  const form = pluralOf(n);
  if (entry === undefined || typeof entry === 'string') return english(form === 'one' ? one : many);
  return entry[form] ?? entry.other;
}

function english(text: string): string {
  const end = text.indexOf('|');
  return end === -1 ? text : text.slice(0, end);
}

function filled(text: string, values: Readonly<Record<string, string | number>> | undefined): string {
  return values ? text.replaceAll(/\{(\w+)\}/g, (hole, name: string) => String(values[name] ?? hole)) : text;
}

/** Texts and what fills the holes between them, in the order of the language. */
function pieces(text: string, values: Readonly<Record<string, Piece>>): Piece[] {
  return text.split(/\{(\w+)\}/).map((piece, place) => (place % 2 === 0 ? piece : values[piece]));
}
