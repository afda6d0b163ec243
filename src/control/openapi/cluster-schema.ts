import { list, maybe, number, object, text, time, whole } from './shapes.ts';

export const clusterSchema = object('The nodes of a cluster, as the one knows them that answers.', {
  clustered: {
    type: 'boolean',
    description:
      'False: the machine works alone (`cluster.nats.servers` is empty), and the rest says nothing.',
  },
  node: maybe(text('Name of the node that answers; null for a machine that works alone.')),
  nodes: list(
    object('A node.', {
      node: text('Its name (`cluster.node`).'),
      self: { type: 'boolean', description: 'Whether it is the one that answers.' },
      there: {
        type: 'boolean',
        description:
          'Whether it was heard within the last 10 s. Charge points of one that was not count as not connected.',
      },
      release: maybe(text('Version of Farad there; null where it was not heard.')),
      clockAheadSeconds: maybe(
        number(
          'How far its clock is ahead of that of the node that answers, as of the last time it was heard; null for that node itself, and for one that was not heard.',
        ),
      ),
      lastHeardAt: maybe(
        time(
          'When it was heard last; null for the node that answers, and for one that was not heard since that one has started.',
        ),
      ),
      chargePoints: maybe(
        whole('Charge points that are connected to it; null for those who see a part of the charge points.'),
      ),
      lagSeconds: maybe(
        number(
          'Age of the oldest change that its copy of the log has not applied yet; 0 where there is none, null where it does not tell.',
        ),
      ),
      trouble: maybe(text('What does not work there, and charge points do without; null: nothing.')),
      refuses: maybe(
        text(
          'Why it takes no charge points: `log_away`: no change of theirs is confirmed; `behind`: its copy of the log is not up to date. Null: it takes them, or was not heard.',
        ),
      ),
      leads: {
        type: 'boolean',
        description: 'Whether it does what one node does at a time, as far as the node knows that answers.',
      },
    }),
    'By their names.',
  ),
  streams: list(
    object('A stream of the log.', {
      name: text('Of the stream in NATS.'),
      position: whole('Sequence of the last change that was applied or refused; 0 before the first.'),
      lagSeconds: number('Age of the oldest change that was not applied yet; 0 where there is none.'),
      trouble: maybe(
        object('Why nothing of it is applied now; null while all goes well.', {
          since: time('When it began.'),
          reason: maybe(
            text(
              '`gap`, `log_lost`, `unreadable` or `inapplicable`, which no time repairs; null where it may pass.',
            ),
          ),
          cause: text('What is wrong.'),
        }),
      ),
    }),
    'How far the copy of the node is that answers; empty until it has reached a NATS server.',
  ),
});
