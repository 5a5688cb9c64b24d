/** An operation of a batch, as far as its order matters. */
export interface PlannedOperation {
  /** Name that other operations of the batch may depend on. */
  readonly ref?: string | undefined;
  /** References into the batch, and ids of tasks. */
  readonly dependsOn?: readonly string[] | undefined;
}

/** Faults that are told of one batch; who mends them may ask again. */
const MOST_FAULTS = 500;

/** Something that is wrong with an operation. */
export interface PlanFault {
  readonly index: number;
  readonly message: string;
}

/** For each operation: the operations it waits for, by index, and the ids of tasks outside the batch. */
export interface PlannedStep {
  readonly inside: readonly number[];
  readonly outside: readonly string[];
}

/** The steps, or what keeps the batch from having an order. */
export type BatchPlan =
  { readonly steps: readonly PlannedStep[]; readonly faults?: undefined } | { readonly faults: readonly PlanFault[] };

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Resolves what operations say of each other.
 *
 * @param parallel `false` makes each operation wait for the one before it
 */
export function planBatch(operations: readonly PlannedOperation[], parallel: boolean): BatchPlan {
  const faults: PlanFault[] = [];
  const byRef = new Map<string, number>();
  for (const [index, { ref }] of operations.entries()) {
    if (ref === undefined) continue;
    if (byRef.has(ref)) faults.push({ index, message: `another operation is called ${ref}` });
    else byRef.set(ref, index);
  }
  const steps = operations.map(({ dependsOn = [] }, index) => {
    const inside = new Set<number>(parallel || index === 0 ? [] : [index - 1]);
    const outside: string[] = [];
    for (const name of dependsOn) {
      const other = byRef.get(name);
      if (other !== undefined) inside.add(other);
      else if (UUID.test(name)) outside.push(name.toLowerCase());
      else faults.push({ index, message: `no operation is called ${name}` });
    }
    return { inside: [...inside], outside };
  });
  for (const index of inCycle(steps))
    faults.push({ index, message: 'it waits for itself, by way of what it depends on' });
  return faults.length > 0 ? { faults: faults.slice(0, MOST_FAULTS) } : { steps };
}

/** Operations that could never start: those left when all that can finish have been taken away (Kahn's algorithm). */
function inCycle(steps: readonly PlannedStep[]): number[] {
  const left = steps.map(({ inside }) => inside.length);
  const dependents = steps.map((): number[] => []);
  for (const [index, { inside }] of steps.entries()) for (const other of inside) dependents[other]?.push(index);
  const ready = left.flatMap((count, index) => (count === 0 ? [index] : []));
  const done = new Set<number>();
  for (let index = ready.pop(); index !== undefined; index = ready.pop()) {
    done.add(index);
    for (const dependent of dependents[index] ?? []) {
      left[dependent] = (left[dependent] ?? 0) - 1;
      if (left[dependent] === 0) ready.push(dependent);
    }
  }
  return steps.flatMap((_, index) => (done.has(index) ? [] : [index]));
}
