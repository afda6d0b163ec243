import { stamp, zone } from '../format.ts';
import { timesInText } from '../times-in-text.ts';

/** A text of the API, with its times as they are here. */
export function Worded({ text }: { readonly text: string }) {
  return (
    <>
      {timesInText(text).map((piece) =>
        typeof piece === 'string' ? (
          piece
        ) : (
          <time key={piece.at} dateTime={piece.at} title={`${stamp(piece.at)} ${zone}`}>
            {stamp(piece.at)}
          </time>
        ),
      )}
    </>
  );
}
