import type { EntryName } from '../journal/lane.ts';

/** The stream that keeps rows of a partition. */
export function rowStream(partition: number): string {
  return `farad-rows-${partition}`;
}

/** The subject of the rows of a node in the stream of a partition. */
export function rowSubject(partition: number, node: string): string {
  return `farad.rows.${partition}.${node}`;
}

/** The id of the message with the copy of an entry: the same each time that it is sent. */
export function copyId({ queue, lane, seq }: EntryName): string {
  return `${queue}.${lane}.${seq}`;
}

/** The queue of the entry whose copy has this id. */
export function queueOf(id: string): string {
  return id.slice(0, id.indexOf('.'));
}
