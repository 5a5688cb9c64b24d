/** What may stand in one field of a configuration. */
export interface ConfigRule {
  readonly required: boolean;
  /** What is wrong with the value; `undefined` when nothing is. */
  readonly check: (value: unknown) => string | undefined;
}

/** Something that agents need of the process that runs them, each by a name: `handler:security-posture`, `key:openai`. */
export interface KindNeed {
  /** What it is; each kind has a word of its own. */
  readonly what: string;
  /** Field of the configuration that holds the name. */
  readonly field: string;
  /**
   * Whether it is a secret of the service. An agent with a secret of its own does not need it then, and those that use the same one wait
   * together when one of them is asked to wait.
   */
  readonly isSecret?: boolean;
  /** For a person: what is missing, and how to get it. */
  readonly missing?: (name: string) => string;
}

/** What is to be known of a kind of agent without running one. How one runs is said by its `AgentRunner`. */
export interface KindRules {
  /** Fields of the configuration. `secret` is taken out of it and kept encrypted. */
  readonly config: Readonly<Record<string, ConfigRule>>;
  readonly need?: KindNeed;
  /** Whether workers lease its tasks over HTTP. The tasks of other kinds are run by the processes of this service. */
  readonly isLeased?: boolean;
  /**
   * Whether the secret is one between the agent and us: it is made when none is given, and shown once. Any other is known to whoever set
   * it, and never shown.
   */
  readonly sharesSecret?: boolean;
}

/** A text with so many characters. */
export function textOf(min: number, max: number): ConfigRule['check'] {
  return (value) =>
    typeof value === 'string' && value.length >= min && value.length <= max
      ? undefined
      : `must be a text of ${min} to ${max} characters`;
}

/** A number in a range, both ends included. */
export function numberOf(min: number, max: number, isWhole: boolean): ConfigRule['check'] {
  return (value) =>
    typeof value === 'number' && value >= min && value <= max && (!isWhole || Number.isInteger(value))
      ? undefined
      : `must be a ${isWhole ? 'whole ' : ''}number from ${min} to ${max}`;
}
