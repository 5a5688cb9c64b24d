import type { Bulletin } from './bulletin.js';

/** How far a reader has come. */
export interface Position {
  /** Of the bulletin. */
  readonly number: Bulletin['number'];
  /** Place in it of the last news that he knows, from 1; `Infinity` when he knows all of it. */
  readonly index: number;
}

/** `1042.7` is the seventh news of a bulletin, `1042` the whole of it. */
const ID = /^(\d{1,15})(?:\.(\d{1,6}))?$/;

/** The position that the id of an event says; `undefined` for what is none. */
export function positionOf(id: string): Position | undefined {
  const [, number, index] = ID.exec(id) ?? [];
  if (number === undefined) return undefined;
  return { number: Number(number), index: index === undefined ? Infinity : Number(index) };
}

/** The id of an event, by which a reader goes on behind it. */
export function idOf({ number, index }: Position): string {
  return index === Infinity ? String(number) : `${number}.${index}`;
}

/** The first bulletin that has something which the reader does not know. */
export function nextAfter({ number, index }: Position): number {
  return index === Infinity ? number + 1 : number;
}

/** Whether news at a place are behind what the reader knows. */
export function isBehind(known: Position, number: number, index: number): boolean {
  return number > known.number || (number === known.number && index > known.index);
}
