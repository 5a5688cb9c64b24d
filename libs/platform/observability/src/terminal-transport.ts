import Transport from 'winston-transport';

/** Key under which winston keeps a line as it is to be written. */
const MESSAGE = Symbol.for('message');

/** Writes lines to standard output: those of one turn of the event loop together, since each write is a system call. */
export class TerminalTransport extends Transport {
  private isHolding = false;
  private readonly release = (): void => {
    if (this.isHolding) process.stdout.uncork();
    this.isHolding = false;
  };

  constructor(options?: Transport.TransportStreamOptions) {
    super(options);
    process.once('exit', this.release);
  }

  override log(line: Record<PropertyKey, unknown>, next: () => void): void {
    if (!this.isHolding) {
      this.isHolding = true;
      process.stdout.cork();
      setImmediate(this.release);
    }
    process.stdout.write(`${String(line[MESSAGE])}\n`);
    next();
  }

  override close(): void {
    this.release();
    process.removeListener('exit', this.release);
  }
}
