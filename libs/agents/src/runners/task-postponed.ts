/** What a runner throws when the task is not to run now: the attempt does not count. */
export class TaskPostponedException extends Error {
  /**
   * @param reason for the task's events
   * @param until milliseconds to wait, or that a person has to approve
   */
  constructor(
    readonly reason: string,
    readonly until: number | 'approval',
  ) {
    super(`The task is put off: ${reason}`);
    this.name = 'TaskPostponedException';
  }
}
