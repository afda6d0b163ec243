import { count } from '../../format.ts';

interface CountProps {
  readonly href: string;
  readonly name: string;
  readonly value: number;
  readonly tone?: string | undefined;
  readonly note?: string;
}

/** A number to be read from afar, leading to what explains it; within `.numbers`. */
export function Count({ href, name, value, tone, note }: CountProps) {
  return (
    <a class="big" href={href}>
      <span class="name">{name}</span>
      <span class={`value ${tone ? `tone-${tone}` : ''}`}>
        <b>{count(value)}</b>
      </span>
      {note && <span class="small soft note-line">{note}</span>}
    </a>
  );
}
