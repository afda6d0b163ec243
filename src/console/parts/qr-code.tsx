import { useEffect, useState } from 'preact/hooks';
import { t } from '../words/words.ts';

interface Drawn {
  /** Modules of an edge, with the margin that readers need. */
  readonly size: number;
  /** Path of the dark modules. */
  readonly path: string;
}

/** Text to be scanned. The library comes when the first code is shown; without it the text has to do. */
export function QrCode({ text, label }: { readonly text: string; readonly label: string }) {
  const [drawn, setDrawn] = useState<Drawn | 'missing' | undefined>();
  useEffect(() => {
    let gone = false;
    const begin = async (): Promise<void> => {
      const found = await draw(text);
      if (!gone) setDrawn(found);
    };
    begin().catch((error: unknown) => {
      if (!gone) setDrawn('missing');
      console.warn('a QR code cannot be drawn', error);
    });
    return () => {
      gone = true;
    };
  }, [text]);
  if (drawn === 'missing') {
    return (
      <p class="note" role="status">
        {t('The QR code could not be drawn, perhaps because Farad is out of reach or has been updated.')}
      </p>
    );
  }
  return (
    <div class="qr">
      {drawn && (
        <svg viewBox={`0 0 ${drawn.size} ${drawn.size}`} role="img" aria-label={label}>
          <path d={drawn.path} />
        </svg>
      )}
    </div>
  );
}

async function draw(text: string): Promise<Drawn> {
  const { encode } = await import('uqr');
  const { data, size } = encode(text, { border: 4 });
  const path = data
    .flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : '')))
    .join('');
  return { size, path };
}
