import { UsageError } from './command.js';

/** Words further apart than this are not taken for each other. */
const FAR = 3;

/** There is no such command; names the one that was probably meant. */
export class UnknownCommandError extends UsageError {
  constructor(word: string, commands: readonly { readonly name: string }[]) {
    const near = commands
      .map(({ name }) => ({ name, distance: distanceOf(word, name) }))
      .filter(({ distance }) => distance < FAR)
      .sort((a, b) => a.distance - b.distance)[0];
    const meant = near ? ` Did you mean \`${near.name}\`?` : '';
    super(`There is no command \`${word}\`.${meant} \`devskyy help\` names them all.`);
  }
}

/** Characters to add, take out or replace to make one word of another (Levenshtein). */
function distanceOf(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a.slice(0, 40)].entries()) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      next.push(Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, (row[j] ?? 0) + (letter === b[j] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
