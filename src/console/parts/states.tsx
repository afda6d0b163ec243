import type { ComponentChildren } from 'preact';
import { now } from '../clock.ts';
import type { Failure } from '../failure.ts';
import { ago, stamp } from '../format.ts';
import type { Resource } from '../resource.ts';
import { t } from '../words/words.ts';

/** What is on its way, at about its height, so that nothing jumps. */
export function Skeleton({ lines, what }: { readonly lines: number; readonly what: string }) {
  return (
    <div class="skeleton" role="status">
      <b class="visually-hidden">{t('Loading {what}', { what })}</b>
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} />
      ))}
    </div>
  );
}

/** As high as what will come, in whatever state it is, so that nothing below moves. */
export function Room({
  height,
  children,
}: {
  /** A length of CSS. */
  readonly height: string;
  readonly children: ComponentChildren;
}) {
  return (
    <div class="room" style={{ minHeight: height }}>
      {children}
    </div>
  );
}

/** Nothing is here: what would be, and how to get it. */
export function Empty({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <div class="state">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** What failed, since when, and what to do. */
export function Refused({
  failure,
  failingSince,
  retry,
}: {
  readonly failure: Failure;
  /** Epoch ms, where it is tried again by itself. */
  readonly failingSince?: number | undefined;
  readonly retry?: () => void;
}) {
  if (failure.code === 'out_of_scope') {
    return (
      <div class="state">
        <h2>{t('Not for a part of the charge points')}</h2>
        <p>{t('You see some groups and sites; this is about all of them.')}</p>
      </div>
    );
  }
  if (failure.status === 403) {
    const { role } = failure.details;
    return (
      <div class="state">
        <h2>
          {typeof role === 'string'
            ? t('This takes the role {role}', { role })
            : t('This takes another role')}
        </h2>
        <p>
          {t('{message} Ask somebody who has it, or log in with another key.', { message: failure.message })}
        </p>
      </div>
    );
  }
  return (
    <div class="state failure" role="alert">
      <h2>{failure.status === 404 ? t('Not found') : t('This did not work')}</h2>
      <p>
        {failure.message} {failure.status > 0 && <code>{failure.code}</code>}
      </p>
      {failingSince !== undefined && (
        <p class="soft">{t('Since {time}; it is tried again by itself.', { time: stamp(failingSince) })}</p>
      )}
      {retry && (
        <button type="button" onClick={retry}>
          {t('Try again')}
        </button>
      )}
    </div>
  );
}

interface ShownProps<Data> {
  readonly of: Resource<Data>;
  readonly what: string;
  /** Height of the skeleton. */
  readonly lines?: number;
  /** Height to keep in every state (CSS): where something stands below. */
  readonly room?: string;
  readonly children: (data: Data) => ComponentChildren;
}

/** Something of the API in whatever state it is: loading, refused, there, or there but no longer fresh. */
export function Shown<Data>({ room, ...props }: ShownProps<Data>) {
  const state = <State {...props} />;
  return room === undefined ? state : <Room height={room}>{state}</Room>;
}

function State<Data>({ of, what, lines = 4, children }: Omit<ShownProps<Data>, 'room'>) {
  const { data, failure, failingSince, loadedAt, reload } = of;
  if (data === undefined) {
    return failure ? (
      <Refused failure={failure} failingSince={failingSince} retry={reload} />
    ) : (
      <Skeleton lines={lines} what={what} />
    );
  }
  return (
    <>
      {failure && (
        <div class="note" role="status">
          <b>{t('Not fresh:')}</b> {failure.message}
          <span class="soft">
            {t('Shown as of {when}.', { when: ago(loadedAt ?? now.value, now.value) })}
          </span>
          <button type="button" class="link" onClick={reload}>
            {t('Try again')}
          </button>
        </div>
      )}
      <div class={failure ? 'shown stale' : 'shown'}>{children(data)}</div>
    </>
  );
}
