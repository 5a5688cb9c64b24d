// Errors of a week, as `growth/errors.mjs` makes them.
import { fill as fillErrors, samples } from '../growth/errors.mjs';

export const fill = (db, size) => fillErrors(db, 0, size);

export async function rows({ db }) {
  const { groupId, merged } = await samples(db);
  return {
    'statistics of a week': { path: '/errors/statistics?hours=168' },
    'occurrences of a merged group': { path: `/errors/${merged}/occurrences` },
    'groups by a text': { path: '/errors?limit=20&text=nothing-of-the-kind' },
    'groups of a release': { path: '/errors?limit=20&release=2.13.0' },
    // Each has the process look for what was decided.
    'decision about a group': { path: `/errors/${groupId}`, method: 'PATCH', body: { notes: 'Seen' } },
  };
}
