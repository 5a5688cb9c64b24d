/** Raised when the embedded server cannot be started; the message holds what PostgreSQL itself said. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
}
