import type { ComponentChildren } from 'preact';
import { t } from '../words/words.ts';
import { type Doing, Refusal } from './action.tsx';
import { Dialog } from './dialog.tsx';

interface FormDialogProps {
  readonly title: string;
  readonly wide?: boolean;
  /** What the button does, in words. */
  readonly submit: string;
  /** What the button beside it says, which closes. */
  readonly close?: string;
  readonly doing: Pick<Doing, 'busy'> & Partial<Pick<Doing, 'failure'>>;
  /** Whether all that it needs is there; true where the fields themselves say what is missing. */
  readonly ready?: boolean;
  /** What it does may do harm. */
  readonly danger?: boolean;
  /** What came of it, beside a refusal. */
  readonly outcome?: ComponentChildren;
  /** Before the other buttons. */
  readonly extra?: ComponentChildren;
  readonly onClose: () => void;
  readonly onSubmit: () => Promise<void>;
  readonly children: ComponentChildren;
}

/** A form in a dialog: its fields, why it was refused, and its buttons. */
export function FormDialog({
  title,
  wide = false,
  submit,
  close = t('Cancel'),
  doing,
  ready = true,
  danger = false,
  outcome,
  extra,
  onClose,
  onSubmit,
  children,
}: FormDialogProps) {
  return (
    <Dialog title={title} wide={wide} onClose={onClose}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void onSubmit();
        }}
      >
        {children}
        <Refusal failure={doing.failure} />
        {outcome}
        <div class="actions">
          {extra}
          <button type="button" onClick={onClose}>
            {close}
          </button>
          <button type="submit" class={danger ? 'danger' : 'primary'} disabled={doing.busy || !ready}>
            {submit}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
