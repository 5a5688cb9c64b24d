import { FOREIGN_BUNDLE, nameOf } from './g3-foreign-code.js';

/** Libraries and runtimes by where their files are: their frames say how, not where. */
const FOREIGN_FILE =
  /(?:^|[\\/])(?:node_modules|site-packages|dist-packages|vendor|gems|bower_components)[\\/]|^node:|^internal\/|^<frozen |[\\/]lib[\\/]python\d|Python\d{1,3}[\\/][Ll]ib[\\/]|^<(?:anonymous|string|internal:.{0,200}|generated)>$|^native$|native code|^index \d+$|^\[internal function\]|[\\/]go[\\/](?:src|pkg[\\/]mod)[\\/]|[\\/]lib[\\/]ruby[\\/]|^(?:chrome|moz|safari(?:-web)?)-extension:|^https?:\/\/(?:unpkg\.com|cdnjs\.|cdn\.jsdelivr\.net|[\w.]{1,40}google-?(?:tagmanager|analytics|apis)\.|connect\.facebook\.)/;

/** Whether a file belongs to the reporting service itself. */
export function isInApp(file: string | undefined): boolean {
  if (file === undefined || file === '') return false;
  return !FOREIGN_FILE.test(file.startsWith('file://') ? file.slice(7) : file) && !FOREIGN_BUNDLE.test(nameOf(file));
}
