import { count } from '../../format.ts';
import type { FailedAuthorizationRow } from '../../model.ts';
import { ChoiceFilter } from '../../parts/filter-fields.tsx';
import { Status } from '../../parts/status.tsx';
import { place, urlOf } from '../../router.ts';
import { t } from '../../words/words.ts';
import { Report } from './report.tsx';
import { Bar, ChargePointLink, ReportTable, Stamp } from './report-table.tsx';

export function FailedAuthorizationsReport() {
  const asked = place.value.query.get('by');
  const by = asked === 'chargePoint' || asked === 'none' ? asked : 'tag';
  return (
    <Report<FailedAuthorizationRow>
      title={t('Refused authorizations, most frequent first')}
      query="failed-authorizations"
      parameters={{ by }}
      perPage={100}
      filters={
        <ChoiceFilter
          name="by"
          label={t('By')}
          options={[
            ['', t('token')],
            ['chargePoint', t('charge point')],
            ['none', t('answer')],
          ]}
        />
      }
      empty={[
        'Nobody was refused in this time',
        'Answers other than Accepted to Authorize and StartTransaction show here.',
      ]}
    >
      {(rows) => (
        <ReportTable
          rows={rows}
          columns={[
            ...(by === 'tag'
              ? [
                  {
                    name: 'Token' as const,
                    show: ({ idTag = '' }: FailedAuthorizationRow) => (
                      <a href={urlOf.token(idTag)}>{idTag}</a>
                    ),
                  },
                ]
              : by === 'chargePoint'
                ? [
                    {
                      name: 'Charge point' as const,
                      show: (row: FailedAuthorizationRow) => <ChargePointLink id={row.chargePointId ?? ''} />,
                    },
                  ]
                : []),
            { name: 'Answer', show: ({ status }) => <Status status={status} /> },
            { name: 'Times', number: true, show: ({ times }) => <b>{count(times)}</b> },
            {
              name: 'Of the most frequent',
              share: true,
              show: ({ times }) => <Bar part={times / (rows[0]?.times || 1)} tone="fault" />,
            },
            ...(by === 'tag'
              ? []
              : [
                  {
                    name: 'Tokens' as const,
                    number: true,
                    show: (row: FailedAuthorizationRow) => count(row.idTags),
                  },
                ]),
            ...(by === 'chargePoint'
              ? []
              : [
                  {
                    name: 'Charge points' as const,
                    number: true,
                    show: (row: FailedAuthorizationRow) => count(row.chargePoints),
                  },
                ]),
            { name: 'First', show: ({ firstAt }) => <Stamp at={firstAt} /> },
            { name: 'Last', show: ({ lastAt }) => <Stamp at={lastAt} /> },
          ]}
        />
      )}
    </Report>
  );
}
