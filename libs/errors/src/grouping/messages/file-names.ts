import { keyTemplate } from './path-template.js';
import { DATA_FILE } from './variable-parts.js';

/** Whether a text names a file with data at all. */
const ENDING = new RegExp(String.raw`\.(?:${DATA_FILE})(?!\w)`);

/** Words that a sentence has and the name of a file seldom. */
const OF_SENTENCE =
  'a|an|the|and|or|to|from|into|in|on|at|for|of|with|by|as|is|was|are|were|be|been|has|had|have|not|no|could|cannot|can|failed|fails|because|while|when|after|before|during|until|via|than|but|that|then|does|did|exceeds|exceeded|contains|already|exists|missing|invalid|too|must|error|read|reading|write|writing|open|opening|copy|upload|scan|download|import|export|processing|parsing|rendering|named|called|format|type|out|up';

const WORD = String.raw`(?!(?:${OF_SENTENCE})\b)[^\s"'<>:,;|/\\]`;

/** A name with blanks in it. */
const WITH_BLANKS = String.raw`(?:${WORD}{1,40} ){0,5}${WORD}{1,60}?\.(${DATA_FILE})(?![\w(]|\.\w)`;

/** Behind a word that says so, or behind the folders of a path. */
const BEHIND_NOUN = new RegExp(
  String.raw`(?<=\b(?:[Aa]ttachment|[Ff]ile(?:name)?|[Dd]ocument|[Ii]mage|[Pp]hoto|[Vv]ideo|[Uu]pload|[Rr]eport|[Ss]can|[Ii]nvoice|[Oo]bject|[Kk]ey|[Ll]ocation):? |\b(?:of|opening|reading|processing|parsing|scanning|converting|importing|uploading) )${WITH_BLANKS}`,
  'g',
);
const BEHIND_FOLDER = new RegExp(String.raw`(?<=[\w-][\\/])[\w.@+%~()-]{1,60} ${WITH_BLANKS}`, 'g');

/** Signs of the names of files in any language. */
const LETTER = String.raw`\w\u00c0-\u024f\u0370-\u1fff\u3040-\ud7ff`;
const NAME = new RegExp(
  String.raw`(?<![${LETTER}./\\-])[${LETTER}.-]{0,100}[^\x00-\x7f][${LETTER}.-]{0,100}\.(${DATA_FILE})(?!\w)`,
  'g',
);

/** A path without a root, as stores of objects call what they keep. */
const KEY = new RegExp(
  String.raw`(?<![\w./\\<:@+%-])[\w@+%-]{1,60}(?:\/[\w.@+%-]{1,100}){1,12}(?<=\.(?:${DATA_FILE}))(?![\w/])`,
  'g',
);

/** A text whose files with data are called alike, however people called them: `lab results (final).pdf` becomes `file.pdf`. */
export function withoutFileNames(text: string): string {
  if (!ENDING.test(text)) return text;
  return text
    .replace(BEHIND_NOUN, 'file.$1')
    .replace(BEHIND_FOLDER, 'file.$1')
    .replace(NAME, 'file.$1')
    .replace(KEY, keyTemplate);
}
