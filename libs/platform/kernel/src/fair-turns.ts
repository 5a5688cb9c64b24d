import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long work may go on before others get their turn. */
const TURN_MS = 8;

/** Long work in many steps lets everything else that waits run in between. One object for each such work. */
export class FairTurns {
  private since = performance.now();

  /** Waits for the next turn of the event loop, when the work has had its share of this one. */
  async pause(): Promise<void> {
    if (performance.now() - this.since >= TURN_MS) await this.next();
  }

  /** Waits for the next turn of the event loop in any case: before work that follows on something long. */
  async next(): Promise<void> {
    await nextTurn();
    // What is put off while messages are read still belongs to the same turn: timers and messages come after it.
    await nextTurn();
    this.since = performance.now();
  }
}
