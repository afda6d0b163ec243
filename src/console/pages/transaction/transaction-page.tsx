import { useMemo } from 'preact/hooks';
import { queryOf } from '../../api.ts';
import { now } from '../../clock.ts';
import type { Failure } from '../../failure.ts';
import { power, quantity, zone } from '../../format.ts';
import { useLive } from '../../live/live.ts';
import type { MeterSample, Transaction, TransactionEnergyCurve } from '../../model.ts';
import { Chart, roomOfCharts } from '../../parts/chart.tsx';
import { Empty, Refused, Room, Shown, Skeleton } from '../../parts/states.tsx';
import { Status } from '../../parts/status.tsx';
import { useResource } from '../../resource.ts';
import { urlOf } from '../../router.ts';
import { useSamples } from '../../samples.ts';
import { rich, t } from '../../words/words.ts';
import { Account } from './account.tsx';
import { exportCurve } from './export-curve.ts';
import { Head } from './head.tsx';
import { type SessionLimit, useSessionLimit } from './limit.ts';
import { CHART_HEIGHTS, type Series, seriesOf, spanOf } from './series.ts';
import { Wish } from './wish.tsx';

/**
 * Readings just outside of a transaction belong to it: the first and the last one may carry the moment
 * itself.
 */
const MARGIN_MS = 60_000;
/** Points of the energy's curve: more than a screen has pixels for. */
const POINTS = 1000;
/** How often it is asked for again while it grows, ms. */
const CURVE_EVERY_MS = 3000;
/** So long after the stop its last readings have come, ms. */
const SETTLED_MS = 60_000;
/**
 * Of the charts, the line below them about the limit and their padding: what the driver wants stands
 * below.
 */
const ROOM = roomOfCharts(Object.values(CHART_HEIGHTS), 16 + 32);

/** One transaction, with its curve growing while it runs. */
export function TransactionPage({ id }: { readonly id: string }) {
  const resource = useResource<Transaction>(`/transactions/${encodeURIComponent(id)}`);
  useLive(
    resource.data && { topics: ['transactions'], chargePointId: resource.data.chargePointId },
    resource.reload,
  );
  return (
    <Shown of={resource} what={t('transaction {id}', { id })} lines={10}>
      {(transaction) => <One transaction={transaction} onChanged={resource.reload} />}
    </Shown>
  );
}

interface OneProps {
  readonly transaction: Transaction;
  readonly onChanged: () => void;
}

function One({ transaction, onChanged }: OneProps) {
  const { transactionId, stoppedAt } = transaction;
  const curves = useCurves(transaction);
  return (
    <>
      <Head transaction={transaction} series={curves.series} />
      <Account transaction={transaction} onChanged={onChanged} />
      <section class="panel" aria-labelledby="curve">
        <header>
          <h2 id="curve">{t('Power and energy')}</h2>
          {stoppedAt === null && <Status status="Charging" word={t('growing')} />}
          <span class="end row">
            <span class="small soft">{t('times in {zone}', { zone })}</span>
            <button
              type="button"
              disabled={curves.series.times.length === 0}
              onClick={() => exportCurve(transactionId, curves.series)}
            >
              {t('Export CSV')}
            </button>
          </span>
        </header>
        <Room height={ROOM}>
          <div class="body">
            <Curves transaction={transaction} curves={curves} />
          </div>
        </Room>
      </section>
      {stoppedAt === null && <Wish transactionId={transactionId} />}
    </>
  );
}

interface KnownCurves {
  readonly series: Series;
  /** What the charts show, epoch seconds. */
  readonly span: readonly [from: number, to: number];
  readonly limit: SessionLimit | undefined;
  readonly failure: Failure | undefined;
  /** Whether everything has been read, as far as it could be. */
  readonly isComplete: boolean;
}

/** Reads what the charts of a transaction show, again and again while it grows. */
function useCurves(transaction: Transaction): KnownCurves {
  const { transactionId, chargePointId, connectorId, startedAt, stoppedAt } = transaction;
  const range = (measurand: string) => ({
    chargePointId,
    connectorId,
    measurand,
    from: Date.parse(startedAt) - MARGIN_MS,
    to: stoppedAt === null ? undefined : Date.parse(stoppedAt) + MARGIN_MS,
  });
  const powers = useSamples(range('Power.Active.Import'));
  const charges = useSamples(range('SoC'));
  const offers = useSamples(range('Power.Offered'));
  const isGrowing = stoppedAt === null || now.value < Date.parse(stoppedAt) + SETTLED_MS;
  const curve = useResource<TransactionEnergyCurve>(
    `/transactions/${transactionId}/energy${queryOf({ points: POINTS })}`,
    isGrowing ? { everyMs: CURVE_EVERY_MS } : {},
  );
  const span = spanOf(transaction, now.value);
  const limit = useSessionLimit(transaction, span[1] * 1000);
  const ofIt = ({ transactionId: found }: MeterSample) => found === transactionId || found === null;
  const series = useMemo(
    () =>
      seriesOf({
        powers: powers.samples.filter(ofIt),
        energy: curve.data?.points ?? [],
        charges: charges.samples.filter(ofIt),
        offers: offers.samples.filter(ofIt),
        limits: limit?.steps ?? [],
      }),
    [powers.samples, curve.data, charges.samples, offers.samples, limit],
  );
  return {
    series,
    span,
    limit,
    failure: powers.failure ?? curve.failure,
    isComplete: powers.complete && (curve.data ?? curve.failure) !== undefined,
  };
}

interface CurvesProps {
  readonly transaction: Transaction;
  readonly curves: KnownCurves;
}

function Curves({ transaction, curves }: CurvesProps) {
  const { transactionId, chargePointId } = transaction;
  const { series, span, limit, failure, isComplete } = curves;
  if (series.times.length > 0) {
    return (
      <>
        {series.charts.map(({ label, times, lines, height }) => (
          <Chart
            key={label}
            label={t('{label} of transaction {transactionId}', { label, transactionId })}
            times={times}
            lines={lines}
            height={height}
            group="transaction"
            span={span}
            alignRight
          />
        ))}
        <p class="visually-hidden" data-points={series.times.length} />
        {limit && <LimitWords limit={limit} />}
      </>
    );
  }
  if (failure) return <Refused failure={failure} />;
  if (!isComplete) return <Skeleton lines={14} what={t('the curve')} />;
  return (
    <Empty title={t('No meter values yet')}>
      <p>
        {rich(
          'The charge point sends them every MeterValueSampleInterval seconds; a triggered MeterValues brings one now. {link}',
          {
            link: (
              <a href={`${urlOf.chargePoint(chargePointId)}?tab=commands&action=TriggerMessage`}>
                {t('Trigger one')}
              </a>
            ),
          },
        )}
      </p>
    </Empty>
  );
}

/** What the limit is made of: the last one as its profile says it, and how A become W. */
function LimitWords({ limit: { steps, voltage } }: { readonly limit: SessionLimit }) {
  const last = steps.findLast(({ limit }) => limit)?.limit;
  const words = last?.words ?? '';
  return (
    <p class="small soft" data-limit={last?.words}>
      {t('Limit: what charging profiles allowed, last {limit}.', {
        limit:
          last && words.includes('A')
            ? t('{limit} phases × {voltage} V = {watts}', {
                limit: words,
                voltage,
                watts: quantity(power(last.watts)),
              })
            : words,
      })}
    </p>
  );
}
