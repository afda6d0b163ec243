import { count } from '../../format.ts';
import type { PowerRow } from '../../model.ts';
import { Chart } from '../../parts/chart.tsx';
import { type Line, SERIES } from '../../parts/chart-line.ts';
import { Empty } from '../../parts/states.tsx';
import { place } from '../../router.ts';
import { decimal } from '../../words/locale.ts';
import { t } from '../../words/words.ts';
import { Report } from './report.tsx';
import { ReportTable, Stamp } from './report-table.tsx';

export function PowerReport() {
  const chosen = place.value.query.get('chargePointId');
  return (
    <Report<PowerRow>
      title={chosen ? t('Power of {chosen}', { chosen }) : t('Power')}
      query="power"
      byGroup={false}
      range="24h"
      missing={
        chosen ? undefined : (
          <Empty title={t('Which charge point?')}>
            <p>
              {t('Give its id above: its power is drawn by connector, averages with the highest and lowest.')}
            </p>
          </Empty>
        )
      }
      empty={['No power in this time', 'It is drawn from samples of Power.Active.Import; at most 31 days.']}
    >
      {(rows, { from, to }) => {
        const { times, lines } = linesOf(rows);
        return (
          <>
            <div class="body">
              <Chart
                label={t('Power of {chosen} by connector', { chosen: chosen ?? '' })}
                times={times}
                lines={lines}
                height={320}
                span={[from / 1000, to / 1000]}
              />
            </div>
            <details class="body">
              <summary>{t('As a table')}</summary>
              <ReportTable
                rows={rows}
                columns={[
                  { name: 'Connector', show: ({ connectorId }) => connectorId },
                  { name: 'From', show: ({ start }) => <Stamp at={start} /> },
                  { name: 'Lowest, kW', number: true, show: (row) => decimal(kilo(row.lowestW), 2) },
                  { name: 'Average, kW', number: true, show: (row) => decimal(kilo(row.averageW), 2) },
                  { name: 'Highest, kW', number: true, show: (row) => decimal(kilo(row.highestW), 2) },
                  { name: 'Samples', number: true, show: ({ samples }) => count(samples) },
                ]}
              />
            </details>
          </>
        );
      }}
    </Report>
  );
}

/** A line with the averages of each connector; with one alone the highest as well. */
function linesOf(rows: readonly PowerRow[]): { readonly times: number[]; readonly lines: Line[] } {
  const times = [...new Set(rows.map(({ start }) => Date.parse(start) / 1000))].sort((a, b) => a - b);
  const connectors = [...new Set(rows.map(({ connectorId }) => connectorId))].sort((a, b) => a - b);
  const lineOf = (connectorId: number, member: 'averageW' | 'highestW') => {
    const found = new Map(
      rows
        .filter((row) => row.connectorId === connectorId)
        .map((row) => [Date.parse(row.start) / 1000, kilo(row[member])]),
    );
    return times.map((time) => found.get(time) ?? null);
  };
  const lines: Line[] = connectors.map((connectorId, index) => ({
    label: t('Connector {connectorId}', { connectorId }),
    unit: 'kW',
    values: lineOf(connectorId, 'averageW'),
    colour: SERIES[index % SERIES.length] ?? 'text',
    filled: connectors.length === 1,
  }));
  const [only] = connectors;
  if (only !== undefined && connectors.length === 1) {
    lines.push({
      label: t('Highest'),
      unit: 'kW',
      values: lineOf(only, 'highestW'),
      colour: 'soft',
      dashed: true,
    });
  }
  return { times, lines };
}

function kilo(watts: number): number {
  return watts / 1000;
}
