import type { Issue, News } from './news.js';
import { isBehind, nextAfter, type Position } from './position.js';

/** What was told lately, so that readers who come back cost no reading: issues without a gap, as many as hold so many news. */
export class RecentIssues {
  private issues: Issue[] = [];
  private held = 0;
  private hasLeftOut = false;

  constructor(private readonly mostNews: number) {}

  /** Whether there is no room for what comes before the oldest: nobody need read it. Room comes by `clear` only. */
  get isFull(): boolean {
    return this.hasLeftOut;
  }

  /** Number of the oldest issue; `undefined` of none. */
  get first(): number | undefined {
    return this.issues[0]?.number;
  }

  /** Adds the issue that follows. */
  add(issue: Issue): void {
    this.issues.push(issue);
    this.held += weightOf(issue);
    while (this.held > this.mostNews) {
      this.held -= weightOf(this.issues.shift()!);
      this.hasLeftOut = true;
    }
  }

  /** Adds issues that come before, the oldest first; those that are too many are left out from the oldest on. */
  addEarlier(issues: readonly Issue[]): void {
    for (const issue of [...issues].reverse()) {
      this.hasLeftOut ||= this.held + weightOf(issue) > this.mostNews;
      if (this.hasLeftOut) return;
      this.issues.unshift(issue);
      this.held += weightOf(issue);
    }
  }

  /** What a reader does not know, oldest first; `undefined` when some of it is not held. */
  behind(known: Position): News[] | undefined {
    const next = nextAfter(known);
    if (this.first === undefined || this.first > next) return undefined;
    const from = this.issues.findIndex(({ number }) => number >= next);
    if (from < 0) return [];
    return this.issues
      .slice(from)
      .flatMap(({ news }) => news.filter(({ number, index }) => isBehind(known, number, index)));
  }

  clear(): void {
    this.issues = [];
    this.held = 0;
    this.hasLeftOut = false;
  }
}

/** An issue takes room though it has no news. */
function weightOf({ news }: Issue): number {
  return news.length + 1;
}
