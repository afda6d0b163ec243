import { useMemo } from 'preact/hooks';
import { now } from '../clock.ts';
import { saveCsv } from '../csv.ts';
import { duration, energy, power, type Quantity, zone } from '../format.ts';
import { useLive } from '../live.ts';
import { baseValue, isTotal, powerFromRegister } from '../meter.ts';
import type { MeterSample, Transaction } from '../model.ts';
import { Chart } from '../parts/chart.tsx';
import type { Line } from '../parts/chart-line.ts';
import { Fact } from '../parts/fact.tsx';
import { Empty, Refused, Shown, Skeleton } from '../parts/states.tsx';
import { Status } from '../parts/status.tsx';
import { When } from '../parts/when.tsx';
import { useResource } from '../resource.ts';
import { urlOf } from '../router.ts';
import { useSamples } from '../samples.ts';

/** Readings just outside of a transaction belong to it: the first and the last one may carry the moment itself. */
const MARGIN_MS = 60_000;

/** One transaction, with its curve growing while it runs. */
export function TransactionPage({ id }: { readonly id: string }) {
  const resource = useResource<Transaction>(`/transactions/${encodeURIComponent(id)}`);
  useLive(
    { topics: ['transactions'], ...(resource.data && { chargePointId: resource.data.chargePointId }) },
    resource.reload,
  );
  return (
    <Shown of={resource} what={`transaction ${id}`} lines={10}>
      {(transaction) => <One transaction={transaction} />}
    </Shown>
  );
}

function One({ transaction }: { readonly transaction: Transaction }) {
  const { transactionId, chargePointId, connectorId, startedAt, stoppedAt } = transaction;
  const range = (measurand: string) => ({
    chargePointId,
    connectorId,
    measurand,
    from: Date.parse(startedAt) - MARGIN_MS,
    to: stoppedAt === null ? undefined : Date.parse(stoppedAt) + MARGIN_MS,
  });
  const powers = useSamples(range('Power.Active.Import'));
  const registers = useSamples(range('Energy.Active.Import.Register'));
  const charges = useSamples(range('SoC'));
  const ofIt = ({ transactionId: found }: MeterSample) => found === transactionId || found === null;
  const series = useMemo(
    () =>
      seriesOf(
        powers.samples.filter(ofIt),
        registers.samples.filter(ofIt),
        charges.samples.filter(ofIt),
        transaction.meterStart,
      ),
    [powers.samples, registers.samples, charges.samples, transaction.meterStart],
  );
  const failure = powers.failure ?? registers.failure;

  return (
    <>
      <Head transaction={transaction} series={series} />
      <section class="panel" aria-labelledby="curve">
        <header>
          <h2 id="curve">Power and energy</h2>
          {stoppedAt === null && <Status status="Charging" word="growing" />}
          <span class="end row">
            <span class="small soft">times in {zone}</span>
            <button
              type="button"
              disabled={series.times.length === 0}
              onClick={() => exportCurve(transactionId, series)}
            >
              Export CSV
            </button>
          </span>
        </header>
        <div class="body">
          {failure && series.times.length === 0 ? (
            <Refused failure={failure} />
          ) : series.times.length > 0 ? (
            <>
              {series.charts.map(({ label, lines, height }) => (
                <Chart
                  key={label}
                  label={`${label} of transaction ${transactionId}`}
                  times={series.times}
                  lines={lines}
                  height={height}
                  group="transaction"
                  span={spanOf(transaction, now.value)}
                />
              ))}
              <p class="visually-hidden" data-points={series.times.length} />
            </>
          ) : powers.complete && registers.complete ? (
            <Empty title="No meter values yet">
              <p>
                The charge point sends them every MeterValueSampleInterval seconds; a triggered MeterValues
                brings one now.{' '}
                <a href={`${urlOf.chargePoint(chargePointId)}?tab=commands&action=TriggerMessage`}>
                  Trigger one
                </a>
              </p>
            </Empty>
          ) : (
            <Skeleton lines={6} what="the curve" />
          )}
        </div>
      </section>
    </>
  );
}

function Head({ transaction, series }: { readonly transaction: Transaction; readonly series: Series }) {
  const {
    transactionId,
    chargePointId,
    connectorId,
    idTag,
    startedAt,
    stoppedAt,
    meterStart,
    meterStop,
    state,
  } = transaction;
  const end = stoppedAt === null ? now.value : Date.parse(stoppedAt);
  const used =
    meterStop === null ? series.energyWh.findLast((value) => value !== null) : meterStop - meterStart;
  const current = series.powerW.findLast((value) => value !== null);
  const hours = (end - Date.parse(startedAt)) / 3_600_000;
  return (
    <header class="head">
      <div class="row">
        <h1>Transaction {transactionId}</h1>
        <Status status={state} />
        {transaction.flags.map((flag) => (
          <span key={flag} class="tag">
            {flag}
          </span>
        ))}
      </div>
      <div class="numbers">
        <Figure name="Energy" value={used === undefined || used === null ? NONE : energy(used)} />
        {stoppedAt === null ? (
          <Figure
            name="Power now"
            value={current === undefined || current === null ? NONE : power(current)}
            tone="tone-charging"
          />
        ) : (
          <Figure name="Average power" value={used && hours > 0 ? power(used / hours) : NONE} />
        )}
        <Figure
          name="Highest power"
          value={
            series.powerW.length === 0 ? NONE : power(Math.max(...series.powerW.map((value) => value ?? 0)))
          }
        />
        <Figure name="Duration" value={split(duration(Math.max(0, end - Date.parse(startedAt))))} />
      </div>
      <dl class="facts">
        <Fact name="Charge point">
          <a href={urlOf.chargePoint(chargePointId)}>{chargePointId}</a>, connector {connectorId}
        </Fact>
        <Fact name="Token">
          <a href={urlOf.token(idTag)}>{idTag}</a> <Status status={transaction.authorization} />
        </Fact>
        <Fact name="Started">
          <When at={startedAt} both />
        </Fact>
        {stoppedAt && (
          <Fact name="Stopped">
            <When at={stoppedAt} both />{' '}
            {transaction.stopReason && <span class="tag">{transaction.stopReason}</span>}
          </Fact>
        )}
        <Fact name="Register">
          {meterStart} Wh{meterStop === null ? '' : ` to ${meterStop} Wh`}
        </Fact>
        {transaction.reservationId !== null && <Fact name="Reservation">{transaction.reservationId}</Fact>}
      </dl>
    </header>
  );
}

const NONE: Quantity = { number: '–', unit: '' };

function split(text: string): Quantity {
  const [number = '', ...unit] = text.split(' ');
  return { number, unit: unit.join(' ') };
}

function Figure({
  name,
  value,
  tone = '',
}: {
  readonly name: string;
  readonly value: Quantity;
  readonly tone?: string;
}) {
  return (
    <div class="big">
      <span class="name">{name}</span>
      <span class={`value ${tone}`}>
        <b>{value.number}</b> <span class="unit">{value.unit}</span>
      </span>
    </div>
  );
}

/** At least a minute, from the start to the end or now. */
function spanOf({ startedAt, stoppedAt }: Transaction, at: number): [number, number] {
  const from = Date.parse(startedAt) / 1000;
  return [from, Math.max(from + 60, (stoppedAt === null ? at : Date.parse(stoppedAt)) / 1000)];
}

interface Series {
  readonly times: readonly number[];
  readonly powerW: readonly (number | null)[];
  readonly energyWh: readonly (number | null)[];
  readonly charts: readonly {
    readonly label: string;
    readonly lines: readonly Line[];
    readonly height: number;
  }[];
}

function seriesOf(
  powers: readonly MeterSample[],
  registers: readonly MeterSample[],
  charges: readonly MeterSample[],
  meterStart: number,
): Series {
  const energyAt = valuesAt(registers.filter(isTotal), (value) => value - meterStart);
  const told = powers.filter(isTotal);
  // Not every charge point tells its power; then it is what the register rose by.
  const powerAt = told.length > 0 ? valuesAt(told) : powerFromRegister(energyAt);
  const socAt = valuesAt(charges);
  const times = [...new Set([...powerAt.keys(), ...energyAt.keys(), ...socAt.keys()])].sort((a, b) => a - b);
  const along = (values: ReadonlyMap<number, number>) => times.map((time) => values.get(time) ?? null);
  const powerW = along(powerAt);
  const energyWh = along(energyAt);
  const soc = along(socAt);
  const kilo = (values: readonly (number | null)[]) =>
    values.map((value) => (value === null ? null : value / 1000));
  return {
    times,
    powerW,
    energyWh,
    charts: [
      {
        label: 'Power',
        height: 240,
        lines: [
          {
            label: 'Power',
            unit: 'kW',
            values: known(kilo(powerW)),
            colour: 'charging',
            filled: true,
            shape: told.length > 0 ? 'line' : 'steps',
          },
        ],
      },
      {
        label: 'Energy',
        height: 160,
        lines: [
          { label: 'Energy', unit: 'kWh', values: known(kilo(energyWh)), colour: 'text' },
          ...(socAt.size > 0
            ? [
                {
                  label: 'State of charge',
                  unit: '%',
                  values: known(soc),
                  colour: 'accent',
                  dashed: true,
                  right: true,
                },
              ]
            : []),
        ],
      },
    ],
  };
}

/** Measurands may come at different times: what is not told at one of them does not break a line. */
function known(values: readonly (number | null)[]): (number | undefined)[] {
  return values.map((value) => value ?? undefined);
}

/** By epoch seconds. */
function valuesAt(samples: readonly MeterSample[], change = (value: number) => value): Map<number, number> {
  const values = new Map<number, number>();
  for (const sample of samples) {
    const value = baseValue(sample);
    if (value !== null) values.set(Date.parse(sample.time) / 1000, change(value));
  }
  return values;
}

function exportCurve(id: number, { times, powerW, energyWh }: Series): void {
  saveCsv(
    `transaction-${id}.csv`,
    ['time', 'power_w', 'energy_wh'],
    times.map((time, index) => [
      new Date(time * 1000).toISOString(),
      powerW[index] ?? null,
      energyWh[index] ?? null,
    ]),
  );
}
