/** Folders that a system or a deployment begins with; they say nothing of what is in them. */
const ROOT =
  /^(?:srv|opt|usr|src|app|home|users|var|www|mnt|media|etc|lib|log|local|share|code|workspace|inetpub|program files|\*{3})$/;

/** Roots below which the next folder is that of a person or a project. */
const ROOT_OF_ONE = /^(?:srv|opt|home|users|www|mnt|workspace)$/;

/** Folders below which each folder is a case of its own. */
const COLLECTION =
  /^(?:uploads?|files|images|customers|tenants|users|accounts|orders|backups?|exports?|imports?|reports?|invoices|cache|te?mp|sessions|folders|logs|releases|versions)$/;

/** Files that are part of a program: another one is another failure. Those of data are not. */
const PROGRAM_FILE =
  /^[a-z_.-]{1,60}\.(?:ya?ml|toml|ini|conf|cfg|config|properties|env|pem|crt|cer|key|so|dll|exe|sh|[cm]?[jt]sx?|vue|svelte|py|rb|php|html?|css|ejs|hbs|twig|erb|tmpl|proto|sql)$|^(?:config|settings|package|manifest|secrets|credentials|tsconfig|appsettings)(?:\.\w{1,20})?\.json$/;

/** Folders of a path that are kept. */
const MOST = 2;

/** A path without what varies: the folder that says what kind of files they are stays, the file does not. */
export function pathTemplate(path: string): string {
  const segments = path
    .replace(/\?.*$/, '')
    .replace(/^[A-Za-z]:/, '')
    .split(/[\\/]+/)
    .filter((segment) => !/^\.{0,2}$|^~$/.test(segment));
  const leaf = segments.at(-1) ?? '';
  const isProgram = PROGRAM_FILE.test(leaf.toLowerCase());
  if (/[.\d]/.test(leaf)) segments.pop();
  const kept: string[] = [];
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
  if (isProgram && !segments.some((segment) => COLLECTION.test(segment.toLowerCase()))) kept.push(leaf.toLowerCase());
  return kept.length === 0 ? '<path>' : `<path:${kept.join('/')}>`;
}

/** The key of an object or a path without a root: what is kept is the folder that it begins with. */
export function keyTemplate(key: string): string {
  const [folder = ''] = key.split('/', 1);
  return isOfOneCase(folder) ? '<path>' : `<path:${folder.toLowerCase()}>`;
}

/** Steps of a route that are kept. */
const MOST_STEPS = 4;

/** The route of an address without what varies: `<url:users/orders>`, whatever the host, the version and the ids. */
export function routeTemplate(url: string): string {
  const [path = ''] = url.replace(/^[a-z][a-z0-9+.-]{0,20}:\/\/[^/?#]*/i, '').split(/[?#]/);
  const steps = path.split('/').filter((step) => /^[a-z]+(?:[-_][a-z]+)?$/i.test(step));
  return steps.length === 0 ? '<url>' : `<url:${steps.slice(0, MOST_STEPS).join('/').toLowerCase()}>`;
}

function isOfOneCase(segment: string): boolean {
  return /\d/.test(segment);
}
