/** The protocol's own answer. */
export class EnvelopeAcceptedDto {
  /**
   * Id of the event, where the envelope has one.
   * @example 0f6a2c1e9b7d4c550f6a2c1e9b7d4c55
   */
  id?: string;
}
