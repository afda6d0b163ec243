import { queryOf, request } from './api.ts';
import { ago } from './format.ts';
import { bayIn, type Found, MOST, withoutRepeats } from './found.ts';
import type { ChargePoint, Page, Rows, Token, Transaction } from './model.ts';
import { statusWord } from './parts/status.tsx';
import { urlOf } from './router.ts';
import { t } from './words/words.ts';

/** OCPP 1.6 numbers transactions with 32 signed bits. */
const HIGHEST_TRANSACTION = 2 ** 31 - 1;

/** What is called `text`, the likeliest first. A part that cannot be searched is left out. */
export async function searchEverything(text: string, signal: AbortSignal): Promise<Found[]> {
  const parts = await Promise.all(
    [
      exactChargePoint(text, signal),
      inBay(text, signal),
      chargePoints(text, signal),
      transaction(text, signal),
      tokens(text, signal),
    ].map((part) => part.catch(() => [])),
  );
  return withoutRepeats(parts.flat());
}

interface PastUse {
  readonly chargePointId: string;
  readonly connectorId: number;
  readonly idTag: string;
  readonly startedAt: string;
}

const MONTH_MS = 31 * 86_400_000;
const USES = 50;

/**
 * Charge points where a tag that is spelt out was used last, the latest first; the last month is looked at.
 */
export async function searchLastUses(idTag: string, signal: AbortSignal): Promise<Found[]> {
  if (idTag.length < 3 || idTag.length > 20) return [];
  const from = new Date(Date.now() - MONTH_MS).toISOString();
  const path = `/analytics/transactions${queryOf({ idTag, from, limit: USES })}`;
  const { rows } = await request<Rows<PastUse>>('GET', path, { signal });
  const latest = new Map<string, PastUse>();
  for (const use of rows) if (!latest.has(use.chargePointId)) latest.set(use.chargePointId, use);
  return [...latest.values()].slice(0, MOST).map((use) => ({
    kind: 'Charge point',
    name: use.chargePointId,
    more: t('{idTag} at connector {connectorId} {when}', {
      idTag: use.idTag,
      connectorId: use.connectorId,
      when: ago(Date.parse(use.startedAt), Date.now()),
    }),
    url: urlOf.chargePoint(use.chargePointId),
  }));
}

/** One that has just come is not in the index of the fleet yet. */
async function exactChargePoint(text: string, signal: AbortSignal): Promise<Found[]> {
  const path = `/charge-points${queryOf({ id: text })}`;
  const { items } = await request<Page<ChargePoint>>('GET', path, { signal });
  return items.map(ofChargePoint);
}

async function inBay(text: string, signal: AbortSignal): Promise<Found[]> {
  const bay = bayIn(text);
  if (bay === undefined) return [];
  const path = `/charge-points${queryOf({ bay, sort: 'id', limit: MOST })}`;
  const { items } = await request<Page<ChargePoint>>('GET', path, { signal });
  return items.map(ofChargePoint);
}

async function chargePoints(text: string, signal: AbortSignal): Promise<Found[]> {
  const path = `/charge-points${queryOf({ text, sort: 'id', limit: MOST })}`;
  const { items } = await request<Page<ChargePoint>>('GET', path, { signal });
  return items.map(ofChargePoint);
}

async function transaction(text: string, signal: AbortSignal): Promise<Found[]> {
  if (!/^\d{1,10}$/.test(text)) return [];
  if (Number(text) > HIGHEST_TRANSACTION) return [];
  const path = `/transactions${queryOf({ transactionId: text })}`;
  const { items } = await request<Page<Transaction>>('GET', path, { signal });
  return items.map(({ transactionId, chargePointId, idTag, state }) => ({
    kind: 'Transaction',
    name: String(transactionId),
    more: `${chargePointId} · ${idTag} · ${statusWord(state)}`,
    url: urlOf.transaction(transactionId),
  }));
}

async function tokens(text: string, signal: AbortSignal): Promise<Found[]> {
  if (text.length > 20) return [];
  const { items } = await request<Page<Token>>('GET', `/tokens${queryOf({ text, limit: MOST })}`, { signal });
  return items.map(({ idTag, status, note }) => ({
    kind: 'Token',
    name: idTag,
    more: [status, note].filter(Boolean).join(' · '),
    url: urlOf.token(idTag),
  }));
}

function ofChargePoint({ id, connected, boot, settings }: ChargePoint): Found {
  const more = [
    settings?.displayName,
    settings?.place?.bay && t('bay {bay}', { bay: settings.place.bay }),
    boot && `${boot.vendor} ${boot.model}`,
    connected ? t('connected') : t('offline'),
  ]
    .filter(Boolean)
    .join(' · ');
  return { kind: 'Charge point', name: id, more, url: urlOf.chargePoint(id) };
}
