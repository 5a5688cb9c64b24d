import type { PostingUnit, UnitOutcome } from './posting-unit.js';

/** A unit whose caller waits for its outcome. */
export interface WaitingUnit {
  readonly unit: PostingUnit;
  readonly resolve: (outcome: UnitOutcome) => void;
  readonly reject: (error: unknown) => void;
}

/** Units in order of arrival until a commit takes them. */
export class WaitingUnits {
  private readonly units: WaitingUnit[] = [];
  private items = 0;
  /** Called once as many items wait as `enough` says. */
  private onEnough: () => void = () => undefined;
  private enough = Infinity;

  /** Transactions that wait. */
  get count(): number {
    return this.items;
  }

  get isEmpty(): boolean {
    return this.units.length === 0;
  }

  /** @returns what the unit comes to, once a commit took it */
  add(unit: PostingUnit): Promise<UnitOutcome> {
    return new Promise((resolve, reject) => {
      this.units.push({ unit, resolve, reject });
      this.items += unit.items.length;
      if (this.items >= this.enough) this.onEnough();
    });
  }

  /** Takes as many units as have at most `limit` transactions together, and at least one. */
  take(limit: number): WaitingUnit[] {
    let [units, items] = [0, 0];
    for (const { unit } of this.units) {
      if (units > 0 && items + unit.items.length > limit) break;
      units += 1;
      items += unit.items.length;
    }
    this.items -= items;
    return this.units.splice(0, units);
  }

  /** Resolves once this many transactions wait, or when `end` comes first. */
  async untilCount(enough: number, end: Promise<unknown>): Promise<void> {
    if (this.items >= enough) return;
    this.enough = enough;
    const arrived = new Promise<void>((resolve) => (this.onEnough = resolve));
    await Promise.race([arrived, end]).catch(() => undefined);
    this.enough = Infinity;
  }
}
