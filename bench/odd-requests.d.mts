/** A request that is right but for one value. */
export interface OddRequest {
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
  readonly body?: string;
  /** Name of the parameter, or path of the field. */
  readonly where: string;
  /** Which odd value it has there; `absent` for none. */
  readonly what: string;
}

export const ODD_VALUES: Readonly<Record<string, string>>;

export function oddRequests(document: object, ids?: Readonly<Record<string, string>>): Generator<OddRequest>;
