import type { CallAnswer } from '../call-answer.ts';
import { rich } from '../words/words.ts';

/** What a charge point answered, in its own word, and what that means. */
export function AnswerWord({
  answer,
  meaning = {},
}: {
  readonly answer: CallAnswer | undefined;
  /** By its word. */
  readonly meaning?: Readonly<Record<string, string>>;
}) {
  if (!answer) return null;
  const word =
    answer.outcome === 'result' ? String((answer.payload as { status?: string }).status) : answer.code;
  return (
    <p class={`note ${word === 'Accepted' ? 'good' : ''}`} role="status">
      <span>{rich('The charge point answered {word}.', { word: <b>{word}</b> })}</span>
      {meaning[word]}
    </p>
  );
}
