/** Folders that a system or a deployment begins with; they say nothing of what is in them. */
const ROOT =
  /^(?:srv|opt|usr|src|app|home|users|var|www|mnt|media|etc|lib|log|local|share|code|workspace|inetpub|program files|\*{3})$/;

/** Roots below which the next folder is that of a person or a project. */
const ROOT_OF_ONE = /^(?:srv|opt|home|users|www|mnt|workspace)$/;

/** Folders below which each folder is a case of its own. */
const COLLECTION =
  /^(?:uploads?|files|images|customers|tenants|users|accounts|orders|backups?|exports?|imports?|reports?|invoices|cache|te?mp|sessions|folders|logs|releases|versions)$/;

/** Folders of a path that are kept. */
const MOST = 2;

/** A path without what varies: the folder that says what kind of files they are stays, the file does not. */
export function pathTemplate(path: string): string {
  const segments = path
    .replace(/^[A-Za-z]:/, '')
    .split(/[\\/]+/)
    .filter((segment) => !/^\.{0,2}$|^~$/.test(segment));
  const leaf = segments.at(-1) ?? '';
  if (/[.\d]/.test(leaf)) segments.pop();
  const kept = [];
  for (let index = 0; index < segments.length && kept.length < MOST; index++) {
    const segment = (segments[index] ?? '').toLowerCase();
    if (kept.length === 0 && ROOT.test(segment)) {
      // The project's own folder is passed over where there is something below it.
      if (ROOT_OF_ONE.test(segment) && segments.length > index + 2) index++;
      continue;
    }
    kept.push(isOfOneCase(segment) ? '<id>' : segment);
    if (COLLECTION.test(segment) || (index > 0 && kept.length === 1 && ROOT.test((segments[0] ?? '').toLowerCase())))
      break;
  }
  return kept.length === 0 ? '<path>' : `<path:${kept.join('/')}>`;
}

function isOfOneCase(segment: string): boolean {
  return /\d/.test(segment);
}
