import { useEffect, useRef } from 'preact/hooks';
import type { ChargePoint, Connector } from '../../model.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { Refused, Skeleton } from '../../parts/states.tsx';
import type { Payload } from '../../payload.ts';
import { commandOf, goesAtOnce, type QuickAction, quickActionsFor } from '../../quick-actions.ts';
import { may } from '../../session.ts';
import { t } from '../../words/words.ts';
import { ReserveDialog } from '../reserve-dialog.tsx';
import { Answer } from './answer.tsx';
import { CommandForm } from './command-form.tsx';
import { useActions } from './use-actions.ts';
import { useSending } from './use-sending.ts';

/** A quick action that somebody has chosen, at what was there then. */
export interface Chosen {
  readonly quick: QuickAction;
  readonly connectorId: number;
  readonly transactionId: number | undefined;
}

interface QuickActionsProps {
  readonly chargePoint: ChargePoint;
  readonly connector: Connector;
  readonly transactionId: number | undefined;
  readonly onChosen: (chosen: Chosen) => void;
}

/** Buttons for what fits the state of a connector, and what came of the one that needs no form. */
export function QuickActions({ chargePoint, connector, transactionId, onChosen }: QuickActionsProps) {
  const { id, connected } = chargePoint;
  const { connectorId, status } = connector;
  const { sent, busy, send } = useSending(id);
  if (!may('operator')) return null;
  return (
    <>
      <div class="quick">
        {quickActionsFor(connector, transactionId).map((quick) => (
          <button
            key={quick}
            type="button"
            aria-label={
              quick === 'Reset'
                ? t('Reset {id}', { id })
                : t('{quick} connector {connectorId}', { quick: t(quick), connectorId })
            }
            disabled={!connected || busy || (quick === 'Stop' && transactionId === undefined)}
            onClick={() => {
              if (!goesAtOnce(quick, status, transactionId))
                return onChosen({ quick, connectorId, transactionId });
              const { action, payload } = commandOf('Unlock', connectorId, transactionId);
              void send(action, payload);
            }}
          >
            {t(quick)}
          </button>
        ))}
      </div>
      {sent && <Answer id={id} action="UnlockConnector" sent={sent} />}
    </>
  );
}

interface QuickDialogProps {
  readonly id: string;
  readonly chosen: Chosen;
  readonly onClose: () => void;
}

/** The form of a quick action, filled in with what is known, and what came of it. */
export function QuickDialog({
  id,
  chosen: { quick, connectorId, transactionId },
  onClose,
}: QuickDialogProps) {
  if (quick === 'Reserve')
    return <ReserveDialog chargePointId={id} connectorId={connectorId} onClose={onClose} />;
  const { action, payload } = commandOf(quick, connectorId, transactionId);
  const where = quick === 'Reset' ? id : t('{id}, connector {connectorId}', { id, connectorId });
  return (
    <Dialog title={`${action}: ${where}`} wide onClose={onClose}>
      <QuickForm id={id} name={action} payload={payload} />
      <div class="actions">
        <button type="button" onClick={onClose}>
          {t('Close')}
        </button>
      </div>
    </Dialog>
  );
}

interface QuickFormProps {
  readonly id: string;
  readonly name: string;
  readonly payload: Payload;
}

function QuickForm({ id, name, payload }: QuickFormProps) {
  const { known, failure } = useActions();
  const form = useRef<HTMLDivElement>(null);
  const action = known?.get(name);
  useEffect(() => {
    const fields = form.current?.querySelectorAll<HTMLInputElement | HTMLSelectElement>('input, select');
    [...(fields ?? [])].find(({ value }) => value === '')?.focus();
  }, [action]);
  if (failure) return <Refused failure={failure} />;
  if (!action) return <Skeleton lines={6} what={t('the form')} />;
  return (
    <div class="command" ref={form}>
      <CommandForm action={action} id={id} start={() => payload} prefix="quick" />
    </div>
  );
}
